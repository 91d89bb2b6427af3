"""The benchmark on public pages reads as a crawl does, and hands over what the program that scores expects."""

import json
import shutil
import tarfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from archiver.model import Article, Capture, Problem, PublishedDate, Unreadable
from tests.benchmarks.extraction import PEERS_PYTHON
from tests.benchmarks.predictions import PublicPage, predict_ours, predict_theirs
from tests.benchmarks.public import DAYS_ALONE, EXTRACTORS, OURS, TEXT_ALONE, UNKNOWING, bench_public

URL = "https://bao.example/tin/ke-hoach-trong-cay-41.html"
TITLE = "Kế hoạch trồng cây mùa xuân"
LEAD = "Ban chỉ đạo vừa thông qua kế hoạch trồng cây của mùa xuân tới, với sự tham gia của các chi bộ trong toàn tỉnh."
TEXT = (
    "Theo kế hoạch, mỗi chi bộ nhận chăm sóc một đoạn đường dài hai cây số, từ ngày trồng cho đến khi cây đứng vững.",
    "Giống cây do trạm lâm nghiệp cung cấp, được chọn theo chất đất của từng xã và ý kiến của người dân hai bên.",
    "Cuối mùa, ban chỉ đạo sẽ đi xem từng đoạn và khen những nơi có số cây sống nhiều nhất so với số cây đã trồng.",
)
MENU = "Trang nhất của tờ báo"
PARAGRAPHS = "".join(f"<p>{text}</p>" for text in (LEAD, *TEXT))
PAGE = f"""<!DOCTYPE html><html lang="vi"><head><title>{TITLE} - Tờ báo</title></head><body>
<ul><li><a href="/">{MENU}</a></li><li><a href="/tin">Tin trong tỉnh</a></li></ul>
<div class="bai"><h1>{TITLE}</h1><p class="ngay">12/02/2021 08:30</p>{PARAGRAPHS}</div>
</body></html>"""
EXPECTED = {
    "article-extraction": {"body": "\n".join((LEAD, *TEXT))},
    "htmldate": {"published": "2021-02-12"},
    "readability": {"title": TITLE, "body": "\n".join((LEAD, *TEXT)), "published": "2021-02-12"},
    "trafilatura": {"with": list(TEXT), "without": [MENU], "title": TITLE, "published": "2021-02-12", "author": "An"},
}
"""The names of sets that the program knows, each of one page of our own."""
KNOWN = PublicPage("htmldate", "7", Capture(URL, datetime(2026, 1, 1, tzinfo=UTC), 200, (), b""))
NOTHING = {"set": "htmldate", "id": "7", "title": None, "published": None, "body": None, "author": None}


def _published(raw: str, at: datetime | None) -> Article:
    return Article(native_key="41", url=URL, title=TITLE, published=PublishedDate(raw, at))


@pytest.mark.parametrize(
    ("raw", "at", "day"),
    [
        ("12/02/2021", datetime(2021, 2, 12, tzinfo=UTC), "2021-02-12"),
        ("2021-02-12T23:30:00-05:00", datetime(2021, 2, 13, 4, 30, tzinfo=UTC), "2021-02-12"),
        ("2021-02-12T01:30:00+07:00", datetime(2021, 2, 11, 18, 30, tzinfo=UTC), "2021-02-12"),
        ("31/02/2021", None, None),
    ],
)
def test_a_day_is_that_of_the_zone_that_is_printed(raw: str, at: datetime | None, day: str | None) -> None:
    assert predict_ours(KNOWN, _published(raw, at))["published"] == day


def test_lead_and_paragraphs_are_lines_of_the_text() -> None:
    article = Article(native_key="41", url=URL, title=TITLE, lead=LEAD, paragraphs=TEXT, author="An")
    said = {"title": TITLE, "body": "\n".join((LEAD, *TEXT)), "author": "An"}
    assert predict_ours(KNOWN, article) == NOTHING | said


def test_a_page_that_is_no_article_predicts_nothing() -> None:
    assert predict_ours(KNOWN, Unreadable(URL, Problem("no_article", "a listing"))) == NOTHING


def test_what_others_fail_on_predicts_nothing() -> None:
    assert predict_theirs(KNOWN, {"extractor": "goose3", "error": "ValueError: x", "cpu": 0.1}) == NOTHING


@pytest.fixture
def folder(shared: Path, tmp_path: Path) -> Path:
    """Make a folder like that of the public benchmarks, with its program and pages of our own."""
    if not (shared / "benchmarks" / "score.py").exists():
        pytest.skip("the public benchmarks are not here")
    folder = tmp_path / "benchmarks"
    folder.mkdir()
    shutil.copy(shared / "benchmarks" / "score.py", folder)
    page = tmp_path / "page.html"
    page.write_text(PAGE, encoding="utf-8")
    for name, expected in EXPECTED.items():
        row = {"set": name, "id": "a", "file": "a.html", "url": URL, "expected": expected}
        (folder / f"{name}.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
        with tarfile.open(folder / f"{name}.tar.xz", "w:xz") as pages:
            pages.add(page, f"{name}/a.html")
    return folder


def _rows(printed: str, reader: str) -> list[list[str]]:
    """Return the cells of the rows of a reader: one for each set, one for all, one for its times."""
    lines = [[cell.strip() for cell in line.split("│")[1:-1]] for line in printed.splitlines()]
    return [cells[1:] for cells in lines if cells and cells[0] == reader]


def test_our_readings_are_written_and_scored(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = folder / "ours.jsonl"
    bench_public("--folder", str(folder), "--ours", "--write", str(file))
    written = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    said = {"title": TITLE, "published": "2021-02-12", "body": "\n".join((LEAD, *TEXT)), "author": None}
    assert written == [{"set": name, "id": "a"} | said for name in EXPECTED]
    printed = capsys.readouterr().out
    days = ["1", "0", "0", "100.0", "0.0"]
    perfect = ["0", "1.000", "1.000", "1.000", "1.000"]
    for reader in (OURS, UNKNOWING):
        article, dated, readable, segments, total, times = _rows(printed, reader)
        assert article == [*perfect, *[""] * 7]
        assert dated == [*[""] * 6, *days, ""]
        assert readable == [*perfect[:4], "", "1 of 1", *days, ""]
        assert segments == [*perfect, "1 of 1", *days, "0 of 1"]
        assert total == [*[""] * 5, "2 of 2", "3", "0", "0", "100.0", "0.0", "0 of 1"]
        assert all(float(value) > 0 for value in times)


def test_sets_are_read_that_are_named(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    bench_public("trafilatura", "--folder", str(folder), "--ours")
    printed = capsys.readouterr().out
    assert "trafilatura, 1 pages" in printed
    assert "htmldate" not in printed


def test_pages_that_are_not_here_are_told(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="are not here"):
        bench_public("--folder", str(tmp_path / "none"))


@pytest.mark.slow
def test_others_read_the_same_pages(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    if not PEERS_PYTHON.exists():
        pytest.skip("the extractors of others are not here: make bench-peers makes their environment")
    bench_public("--folder", str(folder))
    printed = capsys.readouterr().out
    for reader in (*EXTRACTORS, TEXT_ALONE):
        article = _rows(printed, reader)[0]
        assert float(article[1]) > 0.5, reader
    assert _rows(printed, DAYS_ALONE)[0][6:9] == ["1", "0", "0"]
    assert [row[6] for row in _rows(printed, "readability-lxml")[:4]] == [""] * 4
