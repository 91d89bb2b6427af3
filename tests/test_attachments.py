"""Documents and images of articles: which are asked for when, what is kept of them, and where it is shown."""

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.archive.file import create_or_open
from archiver.archive.merging import merge_archive
from tests.conftest import Crawling, Done
from tests.portal import ChannelLook, Portal, PortalArticle, serve
from tests.portal.exchange import HTML, Response
from tests.portal.files import file_at, pdf
from tests.reading import ask

MONDAY = datetime(2024, 3, 4, 1, tzinfo=UTC)
SITE, CHANNEL = "dukdhcd", "tin-khoi"
PLAN, FORM, TABLE = "/documents/1/ke-hoach.pdf/a1", "/documents/1/mau.docx/a2", "/documents/1/bang.xls/a3"
LOGIN, LOST, COPY = "/documents/1/noi-bo.pdf/a4", "/documents/1/mat.pdf/a5", "/documents/1/ban-sao.pdf/a6"
ELSEWHERE = "http://van-ban.example/documents/9/luat.pdf"
FIRST, SECOND = pdf("kế hoạch"), pdf("kế hoạch, đã sửa")
TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xls": "application/vnd.ms-excel",
}
QUICK = ("-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=8", "-s", "ARCHIVE_LOGS=0")


def _write_article(number: int, *attachments: tuple[str, str], image: str | None = None) -> PortalArticle:
    return PortalArticle(
        id=4_600_100 + number,
        channel=CHANNEL,
        title=f"Thông báo số {number} về kế hoạch công tác",
        lead="Văn phòng gửi kèm các văn bản.",
        paragraphs=("Các đơn vị tải về và thực hiện.",),
        published=datetime(2024, 3, number, 9, 30),  # noqa: DTZ001 - the portal's own time
        images=((image, "Quang cảnh hội nghị"),) if image else (),
        attachments=attachments,
    )


def make_portal(**options: bool) -> Portal:
    """Three articles with documents, of which some cannot be had."""
    articles = [
        _write_article(1, (PLAN, "Kế hoạch năm"), (FORM, "Mẫu đăng ký"), image="/documents/1/anh.jpg/b1"),
        _write_article(2, (PLAN, "Kế hoạch (nhắc lại)"), (LOGIN, "Văn bản nội bộ"), (LOST, "Phụ lục")),
        _write_article(3, (COPY, "Bản sao kế hoạch"), (ELSEWHERE, "Luật"), (TABLE, "Bảng tổng hợp")),
    ]
    portal = Portal(articles, {CHANNEL: ChannelLook("Tin của Khối")}, tick=False, **options)
    portal.answers |= {
        PLAN: Response(200, FIRST, (("Content-Type", "text/html"),)),
        COPY: Response(200, FIRST, (("Content-Type", "application/pdf"),)),
        LOGIN: Response(200, b"<!DOCTYPE html>\n<html><body>\xc4\x90\xc4\x83ng nh\xe1\xba\xadp</body></html>", HTML),
        LOST: Response(404, b"", HTML),
    }
    return portal


def crawl(crawling: Crawling, base: str, at: datetime, *more: str) -> Done:
    start = ("-a", f"start={base}/{CHANNEL}")
    return crawling.archiver("crawl", SITE, "--verbose", *start, *QUICK, *more, ARCHIVE_NOW=at.isoformat())


def asked_for(portal: Portal, prefix: str = "/documents/") -> list[str]:
    return sorted(request.path for request in portal.requests if request.path.startswith(prefix))


def folder_of(crawling: Crawling) -> Path:
    return crawling.folder / "archive.files"


def list_folder(crawling: Crawling) -> dict[str, bytes]:
    folder = folder_of(crawling)
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@dataclass(frozen=True)
class Followed:
    """A portal followed for two days: on the second, a document was exchanged and a lost one is back."""

    crawling: Crawling
    portal: Portal
    base: str
    done: tuple[Done, Done]
    asked: tuple[list[str], list[str]]


@pytest.fixture(scope="module")
def followed(module_crawling: Crawling) -> Iterator[Followed]:
    portal = make_portal()
    with serve(portal) as base:
        first = crawl(module_crawling, base, MONDAY)
        asked = asked_for(portal)
        portal.clear_log()
        portal.answers[PLAN] = Response(200, SECOND, (("Content-Type", "application/pdf"),))
        del portal.answers[LOST]
        second = crawl(module_crawling, base, MONDAY + timedelta(days=1), "-a", "full=1")
        yield Followed(module_crawling, portal, base, (first, second), (asked, asked_for(portal)))


