"""Checking a case: every file against the manifest, every seal against its lines, every capture against its line.

Who made a case could have made all of it up. What it cannot make up are seals that others were told before, and time
stamps; the rest follows from them.
"""

import json
import re
from collections.abc import Generator, Iterator, Mapping
from datetime import datetime
from pathlib import Path

from archiver.exporting.cases.manifest import (
    MANIFEST,
    SUMS,
    CaptureEntry,
    CaseError,
    Manifest,
    RunEntry,
    TokenEntry,
    read_manifest,
    read_sums,
    write_sums,
)
from archiver.exporting.cases.reading import UNREADABLE, CaseFiles, digest, explain, open_case, read
from archiver.formats.time_stamps import MISSING, StampError, can_read_stamps, read_answer
from archiver.formats.time_stamps import MOST_BYTES as MOST_TOKEN
from archiver.text.counting import count

MOST_MANIFEST = 128 << 20
MOST_HEADERS = 4 << 20
MOST_LINE = 16 << 20
_DIGEST = re.compile(rb'"([0-9a-f]{64})"')


class CheckedCase:
    """A case while it is checked; ``manifest`` is None before, and where it cannot be believed."""

    def __init__(self, path: Path) -> None:
        self.manifest: Manifest | None = None
        self._path = path

    def list_faults(self) -> Iterator[str]:
        """Name everything that is not as it was when the case was made, one line each; CaseError for what is none."""
        try:
            with open_case(self._path) as case:
                yield from self._check(_Checking(case))
        except CaseError as error:
            said = str(error).removeprefix(f"{self._path}: ")
            raise CaseError(f"{self._path}: {said}") from error

    def _check(self, checking: "_Checking") -> Iterator[str]:
        yield from checking.read_files()
        self.manifest = yield from checking.check_lists()
        if self.manifest:
            yield from checking.check_files(self.manifest["files"])
            yield from checking.check_runs(self.manifest)

    def describe(self) -> str:
        """Say how much was checked, to stand behind the verdict; nothing where the manifest cannot be believed."""
        if self.manifest is None:
            return ""
        stamps = sum(len(run["tokens"]) for run in self.manifest["runs"])
        counts = (("version", "versions"), ("capture", "captures"), ("sealed run", "runs"))
        told = ", ".join(count(len(self.manifest[name]), noun) for noun, name in counts)  # type: ignore[literal-required]
        unread = f", which were not looked into: {MISSING}" if stamps and not can_read_stamps() else ""
        return f"; {told}, {count(stamps, 'time stamp')}{unread}"


