"""Questions of people who browse: pages of articles, one article, one of its states; each answered by few rows.

The public views say the same, but some of them look at every article before they show twenty.
"""

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from archiver.archive.queries.article_filter import (
    PUBLISHED,
    ArticleFilter,
    Conditions,
    choose_articles,
    choose_contents,
)
from archiver.archive.queries.rows import KnownArticleRow, ListedRow, StateRow, WholeStateRow
from archiver.archive.store.damage import DamageError, shorten
from archiver.archive.store.values import take_row, take_rows

CHANGED = "SELECT article_id FROM snapshots WHERE number = 2 AND number > 1"
"""The articles that were seen in more than one state, worded so that SQLite takes the index."""
FEW = 1_000
"""Of so many articles each is looked at; of more, those that are published last are walked through."""

_CHANGED = "coalesce(s.changed_fields, '[]') AS changed_fields"  # a state that changed nothing has an empty list


@dataclass(frozen=True, slots=True)
class Position:
    """Where a page of a list ended: what the last article on it is sorted by."""

    published: str
    content: int
    article: int

    @classmethod
    def of_row(cls, row: ListedRow) -> "Position":
        """Return the position of a listed article."""
        return cls(row["published_at"] or "", row["content_id"], row["id"])


def list_page(
    connection: sqlite3.Connection,
    wanted: ArticleFilter,
    zones: Mapping[str, ZoneInfo],
    after: Position | None = None,
    limit: int = 30,
) -> list[ListedRow]:
    """List a page of articles, the last published first; those without a date come last."""
    few = _find_few(connection, wanted)
    said = (few or choose_articles(wanted)).plus(choose_contents(wanted, zones)).plus(_go_on(after))
    # The sign keeps SQLite from going by an index of the articles that is of no use here.
    query = (
        f"SELECT * FROM {'listed_articles' if few else 'published_articles'} a WHERE {said} "
        f"ORDER BY {PUBLISHED} DESC, content_id DESC, +id DESC LIMIT ?"
    )
    return list(take_rows(connection.execute(query, [*said.values, limit]), ListedRow))


def list_sections(connection: sqlite3.Connection, site: str) -> Iterator[str]:
    """List the sections of a site, in order; each is one step through an index."""
    query = "SELECT min(section) FROM articles WHERE site = ? AND section > ?"
    section = ""
    while (following := connection.execute(query, (site, section)).fetchone()[0]) is not None:
        if not isinstance(following, str) or following <= section:  # a damaged index leads round and round
            raise DamageError(f"site {site}, section: {shorten(following)} stands after {shorten(section)}")
        section = following
        yield section


def find_article(connection: sqlite3.Connection, site: str, key: str) -> KnownArticleRow | None:
    """Return an article by any key it ever had, without its text; None where the archive has no state of it."""
    query = (
        "SELECT a.id, a.site, a.native_key AS article_id, d.url, a.section, a.state, a.listed, a.views, "
        "a.views_observed_at, a.first_seen_at, a.last_seen_at, a.snapshots "
        "FROM article_keys k JOIN latest_snapshots a ON a.id = k.article_id "
        "LEFT JOIN addresses d ON d.id = a.address_id "
        "WHERE k.site = ? AND k.native_key = ?"
    )
    row = connection.execute(query, (site, key)).fetchone()
    return take_row(row, KnownArticleRow) if row is not None else None


def load_state(connection: sqlite3.Connection, article: int, number: int) -> WholeStateRow | None:
    """Return one state of an article with its whole text, images and attachments."""
    query = (
        f"SELECT s.number AS snapshot, s.seen_from, s.seen_until, s.cause, {_CHANGED}, c.title, c.lead, c.author, "
        "c.body, c.body_html, c.published_at, c.published_precision, c.published_raw, c.images, "
        "c.attachments, c.links, c.marks, c.content_digest "
        "FROM snapshots s JOIN whole_contents c ON c.id = s.content_id WHERE s.article_id = ? AND s.number = ?"
    )
    row = connection.execute(query, (article, number)).fetchone()
    return take_row(row, WholeStateRow) if row is not None else None


def list_states(connection: sqlite3.Connection, article: int) -> list[StateRow]:
    """List the states of an article without their text, the oldest first."""
    query = (
        f"SELECT s.number AS snapshot, s.seen_from, s.seen_until, s.cause, {_CHANGED}, c.title "
        "FROM snapshots s JOIN contents c ON c.id = s.content_id "
        "WHERE s.article_id = ? AND s.number IS NOT NULL ORDER BY s.number"
    )
    return list(take_rows(connection.execute(query, (article,)), StateRow))


def first_views(connection: sqlite3.Connection, article: int) -> int | None:
    """Return the first view count that was read of an article."""
    query = (
        "SELECT r.views FROM readings r JOIN captures k ON k.id = r.capture_id WHERE r.article_id = ? "
        "AND r.views IS NOT NULL AND r.newest AND r.standing = 'counted' ORDER BY k.fetched_at LIMIT 1"
    )
    row = connection.execute(query, (article,)).fetchone()
    return row[0] if row else None


def _find_few(connection: sqlite3.Connection, wanted: ArticleFilter) -> Conditions | None:
    """Return what is to be said of the articles where they are few enough to look at each; None where they are not."""
    changed = (f"a.id IN ({CHANGED})",) if wanted.changed else ()
    said = choose_articles(wanted).plus(Conditions(changed))
    query = f"SELECT count(*) FROM (SELECT 1 FROM articles a WHERE {said} LIMIT {FEW + 1})"
    return said if said.parts and connection.execute(query, said.values).fetchone()[0] <= FEW else None


def _go_on(after: Position | None) -> Conditions:
    if after is None:
        return Conditions()
    # The first is what the index is asked.
    parts = (f"{PUBLISHED} <= ?", f"({PUBLISHED}, content_id, id) < (?, ?, ?)")
    return Conditions(parts, (after.published, after.published, after.content, after.article))
