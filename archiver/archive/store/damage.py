"""Damage: what stands in an archive and cannot be what this program wrote, told wherever it is met.

A bit that flipped on a disk, a hand that changed a row, a file that a stranger made: whoever reads goes on with the
rest, and ends with one line and status 1. Where nobody collects what is met, the first damage is raised.
"""

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache

from archiver.errors import ArchiveError

MOST_BYTES = 100_000_000
"""Bytes of a page as it is kept: six times what a crawl takes unless told otherwise (DOWNLOAD_MAXSIZE)."""
LONGEST_VALUE = 1 << 27
"""Bytes of one value, text or row, that a connection takes."""
FILE_ERRORS: tuple[type[Exception], ...] = (sqlite3.Error, UnicodeDecodeError)
"""What a file can cause in SQLite; the second is Python's, where SQLite's message quotes bytes that are no UTF-8."""
CONTENT_ERRORS: tuple[type[Exception], ...] = (
    sqlite3.Error,
    ValueError,
    TypeError,
    AttributeError,
    LookupError,
    ArithmeticError,
    RecursionError,
    MemoryError,
)
"""What a value that nobody foresaw can cause in code that takes it for what it should be."""
_SHOWN = 60


class DamageError(ArchiveError):
    """A value of an archive that this program cannot have written."""


@dataclass(slots=True)
class Damages:
    """The damage that was met: how often, and the first few of what there was to say, each once."""

    count: int = 0
    lines: list[str] = field(default_factory=list)

    def note(self, line: str) -> None:
        """Add what was met."""
        self.count += 1
        if len(self.lines) < 3 and line not in self.lines:
            self.lines.append(line)

    def tell(self) -> str:
        """Return one line about all of it."""
        more = f" and {self.count - len(self.lines)} more" if self.count > len(self.lines) else ""
        return (
            f"damaged: {'; '.join(self.lines)}{more}; the rest was read; "
            "archiver verify names what is damaged, a backup has it whole"
        )


_met: ContextVar[Damages | None] = ContextVar("damages", default=None)


@contextmanager
def noting_damage() -> Iterator[Damages]:
    """Collect the damage that is met inside, instead of raising it; a block inside another collects for itself."""
    damages = Damages()
    token = _met.set(damages)
    try:
        yield damages
    finally:
        _met.reset(token)


def count_damage() -> int:
    """Return how much damage was met so far."""
    damages = _met.get()
    return damages.count if damages else 0


def note_damage(error: ArchiveError) -> None:
    """Note damage that can be passed over; raised where nobody collects it."""
    damages = _met.get()
    if damages is None:
        raise error
    damages.note(str(error))


def read_text(raw: bytes) -> str:
    """Decode a text of the archive (``text_factory``); bytes that are no UTF-8 become U+FFFD, and are noted.

    Costs a tenth of a microsecond for each text: 4 % of reading ``current_articles``.
    """
    try:
        return raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("utf-8", "replace")
        note_damage(DamageError(f"{shorten(text)} is no UTF-8"))
        return text


def shorten(value: object) -> str:
    """Show a value in one line of a message: its beginning, control characters escaped, bytes in hexadecimal digits."""
    if isinstance(value, bytes | bytearray):
        text = value[:_SHOWN].hex()
    else:
        text = repr(value[: _SHOWN + 1] if isinstance(value, str) else value)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


@cache
def _may_distrust_schema() -> bool:
    """Say whether SQLite lets a schema call json_valid() and json() then; 3.40 does not, and ours does."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        try:
            connection.execute("CREATE TABLE tried (value CHECK (json_valid(value)))")
            connection.execute("INSERT INTO tried VALUES ('[]')")
            connection.execute("CREATE VIEW trying AS SELECT json(value), json_extract(value, '$') FROM tried")
            connection.execute("SELECT * FROM trying").fetchall()
        except sqlite3.OperationalError:
            return False
    return True


def distrust(connection: sqlite3.Connection) -> None:
    """Make a connection careful with a file that others may have made.

    Cells are checked when they are read, no value takes more memory than LONGEST_VALUE, and the schema calls no
    function but SQLite's harmless ones (where SQLite takes its own for JSON as such).
    """
    if _may_distrust_schema():
        connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
    if sys.version_info >= (3, 12):
        connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)  # noqa: FBT003 - takes no names