def test_each_document_is_asked_for_once_a_run(followed: Followed) -> None:
    everything = sorted([PLAN, FORM, TABLE, LOGIN, LOST, COPY])
    assert followed.asked == (everything, everything)
    assert [done.status for done in followed.done] == [0, 0], followed.done


def test_the_report_counts_them_and_nothing_is_amiss(followed: Followed) -> None:
    ends = [done.err.strip().splitlines()[-1].partition("articles_late 0; ")[2] for done in followed.done]
    assert ends == ["files kept 4; files not kept 3", "files kept 2; files unchanged 3; files not kept 1"]
    runs = followed.crawling.query("SELECT outcome, findings, errors, articles_new FROM run_summary ORDER BY run_id")
    assert runs == [{"outcome": "finished", "findings": 0, "errors": 0, "articles_new": new} for new in (3, 0)]


def test_a_content_lies_once_on_disk_whatever_leads_to_it(followed: Followed) -> None:
    kept = {
        FIRST: "pdf",
        SECOND: "pdf",
        file_at(LOST).body: "pdf",
        file_at(FORM).body: "docx",
        file_at(TABLE).body: "xls",
    }
    digests = {hashlib.sha256(body).hexdigest(): (body, ending) for body, ending in kept.items()}
    assert list_folder(followed.crawling) == {
        f"{digest[:2]}/{digest}.{ending}": body for digest, (body, ending) in digests.items()
    }


def test_the_view_has_a_row_for_each_link(followed: Followed) -> None:
    rows = followed.crawling.query(
        "SELECT article_id, file_url, title, kind, digest, bytes, media_type, status, problem, copies, file "
        "FROM attachments ORDER BY article_id, title"
    )
    base = followed.base
    assert rows == [
        _expect(1, base + PLAN, "Kế hoạch năm", SECOND, "pdf", 200, copies=2),
        _expect(1, base + FORM, "Mẫu đăng ký", file_at(FORM).body, "docx", 304),
        _expect(2, base + PLAN, "Kế hoạch (nhắc lại)", SECOND, "pdf", 200, copies=2),
        _expect(2, base + LOST, "Phụ lục", file_at(LOST).body, "pdf", 200),
        _expect(2, base + LOGIN, "Văn bản nội bộ", None, "", 200, "not_a_document"),
        _expect(3, base + COPY, "Bản sao kế hoạch", FIRST, "pdf", 200),
        _expect(3, base + TABLE, "Bảng tổng hợp", file_at(TABLE).body, "xls", 304),
        _expect(3, ELSEWHERE, "Luật", None, "", None, "other_host"),
    ]


def _expect(
    number: int,
    url: str,
    title: str,
    body: bytes | None,
    ending: str,
    status: int | None,
    problem: str | None = None,
    copies: int = 1,
) -> dict[str, object]:
    digest = hashlib.sha256(body).hexdigest() if body else None
    return {
        "article_id": str(4_600_100 + number),
        "file_url": url,
        "title": title,
        "kind": "document",
        "digest": digest,
        "bytes": len(body) if body else None,
        "media_type": TYPES[ending] if body else None,
        "status": status,
        "problem": problem,
        "copies": copies if body else 0,
        "file": f"{digest[:2]}/{digest}.{ending}" if digest else None,
    }


def test_an_exchanged_document_shows_with_its_times(followed: Followed) -> None:
    rows = followed.crawling.query(
        "SELECT fetched_at, status, digest, snapshot FROM attachment_history WHERE title = 'Kế hoạch năm' ORDER BY 1"
    )
    assert [(str(row["fetched_at"])[:10], row["status"], row["digest"], row["snapshot"]) for row in rows] == [
        ("2024-03-04", 200, hashlib.sha256(FIRST).hexdigest(), 1),
        ("2024-03-05", 200, hashlib.sha256(SECOND).hexdigest(), 1),
    ]
    assert followed.crawling.query("SELECT count(*) AS n FROM article_history") == [{"n": 3}]


def test_show_tells_where_the_copies_lie(followed: Followed) -> None:
    text = followed.crawling.archiver("show", "4600101").out
    now, before = (_place(followed, body, "pdf") for body in (SECOND, FIRST))
    assert (
        f"- Kế hoạch năm <{followed.base}{PLAN}>\n  {now}, {len(SECOND)} bytes, application/pdf, 2024-03-05 08:" in text
    )
    assert f"\n  before: {before}, {len(FIRST)} bytes, application/pdf, 2024-03-04 08:" in text
    text = followed.crawling.archiver("show", "4600102").out
    assert f"<{followed.base}{LOGIN}>\n  not kept: not_a_document, 2024-03-05 08:" in text
    (row,) = json.loads(followed.crawling.archiver("show", "4600101", "--json").out)
    plan = row["attachments"][0]
    assert (plan["title"], plan["file"], plan["digest"]) == ("Kế hoạch năm", now, hashlib.sha256(SECOND).hexdigest())
    assert [(copy["file"], copy["since"] == copy["until"]) for copy in plan["earlier"]] == [(before, True)]
    (row,) = json.loads(followed.crawling.archiver("show", "4600101", "--at", "2024-03-04", "--json").out)
    assert (row["attachments"][0]["file"], row["attachments"][0]["earlier"]) == (before, [])


