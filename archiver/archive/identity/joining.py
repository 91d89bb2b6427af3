"""Joining the keys of one article, and taking apart what is not one: identity as it is written (rule 8).

Each reading knows the key under which it was recorded. Which keys are one article follows from what was captured under
them (same_article.py); here keys find each other, and rows are written so. It is settled when a capture leads from one
key to another, when a run closes, and whenever older captures came in; the outcome is the same in any order.
"""

import json
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache, partial

from archiver.archive.history.change_log import take_back_article
from archiver.archive.history.snapshots import rederive_article
from archiver.archive.identity.clues import list_sharing, load_clues
from archiver.archive.identity.keys import JOIN_ADDRESSES, Known
from archiver.archive.identity.likeness import Text
from archiver.archive.identity.same_article import Ground, KeyLook, Track, are_one, is_followed
from archiver.urls import spell_key


@dataclass(frozen=True, slots=True)
class KeyGroup:
    """The keys of one article, and the one that was seen first, which names it."""

    keys: frozenset[int]
    first: Track


@dataclass(frozen=True, slots=True)
class Settled:
    """What was written: the articles (ids) that are others now, and the runs whose listings show more or fewer."""

    articles: frozenset[int] = frozenset()
    runs: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Stand:
    """How a redirect is to stand (``counted`` or ``withheld``) in the history of the key that it led away from."""

    article_id: int
    capture_id: int
    key_id: int
    standing: str


class _Case:
    """What is looked up to settle some keys, each thing once."""

    def __init__(self, connection: sqlite3.Connection, site: str) -> None:
        self.connection = connection
        self.ground = _load_ground(connection, site)
        self.track = cache(partial(_load_track, connection, cache(partial(_load_text, connection))))

    def find_groups(self, keys: Iterable[int]) -> list[KeyGroup]:
        """Find the groups of some keys, and of those that were joined with them."""
        groups, met = [], set[int]()
        todo = list(dict.fromkeys(keys))
        while todo:
            key = todo.pop()
            if key in met:
                continue
            found = self._find_group(key)
            met |= found
            first = min((self.track(one) for one in found), key=lambda track: track.order)
            groups.append(KeyGroup(frozenset(found), first))
            todo += {mate for one in found for mate in self.list_mates(one)} - met
        return groups

    def article_of(self, key_id: int) -> int:
        """Return the article that a key is joined to now."""
        query = "SELECT article_id FROM article_keys WHERE id = ?"
        return int(self.connection.execute(query, (key_id,)).fetchone()[0])

    def list_mates(self, key_id: int) -> frozenset[int]:
        """List the keys that are joined with a key now, itself among them."""
        query = "SELECT id FROM article_keys WHERE article_id = (SELECT article_id FROM article_keys WHERE id = ?)"
        return frozenset(row[0] for row in self.connection.execute(query, (key_id,)))

    def _find_group(self, key_id: int) -> set[int]:
        group, todo = {key_id}, [key_id]
        while todo:
            key = todo.pop()
            for other in self._list_candidates(key) - group:
                if are_one(self.track(key), self.track(other), self.ground):
                    group.add(other)
                    todo.append(other)
        return group

    def _list_candidates(self, key_id: int) -> set[int]:
        """List the keys that may be one with a key: they share a clue, or a redirect leads from one to the other."""
        sources = self.connection.execute(_REDIRECTED_TO, {"key": key_id, "article": self.article_of(key_id)})
        targets = {look.target for look in self.track(key_id).looks if look.target is not None}
        return list_sharing(self.connection, key_id) | {row[0] for row in sources} | targets


def settle_identity(connection: sqlite3.Connection, site: str, keys: Iterable[int]) -> Settled:
    """Find which keys are one article with these, and write it."""
    case = _Case(connection, site)
    touched: set[int] = set()
    groups = case.find_groups(keys)
    chosen = _choose_rows(connection, site, groups)
    runs = {run for group, _ in chosen for run in _list_doubled(connection, case, group)}
    for group, article_id in chosen:
        touched |= _gather(connection, group, article_id)
    touched |= _write_stands(connection, case, groups)
    left = frozenset(article_id for article_id in touched if not _drop_empty(connection, article_id))
    for article_id in left:
        rederive_article(connection, article_id)
    return Settled(left, frozenset(runs if left else ()))


