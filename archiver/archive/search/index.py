"""The index that searches ask: the words of every content, folded and exact.

Two full-text tables of SQLite (FTS5) without the text, which stands in ``contents``. ``search_folded`` knows every word
without its marks, with its places, for phrases and for ranking. ``search_exact`` knows only which words with marks a
content has. Together they take 60 to 80 % of the text; full-text tables of both with places would take more than all.

The rowid of both is a content's ``place`` in the order of publication: newest first is the order of the index itself,
so the newest results of the most common words are found without looking at all of them. A place is the day (UTC) times
4,096 and a number in that day, so it never changes; what finds its day full takes the day before.
"""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from datetime import date
from itertools import chain

from archiver.archive.store.damage import FILE_ERRORS, DamageError
from archiver.archive.store.values import read_attachments, read_images, read_time, read_value
from archiver.text.counting import count
from archiver.text.folding import FOLDED, MARKED, list_words
from archiver.text.raised import PLAIN

DAY_PLACES = 1 << 12
_EARLIEST = date(1900, 1, 1).toordinal()
_UNDATED_END = date(1800, 1, 1).toordinal() * DAY_PLACES
_COLUMNS = "published_at, title, lead, body, author, images, attachments"
_TABLES = ("search_folded", "search_exact")
# Latin letters and digits, the only ones that are checked: SQLite's tables of all others are those of Unicode 6.1.
_CHECKED = re.compile(r"[0-9a-z\u00df-\u00f6\u00f8-\u017e\u01a1\u01b0\u1ea0-\u1ef9]+")


def index_content(connection: sqlite3.Connection, content_id: int) -> None:
    """Enter a content that was just stored."""
    row = connection.execute(f"SELECT {_COLUMNS} FROM contents WHERE id = ?", (content_id,)).fetchone()
    place = _take_place(connection, row[0])
    (body, title, lead), marked = _read_words(row)
    connection.execute("INSERT INTO search_order VALUES (?, ?)", (place, content_id))
    statement = "INSERT INTO search_folded (rowid, body, title, lead) VALUES (?, ?, ?, ?)"
    connection.execute(statement, (place, body, title, lead))
    connection.execute("INSERT INTO search_exact (rowid, words) VALUES (?, ?)", (place, marked))


def index_new(connection: sqlite3.Connection) -> None:
    """Enter the contents that were stored after the last one entered; every transaction of the archive ends with it.

    In the order of their places: before each that is smaller than the last, FTS5 writes down what it has gathered.
    """
    query = (
        "SELECT id FROM contents WHERE id > (SELECT coalesce(max(content_id), 0) FROM search_order) "
        "ORDER BY published_at, id"
    )
    for (content_id,) in connection.execute(query).fetchall():
        index_content(connection, content_id)


def index_missing(connection: sqlite3.Connection) -> None:
    """Enter every content that is not in the index yet, in the order in which that is quickest."""
    query = "SELECT id FROM contents WHERE id NOT IN (SELECT content_id FROM search_order) ORDER BY published_at, id"
    for (content_id,) in connection.execute(query).fetchall():
        index_content(connection, content_id)


def rebuild_index(connection: sqlite3.Connection) -> None:
    """Make the index anew."""
    for table in _TABLES:
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('delete-all')")
    connection.execute("DELETE FROM search_order")
    index_missing(connection)
    optimize_index(connection)


def renew_index(connection: sqlite3.Connection) -> None:
    """Make the index anew where a content has raised or lowered text, which is found as plain text since version 7."""
    texts = " || ".join(
        f"coalesce({name}, '')" for name in ("title", "lead", "body", "author", "images", "attachments")
    )
    raised = "".join(map(chr, PLAIN))
    if connection.execute(f"SELECT 1 FROM contents WHERE {texts} GLOB '*[{raised}]*' LIMIT 1").fetchone():
        rebuild_index(connection)


def optimize_index(connection: sqlite3.Connection) -> None:
    """Join the pieces of the index, one for every few pages that were stored: smaller, and quicker to search."""
    for table in _TABLES:
        connection.execute(f"INSERT INTO {table} ({table}) VALUES ('optimize')")


