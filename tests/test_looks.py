"""Kept pages in a real browser: the raw page, and pictures of it, look as the live page did, and ask nobody else.

Debian's chromium is found, never downloaded.
"""

import base64
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import import_module
from importlib.util import find_spec
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from archiver.crawl.rendering.chromium import find_chromium, launch_options
from archiver.crawl.rendering.drawing import check_drawing
from archiver.errors import UsageError
from tests.conftest import FAST, PROJECT, Crawling
from tests.styled_portal import StyledPortal, serve_styled

MOST = 0.02
"""The share of pixels in which a kept page may differ from the live one."""
SIZE: Any = {"width": 1280, "height": 900}
COMPARE = """async (urls) => {
  const [one, other] = await Promise.all(urls.map(async (url) => {
    const image = new Image();
    image.src = "data:image/png;base64," + url;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), {width: image.width, height: image.height});
    const context = canvas.getContext("2d");
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height);
  }));
  if (one.width !== other.width || one.height !== other.height) return 1;
  let differ = 0;
  for (let at = 0; at < one.data.length; at += 4)
    differ += [0, 1, 2].some((colour) => Math.abs(one.data[at + colour] - other.data[at + colour]) > 8);
  return differ / (one.data.length / 4);
}"""

slow = [
    pytest.mark.slow,
    pytest.mark.skipif(find_spec("playwright") is None, reason="playwright is not installed"),
    pytest.mark.skipif(find_chromium() is None, reason="there is no chromium here: apt-get install chromium"),
]


@dataclass
class Looks:
    """An archive of two sites with the same pages, one of which keeps requisites, and how the live page looked."""

    crawling: Crawling
    browser: Any
    served: str
    keys: dict[str, str]
    live: bytes

    def shoot(self, url: str, requests: list[str], complaints: list[str]) -> bytes:
        """Open an address in a browser that may ask whom it likes; return its picture."""
        page = self.browser.new_page(viewport=SIZE)
        page.on("request", lambda request: requests.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.goto(url, wait_until="networkidle")
        picture: bytes = page.screenshot()
        page.close()
        return picture

    def differ(self, one: bytes, other: bytes) -> float:
        """Return the share of pixels in which two pictures differ."""
        page = self.browser.new_page()
        share: float = page.evaluate(COMPARE, [base64.b64encode(picture).decode() for picture in (one, other)])
        page.close()
        return share

    def raw(self, site: str, end: str = "") -> str:
        return f"{self.served}/article/{site}/{quote(self.keys[site], safe='')}/raw{end}"


@pytest.fixture(scope="module")
def looks(module_crawling: Crawling) -> Iterator[Looks]:
    options = launch_options()
    options |= {"proxy": None, "args": [option for option in options["args"] if option == "--no-sandbox"]}
    with import_module("playwright.sync_api").sync_playwright() as playwright:
        browser = playwright.chromium.launch(**options)
        portal = StyledPortal()
        with serve_styled(portal) as base:
            for site in ("styled", "plain"):
                done = _crawl(module_crawling, base, site)
                assert done.status == 0, done.err
            page = browser.new_page(viewport=SIZE)
            page.goto(f"{base}/bai/1", wait_until="networkidle")
            live = page.screenshot()
            page.close()
        rows = module_crawling.query("SELECT site, article_id FROM current_articles WHERE url = ?", f"{base}/bai/1")
        keys = {str(row["site"]): str(row["article_id"]) for row in rows}
        process, served = _serve(module_crawling)
        yield Looks(module_crawling, browser, served, keys, live)
        process.terminate()
        process.communicate(timeout=60)
        browser.close()


def _crawl(crawling: Crawling, base: str, site: str) -> Any:
    modules = ("-s", "SPIDER_MODULES=tests.styled_portal")
    now = datetime(2024, 3, 4, 1, tzinfo=UTC).isoformat()
    return crawling.run("scrapy", "crawl", site, "-a", f"start={base}/tin", *modules, *FAST, ARCHIVE_NOW=now)


def _serve(crawling: Crawling) -> tuple[subprocess.Popen[str], str]:
    command = [sys.executable, "-m", "archiver", "serve", "--port", "0", "--db", str(crawling.path)]
    process = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    return process, re.findall(r"http://[^ ]+(?=/ )", process.stderr.readline())[0]


class TestLooks:
    pytestmark = slow

    def test_the_raw_page_looks_as_the_live_one(self, looks: Looks) -> None:
        requests: list[str] = []
        complaints: list[str] = []
        shown = looks.shoot(looks.raw("styled", "/page"), requests, complaints)
        assert looks.differ(looks.live, shown) < MOST
        kinds = {urlsplit(url).path.rpartition(".")[2] for url in requests if not url.startswith("data:")}
        assert {"css", "ttf", "png", "svg"} <= kinds
        assert [url for url in requests if not url.startswith((f"{looks.served}/", "data:"))] == []
        assert complaints == []

    def test_so_does_the_frame_in_the_page_around_it(self, looks: Looks) -> None:
        requests: list[str] = []
        page = looks.browser.new_page(viewport={"width": 1400, "height": 1400})
        page.on("request", lambda request: requests.append(request.url))
        page.goto(looks.raw("styled"), wait_until="networkidle")
        frame = page.locator("iframe.raw")
        assert frame.get_attribute("sandbox") == "allow-same-origin"
        inner = page.frame_locator("iframe.raw")
        assert inner.locator("h1.title").inner_text() == "Bài viết số 1 của cổng"
        assert inner.locator(".own").evaluate("element => element.ownerDocument.fonts.check('32px Khoi')")
        widths = inner.locator("img").evaluate_all("all => all.map((image) => image.naturalWidth)")
        assert widths == [120, 120, 90, 0]  # logo, picture, late picture; the one that was lost
        assert [url for url in requests if not url.startswith((f"{looks.served}/", "data:"))] == []
        page.close()

    def test_without_requisites_it_looks_otherwise(self, looks: Looks) -> None:
        requests: list[str] = []
        shown = looks.shoot(looks.raw("plain", "/page"), requests, [])
        assert looks.differ(looks.live, shown) > MOST
        assert [url for url in requests if not url.startswith("data:")] == [looks.raw("plain", "/page")]

    def test_a_picture_and_a_pdf(self, looks: Looks) -> None:
        png, pdf = looks.crawling.folder / "page.png", looks.crawling.folder / "page.pdf"
        article = f"styled:{looks.keys['styled']}"
        done = looks.crawling.archiver("show", article, "--png", str(png), "--pdf", str(pdf))
        assert (done.status, done.out, done.err) == (0, "", "")
        assert looks.differ(looks.live, png.read_bytes()) < MOST
        assert pdf.read_bytes().startswith(b"%PDF-")


def test_without_chromium_one_line_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("playwright", reason="playwright is not installed")
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(UsageError, match="--png and --pdf need chromium: apt-get install chromium"):
        check_drawing()
