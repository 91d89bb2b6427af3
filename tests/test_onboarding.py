"""``archiver sites new`` and ``sites check``: from an address to a site that works, or one line that says why not."""

import ast
import builtins
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner
from hypothesis import example, given, settings
from hypothesis import strategies as st

from archiver.cli import archiver
from archiver.clock import now
from archiver.errors import SiteError, UsageError
from archiver.model import Capture, Problem
from archiver.onboarding.addresses import infer_article
from archiver.onboarding.drafts import suggest_name, write_site_file
from archiver.onboarding.inquiry import Survey, UnreadableSiteError, explore
from archiver.onboarding.questions import Ask, InquiryReply
from archiver.onboarding.zones import guess_zone
from archiver.site import Expectations, Places, Site
from archiver.urls import strip_tracking
from tests.conftest import FAST, PROJECT, Done
from tests.portal import Portal, Response, demo_portal, serve
from tests.real_portal import read_truth, serve_folder, unpack_mirror
from tests.renaming import rename, rename_folder

BASE = "http://portal.example"
CHANNEL = "hoat-dong-dang-uy-khoi"
HTML = (("Content-Type", "text/html;charset=UTF-8"),)
Told = TypeVar("Told")


def ask(
    portal: Portal, inquiry: Generator[Ask, Sequence[InquiryReply], Told], change: Callable[[bytes], bytes] = bytes
) -> Told:
    """InquiryReply an inquiry with the pages of a portal, changed on their way."""
    asked = next(inquiry)
    while True:
        answers = []
        for url in asked.urls:
            parts = urlsplit(url)
            response = portal.answer(f"{parts.path}?{parts.query}" if parts.query else parts.path)
            answers.append(InquiryReply(url, Capture(url, now(), response.status, HTML, change(response.body))))
        try:
            asked = inquiry.send(answers)
        except StopIteration as end:
            told: Told = end.value
            return told


def hide(page: bytes) -> bytes:
    """Make a page one of a platform that nobody knows."""
    return rename(page, "onboarding")


def look_at(path: str, change: Callable[[bytes], bytes] = bytes, portal: Portal | None = None) -> Survey:
    return ask(portal or demo_portal(), explore(f"{BASE}/{path}", 0), change)


def test_a_known_platform_is_recognised_and_its_counter_rises() -> None:
    survey = look_at(CHANNEL)
    assert (survey.site.platform, survey.site.listings) == ("liferay_hanoi", (f"{BASE}/{CHANNEL}",))
    assert survey.site.timezone == "Asia/Ho_Chi_Minh"
    assert len(survey.looks) == 3
    moved = [look.moved for look in survey.looks]
    assert all(set(fields) == {"views"} and fields["views"].startswith("rises: ") for fields in moved)


@pytest.mark.parametrize("path", [pytest.param("", marks=pytest.mark.slow), "trang-chu"])
def test_the_home_page_leads_to_its_channels(path: str) -> None:
    portal = demo_portal()
    survey = look_at(path, portal=portal)
    assert set(survey.site.listings) <= {f"{BASE}/{channel}" for channel in portal.channels}
    assert survey.looks


def test_an_unknown_platform_gets_places_that_hold() -> None:
    portal = demo_portal()
    survey = look_at(CHANNEL, hide, portal)
    places = survey.site.places
    assert survey.site.platform == "generic"
    assert re.search(places.article, f"{BASE}/{CHANNEL}/-/view_content/4418664-tin.html")[1] == "4418664"  # type: ignore[index]
    assert not re.search(places.article, f"{BASE}/{CHANNEL}")
    assert places.title
    assert places.byline
    by_key = {str(article.id): article for article in portal.listed()}
    for look in survey.looks:
        printed = by_key[look.article.native_key]
        assert look.article.title == printed.title
        assert look.article.published is not None


ENTRIES = {
    r"/(\d+)[-_.][^/?#]*\.html(?:[?#]|$)": [f"{BASE}/a/-/view_content/{n}-tin-so-{n}.html" for n in range(10, 15)],
    r"/[^/?#]*[-_.](\d+)\.html(?:[?#]|$)": [f"{BASE}/news/tin-{'x' * n}-{n}.html" for n in range(10, 15)],
    r"[?&]id=(\d+)": [f"{BASE}/view.aspx?id={n}&lang=vi" for n in range(10, 15)],
    r"/(?:[^/?#-]+-){3,}[^/?#]*/?(?:[?#]|$)": [f"{BASE}/tin-tuc-moi-ve-{word}/" for word in ("mot", "hai", "ba")],
}


