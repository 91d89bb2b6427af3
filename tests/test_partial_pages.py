"""Crawls of pages of which only a part came, though their length is right and their chunks are well ended."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.archive.runs.known_articles import list_non_articles
from archiver.archive.runs.run_log import close_run, open_run
from archiver.archive.store.file import create_or_open
from archiver.crawl.planning.options import CrawlOptions
from archiver.crawl.planning.plan import make_plan
from archiver.demo_portal.files import PNG, docx, pdf
from archiver.ingest.record import read_capture, record_capture
from archiver.ingest.reparse import reparse
from archiver.model import Capture, Purpose
from archiver.site import Site
from tests.conftest import FAST, Crawling, Done
from tests.portal import ChannelLook, Portal, PortalArticle, Response, article_path, serve, write_articles
from tests.test_truncation import ARTICLE_SPAN, PAGE
from tests.troubled_portal import Failed, Fault, Trouble, check_fault, crawl_trouble, start_of
from tests.visiting import Visits

PART = 9000


def _cut(page: Response, at: int = PART, **how: object) -> Response:
    return replace(page, body=page.body[:at], **how)  # type: ignore[arg-type]  # any field


def _cut_letter(page: Response) -> Response:
    """Cut a letter of two or three bytes in two, somewhere in the second half."""
    at = next(at for at in range(len(page.body) // 2, len(page.body)) if page.body[at] >= 0xC0)
    return _cut(page, at + 1)


def _cut_behind(mark: str) -> Callable[[Response, str], Response]:
    return lambda page, path: _cut(page, page.body.index(mark.encode()) + len(mark))


THRICE = (("truncated",), (200, 200, 200), 3)
FAULTS: dict[str, Fault] = {
    "cut": Fault(lambda page, path: _cut(page), *THRICE),
    "cut, in chunks": Fault(lambda page, path: _cut(page, framing="chunked"), *THRICE),
    "cut within a letter": Fault(lambda page, path: _cut_letter(page), *THRICE),
    "cut behind the title": Fault(_cut_behind('<div class="asset-full-content-title">'), *THRICE),
    "cut in the head": Fault(lambda page, path: _cut(page, 300), *THRICE),
    "cut once": Fault(lambda page, path: _cut(page), (), (200, 200), 2, stored=True, times=1),
    "cut twice": Fault(lambda page, path: _cut(page), (), (200, 200, 200), 3, stored=True, times=2),
    "cut behind everything": Fault(
        lambda page, path: replace(page, body=page.body.removesuffix(b"</html>")), (), (200,), 1, stored=True
    ),
    "a part that nobody asked for": Fault(lambda page, path: _cut(page, status=206), ("http_206",), (206, 206, 206), 3),
    "all of it as a part": Fault(lambda page, path: replace(page, status=206), ("http_206",), (206,) * 3, 3),
    "a part once": Fault(lambda page, path: _cut(page, status=206), (), (206, 200), 2, stored=True, times=1),
    "no content": Fault(lambda page, path: Response(204), ("http_204",), (204,), 1),
    "reset content": Fault(lambda page, path: Response(205), ("http_205",), (205,), 1),
    "from somewhere else": Fault(lambda page, path: replace(page, status=203), (), (203,), 1, stored=True),
    "a wrong byte": Fault(
        lambda page, path: replace(page, body=page.body.replace("ộ".encode(), b"\xe1\xbb", 1)),
        (),
        (200,),
        1,
        stored=True,
    ),
}


@pytest.fixture(scope="module")
def failed(tmp_path_factory: pytest.TempPathFactory) -> Failed:
    return crawl_trouble(tmp_path_factory.mktemp("partial"), FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_first_visits(failed: Failed, name: str) -> None:
    check_fault(failed, name)


def test_the_run_says_so(failed: Failed) -> None:
    assert failed.done.status == 3
    fates = failed.crawling.query("SELECT fate, reason, articles FROM fates ORDER BY reason")
    kinds = sorted(fault.findings[0] for fault in FAULTS.values() if fault.findings)
    assert [(row["fate"], row["reason"], row["articles"]) for row in fates] == [
        ("failed", kind, kinds.count(kind)) for kind in sorted(set(kinds))
    ]


@pytest.mark.slow
def test_known_articles_stay_as_they_were(crawling: Crawling) -> None:
    """All are cut or parts, then all are well again: one state of each, and no event."""
    faults = {name: fault for name, fault in FAULTS.items() if name != "a wrong byte"}
    trouble = Trouble(faults)
    with serve(trouble.portal) as base:
        for on in (False, True, False):
            trouble.on = on
            done = crawling.scrapy("dukdhcd", start_of(trouble.portal, base), "-a", "full=1")
            assert done.status == (3 if on else 0), done.err[-2000:]
    history = crawling.query("SELECT count(*) AS n, max(snapshot) AS snapshots FROM article_history")
    assert history == [{"n": len(trouble.portal.listed()), "snapshots": 1}]
    assert crawling.query("SELECT DISTINCT kind FROM events") == [{"kind": "created"}]
    assert crawling.query("SELECT DISTINCT state FROM current_articles") == [{"state": "live"}]


# --- both looks, any offset -------------------------------------------------------------------------------------------

ROW = '<li class="item"><h3><a href="/tin/bai-{0}.html">Bài thứ {0} của thôn Hạ Vy</a></h3><p>Tóm tắt {0}.</p></li>'
COUNT = 8


class Village:
    """A site of no known platform; ``cuts`` are the offsets at which articles end, ``answers`` overrules paths."""

    def __init__(self) -> None:
        self.cuts: dict[str, int] = {}
        self.framing = "length"
        self.answers: dict[str, Response] = {}
        self.portal = Portal([], {}, tick=False)
        self.portal.outage = self._answer

    def page(self, path: str) -> bytes:
        """Return an article as it is."""
        number = int(path.rpartition("-")[2].removesuffix(".html"))
        return PAGE.replace("Họp dân bàn việc chung", f"Bài thứ {number} của thôn Hạ Vy").encode()

    def listing(self) -> bytes:
        """Return the page that lists all articles."""
        rows = "".join(ROW.format(number) for number in range(1, COUNT + 1))
        return f'<title>Tin</title><h1>Tin</h1><ul class="news">{rows}</ul></body></html>'.encode()

    def _answer(self, target: str) -> Response | None:
        if target in self.answers:
            return self.answers[target]
        if target == "/tin":
            return Response(200, self.listing())
        if not target.startswith("/tin/bai-"):
            return Response(404)
        body = self.page(target)[: self.cuts.get(target)]
        return Response(200, body, framing="chunked" if self.framing == "chunked" else "length")

    def crawl(self, crawling: Crawling, base: str, *more: str) -> Done:
        """Crawl the site by its address."""
        return crawling.run("archiver", "crawl", "site", "-a", f"url={base}/tin", *FAST, *more)


PATHS = [f"/tin/bai-{number}.html" for number in range(1, COUNT + 1)]


def _history(crawling: Crawling) -> list[dict[str, object]]:
    return crawling.query("SELECT article_id, snapshot, title, body, content_digest FROM article_history ORDER BY 1, 2")


@pytest.mark.slow
@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    offsets=st.lists(
        st.integers(*ARTICLE_SPAN).filter(lambda at: at < ARTICLE_SPAN[1]), min_size=COUNT, max_size=COUNT
    ),
    framing=st.sampled_from(["length", "chunked"]),
    known=st.booleans(),
)
def test_pages_of_an_unknown_platform_cut_anywhere(
    tmp_path_factory: pytest.TempPathFactory,
    offsets: list[int],
    framing: str,
    known: bool,
) -> None:
    crawling, village = Crawling(tmp_path_factory.mktemp("village")), Village()
    village.framing = framing
    with serve(village.portal) as base:
        if known:
            assert village.crawl(crawling, base).status == 0
        before = _history(crawling) if known else []
        village.cuts = dict(zip(PATHS, offsets, strict=True))
        village.portal.clear_log()
        assert village.crawl(crawling, base, "-a", "full=1").status == 3
        hits = [village.portal.count_requests(path) for path in PATHS]
        assert (_history(crawling), hits) == (before, [3] * COUNT)
        village.cuts = {}
        assert village.crawl(crawling, base).status == 0
    assert len(_history(crawling)) == COUNT
    told = crawling.query("SELECT kind, count(*) AS n FROM findings GROUP BY kind")
    assert told == [{"kind": "truncated", "n": COUNT}]


@pytest.mark.slow
@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(shares=st.lists(st.floats(0, 0.999), min_size=24, max_size=24), framing=st.sampled_from(["length", "chunked"]))
def test_pages_of_a_known_platform_cut_anywhere(
    tmp_path_factory: pytest.TempPathFactory, shares: list[float], framing: str
) -> None:
    """From the title of the article to the end of the page's last element but one."""
    crawling = Crawling(tmp_path_factory.mktemp("replica"))
    faults = {str(share): Fault(_cut_at(share, framing), *THRICE) for share in dict.fromkeys(shares)}
    trouble = Trouble(faults)
    with serve(trouble.portal) as base:
        for on in (False, True, False):
            trouble.on = on
            done = crawling.scrapy("dukdhcd", start_of(trouble.portal, base), "-a", "full=1")
            assert done.status == (3 if on else 0)
    assert crawling.query("SELECT count(*) AS n, max(snapshot) AS m FROM article_history") == [{"n": 24, "m": 1}]
    told = crawling.query("SELECT kind, count(*) AS n FROM findings GROUP BY kind")
    assert told == [{"kind": "truncated", "n": len(faults)}]


