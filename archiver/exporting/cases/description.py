"""What the manifest of a case says of it."""

from archiver import __version__
from archiver.archive.evidence.article_captures import ProvedEvent, ProvingCapture, Shown
from archiver.archive.queries.rows import StateRow
from archiver.exporting.cases.contents import CaseContents, CaseRun
from archiver.exporting.cases.manifest import (
    FORMAT,
    VERSION,
    ArticleEntry,
    CaptureEntry,
    EventEntry,
    Manifest,
    RunEntry,
    VersionEntry,
)
from archiver.exporting.cases.places import HEADERS, SOURCE, place_capture


def describe_case(case: CaseContents, files: dict[str, str]) -> Manifest:
    """Write the manifest; ``files`` are the digests of all files that the case has without it."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "program": __version__,
        "article": _describe_article(case),
        "versions": [_describe_version(case, state) for state in case.page.states],
        "events": [_describe_event(case, event) for event in case.events],
        "captures": [_describe_capture(case, capture) for capture in case.captures],
        "runs": [_describe_run(case, run) for run in case.runs],
        "files": files,
    }


def _describe_article(case: CaseContents) -> ArticleEntry:
    article = case.page.article
    return {
        "site": case.site,
        "article_id": case.key,
        "url": article["url"],
        "title": case.page.state["title"],
        "state": article["state"],
        "versions": case.newest,
    }


def _describe_version(case: CaseContents, state: StateRow) -> VersionEntry:
    number = state["snapshot"]
    return {
        "number": number,
        "seen_from": state["seen_from"],
        "seen_until": state["seen_until"],
        "first_capture": case.began[number],
        "last_capture": case.lasted[number],
    }


def _describe_event(case: CaseContents, event: ProvedEvent) -> EventEntry:
    return {"at": event.at, "kind": event.kind, "detail": event.detail, "capture": case.numbers[event.capture]}


def _describe_capture(case: CaseContents, capture: ProvingCapture) -> CaptureEntry:
    number = case.numbers[capture.id]
    return {
        "number": number,
        "url": capture.url,
        "fetched_at": capture.fetched_at,
        "status": capture.status,
        "sha256": capture.digest,
        "body": place_capture(number, SOURCE),
        "headers": place_capture(number, HEADERS),
        "run": case.run_of[capture.run].row["uid"],
        "shows": [_describe_shown(shown) for shown in capture.shows],
    }


def _describe_shown(shown: Shown) -> str:
    """Write what a capture shows: ``version 2 began``, or the kind of an event."""
    return f"version {shown.number} {shown.what}" if shown.number else shown.what


def _describe_run(case: CaseContents, run: CaseRun) -> RunEntry:
    tokens = enumerate(run.tokens, 1)
    return {
        "uid": run.row["uid"],
        "number": run.row["run_id"],
        "started_at": run.row["started_at"],
        "finished_at": run.row["finished_at"],
        "outcome": run.row["outcome"],
        "withdrawn": bool(run.row["withdrawn"]),
        "seal": run.row["seal"],
        "lines": case.place_lines(run),
        "tokens": [
            {"authority": token.authority, "stamped_at": token.stamped_at, "file": case.place_token(run, number)}
            for number, token in tokens
        ],
    }
