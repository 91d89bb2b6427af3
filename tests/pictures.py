"""The pictures of the README, made from the demo: ``make pictures``. Needs Debian's chromium; two runs give the same.

``python -m tests.pictures FOLDER`` writes them into another folder.
"""

import io
import os
import pty
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from playwright.sync_api import sync_playwright
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from archiver.crawl.rendering.chromium import find_chromium
from tests.conftest import PROJECT

FOLDER = PROJECT / "docs" / "pictures"
NAMES = ("terminal.png", "browser.png")
NOW = "2026-03-02T02:00:00+00:00"
"""The demo's second crawl: a fixed time, so that a picture changes only when the program does."""
EDITED = "4418664"
COMMANDS = ("list --limit 5", f"diff {EDITED}", "runs")
WIDTH = 118
PAGE = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #16191d }}
pre {{ margin: 0; padding: 18px 22px; color: #d8dee6; font: 15px/1.42 "Noto Sans Mono", "Liberation Mono", monospace }}
</style><pre>{code}</pre>"""


def make_pictures(folder: Path) -> None:
    """Crawl the demo and write both pictures into a folder."""
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / "demo.db"
        _crawl_demo(archive)
        # In a container, root has no sandbox of its own; the pages come from this machine alone.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=options)
            view = browser.new_page(viewport={"width": 1160, "height": 200}, locale="en-GB")
            view.set_content(PAGE.format(code=_show_terminal(archive)))
            view.locator("pre").screenshot(path=folder / NAMES[0])
            view.set_viewport_size({"width": 1000, "height": 580})
            with _serve(archive) as base:
                view.goto(f"{base}/article/dukdhcd/{EDITED}/compare?lang=en")
                view.screenshot(path=folder / NAMES[1])
            browser.close()


def _crawl_demo(archive: Path) -> None:
    command = [sys.executable, "-m", "archiver", "demo", "--db", str(archive)]
    environment = os.environ | {"ARCHIVE_NOW": NOW}
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, stdout=subprocess.DEVNULL)


def _show_terminal(archive: Path) -> str:
    """Return what the commands print, in colours, as HTML for a ``pre``."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    for command in COMMANDS:
        console.print(Text.assemble(("$ ", "bright_black"), (f"archiver {command}", "bold bright_white")))
        console.print(Text.from_ansi(_run(archive, command)))
    return console.export_html(theme=MONOKAI, code_format="{code}", inline_styles=True)


def _run(archive: Path, command: str) -> str:
    """Return what a command prints on a terminal, with its colours."""
    environment = os.environ | {"COLUMNS": str(WIDTH), "ARCHIVE_NOW": NOW, "TERM": "xterm"}
    reading, terminal = pty.openpty()
    program = [sys.executable, "-m", "archiver", "--db", str(archive), *command.split()]
    with (
        subprocess.Popen(program, cwd=PROJECT, env=environment, stdout=terminal),
        os.fdopen(reading, "rb", 0) as stream,
    ):
        os.close(terminal)
        return b"".join(_read_until_closed(stream)).decode("utf-8").replace("\r", "")


def _read_until_closed(stream: io.FileIO) -> Iterator[bytes]:
    """Yield what comes; Linux says that a terminal was closed with an error."""
    with suppress(OSError):
        while piece := stream.read(4096):
            yield piece


@contextmanager
def _serve(archive: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "archiver", "--db", str(archive), "serve", "--port", "0"]
    server = subprocess.Popen(command, cwd=PROJECT, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stderr
        yield re.findall(r"http://[^ ]+(?=/ )", server.stderr.readline())[0]
    finally:
        server.terminate()
        server.communicate(timeout=60)


if __name__ == "__main__":
    if find_chromium() is None:
        sys.exit("The pictures need chromium: apt-get install chromium")
    make_pictures(Path(sys.argv[1]) if sys.argv[1:] else FOLDER)