def check_index(connection: sqlite3.Connection) -> Iterator[str]:
    """Check that every content is in the index, and each word as often as the contents have it; yields what is not."""
    missing = connection.execute(
        "SELECT count(*) FROM contents WHERE id NOT IN (SELECT content_id FROM search_order)"
    ).fetchone()[0]
    if missing:
        yield f"search index: {count(missing, 'content', 'is', 'are')} missing"
    folded: Counter[str] = Counter()
    exact: Counter[str] = Counter()
    yield from _count_words(connection, folded, exact)
    for table, words in zip(_TABLES, (folded, exact), strict=True):
        try:
            wrong = sum(1 for _ in _compare_counts(connection, table, words))
        except FILE_ERRORS as error:
            yield f"search index: {table} cannot be read ({error})"
            continue
        if wrong:
            yield f"search index: {table} differs from the contents in {count(wrong, 'word')}"


def first_place(day: date) -> int:
    """Return the first place of a day."""
    return max(day.toordinal(), _EARLIEST) * DAY_PLACES


def _read_words(row: sqlite3.Row) -> tuple[tuple[str, str, str], str]:
    """Return the folded words of body, title and lead, and each word with marks once; DamageError.

    Signature, captions and names of attachments count as body.
    """
    title, lead, body, author = (read_value(name, row[name]) for name in ("title", "lead", "body", "author"))
    images, attachments = row["images"], row["attachments"]
    others = [
        author,
        *(item["caption"] for item in read_images(images)),
        *(item["title"] for item in read_attachments(attachments)),
    ]
    texts = ("\n".join(filter(None, (body, *others))), title, lead or "")
    words = [list_words(text) for text in texts]
    distinct = dict.fromkeys(chain.from_iterable(words))
    folded = {word: FOLDED[word] for word in distinct}  # small, so the second look at each word is a quick one
    marked = dict.fromkeys(map(MARKED.__getitem__, distinct))
    first, second, third = (" ".join(map(folded.__getitem__, spelt)) for spelt in words)
    return (first, second, third), " ".join(filter(None, marked))


def _take_place(connection: sqlite3.Connection, published_at: str | None) -> int:
    if published_at is None:
        return _find_last(connection, 1, _UNDATED_END) + 1
    first = first_place(read_time(published_at).date())
    while (last := _find_last(connection, first, first + DAY_PLACES)) == first + DAY_PLACES - 1:
        first -= DAY_PLACES
    return last + 1


def _find_last(connection: sqlite3.Connection, start: int, end: int) -> int:
    """Return the last place that is taken, from ``start`` to before ``end``; the one before ``start`` if none is."""
    query = "SELECT max(place) FROM search_order WHERE place >= ? AND place < ?"
    last = connection.execute(query, (start, end)).fetchone()[0]
    return start - 1 if last is None else int(last)


def _count_words(connection: sqlite3.Connection, folded: Counter[str], exact: Counter[str]) -> Iterator[str]:
    """Count in how many contents each folded word stands, and each word with marks; yields what cannot be read."""
    for row in connection.execute(f"SELECT id, {_COLUMNS} FROM contents"):
        try:
            texts, marked = _read_words(row)
        except DamageError as error:
            yield f"search index: content {row['id']} cannot be read: {error}"
            continue
        folded.update({word for text in texts for word in text.split(" ") if word})
        exact.update(marked.split())


def _compare_counts(connection: sqlite3.Connection, table: str, words: Counter[str]) -> Iterator[str]:
    """Yield the words that the index has in more or fewer contents than there are."""
    connection.execute(f"CREATE VIRTUAL TABLE temp.{table}_words USING fts5vocab (main, {table}, row)")
    try:
        found = dict(connection.execute(f"SELECT term, doc FROM temp.{table}_words").fetchall())
    finally:
        connection.execute(f"DROP TABLE temp.{table}_words")
    for word in words.keys() | found.keys():
        if words.get(word, 0) != found.get(word, 0) and _CHECKED.fullmatch(word):
            yield word
