"""The checks on noise: pages that move at every look, and sites that seem to be edited all over."""

from collections.abc import Iterator

from archiver.archive.noise.unnamed_noise import Edits, Unrest
from archiver.archive.runs.health import Health
from archiver.archive.runs.run_log import Finding
from archiver.findings import Kind

FEWEST_VISITS = 5
_VOLATILE: dict[str, Kind] = {"text": "volatile_text", "address": "volatile_address"}


def check_unrest(health: Health) -> Iterator[Finding]:
    """Report what moves at every look of a page, with the line that ends it; what was proven to be noise is none."""
    told: set[tuple[str, str | None]] = set()
    for unrest in health.unrest:
        place = (unrest.what, unrest.line or unrest.url)
        if place not in told:  # one thing on many pages is one
            told.add(place)
            yield Finding(_VOLATILE[unrest.what], unrest.url, _describe(unrest))


def check_edits(health: Health) -> Iterator[Finding]:
    """Report that more than half of the visits of known articles found them edited, in this run and the one before."""
    if len(health.edits) == 2 and all(map(_is_restless, health.edits)):
        now = health.edits[0]
        said = f"{now.edits} of {now.visits} known articles that were visited had changed, and so it was before"
        yield Finding(
            "mostly_edited", health.url, f"{said}; see volatile_text and volatile_address, or what moves there"
        )


def _is_restless(edits: Edits) -> bool:
    return edits.visits >= FEWEST_VISITS and edits.edits * 2 > edits.visits


def _describe(unrest: Unrest) -> str:
    declared = f'noise = ("{unrest.line}",)' if unrest.line else None
    if unrest.why == "turns":
        return "shows two states by turns; from the third turn on that is no edit; declare what differs as noise = (…)"
    if unrest.why == "learned":
        return f"moved at three looks in a row, and is taken for noise from now on, as {declared} would have it"
    said = "moves at every look, and a version is made of each"
    return f"{said}; if nobody edits it, declare {declared or 'its place: noise = (…) with a selector'}"
