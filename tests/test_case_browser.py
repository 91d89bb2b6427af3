"""A case in a real browser, from a disk and without a server: nothing is asked for outside, axe-core has no word."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.handing_over import crawl_documented, crawl_styled, export, unpack

AXE = PROJECT / "tests" / "vendor" / "axe.min.js"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no chromium here: apt-get install chromium"),
]
sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed: make test installs it")


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Two cases unpacked in folders with names that addresses have to write otherwise; one in each language."""
    folder = tmp_path_factory.mktemp("hồ sơ #1")
    for name in ("documented", "styled"):
        (folder / name).mkdir()
    crawling, article, _ = crawl_documented(folder / "documented")
    styled, address = crawl_styled(folder / "styled")
    return [
        unpack(export(crawling, article, folder / "a.zip", "--language", "en"), folder / "a"),
        unpack(export(styled, address, folder / "b.zip"), folder / "b"),
    ]


@pytest.fixture(scope="module")
def browser() -> Iterator:
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def _pages(case: Path) -> list[Path]:
    return sorted(case.rglob("*.html"))


def test_nothing_outside_is_asked_for_and_nothing_is_complained_of(browser, cases: list[Path]) -> None:
    context = browser.new_context()
    asked: list[str] = []
    said: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    page = context.new_page()
    page.on("console", lambda message: said.append(message.text))
    for path in (path for case in cases for path in _pages(case)):
        page.goto(path.as_uri())
        page.wait_for_load_state("networkidle")
    assert {url.partition(":")[0] for url in asked} <= {"file", "data"}
    assert len([url for url in asked if url.endswith((".css", ".png", ".ttf", ".svg"))]) > 20
    assert said == []
    context.close()


@pytest.mark.parametrize("width", [1280, 320])
def test_axe_finds_nothing_and_nothing_stands_out(browser, cases: list[Path], width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, bypass_csp=True)
    page = context.new_page()
    for path in (path for case in cases for path in _pages(case) if path.name != "page.html"):
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0, path
        page.add_script_tag(path=AXE)
        found = page.evaluate("axe.run({iframes: false})")["violations"]
        assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == [], path
    context.close()


def test_the_page_looks_as_it_did(browser, cases: list[Path]) -> None:
    """In its frame, where no script of it runs: with its style sheets, pictures and font."""
    page = browser.new_context(bypass_csp=True).new_page()
    page.goto((cases[1] / "captures" / "0001.html").as_uri())
    frame = page.frames[1]
    assert frame.evaluate("getComputedStyle(document.querySelector('.own')).fontFamily") == "Khoi"
    assert frame.evaluate("[...document.fonts].map(font => font.status)") == ["loaded"]
    widths = frame.evaluate("[...document.images].map(image => image.naturalWidth)")
    assert widths == [120, 120, 90, 0]  # the last one the portal did not have
    assert frame.evaluate("getComputedStyle(document.body).backgroundImage").startswith('url("file:')
    page.context.close()
