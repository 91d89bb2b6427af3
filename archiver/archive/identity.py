"""One article, several keys: following an article to another address (rule 8)."""

import sqlite3
from collections.abc import Iterator

from archiver.archive.articles import Sighting, absorb_article, add_key, find_article, was_known_before
from archiver.archive.ledger import Run
from archiver.archive.readings import Parser, find_last_content, record_sign

UNFOLLOWED = "redirect_to_other_article"
"""The kind of the finding that a capture leaves whose article is none that is known under the key asked for."""


def follow_move(
    connection: sqlite3.Connection,
    run: Run,
    sighting: Sighting,
    parser: Parser,
    expected: str,
    key: str,
    url: str,
    digest: bytes,
) -> bool:
    """Follow the article that was ``expected`` to the one that answered, if it had the same content before.

    False where it had not: then these are two. Where the other was an article of its own before this run, the old one
    is marked as moved. Within one run the answers come in any order, so what this run met first is absorbed.
    """
    article_id = find_article(connection, run.site, expected)
    last = find_last_content(connection, article_id, parser.id, sighting.at) if article_id is not None else None
    if article_id is None or last is None or last.digest != digest:
        return False
    other = find_article(connection, run.site, key)
    if other == article_id:
        return True
    if other is not None and was_known_before(connection, run, other):
        record_sign(connection, sighting, parser, article_id, "moved", f"to {url}")
        return True
    if other is not None:
        absorb_article(connection, article_id, other)
    add_key(connection, run.site, key, article_id)
    return True


def follow_late_moves(connection: sqlite3.Connection) -> Iterator[int]:
    """Follow what could not be followed when it was recorded, for want of what came into the archive since.

    Yields the articles (ids) that are touched by it.
    """
    rows = connection.execute(
        "SELECT k.id, k.run_id, u.site, k.fetched_at, k.expected, r.parser_id, p.ordinal, c.digest, d.url, "
        "r.article_id, a.native_key FROM findings f CROSS JOIN captures k ON k.id = f.capture_id "
        "AND k.expected IS NOT NULL CROSS JOIN runs u ON u.id = k.run_id "
        "CROSS JOIN readings r ON r.capture_id = k.id AND r.sign = 'content' AND r.newest "
        "JOIN parsers p ON p.id = r.parser_id JOIN contents c ON c.id = r.content_id "
        "JOIN articles a ON a.id = r.article_id JOIN addresses d ON d.id = k.address_id WHERE f.kind = ? "
        "ORDER BY k.fetched_at, d.url",
        (UNFOLLOWED,),
    ).fetchall()
    for row in rows:
        expected = find_article(connection, row["site"], row["expected"])
        if expected is None or expected == find_article(connection, row["site"], row["native_key"]):
            continue
        run, parser = Run(row["run_id"], row["site"]), Parser(row["parser_id"], row["ordinal"])
        sighting = Sighting(row["id"], row["fetched_at"], row["site"])
        moved = (row["expected"], row["native_key"], row["url"], row["digest"])
        if follow_move(connection, run, sighting, parser, *moved):
            yield expected
