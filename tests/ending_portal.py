"""A small portal of two looks that a test lets end, move or stumble, day by day: on loopback, with real crawls."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Literal

from tests.conftest import Crawling
from tests.loopback import QuietHandler, serve_handler

Look = Literal["lif", "gen"]
Answer = tuple[int, str]
Rule = Callable[[str, str], Answer | None]
"""What answers in the portal's place, by the path and the page that would have come."""

LOOKS: tuple[Look, ...] = ("lif", "gen")
FIRST_DAY = datetime(2026, 2, 2, 4, tzinfo=UTC)
NOT_FOUND: Answer = (404, "<html><head><title>404</title></head><body><h1>Không có trang này</h1></body></html>")
_DEEDS = ("khai giảng", "bế giảng", "tập huấn", "hội thao", "sơ kết", "tổng kết", "tuyên dương", "phát động")
_WHERE = ("phường Nam", "xã Đông Hà", "khu Tây Hồ", "trạm Bắc Sơn", "tổ Quang Minh", "ấp Trung Lập", "bản Cao Sơn")
_WORDS = "ruộng vườn kho xưởng lớp trường bến đò chợ cầu giếng đình làng suối đồi rừng mỏ lò tàu xe máy".split()


@dataclass(slots=True)
class News:
    """One article of the portal."""

    number: int
    title: str
    body: str
    day: str
    listed: bool = True


@dataclass(slots=True)
class EndingPortal:
    """Articles, how many stand on a page of the listing, and the rule by which the portal answers otherwise."""

    look: Look
    articles: list[News] = field(default_factory=list)
    per_page: int = 100
    rule: Rule | None = None
    pager: str = ""
    asked: int = 0

    def publish(self, count: int = 1, first: int = 7000) -> None:
        """Publish articles, the newest on top of the listing."""
        for _ in range(count):
            number = max([first, *(one.number + 11 for one in self.articles)])
            self.articles.insert(0, write_news(number))

    def path_of(self, news: News) -> str:
        """Return the address of an article."""
        slug = f"ban-tin-{_letters(news.number)}"
        if self.look == "lif":
            return f"/tin/-/view_content/{news.number}-{slug}.html"
        return f"/tin/{slug}.html"

    def answer(self, target: str) -> Answer:
        """Answer a request, by the rule that holds now."""
        page = self._answer(target)
        return (self.rule(target, page[1]) if self.rule else None) or page

    def shell(self, title: str, middle: str) -> str:
        """Write a page around its middle."""
        return (
            f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{title}</title></head><body>'
            f'<div class="top"><a href="/">Trang đầu</a><a href="/tin">Tin</a></div>{middle}'
            '<div class="bottom">Bản quyền thuộc về ban biên tập</div></body></html>'
        )

    def _answer(self, target: str) -> Answer:
        path, _, query = target.partition("?")
        if path == "/tin":
            return 200, self._listing(int(query.rpartition("=")[2] or 1))
        news = next((one for one in self.articles if self.path_of(one) == path), None)
        return (200, self._page(news)) if news else NOT_FOUND

    def _page(self, news: News) -> str:
        if self.look == "lif":
            return self.shell(
                news.title,
                '<div class="portlet-boundary portlet-boundary_101_">'
                f'<div class="asset-full-content-title">{news.title}</div><div class="assetPublishDate block_timer">'
                f"Ngày đăng {news.day} | 9:15 AM &nbsp;|&nbsp;View count: 40</div>"
                f'<div class="asset-full-content"><div class="asset-content" id="_101_{news.number}">'
                f'<div class="journal-content-article">{news.body}</div></div></div></div>',
            )
        return self.shell(
            news.title,
            f'<main><h1>{news.title}</h1><p class="meta">{news.day} - 40 lượt xem</p>'
            f'<div class="text">{news.body}</div></main>',
        )

    def _listing(self, page: int) -> str:
        listed = [one for one in self.articles if one.listed]
        rows = "".join(map(self._row, listed[(page - 1) * self.per_page : page * self.per_page]))
        more = self.pager
        if page * self.per_page < len(listed) and not more:
            more = f'<a href="/tin?trang={page + 1}">{page + 1}</a>'
            if self.look == "lif":
                link = f'<li><a href="/tin?_101_cur={page + 1}">next</a></li>'
                more = f'<ul class="pager lfr-pagination-buttons">{link}</ul>'
        if self.look == "lif":
            return self.shell(
                "Tin",
                '<div class="portlet-boundary portlet-boundary_101_"><span class="portlet-title-text">Tin</span>'
                f"{rows}{more}</div>",
            )
        return self.shell("Tin", f'<h1>Tin</h1><ul class="list">{rows}</ul><div class="pages">{more}</div>')

    def _row(self, news: News) -> str:
        if self.look == "lif":
            return (
                '<div class="asset-bounddary"><div class="asset-abstract"><div class="asset-content normal-news">'
                f'<h3 class="asset-title"><a href="{self.path_of(news)}">{news.title}</a></h3>'
                f'<div class="assetPublishDate block_timer">Ngày đăng {news.day} | 9:15 AM &nbsp;|&nbsp;View count: 40'
                '</div><div class="asset-summary">Tóm tắt...</div></div></div></div>'
            )
        link = f'<h2><a href="{self.path_of(news)}">{news.title}</a></h2>'
        return f'<li class="item">{link}<span class="date">{news.day}</span><p>Tóm tắt.</p></li>'


