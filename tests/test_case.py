"""``archiver export case``: one article with all of its evidence, for people who have neither the archive nor us."""

import hashlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from archiver.archive.evidence.captures import load_capture
from archiver.archive.store.file import open_for_reading
from archiver.exporting.cases.contents import load_contents
from tests.conftest import PROJECT, Crawling
from tests.handing_over import DOCUMENT, SAID, check_sums, crawl_documented, crawl_styled, export, unpack
from tests.hostile import make_hostile
from tests.reading import make_archive
from tests.test_static_site import Page, pages_of

pytest.importorskip("jinja2", reason="the extra web is not installed")

ENGLISH = ("--language", "en")


class Handed:
    """An archive, the id of an article, its case, the case unpacked, and its manifest."""

    def __init__(self, crawling: Crawling, article: str, folder: Path) -> None:
        self.crawling = crawling
        self.article = article
        self.case = export(crawling, article, folder / "case.zip", *ENGLISH)
        self.folder = unpack(self.case, folder / "case")
        self.manifest = json.loads((self.folder / "manifest.json").read_bytes())

    def read(self, place: str) -> bytes:
        return (self.folder / place).read_bytes()


@pytest.fixture(scope="module")
def documented(tmp_path_factory: pytest.TempPathFactory) -> tuple[Handed, Path]:
    """A case with documents and witnesses, and the certificate of the witness."""
    folder = tmp_path_factory.mktemp("documented")
    crawling, article, root = crawl_documented(folder)
    return Handed(crawling, article, folder), root


@pytest.fixture(scope="module")
def handed(documented: tuple[Handed, Path]) -> Handed:
    return documented[0]


@pytest.fixture(scope="module")
def styled(tmp_path_factory: pytest.TempPathFactory) -> Handed:
    folder = tmp_path_factory.mktemp("styled")
    return Handed(*crawl_styled(folder), folder)


def test_the_manifest_says_what_was_captured_when_and_what_it_shows(handed: Handed) -> None:
    manifest = handed.manifest
    versions = [(row["number"], row["first_capture"], row["last_capture"]) for row in manifest["versions"]]
    assert [number for number, _, _ in versions] == [1, 2, 3]
    assert [(row["kind"], row["detail"]) for row in manifest["events"]][1:] == [
        ("edited", "body"),
        ("edited", "body"),
        ("suspect", "answered with status 404"),
    ]
    shows = {row["number"]: row["shows"] for row in manifest["captures"]}
    for number, first, last in versions:
        assert f"version {number} began" in shows[first]
        assert f"version {number} lasted" in shows[last]
    for event in manifest["events"]:
        assert event["kind"] in shows[event["capture"]]
    assert shows[max(shows)] == ["missing", "suspect"]
    assert manifest["article"] == {
        "site": "dukdhcd",
        "article_id": handed.article,
        "url": manifest["captures"][0]["url"],
        "title": "Đảng ủy Khối họp phiên thường kỳ tháng Hai",
        "state": "suspect",
        "versions": 3,
    }


def test_captures_are_the_bytes_and_headers_that_were_received(handed: Handed) -> None:
    with closing(open_for_reading(handed.crawling.path)) as database:
        ids = {row[1]: row[0] for row in database.execute("SELECT id, fetched_at FROM captures")}
        for row in handed.manifest["captures"]:
            capture = load_capture(database.conn, ids[row["fetched_at"]])
            assert handed.read(row["body"]) == capture.body
            assert json.loads(handed.read(row["headers"])) == [list(pair) for pair in capture.headers]
            assert hashlib.sha256(capture.body).hexdigest() == row["sha256"]


