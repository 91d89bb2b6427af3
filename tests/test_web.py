"""The pages in the browser: what they show, in which language, and what they forbid."""

import os
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest

from archiver.errors import ArchiverError
from archiver.web.language.messages import MESSAGES, choose_language
from archiver.web.language.word_names import WORDS
from archiver.web.pages.raw import POLICY
from archiver.web.plugin import ROUTES, STRICT
from archiver.web.serving import LOOPBACK_NAMES, make_reader
from tests.conftest import PROJECT
from tests.reading import ADDED, SITE, Page, ask, make_archive

ENGLISH = {"accept-language": "en-GB,en;q=0.9"}
KNOWN_TAGS = set(
    "html head meta title link body a header p nav main footer h1 h2 h3 h4 form input label button select option "
    "details summary section article div span ul ol li dl dt dd table thead tbody tr th td time svg path circle text "
    "ins del em strong b i figure figcaption iframe mark br code blockquote caption".split()
)
ATOM = "{http://www.w3.org/2005/Atom}"


@dataclass(frozen=True)
class Archive:
    path: Path
    ids: dict[str, str]

    def pages(self) -> list[str]:
        """Every kind of page there is."""
        edited = f"/article/{SITE}/{self.ids['edited']}"
        return [
            "/",
            "/articles",
            "/articles?q=h%E1%BB%99i",
            "/articles?changed=1",
            "/articles?state=away",
            edited,
            f"{edited}?version=1",
            f"{edited}?at=2024-01-20",
            f"/article/{SITE}/{self.ids['removed']}",
            f"{edited}/compare?from=1&to=2",
            f"{edited}/raw",
            "/runs",
            "/run/1",
            "/run/2",
            f"/feed/{SITE}.atom",
            "/feed?kind=edited&q=h%E1%BB%99i",
            "/?kind=all",
            "/?kind=edited,gone&since=01/01/2024&until=27+Apr+2024",
            "/?q=kh%C3%B4ng+c%C3%B3+t%E1%BB%AB+n%C3%A0y",
            "/views",
            f"/views?site={SITE}",
            f"/articles?site={SITE}",
        ]


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Archive:
    path = tmp_path_factory.mktemp("web") / "archive.db"
    return Archive(path, make_archive(path))


def _show(archive: Archive, url: str) -> Page:
    answer = ask(archive.path, url, ENGLISH)
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def test_the_front_page_leads_to_what_changed(archive: Archive) -> None:
    page = _show(archive, "/")
    html = ask(archive.path, "/", ENGLISH).text
    assert f"<ins>{ADDED}</ins>" in html
    assert f"/article/{SITE}/{archive.ids['edited']}/compare?from=1&amp;to=2" in html
    assert html.index("Latest changes") < html.index("New articles") < html.index("Sites")
    assert "seems gone" in page.text
    assert "edited" in page.text


def test_an_article_reads_like_news_with_its_history_beside_it(archive: Archive) -> None:
    page = _show(archive, f"/article/{SITE}/{archive.ids['edited']}")
    assert ADDED in page.text
    for text in ("The text has changed once", "Version 2", "Version 1", "differs in: text", "our own requests"):
        assert text in page.text
    assert {"svg", "path", "circle"} <= page.tags


def test_times_are_those_of_the_site(archive: Archive) -> None:
    html = ask(archive.path, f"/article/{SITE}/{archive.ids['edited']}", ENGLISH).text
    shown = re.findall(r'<time datetime="2024-01-10T03:00:(\d\d)[^"]*">([^<]*)</time>', html)
    assert {text for _, text in shown} == {"10 Jan 2024, 10:00 +07"}


def test_an_article_as_it_stood(archive: Archive) -> None:
    address = f"/article/{SITE}/{archive.ids['edited']}"
    then = _show(archive, f"{address}?at=2024-01-20")
    assert ADDED not in then.text
    assert "as it stood on 20 Jan 2024: version 1" in then.text
    assert ADDED in _show(archive, f"{address}?at=2024-02-20").text
    early = ask(archive.path, f"{address}?at=2024-01-09", ENGLISH)
    assert (early.status_code, "first seen later" in early.text) == (404, True)


def test_a_removed_article_is_still_there(archive: Archive) -> None:
    page = _show(archive, f"/article/{SITE}/{archive.ids['removed']}")
    assert "no longer showed this article" in page.text
    assert "answered with status 404" in page.text


