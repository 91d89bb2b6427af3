"""Documents and images of articles: which are asked for when, what is kept of them, and where it is shown."""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archiver.archive.store.file import create_or_open
from archiver.archive.upkeep.merge import merge_archive
from archiver.demo_portal.exchange import HTML, Response
from archiver.demo_portal.files import PNG, docx, file_at, pdf
from archiver.errors import SiteError
from archiver.site import Site
from archiver.urls import strip_volatile
from tests.conftest import PROJECT, Crawling, Done
from tests.portal import ChannelLook, Portal, PortalArticle, serve
from tests.reading import ask

MONDAY = datetime(2024, 3, 4, 1, tzinfo=UTC)
SITE, CHANNEL = "dukdhcd", "tin-khoi"
PLAN, FORM, TABLE = "/documents/1/ke-hoach.pdf/a1", "/documents/1/mau.docx/a2", "/documents/1/bang.xls/a3"
LOGIN, LOST, COPY = "/documents/1/noi-bo.pdf/a4", "/documents/1/mat.pdf/a5", "/documents/1/ban-sao.pdf/a6"
ELSEWHERE = "http://van-ban.example/documents/9/luat.pdf"
NAMED = "attachment; filename=x.pdf; filename*=UTF-8''B%E1%BA%A3n%20sao.pdf"
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
        COPY: Response(200, FIRST, (("Content-Type", "application/pdf"), ("Content-Disposition", NAMED))),
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


def test_the_name_that_the_server_gives_is_kept(followed: Followed) -> None:
    """Once by the first answer, then by the one that says that nothing has changed, or by the same bytes again."""
    rows = followed.crawling.query("SELECT file_url, name FROM attachments WHERE name IS NOT NULL")
    assert rows == [{"file_url": followed.base + COPY, "name": "Bản sao.pdf"}]


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


# --- when they are asked for ------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_kept_document_is_asked_for_again_after_a_month_and_a_lost_one_at_each_visit(crawling: Crawling) -> None:
    portal = make_portal()
    with serve(portal) as base:
        crawl(crawling, base, MONDAY)
        portal.clear_log()
        crawl(crawling, base, MONDAY + timedelta(days=3))
        assert asked_for(portal) == sorted([LOGIN, LOST])
        portal.clear_log()
        done = crawl(crawling, base, MONDAY + timedelta(days=45))
    assert asked_for(portal) == sorted([PLAN, FORM, TABLE, LOGIN, LOST, COPY])
    statuses = {request.path: request.status for request in portal.requests}
    assert (statuses[FORM], statuses[TABLE], statuses[PLAN]) == (304, 304, 200)
    assert "files unchanged 4; files not kept 2" in done.err


@pytest.mark.slow
def test_a_confirmed_article_leads_to_its_documents_too(crawling: Crawling) -> None:
    """The page answers 304, so nothing is read of it; its document was exchanged nevertheless."""
    portal = make_portal(validators=True)
    with serve(portal) as base:
        crawl(crawling, base, MONDAY)
        portal.answers[PLAN] = Response(200, SECOND)
        portal.clear_log()
        crawl(crawling, base, MONDAY + timedelta(days=45))
    assert {request.status for request in portal.requests if "/view_content/" in request.path} == {304}
    assert crawling.query("SELECT DISTINCT copies FROM attachments WHERE file_url = ?", base + PLAN) == [{"copies": 2}]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("policy", "asked"),
    [("none", []), ("documents", [PLAN, FORM]), ("all", [PLAN, FORM, "/documents/1/anh.jpg/b1"])],
)
def test_the_policy_says_what_is_asked_for(crawling: Crawling, policy: str, asked: list[str]) -> None:
    portal = make_portal()
    portal.answers["/documents/1/anh.jpg/b1"] = Response(200, PNG)
    for number in (2, 3):
        portal.remove(4_600_100 + number)
    with serve(portal) as base:
        done = crawl(crawling, base, MONDAY, "-s", f"ARCHIVE_ATTACHMENTS={policy}")
    assert (done.status, [strip_volatile(path) for path in asked_for(portal)]) == (0, sorted(asked))
    assert folder_of(crawling).exists() == bool(asked)
    kinds = crawling.query("SELECT kind, media_type FROM attachments WHERE digest IS NOT NULL AND kind = 'image'")
    assert kinds == ([{"kind": "image", "media_type": "image/png"}] if policy == "all" else [])