def test_anybody_can_check_it_without_this_program(documented: tuple[Handed, Path]) -> None:
    """As the case itself says: digests, the seal's lines, the line of each capture, the time stamps."""
    handed, root = documented
    assert check_sums(handed.folder).returncode == 0
    summed = {line[66:] for line in handed.read("SHA256SUMS").decode().splitlines()}
    there = {path.relative_to(handed.folder).as_posix() for path in handed.folder.rglob("*") if path.is_file()}
    assert there - summed == {"SHA256SUMS"}
    assert there - {*handed.manifest["files"]} == {"SHA256SUMS", "manifest.json"}
    lines = {run["uid"]: handed.read(run["lines"]).splitlines() for run in handed.manifest["runs"]}
    for run in handed.manifest["runs"]:
        assert hashlib.sha256(handed.read(run["lines"])).hexdigest() == run["seal"]
        assert [_openssl_accepts(root, run["seal"], handed.folder / one["file"]) for one in run["tokens"]] == [True]
    for row in handed.manifest["captures"]:
        found = [json.loads(line) for line in lines[row["run"]] if row["sha256"].encode() in line]
        headers = json.loads(handed.read(row["headers"]))
        assert [row["url"], row["fetched_at"], row["status"], headers, row["sha256"]] in [one[:5] for one in found]


def _openssl_accepts(root: Path, seal: str, token: Path) -> bool:
    command = ["openssl", "ts", "-verify", "-digest", seal, "-in", str(token), "-CAfile", str(root)]
    return subprocess.run(command, check=False, capture_output=True).returncode == 0


def test_the_commands_that_a_case_names_work(documented: tuple[Handed, Path], tmp_path: Path) -> None:
    """Word by word, in both languages."""
    handed, root = documented
    folder = Path(shutil.copytree(handed.folder, tmp_path / "case"))
    shutil.copy(root, folder / "authority.pem")
    for language in ("vi", "en"):
        text = (folder / f"explanation.{language}.html").read_text(encoding="utf-8")
        commands = re.findall(r"<pre>(.*?)</pre>", text, re.DOTALL)
        ours = [command for command in commands if command.startswith("archiver")]
        assert ours == [f"archiver verify case-dukdhcd-{handed.article}.zip"]
        for command in commands:
            if command not in ours:
                (folder / "authority.pem").touch()
                done = subprocess.run(["bash", "-ec", command], check=False, cwd=folder, capture_output=True, text=True)
                assert done.returncode == 0, (command, done.stderr)


def test_twice_is_the_same_bytes(handed: Handed, tmp_path: Path) -> None:
    """Whatever it is called, wherever and when it is made, by however many processes."""
    zone = {"TZ": "Asia/Tokyo", "ARCHIVE_NOW": "2031-01-01T00:00:00+00:00", "LC_ALL": "C"}
    for number, jobs in enumerate(("1", "3")):
        out = tmp_path / f"other{number}.zip"
        command = ("export", "case", handed.article, "-o", str(out), "--jobs", jobs, *ENGLISH)
        assert handed.crawling.archiver(*command, **zone).status == 0
        assert out.read_bytes() == handed.case.read_bytes()


def test_every_page_is_reached_and_every_link_leads_somewhere(handed: Handed, styled: Handed) -> None:
    """But for the links of the pages as they looked, which are those of the site."""
    for one in (handed, styled):
        ours = [page for page in pages_of(one.folder) if page.path.name != "page.html"]
        led = {page.path: set(page.inner()) for page in ours}
        assert all(path.is_file() for some in led.values() for path in some)
        reached, waiting = set(), [(one.folder / "index.html").resolve()]
        while waiting:
            path = waiting.pop()
            if path not in reached:
                reached.add(path)
                waiting += led.get(path, ())
        assert {path.resolve() for path in one.folder.rglob("*.html")} <= reached


def test_there_is_no_script_and_nothing_outside_is_asked_for(handed: Handed, styled: Handed) -> None:
    for one in (handed, styled):
        for page in pages_of(one.folder):
            text = page.path.read_text(encoding="utf-8")
            assert re.search(r'<meta http-equiv="Content-Security-Policy" content="default-src &#\w+;none&', text)
            assert page.tags & {"script", "object", "embed", "base"} == set(), page.path
            assert [name for name in page.attributes if name.startswith("on")] == []
            loaded = re.findall(r"(?:src|background|poster|data)=\"([^\"]*)\"|url\(([^)]*)\)", text)
            assert [one for pair in loaded for one in pair if re.match(r"['\"]?(?:https?:)?//", one)] == []


