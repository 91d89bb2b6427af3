"""Recording readings: what one parser made of one capture, for each article it shows."""

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from archiver.archive.history.content import Content, write_time
from archiver.archive.history.snapshots import rederive_article
from archiver.archive.history.stored_contents import LastContent, find_last_content, has_lost_fields, store_content
from archiver.archive.history.timeline import Sign
from archiver.archive.identity.clues import add_clues, list_printed, make_title_clue
from archiver.archive.identity.keys import Known, Sighting, add_address, add_listed, find_article, find_shown
from archiver.archive.runs.run_log import Run
from archiver.model import Article, Count, ListingEntry
from archiver.text.sketches import UNREAD

Novelty = Literal["new", "changed", "unchanged", "pending"]
Standing = Literal["pending", "counted", "withheld"]


@dataclass(frozen=True, slots=True)
class Parser:
    """A parser as the archive knows it: its id, and its place in the order of versions."""

    id: int
    ordinal: int


def find_parser(connection: sqlite3.Connection, version: str) -> Parser | None:
    """Return the parser of a version; None for one that has read nothing here yet."""
    row = connection.execute("SELECT id, ordinal FROM parsers WHERE version = ?", (version,)).fetchone()
    return Parser(row[0], row[1]) if row else None


def meet_parser(connection: sqlite3.Connection, version: str, ordinal: int, at: datetime) -> Parser:
    """Return the parser of a version, written down on first use; ``at`` is when that is."""
    known = find_parser(connection, version)
    if known:
        return known
    statement = "INSERT INTO parsers (version, ordinal, since) VALUES (?, ?, ?) RETURNING id, ordinal"
    return Parser(*connection.execute(statement, (version, ordinal, write_time(at, "microseconds"))).fetchone())


def record_article(
    connection: sqlite3.Connection,
    sighting: Sighting,
    parser: Parser,
    article: Article,
    known: Known,
    last: LastContent | None,
    detail: str | None = None,
    *,
    derives: bool = True,
) -> Novelty:
    """Record a good article page: a snapshot only if the content differs from the one before, and its count.

    ``last`` is the article's last good reading before this capture, as found for ``detail`` (find_last_content); None
    where there is none.
    A page that lost fields is doubtful: it may be the portal that is broken and not the article, which the judgement of
    its run decides. Where nothing ``derives`` from it here, the caller sees to the article's history.
    """
    article_id = known.article_id
    address, moved = add_address(connection, known, sighting, article.url, article.section, answered=True)
    content = Content.of_article(article)
    doubtful = is_doubtful(connection, article_id, sighting, parser, content, last, detail)
    content_id = store_content(connection, content, known, sighting.at, last)
    standing: Standing = "pending" if doubtful else "counted"
    shown = NewReading("article", "content", standing, article.views, content_id, detail, doubtful, address)
    add_reading(connection, known, sighting, parser, shown)
    same = last is not None and last.parser_id == parser.id and last.content_id == content_id
    if moved or not same:
        note_clues(connection, sighting.site, known, article, content)
    if doubtful or not derives:
        return "pending"
    if same and not moved and last and _extend(connection, article_id, sighting, last, article.views, address):
        return "unchanged"
    before = count_snapshots(connection, article_id) if last else 0
    return _name_novelty(before, rederive_article(connection, article_id))


def _name_novelty(before: int, after: int) -> Novelty:
    """Say what a page brought, by the number of snapshots before and after it."""
    return "new" if not before else "changed" if after > before else "unchanged"


def note_clues(connection: sqlite3.Connection, site: str, known: Known, article: Article, content: Content) -> None:
    """Note what a page tells of who its article is."""
    add_clues(connection, site, known.key_id, list_clues(article, content))


def list_clues(article: Article, content: Content) -> frozenset[str]:
    """List what a page tells of who its article is: title and day, ids, and the addresses that it calls its own."""
    published_at = content.row["published_at"]
    title = make_title_clue(article.title, str(published_at) if published_at else None)
    return frozenset((title, *list_printed(article.keys)))


def record_entry(
    connection: sqlite3.Connection, sighting: Sighting, parser: Parser, entry: ListingEntry
) -> tuple[int, bool]:
    """Record an article as a listing prints it: that it is listed, and its count. Never its content.

    Returns the id of the article, and whether that was the usual case: otherwise its history is to be derived anew.
    """
    known = find_shown(connection, sighting, entry.native_key, entry.url)
    value = entry.views.value if entry.views else None
    shown = known or add_listed(connection, sighting, entry.native_key, entry.url, value)
    address = shown.address_id
    if address is None:
        address, _ = add_address(connection, shown, sighting, entry.url, None, answered=False)
    listed = NewReading("listing", "listed", "counted", entry.views, address_id=address)
    add_reading(connection, shown, sighting, parser, listed)
    if shown.address_id is None or known is None:
        return shown.article_id, shown.address_id is not None
    usual = _note_article(connection, shown.article_id, sighting, entry.views, "listed AND address_id")
    return shown.article_id, usual