def write_news(number: int) -> News:
    """Write an article that is unlike all others."""
    words = [_WORDS[(number * step + step) % len(_WORDS)] for step in range(3, 60)]
    sentences = (
        f"<p>Buổi {_DEEDS[(number + n) % 8]} tại {_WHERE[(number + n) % 7]} có phần "
        f"{' và '.join(words[n * 9 : n * 9 + 9])} do {_letters(number + n)} điều hành.</p>"
        for n in range(6)
    )
    title = f"{_WHERE[number % 7].capitalize()} {_DEEDS[number % 8]} đợt {words[0]} {_letters(number)}"
    day = date(2026, 1, 2) + timedelta(days=(number - 7000) // 44)
    return News(number, title, "".join(sentences), f"{day:%d/%m/%Y}")


def _letters(number: int) -> str:
    return "".join("abcdefghkl"[int(digit)] for digit in str(number))


@contextmanager
def serve_portal(portal: EndingPortal) -> Iterator[str]:
    """Serve a portal on loopback; yields its address."""

    class Handler(QuietHandler):
        def respond(self) -> None:
            portal.asked += 1
            status, text = portal.answer(self.path)
            body = text.encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

    with serve_handler(Handler) as base:
        yield base


class Days:
    """Real crawls of a portal on days of a test's choice; what they ended with, and what they asked for."""

    def __init__(self, crawling: Crawling, portal: EndingPortal, base: str) -> None:
        self.crawling = crawling
        self.portal = portal
        self._start = f"{base}/tin"

    def crawl(self, day: float) -> tuple[int, int]:
        """Crawl on a day; returns the exit status and how many requests were made."""
        before = self.portal.asked
        now = (FIRST_DAY + timedelta(days=day)).isoformat()
        if self.portal.look == "lif":
            done = self.crawling.scrapy("dukdhcd", self._start, *SLOW_DOWN, ARCHIVE_NOW=now)
        else:
            arguments = ("-a", f"url={self._start}", *FASTEST)
            done = self.crawling.run("scrapy", "crawl", "site", *arguments, ARCHIVE_NOW=now)
        assert "Traceback" not in done.err, done.err[-3000:]
        return done.status, self.portal.asked - before

    def states(self) -> dict[str, int]:
        """Count the articles by their states."""
        rows = self.crawling.query("SELECT state, count(*) AS n FROM current_articles GROUP BY state")
        return {str(row["state"]): int(str(row["n"])) for row in rows}

    def events(self) -> dict[str, int]:
        """Count the events by their kinds, but for those that articles begin with."""
        rows = self.crawling.query("SELECT kind, count(*) AS n FROM events WHERE kind <> 'created' GROUP BY kind")
        return {str(row["kind"]): int(str(row["n"])) for row in rows}

    def snapshots(self) -> int:
        """Count all snapshots."""
        return len(self.crawling.query("SELECT 1 FROM article_history"))

    def findings(self) -> list[str]:
        """List the kinds of the findings of the last run."""
        rows = self.crawling.query(
            "SELECT DISTINCT kind FROM run_findings WHERE run_id = (SELECT max(run_id) FROM run_summary) ORDER BY kind"
        )
        return [str(row["kind"]) for row in rows]


SLOW_DOWN = ("-s", "AUTOTHROTTLE_ENABLED=False", "-s", "RETRY_TIMES=0")
FASTEST = (
    "-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8", "-s", "ARCHIVE_ATTACHMENTS=none", *SLOW_DOWN
)  # fmt: skip
