"""What the status of an answer says of the page that came with it."""

from archiver.findings import name_status
from archiver.model import Problem

# Any 2xx is read as 200 is (RFC 9110, 15), but those that bring no page: nothing, a part of one, what differs from one.
_GOOD = frozenset(range(200, 300)) - {204, 205, 206, 226}
_KNOWN = range(100, 600)
_MEANINGS = {
    204: ": there is no page",
    205: ": there is no page",
    206: ": a part of the page, though all of it was asked for",
    226: ": the difference to a page, though all of it was asked for",
}


def refuse_status(status: int) -> Problem | None:
    """Say why no page came with a status, whatever the bytes are; None where one did."""
    if status in _GOOD:
        return None
    meaning = _MEANINGS.get(status, "" if status in _KNOWN else ", which HTTP does not know")
    return Problem(name_status(status), f"answered with status {status}{meaning}")