def _list_doubled(connection: sqlite3.Connection, case: _Case, group: KeyGroup) -> set[int]:
    """List the runs whose listings named several keys that are joined now, or were: one article or two."""
    keys = {mate for key in group.keys for mate in case.list_mates(key)} | group.keys
    if keys == group.keys and len({case.article_of(key) for key in keys}) == 1:
        return set()
    rows = connection.execute(
        "SELECT k.run_id FROM json_each(?) n CROSS JOIN article_keys a ON a.id = n.value "
        "CROSS JOIN readings r ON r.article_id = a.article_id AND r.key_id = a.id AND r.sign = 'listed' "
        "CROSS JOIN captures k ON k.id = r.capture_id GROUP BY k.run_id HAVING count(DISTINCT r.key_id) > 1",
        (json.dumps(sorted(keys)),),
    )
    return {row[0] for row in rows}


def check_identity(connection: sqlite3.Connection, site: str) -> Iterator[str]:
    """Find anew which keys of a site are one article, and name what is written otherwise.

    What an open run met is settled when it closes.
    """
    unsettled = {row[0] for row in connection.execute(_UNSETTLED, (site,))}
    case = _Case(connection, site)
    rows = connection.execute("SELECT id FROM article_keys WHERE site = ? ORDER BY id", (site,))
    found = case.find_groups([row[0] for row in rows.fetchall()])
    groups = [group for group in found if not unsettled & {mate for key in group.keys for mate in case.list_mates(key)}]
    for group in groups:
        articles = {case.article_of(key) for key in group.keys}
        named = connection.execute("SELECT native_key FROM articles WHERE id = ?", (min(articles),)).fetchone()
        mates = case.list_mates(group.first.key_id)
        if len(articles) != 1 or mates != group.keys or named is None or named[0] != group.first.key:
            yield f"article {site}:{group.first.key}: its keys are not those that its captures show"
    for stand in _find_stands(case, groups):
        if _stands_otherwise(connection, stand):
            yield f"a redirect of capture {stand.capture_id} is counted, or not, and it is the other way"


# What led to a page of a key from another one; and what of those keys never answered by itself.
_REDIRECTED_TO = (
    "SELECT DISTINCT m.key_id FROM readings r CROSS JOIN readings m ON m.capture_id = r.capture_id "
    "AND m.sign = 'moved' WHERE r.article_id = :article AND r.key_id = :key AND r.sign = 'content'"
)
_FOLLOWERS = (
    f"SELECT count(*) FROM ({_REDIRECTED_TO}) f JOIN article_keys n ON n.id = f.key_id WHERE NOT EXISTS (SELECT 1 "
    "FROM readings o WHERE o.article_id = n.article_id AND o.key_id = n.id AND o.sign = 'content')"
)
_CROWD = (
    "SELECT EXISTS (SELECT 1 FROM article_keys n CROSS JOIN clues c ON c.site = n.site AND c.clue >= :low "
    "AND c.clue < :high WHERE n.id = :key AND NOT EXISTS (SELECT 1 FROM clues t JOIN clues m ON m.site = t.site "
    "AND m.clue = t.clue AND m.key_id = c.key_id WHERE t.key_id = :key AND t.clue > 'title '))"
)
_UNSETTLED = (
    "SELECT DISTINCT r.key_id FROM runs u CROSS JOIN captures k ON k.run_id = u.id "
    "CROSS JOIN readings r ON r.capture_id = k.id WHERE u.site = ? AND u.outcome IS NULL"
)
_LOOKS = (
    "SELECT r.capture_id, k.fetched_at, k.run_id, r.sign, r.content_id FROM readings r "
    "JOIN captures k ON k.id = r.capture_id JOIN addresses d ON d.id = k.address_id "
    "WHERE r.article_id = ? AND r.key_id = ? AND r.newest ORDER BY k.fetched_at, d.url, r.sign"
)