def test_versions_comparisons_and_documents_are_shown(handed: Handed) -> None:
    texts = [Page(handed.folder / f"versions/{number}.html").text for number in (1, 2, 3)]
    assert [[said in text for said in SAID[:3]] for text in texts] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]
    assert {path.name for path in (handed.folder / "comparisons").iterdir()} == {"1-2.html", "1-3.html", "2-3.html"}
    assert "ins" in Page(handed.folder / "comparisons/1-3.html").tags
    front = Page(handed.folder / "index.html")
    assert "svg" in front.tags
    assert DOCUMENT[1] in front.text
    [document] = (handed.folder / "files").rglob("*.pdf")
    assert hashlib.sha256(document.read_bytes()).hexdigest() == document.stem
    assert document.resolve() in front.inner()


def test_of_many_versions_neighbours_are_compared(handed: Handed, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_for_reading(handed.crawling.path)) as database:
        few, many = (load_contents(database.conn, "dukdhcd", handed.article) for _ in range(2))
    assert few.pairs == [(1, 2), (1, 3), (2, 3)]
    monkeypatch.setattr("archiver.exporting.cases.contents.FEW", 2)
    assert many.pairs == [(1, 2), (2, 3)]


def test_history_for_programs_is_that_of_the_archive(handed: Handed) -> None:
    history = json.loads(handed.read("history.json"))
    rows = json.loads(handed.crawling.archiver("history", handed.article, "--json").out)
    assert [row["body"] for row in history["versions"]] == [row["body"] for row in rows]
    views = json.loads(handed.crawling.archiver("views", handed.article, "--json").out)
    assert [row["views"] for row in history["observations"]] == [row["views"] for row in views]


def test_a_page_has_what_it_needs_to_look_as_it_did(styled: Handed) -> None:
    """Style sheets, those they import, pictures and fonts: each leads to a file of the case."""
    page = styled.folder / "captures/0001/page.html"
    needed = _follow(page)
    kinds = {path.suffix for path in needed}
    assert kinds == {".css", ".png", ".svg", ".ttf"}
    assert len([path for path in needed if path.suffix == ".css"]) == 3
    assert all(path.is_file() for path in needed)
    assert _follow(styled.folder / "captures/0002/page.html") >= {path for path in needed if path.suffix != ".html"}
    around = Page(styled.folder / "captures/0001.html").text
    assert "Shown with 11 of the 12 files" in around


def _follow(path: Path) -> set[Path]:
    """Return all files that a page or a style sheet asks for, be it through another."""
    text = path.read_text(encoding="utf-8-sig")
    written = re.findall(r"url\((?:&quot;|\")([^\")&]+)", text) + re.findall(r"@import \"([^\"]+)\"", text)
    if path.suffix == ".html":
        written += re.findall(r"<(?:img|link)[^>]* (?:src|href)=\"([^\"]+)\"", text)
    found = {
        (path.parent / one.partition("#")[0]).resolve() for one in written if not one.startswith(("data:", "about:"))
    }
    return found.union(*(_follow(one) for one in found if one.suffix == ".css"))


def test_a_page_of_which_nothing_else_is_kept_says_so(tmp_path: Path) -> None:
    crawling = Crawling(tmp_path)
    article = make_archive(crawling.path)["removed"]
    handed = Handed(crawling, article, tmp_path)
    assert not (handed.folder / "requisites").exists()
    assert "is kept, so it looks otherwise" in Page(handed.folder / "captures/0001.html").text
    assert "No authority has attested" in Page(handed.folder / "explanation.en.html").text
    assert crawling.archiver("verify", str(handed.case)).status == 0