def test_a_comparison_marks_words_and_folds_the_rest(archive: Archive) -> None:
    html = ask(archive.path, f"/article/{SITE}/{archive.ids['edited']}/compare?from=1&to=2", ENGLISH).text
    assert f"<ins>{ADDED}</ins>" in html
    assert "<del>" not in html.replace("<del>removed</del>", "")
    assert re.search(r"<summary>\d+ unchanged paragraphs</summary>", html)
    back = ask(archive.path, f"/article/{SITE}/{archive.ids['edited']}/compare?from=2&to=1", ENGLISH).text
    assert f"<del>{ADDED}</del>" in back


def test_pictures_are_told_and_not_fetched(archive: Archive) -> None:
    with sqlite3.connect(archive.path) as connection:
        row = connection.execute("SELECT article_id FROM current_articles WHERE images <> '[]' LIMIT 1").fetchone()
    connection.close()
    html = ask(archive.path, f"/article/{SITE}/{row[0]}", ENGLISH).text
    assert '<span class="image">Image, http' in html
    assert "<figcaption>" in html
    assert "<img" not in html


def test_the_raw_page_can_do_nothing(archive: Archive) -> None:
    address = f"/article/{SITE}/{archive.ids['edited']}/raw"
    frame = ask(archive.path, address).text
    assert f'<iframe class="raw" sandbox="allow-same-origin" src="{address}/page"' in frame
    page = ask(archive.path, f"{address}/page")
    assert page.headers["content-security-policy"] == POLICY
    assert page.headers["x-dns-prefetch-control"] == "off"
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert ADDED in page.text
    assert not re.search("(?i)<(link|base)|http-equiv", page.text)
    source = ask(archive.path, f"{address}/source?at=2024-01-20")
    assert source.headers["content-type"] == "text/plain; charset=utf-8"
    assert source.headers["content-security-policy"] == POLICY
    assert "<link" in source.text
    assert ADDED not in source.text


def test_lists_go_on_page_by_page_and_filter(archive: Archive) -> None:
    everything = _articles(archive, "/articles")
    assert len(everything) == 24
    assert _articles(archive, "/articles?changed=1") == [archive.ids["edited"]]
    assert _articles(archive, "/articles?state=away") == [archive.ids["removed"]]
    assert _articles(archive, "/articles?state=gone") == []
    section = "H%E1%BB%8Dc+b%E1%BB%95ng"
    assert _articles(archive, f"/articles?section={section}") == []
    since, until = (_articles(archive, f"/articles?{bound}") for bound in ("since=2020-01-01", "until=2019-12-31"))
    assert since + until == everything
    assert since
    assert until


def test_every_page_of_a_list_begins_where_the_last_one_ended(archive: Archive, monkeypatch) -> None:
    everything = _articles(archive, "/articles")
    monkeypatch.setattr("archiver.web.pages.article_list.PAGE", 7)
    for choice in ("", "site=dukdhcd"):
        found, url = [], f"/articles?{choice}"
        while url:
            found += _articles(archive, url)
            following = re.search(r'rel="next" href="([^"]+)"', ask(archive.path, url).text)
            url = following[1].replace("&amp;", "&") if following else ""
        assert found == everything


def _articles(archive: Archive, url: str) -> list[str]:
    answer = ask(archive.path, url)
    assert answer.status_code == 200, answer.text
    return re.findall(rf'<h2><a href="/article/{SITE}/(\d+)"', answer.text)


def test_the_feed_is_atom(archive: Archive) -> None:
    answer = ask(archive.path, f"/feed/{SITE}.atom", ENGLISH)
    feed = ET.fromstring(answer.text)
    assert answer.headers["content-type"] == "application/atom+xml; charset=utf-8"
    ids = [entry.findtext(f"{ATOM}id") for entry in feed.iter(f"{ATOM}entry")]
    titles = [entry.findtext(f"{ATOM}title") or "" for entry in feed.iter(f"{ATOM}entry")]
    assert len(ids) == len(set(ids)) == 26
    assert [title.split(":")[0] for title in titles[:2]] in (["edited", "seems gone"], ["seems gone", "edited"])
    links = [link.get("href", "") for link in feed.iter(f"{ATOM}link")]
    assert all(link.startswith("http://localhost/") for link in links)
    assert all(str(one).startswith(f"tag:committee-news-archiver,2026:{SITE}/") for one in ids)


