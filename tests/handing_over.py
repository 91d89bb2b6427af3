"""Cases to hand over as tests make them: of a portal with documents and witnesses, and of one with requisites."""

import subprocess
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.archives import CHANNEL, frozen_portal
from tests.authority import serve_authority
from tests.conftest import FAST, Crawling
from tests.portal import serve
from tests.styled_portal import StyledPortal, serve_styled

START = datetime(2026, 1, 5, 3, tzinfo=UTC)
SAID = ("Cuộc họp diễn ra sáng nay.", "Cuộc họp bị hoãn.", "Không có cuộc họp nào được triệu tập.", "")
DOCUMENT = ("/documents/1/0/KH+01.pdf/aa", "Kế hoạch số 01")


def crawl_documented(folder: Path) -> tuple[Crawling, str, Path]:
    """Crawl a portal four times, with a witness; returns the archive, the id of an article, the witness's certificate.

    The article has a document, is edited each time, and is gone at the last.
    """
    crawling, portal = Crawling(folder), frozen_portal()
    article = portal.listed()[0].id
    with serve_authority(folder / "authority") as authority, serve(portal) as base:
        for number in range(4):
            portal.edit(article, attachments=(DOCUMENT,), paragraphs=(SAID[number], "Câu đứng yên."))
            if number == 3:
                portal.remove(article)
            now = (START + timedelta(days=number)).isoformat()
            more = ("-a", "full=1", "-s", "ARCHIVE_ATTACHMENTS=documents")
            crawling.scrapy("dukdhcd", f"{base}/{CHANNEL}", *more, ARCHIVE_NOW=now, ARCHIVE_TSA=authority.url)
    return crawling, str(article), authority.root


def crawl_styled(folder: Path) -> tuple[Crawling, str]:
    """Crawl a portal twice that keeps what its pages need; returns the archive and an article's address."""
    crawling, portal = Crawling(folder), StyledPortal()
    with serve_styled(portal) as base:
        for number, text in enumerate(("với ảnh và chữ riêng", "với ảnh và chữ khác")):
            page = portal._write_article("1").replace("với ảnh và chữ riêng", text)
            portal.answers["/bai/1"] = (200, "text/html; charset=utf-8", page.encode())
            modules = ("-s", "SPIDER_MODULES=tests.styled_portal")
            start = ("-a", f"start={base}/tin", "-a", "full=1")
            time = {"ARCHIVE_NOW": (START + timedelta(days=number)).isoformat(), "PYTHONUTF8": "1"}
            crawling.run("scrapy", "crawl", "styled", *start, *modules, *FAST, **time)
    return crawling, f"{base}/bai/1"


def export(crawling: Crawling, article: str, out: Path, *more: str) -> Path:
    """Make the case of an article."""
    done = crawling.archiver("export", "case", article, "-o", str(out), *more)
    assert done.status == 0, done.err
    return out


def unpack(case: Path, folder: Path) -> Path:
    """Unpack a case into a new folder."""
    with zipfile.ZipFile(case) as archive:
        archive.extractall(folder)
    return folder


def check_sums(folder: Path) -> subprocess.CompletedProcess[bytes]:
    """Check a folder as anybody can, without this program."""
    return subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"], check=False, cwd=folder, capture_output=True)
