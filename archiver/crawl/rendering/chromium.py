"""What rendering needs: the extra ``render`` and Debian's chromium, found and never downloaded."""

import os
import shutil
from importlib.util import find_spec
from typing import Any

from scrapy.settings import BaseSettings

from archiver.errors import UsageError

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
INSTALL = "pip install 'committee-news-archiver[render]'"
# All that chromium asks for is fetched by this project (see browser.py). Should anything get past that, it finds no
# name, and a proxy that is not there.
_NOWHERE = {"server": "http://127.0.0.1:9"}
_OPTIONS = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--js-flags=--max-old-space-size=512",
)


def check_rendering(name: str) -> None:
    """Raise UsageError where a site is to be rendered, and what it needs is missing."""
    if find_spec("scrapy_playwright") is None:
        raise UsageError(f"site {name} declares rendered = True, which needs: {INSTALL}")
    if find_chromium() is None:
        raise UsageError(f"site {name} declares rendered = True, which needs chromium: apt-get install chromium")


def find_chromium() -> str | None:
    """Return the path of a chromium; None where there is none."""
    return next((path for program in PROGRAMS if (path := shutil.which(program))), None)


def render_pages(settings: BaseSettings) -> None:
    """Have the pages of a site rendered."""
    usual = settings.getdict("DOWNLOAD_HANDLERS")
    ours = dict.fromkeys(("http", "https"), "archiver.crawl.rendering.browser.RenderedPages")
    backoff = settings.getfloat("DOWNLOAD_TIMEOUT") * 1000
    chosen: dict[str, Any] = {
        "DOWNLOAD_HANDLERS": usual | ours,
        "PLAYWRIGHT_BROWSER_TYPE": "chromium",
        "PLAYWRIGHT_LAUNCH_OPTIONS": launch_options(),
        "PLAYWRIGHT_DEFAULT_NAVIGATION_TIMEOUT": backoff,
    }
    for name, value in chosen.items():
        settings.set(name, value, priority="spider")


def launch_options() -> dict[str, Any]:
    """Return how chromium is started: with its sandbox where it can have one, and without a way to the network."""
    # root has no sandbox of its own in chromium; everybody else has, and keeps it.
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    return {
        "executable_path": find_chromium(),
        "args": [*_OPTIONS, *sandbox],
        "proxy": _NOWHERE,
        "chromium_sandbox": not sandbox,
        "handle_sigint": False,
        "handle_sigterm": False,
        "handle_sighup": False,
    }
