"""docs/backfill.md, followed as it stands there: by somebody whose web archive is on this machine."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from archiver.model import Capture
from tests.archives import CHANNEL, frozen_portal
from tests.conftest import PROJECT
from tests.documents import blocks_of, read_document
from tests.portal import article_path, serve
from tests.web_archives import WebArchive, serve_archive

GUIDE = "docs/backfill.md"
HOST = "https://sotttt.hanoi.gov.vn"
ARTICLES = sorted(frozen_portal()._articles.values(), key=lambda article: article.id)
EARLIER = """<html><body><table class="chi-tiet-tin"><tr><td class="tieude">{title}</td></tr>
<tr><td class="ngaydang">Ngày đăng: 10/03/2014 | Lượt xem: {views}</td></tr>
<tr><td class="trichdan">Phiên họp bàn về công tác năm nay.</td></tr>
<tr><td class="noidung"><p>{text}</p></td></tr></table></body></html>"""
TEXT = "Ban Thường vụ đã nghe báo cáo về công tác tổ chức và thảo luận về chương trình của quý sau."
HEADERS = (("Content-Type", "text/html; charset=utf-8"),)


def capture_earlier(number: int, at: datetime) -> Capture:
    article = ARTICLES[number]
    body = EARLIER.format(title=article.title, views=100 + number, text=TEXT).encode()
    return Capture(HOST + article_path(article), at, 200, HEADERS, body)


def capture_later(number: int, at: datetime) -> Capture:
    answer = frozen_portal().answer(article_path(ARTICLES[number]))
    return Capture(HOST + article_path(ARTICLES[number]), at, 200, tuple(answer.headers), answer.body)


def keep_both_looks() -> list[Capture]:
    spring, summer = datetime(2014, 4, 1, 5, tzinfo=UTC), datetime(2014, 9, 1, 5, tzinfo=UTC)
    earlier = [capture_earlier(number, spring + timedelta(days=number)) for number in range(3)]
    return [*earlier, *(capture_later(number, summer + timedelta(days=number)) for number in range(4))]


class Reader:
    """Somebody in a project of their own who does what the page says."""

    def __init__(self, folder: Path, base: str, portal: str) -> None:
        self.folder = folder
        self._base = base
        self._portal = portal
        shutil.copytree(PROJECT / "spiders", folder / "spiders", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy(PROJECT / "scrapy.cfg", folder)
        (folder / "data").mkdir()
        (folder / "bin").mkdir()
        program = folder / "bin" / "archiver"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} -m archiver "$@"\n', encoding="utf-8")
        program.chmod(0o755)

    def run(self, block: str) -> str:
        """Run a block of the page with the web archive of this machine; returns what is printed."""
        script = block.replace("http://localhost:8080/portals", self._base)
        script = re.sub(r"(?m)^(archiver backfill sotttt(?!.*--from).*)$", rf"\1 --from {self._base} --pause 0", script)
        crawl = f"archiver crawl sotttt -a start={self._portal}/{CHANNEL} -s DOWNLOAD_DELAY=0 || [ $? = 3 ]"
        script = script.replace("archiver crawl sotttt", crawl)
        places = {"PYTHONPATH": str(PROJECT), "PATH": f"{self.folder}/bin:{os.environ['PATH']}", "COLUMNS": "160"}
        done = subprocess.run(
            ["bash", "-exc", script],
            check=False,
            cwd=self.folder,
            env={name: value for name, value in os.environ.items() if not name.startswith("ARCHIVE_")} | places,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert (done.returncode, "Traceback" in done.stderr) == (0, False), done.stderr
        return done.stdout

    def write_files(self) -> None:
        """Write the files that the page shows, and the empty one."""
        shown = re.findall(r"^`([\w/]+\.py)`\n\n```python\n(.*?)^```$", read_document(GUIDE), re.MULTILINE | re.DOTALL)
        assert [name for name, _ in shown] == ["earlier_looks/platform.py", "spiders/sotttt.py"]
        (self.folder / "earlier_looks").mkdir()
        (self.folder / "earlier_looks" / "__init__.py").touch()
        for name, text in shown:
            (self.folder / name).write_text(text, encoding="utf-8")

    def query(self, sql: str) -> list[tuple[object, ...]]:
        database = Database(self.folder / "data" / "archive.db")
        try:
            return [tuple(row) for row in database.execute(sql).fetchall()]
        finally:
            database.close()


@pytest.mark.slow
def test_an_earlier_look_is_found_written_down_and_read(tmp_path: Path) -> None:
    dry, full, other, missed, again, unread = blocks_of(GUIDE, "sh")
    with serve_archive(WebArchive(keep_both_looks())) as base, serve(frozen_portal()) as portal:
        reader = Reader(tmp_path, base, portal)
        for block in (dry, full, other):
            reader.run(block)
        assert "2014-04" in reader.run(missed)
        assert "2014-09" not in reader.run(missed)
        reader.write_files()
        reader.run(again)
    read = reader.query("SELECT article_id, seen_from, title, body FROM article_history ORDER BY article_id, snapshot")
    assert [(row[0], str(row[1])[:7]) for row in read if str(row[1]) < "2015"] == [
        *((str(article.id), month) for article in ARTICLES[:3] for month in ("2014-04", "2014-09")),
        (str(ARTICLES[3].id), "2014-09"),
    ]
    assert {row[3] for row in read if str(row[1]).startswith("2014-04")} == {TEXT}
    counts = reader.query("SELECT views FROM view_history WHERE observed_at < '2014-05' ORDER BY views")
    assert counts == [(100,), (101,), (102,)]
    assert "2014" not in reader.run(unread)
    reader.run("archiver verify")
