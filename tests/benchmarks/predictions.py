"""What readers make of the pages of the public benchmarks, in the form in which those are scored.

The pages, what people wrote down of them and the program that scores are in a folder beside the project; a set of pages
is ``SET.jsonl`` with ``SET.tar.xz``.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from archiver.model import Article, Capture, Page, PublishedDate

ZONE = ZoneInfo("UTC")
"""Nobody declared a site for these pages: what is printed without a zone is read as it stands."""
_AT = datetime(2026, 11, 29, tzinfo=UTC)
_HEADERS = (("Content-Type", "text/html"),)
_SCORER = "score.py"

Prediction = dict[str, Any]


@dataclass(frozen=True, slots=True)
class PublicPage:
    """One page as received, and the set that it is of."""

    set: str
    id: str
    capture: Capture


def list_sets(folder: Path) -> list[str]:
    """Name the sets of pages that a folder has."""
    return sorted(file.stem for file in folder.glob("*.jsonl"))


def unpack_pages(folder: Path, target: Path) -> None:
    """Let the folder's own program unpack the pages."""
    _run_scorer(folder, "--unpack", str(target))


def load_pages(folder: Path, unpacked: Path, sets: Iterable[str]) -> list[PublicPage]:
    """Take the pages of the sets named, in their order."""
    return [_load_page(row, unpacked) for name in sets for row in _load_lines(folder / f"{name}.jsonl")]


def _load_lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def _load_page(row: dict[str, Any], unpacked: Path) -> PublicPage:
    body = (unpacked / row["set"] / row["file"]).read_bytes()
    return PublicPage(row["set"], row["id"], Capture(row["url"], _AT, 200, _HEADERS, body))


def predict_ours(page: PublicPage, read: Page) -> Prediction:
    """Say what our reader made of a page; nothing but its name where that is no article."""
    if not isinstance(read, Article):
        return _predict(page)
    body = "\n".join(filter(None, (read.lead, *read.paragraphs)))
    return _predict(page, title=read.title, published=_tell_day(read.published), body=body, author=read.author)


def _tell_day(published: PublishedDate | None) -> str | None:
    """Return the day as the page prints it: in its own zone, where it prints one."""
    if published is None or published.at is None:
        return None
    try:
        return datetime.fromisoformat(published.raw).date().isoformat()
    except ValueError:
        return published.at.astimezone(ZONE).date().isoformat()


def predict_theirs(page: PublicPage, found: dict[str, Any]) -> Prediction:
    """Say what an extractor of others made of a page; see ``peers`` for what it answers."""
    return _predict(page, **{name: found.get(name) for name in ("title", "published", "body", "author")})


def _predict(page: PublicPage, **fields: str | None) -> Prediction:
    nothing = dict.fromkeys(("title", "published", "body", "author"))
    return {"set": page.set, "id": page.id} | nothing | fields


def write_predictions(predictions: Iterable[Prediction], path: Path) -> None:
    """Write predictions as the program that scores wants them: a line each."""
    lines = [json.dumps(prediction, ensure_ascii=False) + "\n" for prediction in predictions]
    path.write_text("".join(lines), encoding="utf-8")


def score_predictions(folder: Path, predictions: Path, sets: Sequence[str]) -> list[dict[str, Any]]:
    """Let the folder's own program score a file of predictions; a result for each set."""
    return [json.loads(line) for line in _run_scorer(folder, str(predictions), *sets, "--json").splitlines()]


def _run_scorer(folder: Path, *arguments: str) -> str:
    command = [sys.executable, str(folder / _SCORER), *arguments]
    return subprocess.run(command, stdout=subprocess.PIPE, encoding="utf-8", check=True).stdout