@pytest.mark.parametrize("form", ENTRIES)
def test_the_form_of_addresses_is_inferred(form: str) -> None:
    assert infer_article(ENTRIES[form], [f"{BASE}/", f"{BASE}/lien-he", f"{BASE}/tin-tuc.html"]) == form


def test_no_form_is_better_than_one_that_fits_menus() -> None:
    urls = [f"{BASE}/mot", f"{BASE}/hai", f"{BASE}/ba"]
    assert infer_article(urls, [f"{BASE}/lien-he"]) == ""
    assert infer_article(urls[:2], []) == ""


SITES = [
    Site("vidu", "Ủy ban xã Ví Dụ", "liferay_hanoi", (f"{BASE}/tin",)),
    Site(
        "vi_du2",
        'Báo "Ví Dụ" \\ của xã',
        "generic",
        tuple(f"{BASE}/chuyen-muc-so-{n}/tin-tuc-va-su-kien-cua-xa" for n in range(30)),
        "Asia/Bangkok",
        Expectations(new_within_days=40, fields=("title", "views")),
        places=Places(article=r"/(\d+)-[^/]*\.html", title="h1.t", byline=("p.d", "p.v"), boilerplate=("div.x",)),
    ),
]


@pytest.mark.parametrize("site", SITES, ids=lambda site: site.name)
def test_the_written_file_is_a_declaration(site: Site, tmp_path: Path) -> None:
    """It loads as what was meant, is short, and ruff would write it no other way."""
    text = write_site_file(site)
    assert 8 <= sum(bool(line.strip()) for line in text.splitlines()) <= 25
    assert [type(node).__name__ for node in ast.parse(text).body].count("ClassDef") == 1
    space: dict[str, Any] = {}
    exec(compile(text, "site", "exec"), space)
    declared = next(
        value for key, value in space.items() if key != "CommitteeSpider" and hasattr(value, "declare_site")
    )
    loaded = declared.declare_site()
    assert loaded == replace(site, listings=site.listings[: len(loaded.listings)])
    file = tmp_path / f"{site.name}.py"
    file.write_text(text, encoding="utf-8")
    ruff = [sys.executable, "-m", "ruff"]
    config = ["--config", str(PROJECT / "pyproject.toml")]
    for command in (["format", "--check", "--diff"], ["check", "--ignore", "INP001"]):
        done = subprocess.run([*ruff, *command, *config, str(file)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


# What strings in code are broken with, between letters of all kinds, lone surrogates too.
_MARKS = (
    '"',
    "'",
    '"""',
    "\\",
    '\\"',
    "\n",
    "\r",
    "\0",
    "\x0c",
    "\x85",
    "\u2028",
    "\u202e",
    "\ud800",
    "{}",
    "#",
    "\ufeff",
)
_ANYTHING = st.lists(st.sampled_from(_MARKS) | st.characters(codec=None) | st.just('+print("RAN")+'), max_size=12).map(
    "".join
)


@settings(max_examples=400, deadline=None)
@example(title="Ban", host='a"""+print("RAN")+""".vidu', path="/tin", place="")
@example(title="Ban\0", host="vidu", path="/", place="(\\d+)\\")
@example(title="Ban \udc41", host="vidu", path="/", place="")
@given(title=_ANYTHING, host=_ANYTHING, path=_ANYTHING, place=_ANYTHING)
def test_text_of_others_stays_text(title: str, host: str, path: str, place: str) -> None:
    """Whatever title, host, address and place are: a declaration and nothing else, or refused as a site."""
    places = Places(article=place, entry=place)
    try:
        site = Site("vidu", title, "generic", (f"http://{host}.example{path}",), places=places)
    except (SiteError, ValueError):  # ValueError: of urllib, for what is no address
        return
    try:
        text = write_site_file(site).encode()
    except SiteError:
        assert re.search("[\ud800-\udfff]", f"{title}{host}{path}{place}"), "only what no file can hold is refused"
        return
    kinds = [type(statement) for statement in ast.parse(text).body]
    assert [kind for kind in kinds if kind is not ast.ImportFrom] == [ast.Expr, ast.ClassDef]
    ran: list[object] = []
    space: dict[str, Any] = {"__builtins__": vars(builtins) | {"print": ran.append}}
    exec(compile(text, "site", "exec"), space)
    declared = space["Vidu"].declare_site()
    assert (ran, declared.title, declared.places) == ([], title, places)
    assert declared.listings == (strip_tracking(site.listings[0]),)


def test_names_and_zones_are_guessed() -> None:
    hosts = ("www.vidu.gov.vn", "xa-vidu.hanoi.gov.vn", "127.0.0.1:80", "portal.vidu.go.th")
    assert [suggest_name(host) for host in hosts] == ["vidu", "xa_vidu", "portal", "vidu"]
    assert guess_zone("vidu.gov.vn", "en", "") == ("Asia/Ho_Chi_Minh", "")
    assert guess_zone("127.0.0.1", "", "Ủy ban xã Ví Dụ")[0] == "Asia/Ho_Chi_Minh"
    assert guess_zone("example.org", "en", "Committee")[0] == "UTC"
    assert guess_zone("amt.example.at", "de", "Amt") == ("Europe/Vienna", "")
    assert guess_zone("example.org", "pl", "Urząd")[0] == "Europe/Warsaw"


REFUSALS = {
    "a shell for scripts": (
        b"<html><body><div id=app></div><script src=a.js></script></body></html>",
        "until scripts fill",
    ),
    "a login": (b"<title>Login</title><form><input type=password> log in</form>" + b"<p>text text</p>" * 9, "password"),
    "no listing": ("<title>Giới thiệu</title><p>Không có gì.</p>".encode() * 20, "no link on it leads to a listing"),
    "maintenance": ("<title>Bảo trì</title><p>Hệ thống đang bảo trì.</p>".encode(), "worked on"),
}


@pytest.mark.parametrize("name", REFUSALS)
def test_what_cannot_be_read_is_told(name: str) -> None:
    body, said = REFUSALS[name]
    portal = demo_portal()
    portal.answers["/tin"] = Response(200, body, HTML)
    with pytest.raises(UnreadableSiteError, match=said):
        look_at("tin", portal=portal)


def test_errors_and_failures_are_told() -> None:
    with pytest.raises(UnreadableSiteError, match="status 404"):
        look_at("khong-co")
    inquiry = explore(BASE, 0)
    next(inquiry)
    with pytest.raises(UnreadableSiteError, match="refuses connections"):
        inquiry.send([InquiryReply(BASE, Problem("connection_refused", "the host refuses connections"))])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://"], "is no address"),
        (["https://sotttt.hanoi.gov.vn/tin"], "belongs to the site sotttt already"),
        ([f"{BASE}/tin", "--name", "sotttt"], "there is a site sotttt already"),
        ([f"{BASE}/tin", "--name", "site"], "there is a site site already"),
        ([f"{BASE}/tin", "--name", "Tin Tức"], "use a letter"),
    ],
)
def test_wrong_usage_is_told_before_anything_is_asked_for(arguments: list[str], said: str) -> None:
    done = CliRunner().invoke(archiver, ["sites", "new", *arguments, "--yes"], standalone_mode=False)
    assert isinstance(done.exception, UsageError)
    assert said in str(done.exception)