def test_a_document_that_the_archive_has_lost_is_named(documented: tuple[Handed, Path], tmp_path: Path) -> None:
    handed, _ = documented
    crawling = Crawling(tmp_path)
    shutil.copy(handed.crawling.path, crawling.path)
    done = crawling.archiver("export", "case", handed.article, "-o", str(tmp_path / "case.zip"), *ENGLISH)
    assert done.status == 0
    assert "is gone from the archive" in done.err
    folder = unpack(tmp_path / "case.zip", tmp_path / "case")
    assert "Gone from the archive, so not here" in Page(folder / "index.html").text
    assert crawling.archiver("verify", str(tmp_path / "case.zip")).status == 0


def test_a_run_that_is_under_way_has_no_seal_yet(handed: Handed, tmp_path: Path) -> None:
    crawling = Crawling(tmp_path)
    shutil.copy(handed.crawling.path, crawling.path)
    shutil.copytree(handed.crawling.path.with_suffix(".files"), tmp_path / "archive.files")
    with closing(sqlite3.connect(crawling.path)) as connection, connection:
        connection.execute("DELETE FROM seal_tokens WHERE run_id = 4")
        connection.execute(
            "UPDATE runs SET outcome = NULL, finished_at = NULL, seal = NULL, closing = NULL WHERE id = 4"
        )
    case = export(crawling, handed.article, tmp_path / "case.zip", *ENGLISH)
    assert "not sealed yet" in Page(unpack(case, tmp_path / "case") / "index.html").text
    assert crawling.archiver("verify", str(case)).status == 0


def test_its_name_is_that_of_the_article(handed: Handed, tmp_path: Path) -> None:
    """In the current folder; the end of an id is enough, as for all commands."""
    command = [sys.executable, "-m", "archiver", "--db", str(handed.crawling.path), "export", "case"]
    places = os.environ | {"PYTHONPATH": str(PROJECT)}
    done = subprocess.run([*command, handed.article[-6:]], check=False, cwd=tmp_path, env=places, capture_output=True)
    assert done.stderr.decode() == f"case-dukdhcd-{handed.article}.zip: 3 versions, 6 captures\n"
    assert [path.name for path in tmp_path.iterdir()] == [f"case-dukdhcd-{handed.article}.zip"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("case",), "name it: archiver export case ID"),
        (("csv", "4500101"), "an ID is for: archiver export case ID"),
        (("case", "4500101", "--site", "dukdhcd"), "filters and --limit are for the other formats"),
        (("case", "4500101", "--limit", "3"), "filters and --limit are for the other formats"),
        (("case", "4500101", "--bom"), "--bom is for csv"),
        (("case", "9999999"), "9999999"),
    ],
)
def test_wrong_usage(handed: Handed, arguments: tuple[str, ...], said: str) -> None:
    done = handed.crawling.archiver("export", *arguments)
    assert done.status == 2
    assert said in done.err
    assert "Traceback" not in done.err


def test_no_case_is_made_of_what_is_damaged(handed: Handed, tmp_path: Path) -> None:
    crawling = Crawling(tmp_path)
    shutil.copy(handed.crawling.path, crawling.path)
    with closing(sqlite3.connect(crawling.path)) as connection, connection:
        connection.execute("UPDATE payloads SET data = randomblob(length(data))")
    done = crawling.archiver("export", "case", handed.article, "-o", str(tmp_path / "case.zip"))
    assert done.status == 1
    assert "Traceback" not in done.err
    assert not (tmp_path / "case.zip").exists()


@pytest.mark.slow
def test_what_an_archive_of_others_says_is_shown_and_never_run(tmp_path: Path) -> None:
    crawling = Crawling(tmp_path)
    make_hostile(crawling.path)
    rows = json.loads(crawling.archiver("list", "--json").out)
    for number, row in enumerate(rows):
        case = export(crawling, row["article_id"], tmp_path / f"{number}.zip")
        for page in pages_of(unpack(case, tmp_path / str(number))):
            assert page.tags & {"script", "object", "embed", "base"} == set(), page.path
            assert [name for name in page.attributes if name.startswith("on")] == []
        assert crawling.archiver("verify", str(case)).status == 0