def test_two_languages() -> None:
    assert choose_language("en-US,en;q=0.8,vi;q=0.5") == "en"
    assert choose_language("fr,vi;q=0.5,en;q=0.4") == "vi"
    assert choose_language("fr;q=x, en;q=0") == "vi"
    assert choose_language("en", "vi") == "vi"
    assert choose_language("") == "vi"
    fields = re.compile(r"\{(\w+)\}")
    for vietnamese, english in (*MESSAGES.values(), *WORDS.values()):
        assert vietnamese != ""
        assert set(fields.findall(vietnamese)) == set(fields.findall(english))


def test_the_language_that_was_asked_for_stays(archive: Archive) -> None:
    assert "Thay đổi mới nhất" in ask(archive.path, "/").text
    page = Page(ask(archive.path, "/?lang=en").text)
    assert "Latest changes" in page.text
    own = [link for link in page.links if link.startswith(("/article", "/run", "/feed"))]
    assert own
    assert all(link.endswith("lang=en") for link in own if link != "/articles")


def test_every_message_is_used() -> None:
    both = [path for folder in ("web", "alerts") for path in (PROJECT / "archiver" / folder).rglob("*.*")]
    files = [path for path in both if path.suffix in (".py", ".html", ".xml")]
    sources = "".join(path.read_text(encoding="utf-8") for path in files if not path.name.endswith("messages.py"))
    assert [
        key for key in MESSAGES if f'"{key.removesuffix("_one")}"' not in sources and not key.endswith("_note")
    ] == []


def test_no_page_needs_a_script_or_the_outside(archive: Archive) -> None:
    for url in archive.pages():
        answer = ask(archive.path, url)
        assert answer.status_code == 200, url
        assert answer.headers["content-security-policy"] == STRICT
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        if not url.startswith("/feed"):
            page = Page(answer.text)
            assert page.tags <= KNOWN_TAGS, url
            assert not {name for name in page.attributes if name.startswith("on") or name == "style"}
            assert page.schemes <= {"", "http", "data"}


def test_the_tables_of_datasette_stay(archive: Archive) -> None:
    for url in ("/archive", "/archive/current_articles", "/archive?sql=select+1", "/archive/runs"):
        answer = ask(archive.path, url)
        assert answer.status_code == 200
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    rows = ask(archive.path, "/archive/current_articles.json?_shape=array&_size=3").json()
    assert len(rows) == 3
    assert ask(archive.path, "/archive/events.csv?_size=1").text.startswith("site,article_id,url,at,kind,detail")


def test_wrong_questions_are_answered_in_one_line(archive: Archive) -> None:
    edited = f"/article/{SITE}/{archive.ids['edited']}"
    wrong = {
        "/nowhere": 404,
        "/article/dukdhcd/1": 404,
        "/article/nobody/1": 404,
        "/run/77": 404,
        "/feed/nobody.atom": 404,
        "/articles?site=nobody": 404,
        f"{edited}?version=9": 404,
        f"{edited}/compare?from=1&to=9": 404,
        f"{edited}/raw?at=2001-01-01": 404,
        f"{edited}/raw?at=0001-01-01": 404,
        f"{edited}?at=9999-12-31": 200,
        f"{edited}?at=yesterday": 400,
        f"{edited}?version=x": 400,
        f"{edited}/compare?from=-1": 400,
        "/articles?since=never": 400,
        "/articles?state=never": 400,
        "/articles?after=x": 400,
        "/articles?since=0001-01-01&until=9999-12-31": 200,
        "/articles?q=%00%22%27%28*": 200,
        "/articles?q=a&after=99999999999": 200,
        "/runs?before=1": 200,
    }
    for url, status in wrong.items():
        answer = ask(archive.path, url, ENGLISH)
        assert (url, answer.status_code) == (url, status)
        assert "Traceback" not in answer.text
        assert '<html lang="en">' in answer.text


def test_nothing_can_be_written(archive: Archive) -> None:
    before = archive.path.read_bytes()
    reader = make_reader(archive.path)
    with pytest.raises(ArchiverError, match="reading only"):
        reader.get_database("archive").connect(write=True)
    connection = reader.get_database("archive").connect()
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("DELETE FROM readings")
    connection.close()
    for sql in ("delete+from+runs", "pragma+journal_mode=delete", "attach+'x.db'+as+x"):
        assert ask(archive.path, f"/archive.json?sql={sql}").status_code == 400
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        assert ask(archive.path, "/-/logout", method=method).status_code == 405
    assert archive.path.read_bytes() == before


