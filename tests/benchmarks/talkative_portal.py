"""The portal of long pages, without a server, and with as much in its headers as real ones say."""

from dataclasses import replace
from hashlib import sha256

from archiver.demo_portal.exchange import Headers
from tests.benchmarks.long_portal import make_long_portal, write_filling
from tests.benchmarks.menus import NAVIGATION
from tests.portal import Portal, Response


class TalkativePortal(Portal):
    """A portal that fills its pages with a menu, and has cookies for everybody and a tag for every answer."""

    menu = b""

    def answer(self, target: str, headers: Headers = (), *, visit: bool = True) -> Response:
        """Answer a request; of the headers, date, tag, session and the ends of cookies are new each time."""
        response = super().answer(target, headers, visit=visit)
        body = response.body.replace(NAVIGATION, NAVIGATION + self.menu, 1)
        return replace(response, body=body, headers=(*response.headers, *_write_headers(len(self.requests))))


def make_talkative_portal(count: int) -> TalkativePortal:
    """Make the portal of ``count`` long articles, 20 to a listing page."""
    plain = make_long_portal(count)
    portal = TalkativePortal(plain.listed(), plain.channels)
    portal.menu = write_filling(plain)
    return portal


def _write_headers(number: int) -> Headers:
    session = sha256(str(number).encode()).hexdigest()[:32].upper()
    clock = f"{number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02} GMT"
    later = f"Expires=Tue, 05-Jan-2027 {clock}; Path=/; HttpOnly"
    return (
        ("Date", f"Mon, 05 Jan 2026 {clock}"),
        ("Server", "Apache-Coyote/1.1"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("X-XSS-Protection", "1"),
        ("Expires", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("Pragma", "no-cache"),
        ("Set-Cookie", f"JSESSIONID={session}; Path=/; HttpOnly"),
        ("Set-Cookie", f"COOKIE_SUPPORT=true; {later}"),
        ("Set-Cookie", f"GUEST_LANGUAGE_ID=vi_VN; {later}"),
        ("ETag", f'"{session[:8].lower()}"'),
        ("Vary", "Accept-Encoding"),
    )