class _Checking:
    """``sound`` are the files whose bytes are those of the manifest: only these are looked into."""

    def __init__(self, case: CaseFiles) -> None:
        self._case = case
        self._digests: dict[str, str] = {}
        self._unreadable: set[str] = set()
        self._sound: set[str] = set()

    def read_files(self) -> Iterator[str]:
        """Read all files; a line for each that cannot be read."""
        names = self._case.list_names()
        if MANIFEST not in names:
            raise CaseError(f"this is no case: it has no {MANIFEST}")
        for name in names:
            try:
                self._digests[name] = digest(self._case, name)
            except UNREADABLE as error:
                self._unreadable.add(name)
                yield f"{name}: is damaged: {explain(error)}"

    def check_lists(self) -> Generator[str, None, Manifest | None]:
        """Hold the manifest and SHA256SUMS against each other; returns the manifest where it can be believed."""
        if SUMS not in self._digests:
            yield from () if SUMS in self._unreadable else (f"{SUMS}: it is not there",)
            sums = None
        else:
            sums = read(self._case, SUMS, MOST_MANIFEST)
        if MANIFEST in self._unreadable:
            return None
        listed = read_sums(sums) if sums is not None else {}
        if sums is not None and listed.get(MANIFEST) != self._digests[MANIFEST]:
            yield f"{MANIFEST}: its SHA-256 is not the one in {SUMS}: one of the two was changed"
            yield from self.check_files({name: value for name, value in listed.items() if name != MANIFEST})
            return None
        manifest = read_manifest(read(self._case, MANIFEST, MOST_MANIFEST))
        if sums is not None and sums != write_sums(manifest["files"] | {MANIFEST: self._digests[MANIFEST]}):
            yield f"{SUMS}: it does not have the digests that {MANIFEST} has"
        return manifest

    def check_files(self, files: Mapping[str, str]) -> Iterator[str]:
        """Hold the files against their digests, and name those that are missing, or are there and should not be."""
        for name, value in sorted(files.items()):
            if name in self._digests:
                if self._digests[name] == value:
                    self._sound.add(name)
                else:
                    yield f"{name}: its SHA-256 is not the one that it had when the case was made"
            elif name not in self._unreadable:
                yield f"{name}: it is not there"
        for name in sorted({*self._digests} - {*files} - {MANIFEST, SUMS}):
            yield f"{name}: it is no part of the case"

    def check_runs(self, manifest: Manifest) -> Iterator[str]:
        """Hold seals against the lines that they are made of, captures against those, and time stamps against seals."""
        captures: dict[str, list[CaptureEntry]] = {}
        for capture in manifest["captures"]:
            captures.setdefault(capture["run"], []).append(capture)
            yield from self._check_body(capture)
        for run in manifest["runs"]:
            yield from self._check_run(run, captures.pop(run["uid"], []))
        for some in captures.values():
            yield from (f"capture {capture['number']}: its run is not in the case" for capture in some)
        yield from _check_numbers(manifest)

    def _check_run(self, run: RunEntry, captures: list[CaptureEntry]) -> Iterator[str]:
        lines, seal = run["lines"], run["seal"]
        if lines in self._sound:
            if seal is not None and self._digests[lines] != seal:
                yield f"{lines}: its SHA-256 is not the seal of the run"
            yield from self._find_lines(lines, captures)
        elif lines not in self._digests and lines not in self._unreadable:
            yield f"{lines}: it is not there, so the seal of the run cannot be computed"
        for token in run["tokens"]:
            fault = self._find_token_fault(token, seal)
            if fault:
                yield f"{token['file']}: {fault}"

    def _check_body(self, capture: CaptureEntry) -> Iterator[str]:
        body = capture["body"]
        if body in self._sound and self._digests[body] != capture["sha256"]:
            yield f"{body}: its SHA-256 is not that of capture {capture['number']}"
        for name in (body, capture["headers"]):
            if name not in self._sound and name not in self._digests and name not in self._unreadable:
                yield f"{name}: it is not there, so capture {capture['number']} cannot be checked"

    def _find_lines(self, lines: str, captures: list[CaptureEntry]) -> Iterator[str]:
        """Name the captures of a run that its seal does not speak of."""
        wanted = [capture for capture in captures if {capture["body"], capture["headers"]} <= self._sound]
        expected = {capture["number"]: self._write_expected(capture) for capture in wanted}
        digests = {capture["sha256"].encode() for capture in wanted}
        found: set[str] = set()
        with self._case.open(lines) as stream:
            while line := stream.readline(MOST_LINE):
                if not digests.isdisjoint(_DIGEST.findall(line)):
                    found.add(_read_line(line))
        yield from (
            f"{lines}: no line of it is for capture {number}" for number, one in expected.items() if one not in found
        )

    def _write_expected(self, capture: CaptureEntry) -> str:
        """Write the first five things that the line of a capture says."""
        try:
            headers = json.loads(read(self._case, capture["headers"], MOST_HEADERS))
        except (ValueError, RecursionError):
            headers = None
        return json.dumps([capture["url"], capture["fetched_at"], capture["status"], headers, capture["sha256"]])

    def _find_token_fault(self, token: TokenEntry, seal: str | None) -> str | None:
        name = token["file"]
        if name not in self._sound:
            return None if name in self._digests or name in self._unreadable else "it is not there"
        if not can_read_stamps():
            return None
        try:
            stamp = read_answer(read(self._case, name, MOST_TOKEN))
        except StampError as error:
            return str(error)
        if stamp.imprint.hex() != seal:
            return "the time stamp is for another seal"
        return None if _is_time(token["stamped_at"], stamp.stamped_at) else "the time stamp has another time"


def _check_numbers(manifest: Manifest) -> Iterator[str]:
    """Name the captures that versions or events speak of, and that are not there."""
    numbers = {capture["number"] for capture in manifest["captures"]}
    named = [one for entry in manifest["versions"] for one in (entry["first_capture"], entry["last_capture"])]
    named += [entry["capture"] for entry in manifest["events"]]
    yield from (f"{MANIFEST}: there is no capture {number}" for number in sorted({*named} - numbers))


def _read_line(line: bytes) -> str:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    return json.dumps(said[:5]) if isinstance(said, list) else ""


def _is_time(written: str, stamped: datetime) -> bool:
    try:
        return datetime.fromisoformat(written) == stamped.replace(microsecond=0)
    except (ValueError, TypeError):
        return False
