"""``archiver export site``: a copy that can be read from any folder, and that is harmless."""

import re
import shutil
from datetime import datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree as ET

import pytest
from click.testing import CliRunner

from archiver.cli import archiver
from archiver.errors import UsageError
from archiver.exporting.static_links import StaticLinks, place_article
from tests.hostile import TITLES, make_hostile
from tests.portal import demo_portal
from tests.visiting import Visits

pytest.importorskip("jinja2", reason="the extra web is not installed")

START = datetime.fromisoformat("2022-01-03T01:00:00+00:00")
ATOM = "{http://www.w3.org/2005/Atom}"


class Page(HTMLParser):
    """The tags, links and text of a page."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.text = ""
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]

    def handle_data(self, data: str) -> None:
        self.text += data

    def inner(self) -> list[Path]:
        """Return the files that the links within the copy lead to."""
        links = [link for link in self.links if not link.startswith(("#", "data:")) and not urlsplit(link).scheme]
        base = self.path.resolve().as_uri()
        return [Path(unquote(urlsplit(urljoin(base, link)).path)) for link in links]


def export(db: Path, *arguments: str) -> str:
    done = CliRunner().invoke(archiver, ["--db", str(db), "export", "site", *arguments], standalone_mode=False)
    if done.exception:
        raise done.exception
    assert done.stdout == ""
    return done.stderr


def pages_of(folder: Path) -> list[Page]:
    return [Page(path) for path in sorted(folder.rglob("*.html"))]


def reach(folder: Path) -> set[Path]:
    """Follow the links from the front page; every one must lead to a file."""
    found: set[Path] = set()
    waiting = [folder.resolve() / "index.html"]
    while waiting:
        path = waiting.pop()
        if path not in found:
            assert path.is_file(), path
            found.add(path)
            if path.suffix == ".html":
                waiting += Page(path).inner()
    return found


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of three visits: one article edited twice, one removed."""
    path = tmp_path_factory.mktemp("site") / "archive.db"
    visits = Visits(path)
    portal = demo_portal()
    edited, removed = portal.listed()[0], portal.listed()[1]
    visits.run(portal, START)
    portal.edit(edited.id, paragraphs=("Câu thứ nhất.", *edited.paragraphs))
    portal.remove(removed.id)
    visits.run(portal, START + timedelta(days=7))
    portal.edit(edited.id, title="Tiêu đề khác")
    visits.run(portal, START + timedelta(days=14))
    visits.database.close()
    return path


