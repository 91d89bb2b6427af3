"""Saved pages with the fields expected of them: the tests of a site, in ``tests/pages/<site>`` of the project."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from archiver.errors import ArchiverError
from archiver.model import Article, Capture, Page, Unreadable
from archiver.onboarding.movement import FIELDS, write_field

FOLDER = Path("tests") / "pages"


@dataclass(frozen=True, slots=True)
class Sample:
    """A saved page: as it was captured, and what is expected to be read of it, by field."""

    case: str
    capture: Capture
    native_key: str
    expected: dict[str, str | None]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that is read otherwise than expected."""

    case: str
    field: str
    expected: str | None
    read: str | None


def write_sample(case: str, capture: Capture, article: Article) -> dict[str, bytes]:
    """Return the files of a saved page, by name: the page as it was received, and what is expected of it."""
    content = {
        "url": capture.url,
        "fetched_at": capture.fetched_at.isoformat(),
        "headers": [[name, value] for name, value in capture.headers if name.lower() == "content-type"],
        "native_key": article.native_key,
        "fields": {field: write_field(article, field) for field in FIELDS},
    }
    written = json.dumps(content, ensure_ascii=False, indent=2) + "\n"
    return {f"{case}.html": capture.body, f"{case}.json": written.encode("utf-8", "backslashreplace")}


def load_samples(project: Path, site: str) -> Iterator[Sample]:
    """Load the saved pages of a site in the order of their names; ArchiverError for one that cannot be read."""
    for path in sorted((project / FOLDER / site).glob("*.json")):
        try:
            yield _load_sample(path)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise ArchiverError(f"{path}: no saved page can be read there: {type(error).__name__}: {error}") from error


def _load_sample(path: Path) -> Sample:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    headers = tuple((str(name), str(value)) for name, value in content["headers"])
    body = path.with_suffix(".html").read_bytes()
    capture = Capture(content["url"], datetime.fromisoformat(content["fetched_at"]), 200, headers, body)
    fields = {field: content["fields"].get(field) for field in FIELDS}
    return Sample(path.stem, capture, content["native_key"], fields)


def compare_sample(sample: Sample, page: Page) -> list[Difference]:
    """Return what is read otherwise than expected; of a page that is no article any more, one difference."""
    if not isinstance(page, Article):
        read = page.problem.detail if isinstance(page, Unreadable) else "a listing"
        return [Difference(sample.case, "kind", "article", read)]
    pairs: list[tuple[str, str | None, str | None]] = [("native_key", sample.native_key, page.native_key)]
    pairs += [(field, expected, write_field(page, field)) for field, expected in sample.expected.items()]
    return [Difference(sample.case, field, expected, read) for field, expected, read in pairs if expected != read]