def _place(followed: Followed, body: bytes, ending: str) -> str:
    digest = hashlib.sha256(body).hexdigest()
    return f"{folder_of(followed.crawling)}/{digest[:2]}/{digest}.{ending}"


def test_the_page_leads_to_the_copies(followed: Followed) -> None:
    page = ask(followed.crawling.path, f"/article/{SITE}/4600101", {"accept-language": "en"}).text
    links = [f"/file/{hashlib.sha256(body).hexdigest()}.pdf" for body in (SECOND, FIRST)]
    assert f'<a href="{links[0]}">Kế hoạch năm</a>' in page
    assert f'<a href="{links[1]}">An earlier copy' in page
    lost = ask(followed.crawling.path, f"/article/{SITE}/4600102", {"accept-language": "en"}).text
    assert "not kept: a web page in the place of the document" in lost


@pytest.mark.parametrize(
    ("body", "ending", "disposition", "sandboxed"),
    [(SECOND, "pdf", "inline", False), (file_at(FORM).body, "docx", "attachment", True)],
    ids=["pdf", "docx"],
)
def test_a_copy_is_served_so_that_it_can_do_nothing(
    followed: Followed, body: bytes, ending: str, disposition: str, sandboxed: bool
) -> None:
    answer = ask(followed.crawling.path, f"/file/{hashlib.sha256(body).hexdigest()}.{ending}")
    assert (answer.status_code, answer.content) == (200, body)
    policy = answer.headers["content-security-policy"]
    assert answer.headers["content-type"] == TYPES[ending]
    assert answer.headers["content-disposition"] == disposition
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert (policy.startswith("sandbox; "), "default-src 'none'" in policy) == (sandboxed, True)


@pytest.mark.parametrize(
    "name", [f"{'0' * 64}.pdf", f"{hashlib.sha256(SECOND).hexdigest()}.exe", "..%2f..%2farchive.db"]
)
def test_nothing_else_is_served(followed: Followed, name: str) -> None:
    assert ask(followed.crawling.path, f"/file/{name}").status_code == 404


def test_a_static_copy_takes_them_along(followed: Followed, tmp_path: Path) -> None:
    done = followed.crawling.archiver("export", "site", "-o", str(tmp_path / "copy"))
    assert done.status == 0, done.err
    files = {str(path.relative_to(tmp_path / "copy" / "files")) for path in (tmp_path / "copy" / "files").rglob("*.*")}
    assert files == set(list_folder(followed.crawling))
    page = next((tmp_path / "copy").rglob("4600101.html"))
    links = re.findall(r'href="([^"]*/files/[^"]*)"', page.read_text())
    assert [(page.parent / link).read_bytes() for link in links] == [SECOND, FIRST, file_at(FORM).body]


def test_verify_backup_and_merge_know_them(followed: Followed, tmp_path: Path) -> None:
    assert followed.crawling.archiver("verify").status == 0
    copy = Crawling(tmp_path / "copy")
    copy.folder.mkdir()
    done = followed.crawling.archiver("backup", str(copy.path))
    assert done.err.splitlines()[1:] == [f"{folder_of(copy)}: 5 files copied"]
    assert list_folder(copy) == list_folder(followed.crawling)
    missing, damaged = sorted(folder_of(copy).rglob("*.pdf"))[:2]
    missing.unlink()
    damaged.write_bytes(b"%PDF-" + bytes(len(damaged.read_bytes()) - 5))
    done = copy.archiver("verify")
    assert (done.status, sorted(done.out.splitlines())) == (
        1,
        sorted([f"file {missing}: it is not there", f"file {damaged}: it is damaged: its bytes have another digest"]),
    )
    merged = Crawling(tmp_path / "merged")
    merged.folder.mkdir()
    with closing(create_or_open(merged.path)) as database:
        for other in (copy, followed.crawling, followed.crawling):
            merge_archive(database, other.path)
    assert merged.archiver("verify").out == ""
    for view in ("attachments", "attachment_history"):
        query = f"SELECT * FROM {view} ORDER BY article_id, file_url, fetched_at"
        assert merged.query(query) == followed.crawling.query(query)