def is_late(connection: sqlite3.Connection, run: Run, at: str) -> bool:
    """Say whether another run of the site was there after a time: then what it recorded may have to be judged again.

    So may what a run itself recorded that is closed already.
    """
    row = connection.execute(
        "SELECT (SELECT coalesce(finished_at, started_at) > ?1 FROM runs WHERE site = ?2 AND id <> ?3 "
        "AND NOT withdrawn ORDER BY started_at DESC LIMIT 1), outcome IS NOT NULL FROM runs WHERE id = ?3",
        (at, run.site, run.id),
    ).fetchone()
    return bool(row and any(row))


def record_sign(
    connection: sqlite3.Connection,
    sighting: Sighting,
    parser: Parser,
    known: Known,
    sign: Sign,
    detail: str,
    *,
    derives: bool = True,
) -> None:
    """Record what a capture says of an article without showing it: missing, moved, confirmed.

    That it is missing is doubtful until its run is judged; whether a redirect counts is settled with its keys. A page
    that is no article (UNREAD) says nothing before that. ``derives`` as for ``record_article``.
    """
    is_unread = detail.startswith(UNREAD)
    doubtful = sign == "missing" and not is_unread
    standing: Standing = "counted" if sign == "confirmed" else "withheld" if is_unread else "pending"
    reading = NewReading("article", sign, standing, detail=detail, doubtful=doubtful)
    add_reading(connection, known, sighting, parser, reading)
    if derives and (standing == "counted" or (sign == "missing" and _has_addresses(connection, known.article_id))):
        rederive_article(connection, known.article_id)


def _has_addresses(connection: sqlite3.Connection, article_id: int) -> bool:
    """Say whether an article has several addresses: where one of them fails, it may have moved to another."""
    query = "SELECT count(*) > 1 FROM article_addresses WHERE article_id = ?"
    return bool(connection.execute(query, (article_id,)).fetchone()[0])


def is_doubtful(
    connection: sqlite3.Connection,
    article_id: int,
    sighting: Sighting,
    parser: Parser,
    content: Content,
    last: LastContent | None,
    detail: str | None,
) -> bool:
    """Say whether a content lacks a field that the article had before the run of its capture began.

    What other pages of the same run show proves nothing: they come from the same portal on the same day. ``last`` is
    the last good reading before the capture that can be compared with it, ``detail`` what is noted of the page.
    """
    if last is None or last.digest == content.digest:
        return False
    began = find_beginning_of_run(connection, sighting.capture_id)
    before = last if last.at < began else find_last_content(connection, article_id, parser.id, began, detail)
    return before is not None and has_lost_fields(connection, before, content)


def find_beginning_of_run(connection: sqlite3.Connection, capture_id: int) -> str:
    """Return when the run of a capture began, or the time of the capture where that is earlier."""
    query = "SELECT min(u.started_at, k.fetched_at) FROM captures k JOIN runs u ON u.id = k.run_id WHERE k.id = ?"
    return str(connection.execute(query, (capture_id,)).fetchone()[0])


@dataclass(frozen=True, slots=True)
class NewReading:
    """What a parser made of a capture for one article.

    ``address_id``: the address that a listing names, or under which a page shows the article; ``content_id`` is what it
    shows.
    """

    source: Literal["article", "listing"]
    sign: Sign
    standing: Standing
    views: Count | None = None
    content_id: int | None = None
    detail: str | None = None
    doubtful: bool = False
    address_id: int | None = None


def add_reading(
    connection: sqlite3.Connection, known: Known, sighting: Sighting, parser: Parser, reading: NewReading
) -> None:
    """Write a reading; the newest parser's is the one whose count is shown."""
    newest = sighting.fresh or _displace_older(connection, known, sighting, parser, reading.sign)
    count = (reading.views.value, reading.views.raw) if reading.views else (None, None)
    place = (known.article_id, sighting.capture_id, parser.id, reading.source, reading.sign, reading.standing, newest)
    noted = (reading.detail, int(reading.doubtful))
    connection.execute(
        "INSERT INTO readings (article_id, capture_id, parser_id, source, sign, standing, newest, content_id, views, "
        "views_raw, detail, doubtful, key_id, address_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT DO NOTHING",
        (*place, reading.content_id, *count, *noted, known.key_id, reading.address_id),
    )