def _cut_at(share: float, framing: str) -> Callable[[Response, str], Response]:
    def answer(page: Response, path: str) -> Response:
        start, end = page.body.index(b'<div class="asset-full-content-title'), page.body.rindex(b"</div>")
        return _cut(page, start + 1 + int(share * (end - start - 1)), framing=framing)

    return answer


# --- listings, documents ----------------------------------------------------------------------------------------------


def _two_channels() -> Portal:
    articles = write_articles(30, ["tin"])
    return Portal(articles, {"tin": ChannelLook("Tin")}, tick=False)


@pytest.mark.slow
@pytest.mark.parametrize("mark", ["asset-abstract", "lfr-pagination-buttons"])
def test_a_listing_that_is_cut_ends_no_walk(crawling: Crawling, mark: str) -> None:
    """What it no longer shows is not delisted, and its second page is not taken for missing."""
    portal = _two_channels()
    page = portal.page("/tin")
    with serve(portal) as base:
        assert crawling.scrapy("dukdhcd", f"{base}/tin").status == 0
        portal.answers["/tin"] = _cut(page, page.body.rindex(mark.encode()) - 12)
        portal.clear_log()
        assert crawling.scrapy("dukdhcd", f"{base}/tin", "-a", "full=1").status == 3
        assert portal.count_requests("/tin?") == 0
        assert sum(request.path == "/tin" for request in portal.requests) == 3
        del portal.answers["/tin"]
        assert crawling.scrapy("dukdhcd", f"{base}/tin").status == 0
    assert crawling.query("SELECT kind, url FROM findings") == [{"kind": "truncated", "url": f"{base}/tin"}]
    assert crawling.query("SELECT DISTINCT kind FROM events") == [{"kind": "created"}]
    assert crawling.query("SELECT count(*) AS n, min(listed) AS listed FROM current_articles") == [
        {"n": 30, "listed": 1}
    ]


