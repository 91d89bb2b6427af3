"""The portal behind the server: what it publishes, how it answers, and what it was asked."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from archiver.demo_portal.addresses import Place, read_place, slug_of, strip_session
from archiver.demo_portal.articles import PortalArticle
from archiver.demo_portal.boilerplate import POLL, STATIC_PAGES, Visit
from archiver.demo_portal.channels import ChannelLook
from archiver.demo_portal.exchange import HTML, Headers, Request, Response
from archiver.demo_portal.files import file_at
from archiver.demo_portal.listings import ListingSlice, listing_page
from archiver.demo_portal.pages import article_page, home_page, login_page, not_found_page, poll_page, static_page
from archiver.demo_portal.validators import Validators, validators_of

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
Outage = Callable[[str], Response | None]


class Portal:
    """A news portal that can be edited while it is served; every method may be called from any thread.

    ``outage`` is asked first for every request and may answer in the portal's place; ``answers`` does the same for
    single addresses, with or without their query. ``robots`` is the text of robots.txt, which is not there by default.
    With ``tick`` every visit of an article adds one to its count. With ``validators`` the pages of articles carry an
    ETag, a Last-Modified or both, and a request that names the present state is answered 304; it is no visit.
    """

    def __init__(
        self,
        articles: Iterable[PortalArticle],
        channels: Mapping[str, ChannelLook],
        *,
        page_size: int = 20,
        tick: bool = True,
        padding: int = 0,
        validators: bool = False,
    ) -> None:
        self.channels = dict(channels)
        self.page_size = page_size
        self.tick = tick
        self.padding = padding
        self.validators = validators
        self.robots: str | None = None
        self.outage: Outage | None = None
        self.answers: dict[str, Response] = {}
        self.requests: list[Request] = []
        self._lock = threading.RLock()
        self._visits = 0
        self._articles: dict[int, PortalArticle] = {}
        self._views: dict[int, int | None] = {}
        self._modified: dict[int, datetime] = {}
        self._listings: dict[str | None, tuple[PortalArticle, ...]] = {}
        self._removed: set[int] = set()
        self._delisted: set[int] = set()
        for article in articles:
            self.add(article)

    def add(self, article: PortalArticle) -> None:
        """Publish an article; its channels must be there."""
        unknown = set(article.channels) - self.channels.keys()
        if unknown:
            raise ValueError(f"article {article.id}: no such channel: {', '.join(sorted(unknown))}")
        with self._lock:
            self._articles[article.id] = article
            self._views[article.id] = article.views
            self._modified[article.id] = article.published.replace(tzinfo=ZONE)
            self._listings.clear()

    def edit(self, article_id: int, **changes: Any) -> PortalArticle:
        """Change fields of an article and return it as it is now; its address stays and its count goes on."""
        with self._lock:
            article = self._articles[article_id]
            self._articles[article_id] = replace(article, **{"slug": slug_of(article), **changes})
            self._modified[article_id] = max(datetime.now(UTC), self._modified[article_id] + timedelta(seconds=1))
            self._listings.clear()
            return self._articles[article_id]

    def remove(self, article_id: int) -> None:
        """Take an article down: its address answers 404 and no listing shows it."""
        with self._lock:
            self._removed.add(self._articles[article_id].id)
            self._listings.clear()

    def delist(self, article_id: int) -> None:
        """Take an article out of the listings; its address goes on answering."""
        with self._lock:
            self._delisted.add(self._articles[article_id].id)
            self._listings.clear()

    def restore(self, article_id: int) -> None:
        """Undo ``remove`` and ``delist``."""
        with self._lock:
            self._removed.discard(article_id)
            self._delisted.discard(article_id)
            self._listings.clear()

    def article(self, article_id: int) -> PortalArticle:
        """Return an article as it is now, removed or not."""
        with self._lock:
            return self._articles[article_id]

    def listed(self, channel: str | None = None) -> list[PortalArticle]:
        """Return what the listing of a channel shows, newest first; of all channels, each article once."""
        return list(self._list(channel))

    def _list(self, channel: str | None) -> tuple[PortalArticle, ...]:
        """Sort what a listing shows, once until the next edit."""
        with self._lock:
            if channel not in self._listings:
                hidden = self._removed | self._delisted
                shown = [article for article in self._articles.values() if article.id not in hidden]
                shown = [article for article in shown if channel is None or channel in article.channels]
                shown.sort(key=lambda article: (article.published, article.id), reverse=True)
                self._listings[channel] = tuple(shown)
            return self._listings[channel]

    def views(self, article_id: int) -> int | None:
        """Return the count of an article as the next listing would print it."""
        with self._lock:
            return self._views[article_id]

    def set_views(self, article_id: int, views: int | None) -> None:
        """Set the count of an article; None prints no count."""
        with self._lock:
            self._views[article_id] = views

    def freeze_counters(self) -> None:
        """Let visits no longer count."""
        self.tick = False

    def count_requests(self, prefix: str = "/") -> int:
        """Count the logged requests whose address starts with ``prefix``."""
        with self._lock:
            return sum(request.path.startswith(prefix) for request in self.requests)

    def clear_log(self) -> None:
        """Forget the requests so far."""
        with self._lock:
            self.requests.clear()

    def page(self, target: str) -> Response:
        """Return what the portal itself would answer now, without log, count or outage; to be bent into faults."""
        with self._lock:
            return self._respond(target, (), ticking=False)

    def answer(self, target: str, headers: Headers = (), *, visit: bool = True) -> Response:
        """Answer a request for ``target`` and log it; one that is no ``visit`` counts nowhere."""
        with self._lock:
            self._visits += 1
            response = self._interfere(target) or self._respond(target, headers, ticking=visit and self.tick)
            self.requests.append(Request(target, datetime.now(UTC), headers, response.status))
            return response

    def _interfere(self, target: str) -> Response | None:
        answer = self.outage(target) if self.outage else None
        return answer or self.answers.get(target) or self.answers.get(target.partition("?")[0])

    def _respond(self, target: str, headers: Headers, *, ticking: bool) -> Response:
        path = strip_session(urlsplit(target).path)
        if path == "/robots.txt" and self.robots is not None:
            return Response(200, self.robots.encode(), (("Content-Type", "text/plain;charset=UTF-8"),))
        if path.startswith(("/documents/", "/image/")):
            return file_at(path, headers)
        visit = Visit(path, self._visits, datetime.now(ZONE), self.channels, padding=self.padding)
        if path in {"/", "/trang-chu", "/en", "/vi"}:
            return Response(200, home_page({slug: self._list(slug)[:4] for slug in self.channels}, visit), _headers())
        place = read_place(target)
        validators = self._validate(place)
        if validators and validators.confirm(headers):
            return Response(304, headers=validators.headers)
        page = self._render(place, replace(visit, prefix=place.prefix), ticking=ticking) if place else None
        if page is None:
            return Response(404, not_found_page(visit), HTML)
        return Response(200, page, (*_headers(), *(validators.headers if validators else ())))

    def _validate(self, place: Place | None) -> Validators | None:
        """Return the validators of the article at a place, if there is one and the portal has any."""
        if not self.validators or place is None or place.article_id is None or place.trapped:
            return None
        article = None if place.article_id in self._removed else self._articles.get(place.article_id)
        if article is None or place.channel not in self.channels:
            return None
        return validators_of(article, self._modified[article.id])

    def _render(self, place: Place, visit: Visit, *, ticking: bool) -> bytes | None:
        """Render the page at a place; None where there is none."""
        if place.query.get("p_p_id") == POLL:
            return poll_page(visit)
        if place.channel == "dang-nhap":
            return login_page(visit)
        if place.channel in STATIC_PAGES:
            return static_page(STATIC_PAGES[place.channel], visit)
        if place.channel not in self.channels:
            return None
        if place.article_id is None or place.trapped:
            return self._render_listing(place, visit, ticking=ticking)
        return self._render_article(place.article_id, place, visit, ticking=ticking)

    def _render_article(self, article_id: int, place: Place, visit: Visit, *, ticking: bool) -> bytes | None:
        if article_id not in self._articles or article_id in self._removed:
            return None
        views = self._views[article_id]
        if ticking and views is not None:
            views = self._views[article_id] = views + 1
        others = [article for article in self._list(place.channel)[:10] if article.id != article_id]
        related = others[visit.number // 5 % 4 :][:6]
        article = self._articles[article_id]
        return article_page(article, place.channel, visit, views, related, print_version=place.print_version)

    def _render_listing(self, place: Place, visit: Visit, *, ticking: bool) -> bytes | None:
        """Render a page of a listing; a page size of one shows the whole article, as the real portals do."""
        look = self.channels[place.channel]
        listed = self._list(place.channel)
        size = _number(place.query.get(f"_{look.portlet_id}_delta"), self.page_size)
        page = min(_number(place.query.get(f"_{look.portlet_id}_cur"), 1), max(1, -(-len(listed) // size)))
        shown = listed[(page - 1) * size :][:size]
        if size == 1 and shown:
            return self._render_article(shown[0].id, place, visit, ticking=ticking)
        return listing_page(ListingSlice(place.channel, look, shown, page, size, len(listed)), visit, self._views)


def _headers() -> Headers:
    return (*HTML, ("Liferay-Portal", "Liferay Portal Community Edition 6.2"), ("Cache-Control", "private, no-cache"))


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isdecimal() and 0 < int(text) < 10_000 else otherwise
