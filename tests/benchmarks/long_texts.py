"""A portal of large pages with long articles: 97 KB each, 8.5 KB of it text that no other page has."""

from dataclasses import replace
from hashlib import sha256

from tests.benchmarks.searching import Language
from tests.portal import Portal, PortalArticle, Response, huge_portal
from tests.portal.exchange import Headers

TEXT_BYTES = 8_500
"""Of title, lead and body together, in UTF-8."""
_PADDING = 76_500
_PARAGRAPH, _TOPIC, _OWN = 70, 60, 0.65
"""Syllables of a paragraph; words of a topic, and their part of a text."""


class LongPortal(Portal):
    """A portal that says as much in its headers as the real ones."""

    def answer(self, target: str, headers: Headers = (), *, visit: bool = True) -> Response:
        """Answer a request as portals of this kind do: with cookies for everybody, and a tag for every answer."""
        response = super().answer(target, headers, visit=visit)
        return replace(response, headers=(*response.headers, *_write_headers(len(self.requests))))


def long_portal(count: int) -> LongPortal:
    """Make a portal of so many long articles, 20 to a listing page, each in one of 5 channels.

    Of the texts zstd leaves 34.6 %, and they have 320 different words without marks; of a real portal's texts of this
    length it leaves 34.3 %, and they have 304.
    """
    portal, language = huge_portal(count), Language(seed=7)
    topics = [language.draw(_TOPIC) for _ in range(400)]
    articles = [_lengthen(article, language, topics[article.id % len(topics)]) for article in portal.listed()]
    return LongPortal(articles, portal.channels, padding=_PADDING)


def _lengthen(article: PortalArticle, language: Language, topic: list[str]) -> PortalArticle:
    missing = TEXT_BYTES - len(f"{article.title}{article.lead}".encode())
    paragraphs: list[str] = []
    while missing > 0:
        paragraphs.append(_write_paragraph(language, topic).encode()[:missing].decode(errors="ignore"))
        missing -= len(paragraphs[-1].encode()) + len("\n\n")
    return replace(article, paragraphs=tuple(paragraphs))


def _write_paragraph(language: Language, topic: list[str]) -> str:
    own = int(_OWN * _PARAGRAPH)
    words = [*language.draw(_PARAGRAPH - own), *language.chance.choices(topic, k=own)]
    language.chance.shuffle(words)
    return f"{' '.join(words).capitalize()}."


def _write_headers(number: int) -> Headers:
    session = sha256(str(number).encode()).hexdigest()[:32].upper()
    later = f"Expires=Tue, 05-Jan-2027 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02} GMT"
    return (
        ("Date", f"Mon, 05 Jan 2026 {number // 3600 % 24:02}:{number // 60 % 60:02}:{number % 60:02} GMT"),
        ("Server", "Apache-Coyote/1.1"),
        ("X-Content-Type-Options", "nosniff"),
        ("X-Frame-Options", "SAMEORIGIN"),
        ("X-XSS-Protection", "1"),
        ("Expires", "Thu, 01 Jan 1970 00:00:00 GMT"),
        ("Pragma", "no-cache"),
        ("Set-Cookie", f"JSESSIONID={session}; Path=/; HttpOnly"),
        ("Set-Cookie", f"COOKIE_SUPPORT=true; {later}; Path=/; HttpOnly"),
        ("Set-Cookie", f"GUEST_LANGUAGE_ID=vi_VN; {later}; Path=/; HttpOnly"),
        ("ETag", f'"{session[:8].lower()}"'),
        ("Vary", "Accept-Encoding"),
    )
