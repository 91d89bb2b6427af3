"""The pages in a real browser: a new user's way through them, on a desktop and a phone, and what axe-core says of each.

Debian's chromium is found, never downloaded. Screenshots go to ARCHIVE_SCREENSHOTS, or a temporary folder.
"""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.conftest import PROJECT
from tests.reading import ADDED, SITE, make_archive

AXE = PROJECT / "tests" / "vendor" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SIZES = {"desktop": (1280, 900), "phone": (375, 800), "narrow": (320, 640)}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here: apt-get install chromium"),
]
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make test installs it")


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    path = tmp_path_factory.mktemp("browser") / "archive.db"
    ids = make_archive(path)
    process = subprocess.Popen(
        [sys.executable, "-m", "archiver", "serve", "--port", "0", "--db", str(path)],
        cwd=PROJECT,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield re.findall(r"http://[^ ]+(?=/ )", process.stderr.readline())[0], ids
    process.terminate()
    process.communicate(timeout=60)


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        # In a container, root has no sandbox of its own; the pages come from this machine alone.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=options)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def shots(tmp_path_factory: pytest.TempPathFactory) -> Path:
    named = os.environ.get("ARCHIVE_SCREENSHOTS")
    folder = Path(named) if named else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


class Visitor:
    """A page of the browser that notes every request and every complaint."""

    def __init__(self, browser, base: str, size: str, scheme: str = "light", **options) -> None:
        width, height = SIZES[size]
        viewport = {"width": width, "height": height}
        self.context = browser.new_context(viewport=viewport, color_scheme=scheme, locale="en-GB", **options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.base = base
        self.requests: list[str] = []
        self.complaints: list[str] = []
        self.context.on("request", lambda request: self.requests.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(message.text))

    def overflow(self) -> int:
        """Return how many pixels the page is wider than the window."""
        return self.page.evaluate("document.documentElement.scrollWidth - window.innerWidth")

    def hosts(self) -> set[str | None]:
        return {urlsplit(url).hostname for url in self.requests if not url.startswith("data:")}


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_a_new_user_finds_the_edit_and_the_views(browser, served, shots: Path, size: str) -> None:
    base, ids = served
    visitor = Visitor(browser, base, size, java_script_enabled=False)
    page = visitor.page
    page.goto(base)
    page.screenshot(path=shots / f"walk-1-home-{size}.png", full_page=True)
    assert page.locator("ins").first.inner_text() == ADDED

    title = page.locator(".card", has=page.locator("ins")).locator("h3").inner_text()
    page.get_by_role("searchbox").fill(title)
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles?q=*")
    page.screenshot(path=shots / f"walk-2-search-{size}.png", full_page=True)

    page.locator("ol.list").get_by_role("link", name=title).first.click()
    page.wait_for_url(f"**/article/{SITE}/{ids['edited']}")
    assert page.get_by_role("img", name="Chart of the views over time").is_visible()
    page.screenshot(path=shots / f"walk-3-article-{size}.png", full_page=True)

    page.get_by_role("link", name="See what changed").click()
    page.wait_for_url("**/compare?**")
    assert page.locator("p.edit ins").inner_text() == ADDED
    page.locator("details.unchanged summary").first.click()
    assert page.locator("details.unchanged p").first.is_visible()
    page.screenshot(path=shots / f"walk-4-compare-{size}.png", full_page=True)

    page.get_by_role("link", name="Back to the article").click()
    page.get_by_label("As it stood on").fill("2024-01-20")
    page.get_by_role("button", name="Go").click()
    page.wait_for_url("**at=2024-01-20")
    assert "as it stood on 20 Jan 2024" in page.locator(".note").first.inner_text()
    assert ADDED not in page.locator("article.news").inner_text()
    page.screenshot(path=shots / f"walk-5-as-of-{size}.png", full_page=True)

    page.get_by_role("link", name="Raw page").click()
    page.frame_locator("iframe").locator("body").wait_for()
    page.screenshot(path=shots / f"walk-6-raw-{size}.png", full_page=True)
    assert visitor.hosts() == {"127.0.0.1"}
    visitor.context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["desktop", "narrow"])
def test_axe_finds_nothing_serious_and_nothing_stands_out(browser, served, shots: Path, size: str, scheme: str) -> None:
    base, ids = served
    visitor = Visitor(browser, base, size, scheme, bypass_csp=True)  # the policy would keep axe out
    for name, path in _pages(ids).items():
        page = visitor.page
        page.goto(base + path)
        assert visitor.overflow() <= 0, name
        page.screenshot(path=shots / f"{name}-{size}-{scheme}.png", full_page=True)
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run({iframes: false})")["violations"]
        told = [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
        assert told == [], name
    visitor.context.close()


def _pages(ids: dict[str, str]) -> dict[str, str]:
    edited = f"/article/{SITE}/{ids['edited']}"
    return {
        "home": "/",
        "home-vi": "/?lang=vi",
        "articles": "/articles",
        "filters": "/articles?changed=1",
        "none": "/articles?state=gone",
        "article": edited,
        "removed": f"/article/{SITE}/{ids['removed']}",
        "as-of": f"{edited}?at=2024-01-20",
        "compare": f"{edited}/compare?from=1&to=2",
        "raw": f"{edited}/raw",
        "home-filter": "/?kind=edited&since=2024-01-01&q=h%E1%BB%99i",
        "home-none": "/?q=khongaivietthe",
        "home-all": "/?kind=all",
        "views": "/views",
        "site": f"/articles?site={SITE}",
        "runs": "/runs",
        "run": "/run/2",
        "fault": "/nowhere",
    }


def test_the_policy_lets_every_page_work_without_complaint(browser, served) -> None:
    base, ids = served
    visitor = Visitor(browser, base, "desktop")
    for name, path in _pages(ids).items():
        visitor.complaints.clear()
        visitor.page.goto(base + path)
        # Of the raw page everything but its text is refused, and the browser says so.
        told = [text for text in visitor.complaints if name != "raw" and "404 (Not Found)" not in text]
        assert told == [], name
        assert visitor.page.evaluate("getComputedStyle(document.body).maxWidth") != "none", name
    assert visitor.hosts() == {"127.0.0.1"}
    visitor.context.close()


def test_the_keyboard_leads_past_the_menu(browser, served) -> None:
    base, ids = served
    visitor = Visitor(browser, base, "desktop")
    visitor.page.goto(f"{base}/article/{SITE}/{ids['edited']}")
    visitor.page.keyboard.press("Tab")
    skip = visitor.page.locator("a.skip")
    assert skip.evaluate("one => one === document.activeElement")
    assert skip.bounding_box()["x"] >= 0
    visitor.page.keyboard.press("Enter")
    assert visitor.page.evaluate("document.activeElement.id") == "content"
    visitor.page.keyboard.press("Tab")
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert visitor.page.evaluate(outline) == "solid"
    assert visitor.page.evaluate("document.activeElement.closest('main') !== null")
    visitor.context.close()


def test_paper_has_no_menu(browser, served, shots: Path) -> None:
    base, ids = served
    visitor = Visitor(browser, base, "desktop", "dark")
    visitor.page.goto(f"{base}/article/{SITE}/{ids['edited']}")
    visitor.page.emulate_media(media="print")
    visitor.page.screenshot(path=shots / "print.png", full_page=True)
    assert not visitor.page.locator("nav").is_visible()
    assert not visitor.page.locator("form").first.is_visible()
    assert visitor.page.locator("h1").is_visible()
    visitor.context.close()