def test_only_names_of_this_machine_are_answered(archive: Archive) -> None:
    for host, status in {"evil.example": 421, "evil.example:8001": 421, "": 421}.items():
        assert ask(archive.path, "/", {"host": host}).status_code == status
        assert ask(archive.path, "/archive.json", {"host": host}).status_code == status
    for name in LOOPBACK_NAMES:
        assert ask(archive.path, "/", {"host": f"{name}:8001"}).status_code == 200
    assert ask(make_reader(archive.path, loopback=False), "/", {"host": "archive.example"}).status_code == 200


# Real processes.


@dataclass
class Serving:
    process: subprocess.Popen[str]
    said: list[str]

    @property
    def address(self) -> str:
        return re.findall(r"http://\S+", self.said[-1])[0]


def _start(*arguments: str, folder: Path = PROJECT, **environment: str) -> Serving:
    process = subprocess.Popen(
        [sys.executable, "-m", "archiver", "serve", "--port", "0", *arguments],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": str(PROJECT)} | environment,
        stderr=subprocess.PIPE,
        text=True,
    )
    said = []
    while not (said and "http://" in said[-1]):
        line = process.stderr.readline()
        assert line, said
        said.append(line.strip())
    return Serving(process, said)


@pytest.fixture
def serving(archive: Archive) -> Iterator[Serving]:
    started = _start("--db", str(archive.path))
    yield started
    started.process.kill()
    started.process.communicate()


def test_it_serves_this_machine_until_ctrl_c(serving: Serving) -> None:
    assert serving.address.startswith("http://127.0.0.1:")
    with urlopen(serving.address, timeout=60) as answer:
        assert "Thay đổi mới nhất" in answer.read().decode()
        assert "server" not in {name.lower() for name in answer.headers}
    with pytest.raises(HTTPError, match="421"):
        urlopen(Request(serving.address, headers={"Host": "evil.example"}), timeout=60)
    serving.process.send_signal(signal.SIGINT)
    assert serving.process.wait(60) == 0
    assert serving.process.stderr.read() == ""


def test_a_port_that_is_taken(archive: Archive, crawling) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        done = crawling.archiver("serve", "--db", str(archive.path), "--port", port)
    assert (done.status, done.out) == (1, "")
    assert re.fullmatch(rf"archiver: 127\.0\.0\.1:{port} cannot be served: .+; choose another with --port\n", done.err)


def test_no_archive(crawling) -> None:
    done = crawling.archiver("serve", "--port", "0")
    assert done.status == 1
    assert done.err == f"archiver: {crawling.path}: there is no archive; crawl first, or name another with --db\n"


def test_without_datasette_it_says_how_to_get_it(crawling, tmp_path: Path) -> None:
    (tmp_path / "hidden" / "datasette").mkdir(parents=True)
    hidden = "raise ModuleNotFoundError(\"No module named 'datasette'\", name='datasette')\n"
    (tmp_path / "hidden" / "datasette" / "__init__.py").write_text(hidden)
    done = crawling.archiver("serve", PYTHONPATH=str(tmp_path / "hidden"))
    said = "archiver: archiver serve needs Datasette: pip install 'committee-news-archiver[web]'\n"
    assert (done.status, done.err) == (2, said)


def test_the_demo_is_shown_where_there_is_no_archive_yet(archive: Archive, tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "archiver").mkdir()
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = archiver.settings\n")
    (tmp_path / "data" / "demo.db").write_bytes(archive.path.read_bytes())
    started = _start(folder=tmp_path, ARCHIVE_DB="")
    started.process.terminate()
    started.process.communicate()
    assert started.said[0] == f"{tmp_path}/data/archive.db is not there yet; this is the demo."
    assert started.said[1].startswith(f"{tmp_path}/data/demo.db is at http://127.0.0.1:")


def test_who_serves_others_is_warned(archive: Archive) -> None:
    started = _start("--db", str(archive.path), "--host", "0.0.0.0")
    started.process.terminate()
    started.process.communicate()
    assert started.said[0].startswith("Everybody who can reach 0.0.0.0 can read the archive")


SHEET = f"/requisite/{SITE}/2024-01-20T00%3A00%3A00%2B00%3A00/{64 * '0'}.css"


def test_every_route_is_among_the_pages(archive: Archive) -> None:
    tried = [*archive.pages(), f"/article/{SITE}/1/raw/page", f"/file/{64 * '0'}.pdf", SHEET, "/metrics", "/nowhere"]
    assert [pattern for pattern, _ in ROUTES if not any(re.match(pattern, url.split("?")[0]) for url in tried)] == []