def _load_ground(connection: sqlite3.Connection, site: str) -> Ground:
    hosts = connection.execute("SELECT hosts FROM sites WHERE name = ?", (site,)).fetchone()
    walked = connection.execute("SELECT id FROM runs WHERE site = ? AND complete", (site,))
    return Ground(
        frozenset(json.loads(hosts[0])) if hosts and hosts[0] else frozenset(), frozenset(row[0] for row in walked)
    )


def _load_text(connection: sqlite3.Connection, content_id: int) -> Text:
    query = "SELECT digest, title, lead, body, published_at FROM contents WHERE id = ?"
    return Text.of_columns(*connection.execute(query, (content_id,)).fetchone())


def _load_track(connection: sqlite3.Connection, load_text: Callable[[int], Text], key_id: int) -> Track:
    key, article_id = connection.execute(
        "SELECT native_key, article_id FROM article_keys WHERE id = ?", (key_id,)
    ).fetchone()
    rows = connection.execute(_LOOKS, (article_id, key_id)).fetchall()
    looks = tuple(_read_look(connection, Known(article_id, key_id), load_text, row) for row in rows)
    is_crowded = connection.execute(_CROWD, _bind_path(key) | {"key": key_id}).fetchone()[0]
    followers = connection.execute(_FOLLOWERS, {"key": key_id, "article": article_id}).fetchone()[0]
    return Track(key_id, key, looks, load_clues(connection, key_id), followers, bool(is_crowded))


def _bind_path(key: str) -> dict[str, str | None]:
    """Bind the beginning and the end of the clues of all keys that have the path of a key, and parameters."""
    spelt = spell_key(key)
    path = spelt[1].partition("?")[0] if spelt else None
    return {"low": path and f"at {path}?", "high": path and f"at {path}@"}


def _read_look(
    connection: sqlite3.Connection, known: Known, load_text: Callable[[int], Text], row: sqlite3.Row
) -> KeyLook:
    target, status = _find_target(connection, known, row)
    text = load_text(row["content_id"]) if row["content_id"] else None
    return KeyLook(row["capture_id"], row["fetched_at"], row["run_id"], row["sign"], text, target, status)


def _find_target(connection: sqlite3.Connection, known: Known, row: sqlite3.Row) -> tuple[int | None, int | None]:
    """Find which key answered where a redirect led, and the status of the redirect."""
    if row["sign"] != "moved":
        return None, None
    target = connection.execute(
        "SELECT key_id FROM readings WHERE capture_id = ? AND sign = 'content' AND newest", (row["capture_id"],)
    ).fetchone()
    status = connection.execute(
        "SELECT k.status FROM article_addresses aa JOIN captures k ON k.address_id = aa.address_id "
        "WHERE aa.article_id = ? AND aa.key_id = ? AND k.run_id = ? AND k.status BETWEEN 300 AND 399 "
        "AND k.fetched_at <= ? ORDER BY k.fetched_at DESC LIMIT 1",
        (known.article_id, known.key_id, row["run_id"], row["fetched_at"]),
    ).fetchone()
    return target and target[0], status and status[0]


def _choose_rows(connection: sqlite3.Connection, site: str, groups: list[KeyGroup]) -> list[tuple[KeyGroup, int]]:
    """Choose the row of each group: the one that is named by one of its keys, the first if there is such a one."""
    chosen = []
    for group in groups:
        first = group.first
        row = connection.execute(
            "SELECT a.id, n.id FROM article_keys k JOIN articles a ON a.id = k.article_id "
            "JOIN article_keys n ON n.site = a.site AND n.native_key = a.native_key WHERE k.id = ?",
            (first.key_id,),
        ).fetchone()
        if row[1] in group.keys:
            chosen.append((group, int(row[0])))
        else:
            statement = "INSERT INTO articles (site, native_key) VALUES (?, ?) RETURNING id"
            chosen.append((group, int(connection.execute(statement, (site, first.key)).fetchone()[0])))
    return chosen


