"""What a search costs: size of the index, and milliseconds for two-word queries, newest first and by relevance.

The archive is synthetic: Vietnamese syllables that follow Zipf's law, each article with words of its own topics,
written with SQL through the real schema. ``python -m tests.benchmarks.searching 200000`` makes one of that many
articles; with a path behind the number the archive is kept there, and used again the next time.
"""

import sqlite3
import sys
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import accumulate, islice
from pathlib import Path
from random import Random
from statistics import median, quantiles
from time import perf_counter

from rich.console import Console
from rich.table import Table
from sqlite_utils import Database

from archiver.archive.search.engine import Order, search_articles
from archiver.archive.search.index import index_missing, optimize_index
from archiver.archive.search.query_language import parse_query
from archiver.archive.search.scan import match_folded
from archiver.archive.store.file import create_or_open, open_for_reading
from archiver.text.folding import fold

SMALL = 5_000
QUERIES = 300
START, YEARS = datetime(2016, 1, 4, tzinfo=UTC), 10
TITLE, LEAD, BODY = 12, 35, 285  # syllables: about 1,500 characters


class Language:
    """Syllables with the frequencies of Zipf's law, and texts made of them."""

    def __init__(self, seed: int = 1) -> None:
        self.chance = Random(seed)
        onsets = [*"b c ch d đ g gh h k kh l m n ng ngh nh ph qu r s t th tr v x".split(), ""]
        nuclei = "a ă â e ê i o ô ơ u ư y oa oe uy iê uâ uô ươ".split()
        codas = ["", *"n m ng nh t c p ch i u o".split()]
        tones = ["", "\u0300", "\u0301", "\u0303", "\u0309", "\u0323"]
        every = {
            unicodedata.normalize("NFC", onset + nucleus + tone + coda)
            for onset in onsets
            for nucleus in nuclei
            for coda in codas
            for tone in tones
        }
        self.syllables = self.chance.sample(sorted(every), 6_500)
        self.weights = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.syllables))))
        self.topics = [self.draw(40) for _ in range(400)]

    def draw(self, count: int) -> list[str]:
        """Draw syllables, the frequent ones more often."""
        return self.chance.choices(self.syllables, cum_weights=self.weights, k=count)

    def write(self, topic: list[str], count: int) -> str:
        """Write a text of so many syllables, half of them the topic's."""
        words = self.draw(count // 2) + self.chance.choices(topic, k=count - count // 2)
        self.chance.shuffle(words)
        return " ".join(words).capitalize() + "."


def bench_searching(size: int = SMALL, kept: Path | None = None) -> None:
    """Print the size of the index and the latencies of searches in an archive of so many articles."""
    with tempfile.TemporaryDirectory() as folder:
        path = kept or Path(folder) / "archive.db"
        if not path.exists():
            _fill(path, size)
        database = open_for_reading(path)
        _print_sizes(database)
        _print_latencies(database)
        database.close()


def _fill(path: Path, size: int) -> None:
    started = perf_counter()
    database = create_or_open(path)
    with database.atomic():
        _write_frame(database.conn)
        _write_articles(database.conn, size)
        written = perf_counter()
        index_missing(database.conn)
        optimize_index(database.conn)
    database.close()
    print(f"{size:,} articles written in {written - started:.0f} s, indexed in {perf_counter() - written:.0f} s")


def _write_frame(connection: sqlite3.Connection) -> None:
    """Write what every article refers to: a site, a run, a parser, a capture."""
    connection.execute("INSERT INTO sites (name, title, platform, timezone) VALUES ('s', 'S', 'p', 'Asia/Bangkok')")
    connection.execute("INSERT INTO sites (name, title, platform, timezone) VALUES ('rare', 'R', 'p', 'Asia/Bangkok')")
    connection.execute(
        "INSERT INTO runs (id, uid, site, kind, arguments, started_at) VALUES (1, 'r', 's', 'crawl', '{}', '')"
    )
    connection.execute("INSERT INTO parsers (id, version, ordinal) VALUES (1, 'p1', 1)")
    digest = sha256(b"").digest()
    connection.execute("INSERT INTO payloads (digest, size, encoding, data) VALUES (?, 0, 'plain', x'')", (digest,))
    connection.execute("INSERT INTO addresses VALUES (1, 's', 'http://portal.example/')")
    connection.execute(
        "INSERT INTO captures (id, run_id, address_id, fetched_at, status, payload_digest) "
        "VALUES (1, 1, 1, '2026-01-01T00:00:00+00:00', 200, ?)",
        (digest,),
    )


def _write_articles(connection: sqlite3.Connection, size: int) -> None:
    language = Language()
    step = timedelta(days=365 * YEARS) / size
    seen = (START + timedelta(days=365 * YEARS)).isoformat()
    order = language.chance.sample(range(size), size)  # ids do not follow the dates
    for number, key in enumerate(order, 1):
        topic = language.topics[key % len(language.topics)]
        title, lead, body = (language.write(topic, count) for count in (TITLE, LEAD, BODY))
        at = (START + step * key).isoformat(timespec="seconds")
        site = "rare" if number % 100 == 0 else "s"
        digest = sha256(str(number).encode()).digest()
        connection.execute(
            "INSERT INTO contents (id, row_digest, digest, title, lead, body, body_html, published_at, "
            "published_precision, images, attachments) VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'minute', '[]', '[]')",
            (number, digest, digest, title, lead, body, f"<p>{body}</p>", at),
        )
        connection.execute(
            "INSERT INTO articles VALUES (?, ?, ?, 1, NULL, 'live', 1, ?, ?, 1, ?)",
            (number, site, str(number), at, seen, seen),
        )
        statement = "INSERT INTO article_keys (site, native_key, article_id) VALUES (?, ?, ?)"
        connection.execute(statement, (site, str(number), number))
        connection.execute(
            "INSERT INTO snapshots VALUES (?, 1, 1, 1, ?, 1, ?, ?, NULL, 'page')", (number, number, at, seen)
        )


def _print_sizes(database: Database) -> None:
    query = "SELECT count(*), sum(length(CAST(title || lead || body AS BLOB))), avg(length(body)) FROM contents"
    count, text, letters = database.execute(query).fetchone()
    sizes = {name: _size_of(database, f"search_{name}") for name in ("folded", "exact")}
    total = sum(sizes.values())
    told = ", ".join(f"{name} {size / 1e6:.1f} MB ({size / text:.0%})" for name, size in sizes.items())
    print(
        f"{count:,} articles of {letters:.0f} characters, {text / 1e6:.1f} MB of text; index {total / text:.0%}: {told}"
    )


def _size_of(database: Database, table: str) -> int:
    """Return the bytes of a full-text table: what stands in its shadow tables."""
    blocks = database.execute(f"SELECT sum(length(block) + 8) FROM {table}_data").fetchone()[0]
    terms = database.execute(f"SELECT sum(length(term) + 8) FROM {table}_idx").fetchone()[0]
    sizes = database.execute(f"SELECT sum(length(sz) + 8) FROM {table}_docsize").fetchone()[0]
    return int((blocks or 0) + (terms or 0) + (sizes or 0))


def _print_latencies(database: Database) -> None:
    table = Table(title="Two words, milliseconds")
    for column in ("order", "words", "queries", "median", "99 %", "longest"):
        table.add_column(column, justify="left" if column in ("order", "words") else "right")
    for kind, choose in _KINDS.items():
        _add_row(
            table, "newest", kind, [_time(database, query, "newest") for query in islice(choose(Language()), QUERIES)]
        )
    most = 0.05 * database.execute("SELECT count(*) FROM search_order").fetchone()[0]
    for kind, choose in _KINDS.items():
        queries = [(query, _count(database, query)) for query in islice(choose(Language()), QUERIES)]
        few = [_time(database, query, "relevance") for query, count in queries if count <= most]
        many = [_time(database, query, "relevance") for query, count in queries if count > most]
        _add_row(table, "relevance", f"{kind}; match up to 5 %", few)
        _add_row(table, "relevance", f"{kind}; match more", many)
    Console().print(table)


def _add_row(table: Table, order: str, kind: str, times: list[float]) -> None:
    if len(times) > 1:
        figures = (median(times), quantiles(times, n=100, method="inclusive")[98], max(times))
        table.add_row(order, kind, str(len(times)), *(f"{figure:.1f}" for figure in figures))


def _count(database: Database, query: str) -> int:
    """Count the contents that match, marks or no marks."""
    statement = "SELECT count(*) FROM search_folded WHERE search_folded MATCH ?"
    return int(database.execute(statement, (match_folded(parse_query(query)),)).fetchone()[0])


def _time(database: Database, query: str, order: Order) -> float:
    started = perf_counter()
    for _ in islice(search_articles(database.conn, parse_query(query), order=order), 20):
        pass
    return (perf_counter() - started) * 1000


def _from_texts(language: Language) -> Iterator[str]:
    """Two words as they are frequent in texts."""
    while True:
        yield " ".join(language.draw(2))


def _without_marks(language: Language) -> Iterator[str]:
    return (fold(query) for query in _from_texts(language))


def _any(language: Language) -> Iterator[str]:
    """Two words of the vocabulary, the rare ones as often as the frequent."""
    while True:
        yield " ".join(language.chance.sample(language.syllables, 2))


def _common(language: Language) -> Iterator[str]:
    """Two of the fifty most frequent words."""
    while True:
        yield " ".join(language.chance.sample(language.syllables[:50], 2))


def _mixed(language: Language) -> Iterator[str]:
    """A frequent word with its marks and a rare one without, and the other way round."""
    while True:
        frequent, rare = language.chance.choice(language.syllables[:100]), language.chance.choice(language.syllables)
        yield f"{frequent} {fold(rare)}"
        yield f"{fold(frequent)} {rare}"


def _phrases(language: Language) -> Iterator[str]:
    return (f'"{query}"' for query in _without_marks(language))


def _of_rare_site(language: Language) -> Iterator[str]:
    return (f"{query} site:rare" for query in _from_texts(language))


_KINDS: dict[str, Callable[[Language], Iterator[str]]] = {
    "as in texts": _from_texts,
    "as in texts, no marks": _without_marks,
    "any": _any,
    "most frequent": _common,
    "frequent and rare, mixed": _mixed,
    "phrases, no marks": _phrases,
    "of a small site": _of_rare_site,
}

if __name__ == "__main__":
    bench_searching(int(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else None)