@pytest.fixture(scope="module")
def copy(db: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("copies") / "copy"
    assert export(db, "-o", str(folder)) == f"{folder}: 24 articles; open {folder / 'index.html'} in a browser\n"
    return folder


def test_every_page_is_reached_and_every_link_leads_somewhere(copy: Path) -> None:
    files = {path.resolve() for path in copy.rglob("*") if path.is_file()}
    assert files - reach(copy) == {(copy / ".archiver-export").resolve()}
    assert len([path for path in files if "article" in path.parts and path.suffix == ".html"]) == 24 + 2 + 2


def test_it_stands_in_any_folder(copy: Path, tmp_path: Path) -> None:
    moved = tmp_path / "thư mục" / "khác #1"
    shutil.copytree(copy, moved)
    assert len(reach(moved)) == len(reach(copy))
    links = {link for page in pages_of(moved) for link in page.links}
    assert [link for link in links if link.startswith("/") or ("://" in link and "dukdhcd.example" not in link)] == []


def test_there_is_no_script_and_nothing_is_loaded_from_outside(copy: Path) -> None:
    for page in pages_of(copy):
        assert page.tags & {"script", "iframe", "object", "embed", "form", "img", "base"} == set()
        assert [name for name in page.attributes if name.startswith("on") or name in ("src", "style", "srcset")] == []
    assert not re.search(r"url\(|@import", (copy / "assets" / "archive.css").read_text(encoding="utf-8"))


def test_an_article_shows_all_its_versions(copy: Path) -> None:
    articles = [Page(path) for path in copy.rglob("article/*/*/*.html") if path.stem.isdigit()]
    [now] = [page for page in articles if "Tiêu đề khác" in page.text]
    key = now.path.stem
    beside = {path.name for path in now.path.parent.glob(f"{key}*")}
    assert beside == {f"{key}.html", f"{key}.v1.html", f"{key}.v2.html", f"{key}.1-2.html", f"{key}.2-3.html"}
    assert {path.name for path in now.inner()} >= beside - {f"{key}.html"}
    assert "svg" in now.tags
    first, second = (Page(now.path.with_name(f"{key}.{pair}.html")) for pair in ("1-2", "2-3"))
    assert "Câu thứ nhất." in first.text
    assert {"ins"} <= first.tags
    assert {"ins", "del"} <= second.tags
    assert "Câu thứ nhất." not in Page(now.path.with_name(f"{key}.v1.html")).text


def test_the_feed_leads_to_the_pages(copy: Path, db: Path) -> None:
    path = copy / "feed" / "dukdhcd.atom"
    links = [link.get("href", "") for link in ET.parse(path).getroot().iter(f"{ATOM}link")]
    assert len(links) == 2 + 27
    assert [link for link in links if not (path.parent / link).is_file()] == []
    assert any(re.search(r"/\d+\.1-2\.html$", link) for link in links)
    assert "<ins>Câu thứ nhất.</ins>" in path.read_text(encoding="utf-8")
    ids = {entry.findtext(f"{ATOM}id") for entry in ET.parse(path).getroot().iter(f"{ATOM}entry")}
    exported = CliRunner().invoke(archiver, ["--db", str(db), "export", "atom", "--site", "dukdhcd"]).stdout
    assert {entry.findtext(f"{ATOM}id") for entry in ET.fromstring(exported).iter(f"{ATOM}entry")} == ids


def test_a_selection_is_whole_in_itself(db: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    export(db, "--changed-since", "2022-01-01", "--language", "en", "-o", str(folder))
    articles = [path for path in folder.rglob("article/*/*/*.html") if path.stem.isdigit()]
    assert len(articles) == 1
    assert (folder / "index.html").read_text(encoding="utf-8").startswith('<!doctype html>\n<html lang="en">')
    files = {path.resolve() for path in folder.rglob("*") if path.is_file()}
    assert files - reach(folder) == {(folder / ".archiver-export").resolve()}


def test_nothing_selected_is_a_copy_too(db: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    export(db, "--until", "1999-01-01", "-o", str(folder))
    reach(folder)
    assert not (folder / "article").exists()


def test_long_lists_go_on_on_further_pages(db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("archiver.exporting.static_site.PAGE", 1)
    folder = tmp_path / "copy"
    export(db, "-o", str(folder))
    pages = {path.stem for path in (folder / "articles" / "dukdhcd").iterdir() if "-p" in path.stem}
    assert pages
    assert {page.rpartition("-p")[2] for page in pages} >= {"2"}
    files = {path.resolve() for path in folder.rglob("*") if path.is_file()}
    assert files - reach(folder) == {(folder / ".archiver-export").resolve()}


def test_several_processes_write_the_same_copy(
    copy: Path, db: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archiver.archive.upkeep.worker_pool.FEW", 1)
    monkeypatch.setattr("archiver.exporting.static_site.TOGETHER", 3)
    folder = tmp_path / "copy"
    export(db, "-o", str(folder), "--jobs", "2")
    one, two = (
        {path.relative_to(place): path.read_bytes() for path in place.rglob("*") if path.is_file()}
        for place in (copy, folder)
    )
    assert two == one


def test_a_hostile_article_is_harmless(tmp_path: Path) -> None:
    db, folder = tmp_path / "archive.db", tmp_path / "copy"
    make_hostile(db)
    export(db, "-o", str(folder))
    reach(folder)
    texts = ""
    for page in pages_of(folder):
        assert page.tags & {"script", "iframe", "object", "embed", "form", "img", "base"} == set()
        assert [name for name in page.attributes if name.startswith("on") or name in ("src", "style")] == []
        assert [link for link in page.links if link.strip().lower().startswith("javascript")] == []
        raw = page.path.read_text(encoding="utf-8")
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", raw)
        texts += page.text
    assert TITLES["3"] in texts
    assert r"\u202eđảo\u202c" in texts
    ET.parse(folder / "feed" / "xau.atom")


@pytest.mark.parametrize(
    "key", ["../../../../tmp/evil", "http://a.vn/tin?id=1&b=2", "CON", "con", "Tin Tức", "a" * 300, ""]
)
def test_no_key_leaves_the_folder(key: str) -> None:
    place = place_article("a/b", key)
    assert re.fullmatch(r"article/_[0-9a-f]{24}/[0-9a-f]{2}/_[0-9a-f]{24}\.html", place)
    assert StaticLinks("index.html").article("a/b", key) == place


def test_a_folder_must_be_named(db: Path) -> None:
    with pytest.raises(UsageError, match="site is a folder; name it: -o copy"):
        export(db)