def test_a_policy_that_is_none_is_refused(crawling: Crawling) -> None:
    done = crawling.archiver("crawl", SITE, "-s", "ARCHIVE_ATTACHMENTS=some")
    line = "archiver: -s ARCHIVE_ATTACHMENTS=some: write none, documents, all\n"
    assert (done.status, done.err) == (2, line)
    with pytest.raises(SiteError, match="attachments = 'some'; write 'none', 'documents' or 'all'"):
        Site("mot", "Trang", "generic", attachments="some")  # type: ignore[arg-type]


@pytest.mark.slow
def test_a_site_that_begins_to_keep_them_has_them_at_the_next_visit(crawling: Crawling) -> None:
    portal = make_portal()
    with serve(portal) as base:
        crawl(crawling, base, MONDAY, "-s", "ARCHIVE_ATTACHMENTS=none")
        portal.clear_log()
        done = crawl(crawling, base, MONDAY + timedelta(days=1))
        assert asked_for(portal) == sorted([PLAN, FORM, TABLE, LOGIN, LOST, COPY])
        portal.clear_log()
        crawl(crawling, base, MONDAY + timedelta(days=2))
        assert asked_for(portal) == sorted([LOGIN, LOST])
    assert "files kept 4; files not kept 3" in done.err  # one of them is on another host


@pytest.mark.slow
def test_the_budget_of_requests_holds(crawling: Crawling) -> None:
    portal = make_portal()
    with serve(portal) as base:
        done = crawl(crawling, base, MONDAY, "-s", "ARCHIVE_MAX_REQUESTS=6")
        assert (done.status, len(portal.requests)) == (3, 7)  # robots.txt
        crawl(crawling, base, MONDAY + timedelta(hours=2))
    assert set(asked_for(portal)) == {PLAN, FORM, TABLE, LOGIN, LOST, COPY}


@pytest.mark.slow
def test_what_cannot_be_had_is_written_down(crawling: Crawling) -> None:
    """Too large, forbidden by robots.txt, an error of the server, a redirect: no finding but for what broke off."""
    portal = make_portal()
    portal.robots = "User-agent: *\nDisallow: /documents/1/bang.xls\n"
    portal.answers |= {
        PLAN: Response(200, b"%PDF-" + bytes(400_000)),
        FORM: Response(200, docx("x"), truncate_at=20),
        LOGIN: Response(302, b"", (("Location", "http://khac.example/dang-nhap"),)),
        LOST: Response(500, b"", HTML),
        COPY: Response(302, b"", (("Location", "/documents/1/that.pdf/c1"),)),
    }
    with serve(portal) as base:
        done = crawl(crawling, base, MONDAY, "-s", "ARCHIVE_MAX_FILE=300000")
    assert done.status == 3, done.err
    assert "Traceback" not in done.err
    assert crawling.query("SELECT kind, url FROM findings") == [{"kind": "truncated", "url": base + FORM}]
    rows = crawling.query("SELECT DISTINCT file_url, status, problem FROM attachments ORDER BY file_url")
    assert {str(row["file_url"]).removeprefix(base): (row["status"], row["problem"]) for row in rows} == {
        PLAN: (None, "too_big"),
        FORM: (None, "truncated"),
        LOGIN: (None, "not_allowed"),
        LOST: (500, "http_500"),
        COPY: (200, None),
        TABLE: (None, "not_allowed"),
        ELSEWHERE: (None, "other_host"),
    }