PDF, DOCX, PICTURE, PART_OF = (f"/documents/1/{name}" for name in ("a.pdf/1", "b.docx/2", "c.pdf/3", "d.pdf/4"))


def test_documents_that_did_not_come_whole_are_not_kept(crawling: Crawling) -> None:
    """They are asked for twice, told, and kept once they come."""
    names = (PDF, "Kế hoạch"), (DOCX, "Mẫu"), (PICTURE, "Ảnh quét"), (PART_OF, "Phụ lục")
    article = PortalArticle(
        id=4_600_101,
        channel="tin",
        title="Thông báo về kế hoạch công tác",
        lead="Văn phòng gửi kèm các văn bản.",
        paragraphs=("Các đơn vị tải về và thực hiện.",),
        published=datetime(2024, 3, 4, 9, 30),  # noqa: DTZ001 - the portal's own time
        attachments=names,
    )
    portal = Portal([article], {"tin": ChannelLook("Tin")}, tick=False)
    bodies = {PDF: pdf("kế hoạch"), DOCX: docx("mẫu"), PICTURE: PNG, PART_OF: pdf("phụ lục")}
    documents = ("-s", "ARCHIVE_ATTACHMENTS=documents")
    with serve(portal) as base:
        portal.answers |= {path: Response(200, body[:-9]) for path, body in bodies.items()}
        portal.answers[PART_OF] = Response(206, bodies[PART_OF])
        assert crawling.scrapy("dukdhcd", f"{base}/tin", *documents).status == 3
        hits = [portal.count_requests(path) for path in bodies]
        problems = crawling.query("SELECT DISTINCT problem, digest FROM attachments")
        portal.answers |= {path: Response(200, body) for path, body in bodies.items()}
        assert crawling.scrapy("dukdhcd", f"{base}/tin", "-a", "full=1", *documents).status == 0
    assert (hits, problems) == ([2] * 4, [{"problem": "truncated", "digest": None}])
    told = crawling.query("SELECT kind, url FROM findings ORDER BY url")
    assert told == [{"kind": "truncated", "url": base + path} for path in sorted(bodies)]
    kept = crawling.query("SELECT problem, count(digest) AS n FROM attachments GROUP BY problem")
    assert kept == [{"problem": None, "n": 4}]


