"""What we add to the records of an export, so that they come back as they were; other readers pass it over."""

from urllib.parse import quote, unquote

from archiver.model import Headers

SOFTWARE = "committee-news-archiver"
"""So the field ``software`` of our own files begins."""
RUN = "X-Archiver-Run"
ADDRESS = "X-Archiver-Address"
PURPOSE = "X-Archiver-Purpose"
EXPECTED = "X-Archiver-Expected"
FOLLOWED = "X-Archiver-Followed"
REFUSED = "X-Archiver-Refused"
TLS = "X-Archiver-TLS"
STATUS = "X-Archiver-Status"
VALIDATORS = "X-Archiver-Validators"
RUN_TYPE = "application/vnd.committee-news-archiver.run+json"
"""The type of a metadata record with what the ledger says of a run."""
RUN_ADDRESS = "urn:committee-news-archiver:run:"

_MARK = "X-Archiver-Wire-"
# What says how a body came over the wire. It is kept as it is printed, and would mislead who reads the record.
_OF_WIRE = frozenset({"content-encoding", "transfer-encoding", "content-length"})
# What stands in an address as it is: all else is percent-coded, percent signs too.
_KEPT = ":/?#[]@!$&'()*+,;=-._~"


def write_text(text: str) -> str:
    """Write any text in letters that a field of a record can hold."""
    return quote(text, safe=_KEPT)


def read_text(written: str) -> str:
    """Read a text back."""
    return unquote(written)


def write_target(url: str) -> str:
    """Write an address as a record names it: letters beyond ASCII and blanks percent-coded, all else as it is."""
    return quote(url.partition("#")[0], safe=f"{_KEPT}%")


def mark_wire_headers(headers: Headers, length: int) -> Headers:
    """Rename what says how a body came over the wire, and say how long it is in the record."""
    marked = tuple((f"{_MARK}{name}" if name.lower() in _OF_WIRE else name, value) for name, value in headers)
    return (*marked, ("Content-Length", str(length)))


def unmark_wire_headers(headers: Headers) -> Headers:
    """Undo ``mark_wire_headers``."""
    own = headers[:-1] if headers and headers[-1][0] == "Content-Length" else headers
    return tuple((name.removeprefix(_MARK), value) for name, value in own)