def _gather(connection: sqlite3.Connection, group: KeyGroup, article_id: int) -> set[int]:
    """Bring all that was recorded under the keys of a group to one article; returns the articles that changed."""
    query = "SELECT id, article_id FROM article_keys WHERE id IN (SELECT value FROM json_each(?)) AND article_id <> ?"
    moving = connection.execute(query, (json.dumps(sorted(group.keys)), article_id)).fetchall()
    touched = {before for _, before in moving} | ({article_id} if moving else set())
    for article in touched:
        take_back_article(connection, article)
    for key, before in moving:
        _move_key(connection, key, before, article_id)
    for article in touched - {article_id}:
        _drop_empty(connection, article)
    renamed = connection.execute(
        "UPDATE articles SET native_key = ?1 WHERE id = ?2 AND native_key <> ?1", (group.first.key, article_id)
    ).rowcount
    return touched | ({article_id} if renamed else set())


def _move_key(connection: sqlite3.Connection, key_id: int, before: int, after: int) -> None:
    values = {"key": key_id, "before": before, "after": after}
    connection.execute("UPDATE readings SET article_id = :after WHERE article_id = :before AND key_id = :key", values)
    connection.execute(
        "INSERT INTO article_addresses (article_id, address_id, seen_from, answered, section, section_from, key_id) "
        "SELECT :after, address_id, seen_from, answered, section, section_from, key_id FROM article_addresses "
        f"WHERE article_id = :before AND key_id = :key {JOIN_ADDRESSES}",
        values,
    )
    connection.execute("DELETE FROM article_addresses WHERE article_id = :before AND key_id = :key", values)
    connection.execute("UPDATE article_keys SET article_id = :after WHERE id = :key", values)


def _drop_empty(connection: sqlite3.Connection, article_id: int) -> bool:
    """Drop an article that has no key any more; True if it is not there."""
    if connection.execute("SELECT 1 FROM article_keys WHERE article_id = ?", (article_id,)).fetchone():
        return False
    for table in ("article_addresses", "readings", "snapshots"):
        connection.execute(f"DELETE FROM {table} WHERE article_id = ?", (article_id,))
    connection.execute("DELETE FROM articles WHERE id = ?", (article_id,))
    return True


def _find_stands(case: _Case, groups: list[KeyGroup]) -> Iterator[_Stand]:
    """Find how the redirects of some groups are to stand: those that led to the same text, and no others, count."""
    for group in groups:
        for key in group.keys:
            track = case.track(key)
            for look in track.looks:
                if look.sign != "moved":
                    continue
                same = look.target in group.keys
                counts = same or (look.target is not None and is_followed(look, track, case.track(look.target)))
                yield _Stand(case.article_of(key), look.capture_id, key, "counted" if counts else "withheld")


_IS_REDIRECT = "article_id = ? AND capture_id = ? AND key_id = ? AND sign = 'moved' AND standing <> ?"


def _stands_otherwise(connection: sqlite3.Connection, stand: _Stand) -> bool:
    values = (stand.article_id, stand.capture_id, stand.key_id, stand.standing)
    return connection.execute(f"SELECT 1 FROM readings WHERE {_IS_REDIRECT}", values).fetchone() is not None


def _write_stands(connection: sqlite3.Connection, case: _Case, groups: list[KeyGroup]) -> set[int]:
    changed = set()
    for stand in _find_stands(case, groups):
        values = (stand.standing, stand.article_id, stand.capture_id, stand.key_id, stand.standing)
        if connection.execute(f"UPDATE readings SET standing = ? WHERE {_IS_REDIRECT}", values).rowcount:
            changed.add(stand.article_id)
    return changed
