"""What a case says of itself: what was captured when, by which runs, and the digest of every file.

``manifest.json`` is for programs and for whoever checks a case; its keys are part of what this program promises.
"""

import json
from collections.abc import Mapping
from types import NoneType
from typing import TypedDict, cast

from archiver.errors import ArchiverError

FORMAT = "committee-news-archiver case"
VERSION = 1
MANIFEST, SUMS = "manifest.json", "SHA256SUMS"


class ArticleEntry(TypedDict):
    """The article that the case is of, as it stood last."""

    site: str
    article_id: str
    url: str | None
    title: str
    state: str
    versions: int


class CaptureEntry(TypedDict):
    """One answer as received; ``sha256`` is the digest of its bytes, ``shows`` what follows from it."""

    number: int
    url: str
    fetched_at: str
    status: int
    sha256: str
    body: str
    headers: str
    run: str
    shows: list[str]


class TokenEntry(TypedDict):
    """What an authority attested, and the file with its answer."""

    authority: str
    stamped_at: str
    file: str


class RunEntry(TypedDict):
    """A run of which captures are in the case; ``lines`` is the file whose SHA-256 is the seal."""

    uid: str
    number: int
    started_at: str
    finished_at: str | None
    outcome: str | None
    withdrawn: bool
    seal: str | None
    lines: str
    tokens: list[TokenEntry]


class VersionEntry(TypedDict):
    """A version of the article, and the captures (numbers) that showed it first and last."""

    number: int
    seen_from: str
    seen_until: str
    first_capture: int
    last_capture: int


class EventEntry(TypedDict):
    """Something that happened to the article, and the capture (number) from which it follows."""

    at: str
    kind: str
    detail: str | None
    capture: int


class Manifest(TypedDict):
    """A whole manifest; ``files`` has the SHA-256 of every file but itself and SHA256SUMS."""

    format: str
    version: int
    program: str
    article: ArticleEntry
    versions: list[VersionEntry]
    events: list[EventEntry]
    captures: list[CaptureEntry]
    runs: list[RunEntry]
    files: dict[str, str]


def write_json(value: object) -> bytes:
    """Write JSON for people and programs: indented, letters as they are, a line feed at the end."""
    return (json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "backslashreplace")


def write_sums(files: Mapping[str, str]) -> bytes:
    """Write digests as ``sha256sum -c`` reads them."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(files.items())).encode()


class CaseError(ArchiverError):
    """Something that is no case, or that this program cannot read as one."""


_TEXT, _PERHAPS = (str,), (str, NoneType)
_ENTRIES: dict[str, dict[str, tuple[type, ...]]] = {
    "versions": {"number": (int,), "first_capture": (int,), "last_capture": (int,)},
    "events": {"at": _TEXT, "kind": _TEXT, "capture": (int,)},
    "captures": {
        "number": (int,),
        "status": (int,),
        **dict.fromkeys(("url", "fetched_at", "sha256", "body", "headers", "run"), _TEXT),
    },
    "runs": {"uid": _TEXT, "seal": _PERHAPS, "lines": _TEXT, "tokens": (list,)},
}
_TOKEN = dict.fromkeys(("authority", "stamped_at", "file"), _TEXT)


def read_manifest(content: bytes) -> Manifest:
    """Read a manifest, which anybody may have written; CaseError where it is none that this program knows."""
    try:
        manifest = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise CaseError(f"{MANIFEST} cannot be read, so this is no case: {' '.join(str(error).split())}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise CaseError(f"{MANIFEST} is not that of a case; archiver export case makes one")
    if manifest.get("version") != VERSION:
        raise CaseError(f"{MANIFEST} is of a version that this program does not know; use a newer program")
    files = manifest.get("files")
    if not isinstance(files, dict) or not all(isinstance(digest, str) for digest in files.values()):
        raise CaseError(f"{MANIFEST} has no list of files, so this is no case")
    for name, shape in _ENTRIES.items():
        _check_entries(name, manifest.get(name), shape)
    for run in manifest["runs"]:
        _check_entries("tokens", run["tokens"], _TOKEN)
    return cast("Manifest", manifest)


def _check_entries(name: str, entries: object, shape: Mapping[str, tuple[type, ...]]) -> None:
    if not isinstance(entries, list) or not all(_fits(entry, shape) for entry in entries):
        raise CaseError(f"{MANIFEST}: {name} are not written as they should be, so this is no case")


def _fits(entry: object, shape: Mapping[str, tuple[type, ...]]) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry.get(key, ...), kinds) for key, kinds in shape.items())


def read_sums(content: bytes) -> dict[str, str]:
    """Read digests as ``sha256sum`` writes them; a line that is none is left out."""
    lines = content.decode("utf-8", "replace").split("\n")
    parts = (line.partition("  ") for line in lines)
    return {name: digest for digest, separator, name in parts if separator}