def _displace_older(
    connection: sqlite3.Connection, known: Known, sighting: Sighting, parser: Parser, sign: Sign
) -> bool:
    """Let a parser's reading of a capture be the newest, unless that of a newer one is there; True if it is."""
    newer, older = connection.execute(
        "SELECT count(CASE WHEN (p.ordinal, p.since, p.version) > (n.ordinal, n.since, n.version) THEN 1 END), "
        "count(*) FROM readings r JOIN parsers p ON p.id = r.parser_id JOIN parsers n ON n.id = ? "
        "WHERE r.article_id = ? AND r.capture_id = ? AND r.parser_id != n.id AND r.sign = ? AND r.key_id = ?",
        (parser.id, known.article_id, sighting.capture_id, sign, known.key_id),
    ).fetchone()
    if older and not newer:
        statement = "UPDATE readings SET newest = 0 WHERE article_id = ? AND capture_id = ? AND sign = ? AND key_id = ?"
        connection.execute(statement, (known.article_id, sighting.capture_id, sign, known.key_id))
    return not newer


def count_snapshots(connection: sqlite3.Connection, article_id: int) -> int:
    """Count the snapshots of an article."""
    query = "SELECT count(number) FROM snapshots WHERE article_id = ?"
    return int(connection.execute(query, (article_id,)).fetchone()[0])


def find_known(connection: sqlite3.Connection, site: str, key: str) -> int | None:
    """Return the id of an article that was seen with its content; None for one that listings only name."""
    article_id = find_article(connection, site, key)
    return article_id if article_id is not None and count_snapshots(connection, article_id) else None


def confirm_article(connection: sqlite3.Connection, article_id: int, captures: Sequence[int]) -> bool:
    """Note what the latest captures of an article show, if that is what it showed before, and no more than that.

    False where its history is to be derived anew: something of it may be written already then.
    """
    rows = connection.execute(
        "SELECT k.id AS capture_id, k.fetched_at, r.sign, r.parser_id, r.content_id, r.address_id, r.detail, r.views, "
        "r.standing = 'counted' AND NOT r.doubtful AS is_sure FROM json_each(?) j "
        "CROSS JOIN captures k ON k.id = j.value CROSS JOIN readings r ON r.article_id = ? AND r.capture_id = k.id "
        "ORDER BY k.fetched_at, r.sign DESC",
        (json.dumps(captures), article_id),
    )
    return all(row["is_sure"] and _confirm_by(connection, article_id, row) for row in rows.fetchall())


def _confirm_by(connection: sqlite3.Connection, article_id: int, row: sqlite3.Row) -> bool:
    sighting = Sighting(row["capture_id"], row["fetched_at"], "")
    views = None if row["views"] is None else Count("", row["views"])
    if row["sign"] == "listed":
        return _note_article(connection, article_id, sighting, views, "listed AND address_id")
    if row["sign"] != "content":
        return False
    last = find_last_content(connection, article_id, row["parser_id"], sighting.at, row["detail"])
    same = last is not None and (last.parser_id, last.content_id) == (row["parser_id"], row["content_id"])
    return bool(same and last and _extend(connection, article_id, sighting, last, views, row["address_id"]))


def _extend(
    connection: sqlite3.Connection,
    article_id: int,
    sighting: Sighting,
    last: LastContent,
    views: Count | None,
    address: int,
) -> bool:
    """Confirm the last snapshot without looking at the whole history; False where the usual case is not given."""
    done = connection.execute(
        "UPDATE snapshots SET last_capture_id = ?, seen_until = ? WHERE article_id = ? AND last_capture_id = ? "
        "AND parser_id = ? AND number = (SELECT max(number) FROM snapshots WHERE article_id = ?) AND seen_until < ? "
        "AND EXISTS (SELECT 1 FROM articles WHERE id = ? AND state = 'live')",
        (
            sighting.capture_id,
            sighting.at,
            article_id,
            last.capture_id,
            last.parser_id,
            article_id,
            sighting.at,
            article_id,
        ),
    ).rowcount
    return bool(done) and _note_article(connection, article_id, sighting, views, f"address_id = {address}")


def _note_article(
    connection: sqlite3.Connection, article_id: int, sighting: Sighting, views: Count | None, condition: str = "1"
) -> bool:
    """Note time and count of a sighting; False unless it is the latest, and its count not below the one before.

    False also for an article that a ``condition`` on its row does not hold for, and for one that moved in the run of
    the sighting: a listing that still names the former address takes that back.
    """
    value = views.value if views else None
    return bool(
        connection.execute(
            "UPDATE articles SET last_seen_at = ?1, views = coalesce(?2, views), "
            "views_observed_at = CASE WHEN ?2 IS NULL THEN views_observed_at ELSE ?1 END "
            f"WHERE id = ?3 AND last_seen_at < ?1 AND coalesce(?2 >= views, 1) AND {condition} "
            "AND NOT EXISTS (SELECT 1 FROM article_events e JOIN captures k ON k.id = e.capture_id WHERE "
            "e.article_id = ?3 AND e.kind = 'moved' AND k.run_id = (SELECT run_id FROM captures WHERE id = ?4))",
            (sighting.at, value, article_id, sighting.capture_id),
        ).rowcount
    )
