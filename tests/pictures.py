"""The pictures of README and docs, made from the demo: ``make pictures``. Needs chromium; two runs give the same.

``python -m tests.pictures FOLDER`` writes them into another folder.
"""

import io
import os
import pty
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from zipfile import ZipFile

from playwright.sync_api import Page, sync_playwright
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from archiver.crawl.rendering.chromium import find_chromium
from tests.conftest import PROJECT

FOLDER = PROJECT / "docs" / "pictures"
NOW = "2026-03-02T02:00:00+00:00"
"""The demo's second crawl: a fixed time, so that a picture changes only when the program does."""
EDITED = "4418664"
TERMINALS = {
    "terminal": ("changes --limit 4", f"diff {EDITED}", "runs"),
    "alerts": ("alerts add --words 'số liệu' --kind edited,gone --to ntfy://ntfy.sh/my-topic", "alerts list"),
}
"""Pictures of the terminal, and the commands in each."""
PAGES = {
    "browser": (f"/article/dukdhcd/{EDITED}/compare", 580),
    "changes": ("/", 720),
    "most_read": ("/views", 640),
}
"""Pictures of pages of the browser, and how high each is."""
WIDTH = 118
TERMINAL = """<!doctype html><meta charset="utf-8"><style>
body {{ margin: 0; background: #16191d }}
pre {{ margin: 0; padding: 18px 22px; color: #d8dee6; font: 15px/1.42 "Noto Sans Mono", "Liberation Mono", monospace }}
</style><pre>{code}</pre>"""


def make_pictures(folder: Path) -> None:
    """Crawl the demo and write all pictures into a folder."""
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(scratch) / "demo.db"
        _crawl_demo(archive)
        # In a container, root has no sandbox of its own; the pages come from this machine alone.
        options = ["--no-sandbox"] if os.geteuid() == 0 else []
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=options)
            view = browser.new_page(viewport={"width": 1160, "height": 200}, locale="en-GB")
            for name, commands in TERMINALS.items():
                view.set_content(TERMINAL.format(code=_show_terminal(archive, commands)))
                view.locator("pre").screenshot(path=folder / f"{name}.png")
            with _serve(archive) as base:
                for name, (page, height) in PAGES.items():
                    _draw(view, f"{base}{page}?lang=en", height, folder / f"{name}.png")
            _draw(view, _hand_over(archive, Path(scratch)).as_uri(), 640, folder / "case.png")
            browser.close()


def _draw(view: Page, address: str, height: int, picture: Path) -> None:
    view.set_viewport_size({"width": 1000, "height": height})
    view.goto(address)
    view.screenshot(path=picture)


def _hand_over(archive: Path, folder: Path) -> Path:
    """Unpack the case of the edited article; returns its first page."""
    command = [sys.executable, "-m", "archiver", "--db", str(archive), "export", "case", EDITED, "--language", "en"]
    subprocess.run([*command, "-o", str(folder / "case.zip")], cwd=PROJECT, check=True, stderr=subprocess.DEVNULL)
    with ZipFile(folder / "case.zip") as case:
        case.extractall(folder / "case")
    return folder / "case" / "index.html"


def _crawl_demo(archive: Path) -> None:
    command = [sys.executable, "-m", "archiver", "demo", "--db", str(archive)]
    environment = os.environ | {"ARCHIVE_NOW": NOW}
    subprocess.run(command, cwd=PROJECT, env=environment, check=True, stdout=subprocess.DEVNULL)


def _show_terminal(archive: Path, commands: Iterable[str]) -> str:
    """Return what the commands print, in colours, as HTML for a ``pre``."""
    console = Console(record=True, width=WIDTH, file=io.StringIO())
    for command in commands:
        console.print(Text.assemble(("$ ", "bright_black"), (f"archiver {command}", "bold bright_white")))
        console.print(Text.from_ansi(_run(archive, command)))
    return console.export_html(theme=MONOKAI, code_format="{code}", inline_styles=True)


def _run(archive: Path, command: str) -> str:
    """Return what a command prints on a terminal, with its colours."""
    environment = os.environ | {"COLUMNS": str(WIDTH), "ARCHIVE_NOW": NOW, "TERM": "xterm"}
    reading, terminal = pty.openpty()
    program = [sys.executable, "-m", "archiver", "--db", str(archive), *shlex.split(command)]
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