class Project:
    """A project folder of its own, for what would be written into ours."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "spiders").mkdir()
        shutil.copy(PROJECT / "scrapy.cfg", folder)
        shutil.copy(PROJECT / "spiders" / "__init__.py", folder / "spiders")
        (folder / "archiver").symlink_to(PROJECT / "archiver", target_is_directory=True)

    def run(self, module: str, *arguments: str, said: str = "") -> Done:
        settings = {"COLUMNS": "160", "ARCHIVE_DB": str(self.folder / "a.db"), "PYTHONPATH": str(self.folder)}
        done = subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env=os.environ | settings,
            input=said,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        return Done(done.returncode, done.stdout, done.stderr)

    def new(self, url: str, *arguments: str, said: str = "") -> Done:
        return self.run("archiver", "sites", "new", url, "--pause", "0", *FAST[:2], *arguments, said=said)

    def files(self) -> list[str]:
        found = [*self.folder.glob("spiders/*.py"), *self.folder.glob("tests/**/*.*")]
        return sorted(str(path.relative_to(self.folder)) for path in found if path.name != "__init__.py")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path)


WRITTEN = ["spiders/{}.py", "tests/pages/{}/article.html", "tests/pages/{}/article.json"]


def test_a_site_is_written_and_checked(project: Project) -> None:
    portal = demo_portal()
    with serve(portal) as base:
        done = project.new(f"{base}/{CHANNEL}", "--yes")
        assert done.status == 0, done.err
        assert project.files() == [path.format("portal") for path in WRITTEN]
        assert "archiver sites check portal --live" in done.err
        assert "rises: " in done.out
        live = project.run("archiver", "sites", "check", "portal", "--live", "--json", *FAST[:2])
    assert live.status == 0, live.out + live.err
    rows = json.loads(live.out)
    assert {row["outcome"] for row in rows} <= {"ok", "changed"}
    assert ["article", "all fields", "ok"] in [[row["page"], row["field"], row["outcome"]] for row in rows]
    saved = project.folder / "tests" / "pages" / "portal" / "article.json"
    content = json.loads(saved.read_text(encoding="utf-8"))
    content["fields"]["title"] = "Một tiêu đề khác"
    saved.write_text(json.dumps(content), encoding="utf-8")
    broken = project.run("archiver", "sites", "check", "portal", "--json")
    assert broken.status == 3
    assert [(row["field"], row["outcome"]) for row in json.loads(broken.out)] == [("title", "finding")]


def test_a_look_leaves_no_archive_and_follows_nothing(project: Project) -> None:
    portal = demo_portal()
    with serve(portal) as base:
        portal.robots = f"User-agent: *\nAllow: /\nSitemap: {base}/sitemap.xml\n"
        done = project.new(f"{base}/{CHANNEL}", "--yes")
    assert done.status == 0, done.err
    assert portal.count_requests("/robots.txt") == 1
    assert portal.count_requests("/sitemap.xml") == 0
    assert list(project.folder.glob("**/*.db")) == []


@pytest.mark.slow
def test_what_is_asked_is_answered_on_stdin(project: Project) -> None:
    with serve(demo_portal()) as base:
        done = project.new(f"{base}/{CHANNEL}", said="xa_vidu\nỦy ban xã Ví Dụ\n\n")
    assert done.status == 0, done.err
    assert project.files() == [path.format("xa_vidu") for path in WRITTEN]
    assert 'title = "Ủy ban xã Ví Dụ"' in (project.folder / "spiders" / "xa_vidu.py").read_text(encoding="utf-8")


@pytest.mark.slow
def test_nothing_is_written_where_the_answer_is_missing(project: Project) -> None:
    with serve(demo_portal()) as base:
        done = project.new(f"{base}/{CHANNEL}")
    assert (done.status, project.files()) == (130, [])


@pytest.mark.slow
def test_ctrl_c_leaves_nothing_behind(project: Project) -> None:
    portal = demo_portal()
    with serve(portal) as base:
        command = [sys.executable, "-m", "archiver", "sites", "new", f"{base}/{CHANNEL}", "--yes", "--pause", "60"]
        running = subprocess.Popen(
            [*command, *FAST[:2]],
            cwd=project.folder,
            env=os.environ | {"PYTHONPATH": str(project.folder)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        deadline = time.monotonic() + 60
        while len(portal.requests) < 5 and time.monotonic() < deadline:  # robots.txt, the listing, three articles
            time.sleep(0.1)
        running.send_signal(signal.SIGINT)
        out, err = running.communicate(timeout=60)
    assert (running.returncode, out, "Traceback" in err, project.files()) == (130, "", False, [])


@pytest.mark.slow
def test_robots_and_hosts_that_are_not_there_are_told(project: Project) -> None:
    portal = demo_portal()
    portal.robots = "User-agent: *\nDisallow: /\n"
    with serve(portal) as base:
        done = project.new(f"{base}/{CHANNEL}", "--yes")
    assert (done.status, done.out, done.err) == (1, "", f"archiver: {base}/{CHANNEL}: robots.txt forbids it\n")
    done = project.new(f"{base}/{CHANNEL}", "--yes")  # the server is gone
    assert (done.status, done.out, done.err.count("\n")) == (1, "", 1)
    assert "refuses connections" in done.err
    assert project.files() == []


@pytest.mark.slow
@pytest.mark.parametrize("platform", ["liferay_hanoi", "generic"])
def test_a_real_portal_is_crawled_wholly(platform: str, project: Project, shared: Path) -> None:
    """257 articles of the mirrored channel; as of a platform nobody knows, too."""
    pages = unpack_mirror(shared, project.folder / "mirror")
    served = pages if platform != "generic" else rename_folder(pages, project.folder / "renamed", "real")
    with serve_folder(served) as base:
        done = project.new(f"{base}/hoat-ong-ang-oan-the.html", "--yes")
        assert done.status == 0, done.err
        crawl = project.run("scrapy", "crawl", "portal", *FAST, "-O", str(project.folder / "out.jsonl"))
    assert crawl.status == 3, crawl.err[-2000:]  # the listings lead to some pages that were not mirrored
    assert f'platform = "{platform}"' in (project.folder / "spiders" / "portal.py").read_text(encoding="utf-8")
    lines = (project.folder / "out.jsonl").read_text(encoding="utf-8").splitlines()
    records = {record["article_id"]: record for record in map(json.loads, lines)}
    channel = [row for row in read_truth(shared).values() if row["file"].startswith("hoat-ong-ang-oan-the/")]
    assert len(lines) == len(records) == 257
    printed = {row["native_key"]: (row["title"], row["published_raw"], row["views"]) for row in channel}
    read = {key: (record["title"], record["published_raw"], record["views"]) for key, record in records.items()}
    assert read == {key: printed[key] for key in read}