# --- what a later run makes of it -------------------------------------------------------------------------------------

AT = datetime(2026, 3, 9, 2, tzinfo=UTC)
UNKNOWN = Site("xa", "Trang của xã", "generic", ("https://xa.example/tin",))


@pytest.mark.parametrize("final", [True, False])
def test_a_cut_page_is_not_done_when_its_run_is_taken_up(tmp_path: Path, final: bool) -> None:
    """Nor is it one that never was an article: the next run asks for it."""
    capture = Capture("https://xa.example/hop.html", AT, 200, (), PAGE.encode()[: ARTICLE_SPAN[1] - 20])
    with closing(create_or_open(tmp_path / "archive.db")) as database:
        with database.atomic():
            run = open_run(database.conn, UNKNOWN, {}, AT)
            page = read_capture(UNKNOWN, capture)
            for second in range(3):
                again = replace(capture, fetched_at=AT + timedelta(seconds=second))
                is_last = final and second == 2
                purpose = Purpose("article", "xa.example/hop.html", final=is_last)
                record_capture(database, run, UNKNOWN, again, page, purpose)
            close_run(database.conn, run, "interrupted", 3, AT)
        plan = make_plan(database, UNKNOWN, CrawlOptions(UNKNOWN.listings), {}, AT + timedelta(minutes=5))
        assert plan.resumed is not None
        assert plan.done == frozenset()
        assert not final or list_non_articles(database.conn, "xa") == []


def test_reading_again_gives_the_same_verdict(tmp_path: Path) -> None:
    """What was kept of a cut page is no page for any later reader either."""
    portal = _two_channels()
    visits = Visits(tmp_path / "archive.db")
    path = article_path(portal.listed()[0])
    assert visits.run(portal, AT) == []
    portal.answers[path] = _cut(portal.page(path))
    assert visits.run(portal, AT + timedelta(days=1)) == ["truncated"]
    before = visits.dump("article_history", "current_articles", "view_history", "events")
    verdicts = {reread.verdict for reread in reparse(visits.database, force=True)}
    assert "unreadable" in verdicts
    assert not {"changed", "refused"} & verdicts
    assert visits.dump("article_history", "current_articles", "view_history", "events") == before
    assert visits.query("SELECT max(snapshot) AS n FROM article_history") == [{"n": 1}]
