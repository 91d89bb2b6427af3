"""The tables and SQL in the browser: the same in ours and in any Datasette that has the metadata."""

import json
import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from html import unescape
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner

from archiver.archive.queries.views import ALL_VIEWS, EXAMPLES, VIEWS
from archiver.archive.store.file import open_for_reading
from archiver.cli import archiver
from archiver.errors import UsageError
from archiver.web.metadata import CELL, describe_archive, describe_row
from tests.conftest import PROJECT
from tests.reading import SITE, Page, ask, make_archive

Get = Callable[[str], str]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("tables") / "archive.db"
    make_archive(path)
    return path


@pytest.fixture(scope="module")
def ours(path: Path) -> Iterator[Get]:
    command = [sys.executable, "-m", "archiver", "serve", "--port", "0", "--db", str(path)]
    process = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True)
    try:
        assert process.stderr is not None
        told = process.stderr.readline()
        base = told[told.index("http://") :].split("/ ")[0]
        yield partial(_get, base)
    finally:
        process.terminate()
        process.communicate()


@pytest.fixture(scope="module")
def stock(path: Path) -> Iterator[Get]:
    """A Datasette without any plugin, told only what we write down."""
    metadata = path.with_name("metadata.json")
    done = CliRunner().invoke(archiver, ["--db", str(path), "schema", "--datasette", "-o", str(metadata)])
    assert done.exit_code == 0, done.output
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    command = [sys.executable, "-m", "datasette", "serve", "--immutable", str(path), "-m", str(metadata)]
    settings = ["--setting", "truncate_cells_html", str(CELL), "--host", "127.0.0.1", "--port", str(port)]
    environment = {**os.environ, "DATASETTE_LOAD_PLUGINS": ""}
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([*command, *settings], env=environment, stdout=quiet, stderr=quiet)
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_for(f"{base}/-/versions.json", process)
        yield partial(_get, base)
    finally:
        process.terminate()
        process.wait()


def _get(base: str, url: str) -> str:
    with urlopen(Request(base + url, headers={"Accept-Language": "en"})) as answer:
        text: str = answer.read().decode()
    return text


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    while process.poll() is None:
        try:
            urlopen(url).close()
        except URLError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("Datasette did not begin")


@pytest.fixture(params=["ours", "stock"])
def get(request: pytest.FixtureRequest) -> Get:
    get: Get = request.getfixturevalue(request.param)
    return get


def _plain(html: str) -> str:
    return " ".join(unescape(Page(html).text).split())


def test_the_views_come_first_with_what_they_are_and_nothing_inner_is_shown(get: Get) -> None:
    html = get("/archive")
    text = _plain(html)
    places = [
        text.index(f"{view.name}: {row}" if f"{view.name}: {row}" in text else f"{view.name} {row}")
        for view in VIEWS
        if (row := describe_row(view))
    ]
    assert places == sorted(places)
    assert max(places) < text.index("What changed in the last week")
    links = {re.sub(r".*/", "", link) for link in re.findall(r'href="[^"]*?archive/([^"?#]+)"', html)}
    assert links == {view.name for view in VIEWS} | {query.name for query in EXAMPLES}
    assert re.search(r"(?:The|and) 3\d (?:hidden )?tables", text)


def test_the_tables_below_are_all_there_for_who_asks(get: Get, path: Path) -> None:
    listed = json.loads(get("/archive.json"))
    connection = open_for_reading(path).conn
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    assert {table["name"] for table in listed["tables"] if table["hidden"]} == names
    assert [table["name"] for table in listed["tables"] if not table["hidden"]] == []
    assert {view["name"] for view in listed["views"]} == {view.name for view in VIEWS}
    assert "dukdhcd" in get("/archive/runs")


@pytest.mark.parametrize("view", VIEWS, ids=lambda view: view.name)
def test_a_view_says_what_its_columns_mean_and_cuts_long_cells(get: Get, view: object) -> None:
    html = get(f"/archive/{view.name}")  # type: ignore[attr-defined]
    told = re.findall(r"<dt>(\w+)</dt><dd>(.*?)</dd>", html)
    assert {name: unescape(meaning) for name, meaning in told} == {
        name: meaning.replace("`", "")
        for name, meaning in view.columns.items()  # type: ignore[attr-defined]
    }
    cells = re.findall(r'<td class="col-body[^>]*>(.*?)</td>', html, re.DOTALL)
    assert all(len(unescape(cell).strip()) <= CELL + 1 for cell in cells)


def test_articles_have_facets(get: Get) -> None:
    html = get("/archive/current_articles")
    assert set(re.findall(r'data-column="(\w+)">\s*<p class="facet', html)) == {"site", "section", "state"}


@pytest.mark.parametrize("query", EXAMPLES, ids=lambda query: query.name)
def test_every_query_of_the_docs_can_be_called(get: Get, query: object) -> None:
    html = get(f"/archive/{query.name}")  # type: ignore[attr-defined]
    assert query.title in _plain(html)  # type: ignore[attr-defined]
    rows = json.loads(get(f"/archive/{query.name}.json?_shape=array"))  # type: ignore[attr-defined]
    assert isinstance(rows, list)


def test_ours_leads_back_and_to_the_pages_of_articles(path: Path) -> None:
    for language, told in (("vi", "← Về trang đọc tin"), ("en", "← Back to the articles")):
        for url in ("/archive", "/archive/current_articles", "/archive/most_read", "/archive/runs", "/archive/runs/1"):
            html = ask(path, url, {"accept-language": language}).text
            assert f'<a href="/">{told}</a>' in html
    html = ask(path, "/archive/events").text
    [key, *_] = re.findall(r'<td class="col-article_id[^>]*><a href="/article/dukdhcd/(\d+)">\1</a></td>', html)
    assert ask(path, f"/article/{SITE}/{key}").status_code == 200
    assert "/article/" not in ask(path, "/archive?sql=select+1+as+article_id").text


def test_a_name_that_addresses_write_otherwise(tmp_path: Path) -> None:
    described = describe_archive("tin tức.2026")
    assert list(described["databases"]) == ["tin tức.2026"]
    html = described["databases"]["tin tức.2026"]["description_html"]
    assert 'href="tin+t~E1~BB~A9c~2E2026/events"' in html


def test_the_metadata_names_every_view() -> None:
    tables = describe_archive("archive")["databases"]["archive"]["tables"]
    assert {view.name for view in ALL_VIEWS} <= set(tables)


@pytest.mark.parametrize("arguments", [("findings",), ("tables",), ("--json",)])
def test_the_metadata_stands_alone(arguments: tuple[str, ...]) -> None:
    done = CliRunner().invoke(archiver, ["schema", "--datasette", *arguments], standalone_mode=False)
    assert isinstance(done.exception, UsageError)
    assert "--datasette is for archiver schema views, and stands alone" in str(done.exception)