# --- runs that are cut off --------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize(
    ("number", "outcome", "status"), [(signal.SIGTERM, "interrupted", 0), (signal.SIGKILL, "died", 3)]
)
def test_a_run_that_is_cut_off_is_taken_up_without_double_work(
    crawling: Crawling, number: int, outcome: str, status: int
) -> None:
    """It ends while a document hangs; the next run asks for that one and for what was never asked for."""
    portal = make_portal()
    usual = portal.answers[COPY]
    portal.answers[COPY] = Response(200, FIRST, delay=120)
    with serve(portal) as base:
        environment = os.environ | {"ARCHIVE_DB": str(crawling.path), "ARCHIVE_NOW": MONDAY.isoformat()}
        command = [sys.executable, "-m", "archiver", "crawl", SITE, "-a", f"start={base}/{CHANNEL}", *QUICK]
        with subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.PIPE, text=True) as process:
            deadline = time.monotonic() + 60
            while len(asked_for(portal)) < 6 and time.monotonic() < deadline:
                time.sleep(0.05)
            time.sleep(0.5)
            began = time.monotonic()
            process.send_signal(number)
            _, errors = process.communicate(timeout=55)
        assert time.monotonic() - began < 40  # the document would take two minutes
        assert not any(word in errors for word in ("Traceback", "ERROR", "never retrieved")), errors
        portal.answers[COPY] = usual
        portal.clear_log()
        done = crawl(crawling, base, MONDAY + timedelta(minutes=5))
    assert asked_for(portal) == [COPY]
    assert done.status == status, done.err  # a run that died is a finding of the next one
    outcomes = crawling.query("SELECT outcome FROM run_summary ORDER BY run_id")
    assert outcomes == [{"outcome": outcome}, {"outcome": "problems" if status else "finished"}]
    assert crawling.archiver("verify").status == 0


SLOW_DISK = """
import time
from archiver.crawl.documents import document_requests

keep = document_requests.keep_file

def keep_slowly(*arguments):
    time.sleep(1)
    return keep(*arguments)

document_requests.keep_file = keep_slowly
"""


def test_the_run_is_not_over_before_a_slow_disk_has_the_last_file(crawling: Crawling, tmp_path: Path) -> None:
    """What an earlier run left is asked for when nothing else is under way; then nothing but the disk is at work."""
    (tmp_path / "sitecustomize.py").write_text(SLOW_DISK, encoding="utf-8")
    with serve(make_portal()) as base:
        assert crawl(crawling, base, MONDAY, "-s", "ARCHIVE_MAX_REQUESTS=6").status == 3
        start = ("-a", f"start={base}/{CHANNEL}")
        places = {"PYTHONPATH": f"{tmp_path}:{PROJECT}", "ARCHIVE_NOW": (MONDAY + timedelta(hours=1)).isoformat()}
        done = crawling.archiver("crawl", SITE, *start, *QUICK, **places)
    assert "the crawl ends here" not in done.err
    kept = crawling.query("SELECT DISTINCT file_url FROM attachments WHERE problem IS NULL")
    assert {str(row["file_url"]).removeprefix(base) for row in kept} == {PLAN, FORM, COPY, TABLE}


@pytest.mark.slow
def test_a_disk_that_does_not_take_them_ends_the_crawl(crawling: Crawling) -> None:
    folder_of(crawling).write_text("a file stands where the folder should")
    portal = make_portal()
    with serve(portal) as base:
        done = crawl(crawling, base, MONDAY)
    assert done.status == 1
    assert "the file cannot be written" in done.err
    assert "Traceback" not in done.err


@pytest.mark.slow
def test_many_documents_take_no_memory(tmp_path: Path) -> None:
    """A thousand documents more, each with its own content, and hardly a megabyte more in the end."""
    peaks = [_measure(tmp_path / str(count), count) for count in (100, 1_100)]
    assert peaks[1] - peaks[0] < 12, peaks


def _measure(folder: Path, count: int) -> float:
    """Return the most megabytes that a crawl of five articles with so many documents held."""
    folder.mkdir()
    articles = [
        _write_article(number, *((f"/documents/1/so-{number}-{place}.pdf/x", "Văn bản") for place in range(count // 5)))
        for number in range(1, 6)
    ]
    portal = Portal(articles, {CHANNEL: ChannelLook("Tin của Khối")}, tick=False)
    with serve(portal) as base:
        environment = os.environ | {"ARCHIVE_DB": str(folder / "archive.db")}
        command = [sys.executable, "-m", "archiver", "crawl", SITE, "-a", f"start={base}/{CHANNEL}", *QUICK]
        process = subprocess.Popen(command, cwd=PROJECT, env=environment)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    assert len(asked_for(portal)) == count
    return usage.ru_maxrss / 1024
