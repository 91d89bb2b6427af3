"""Articles that listings named and of which no page was ever read: what is known of them, and what became of asking.

A run that was cut off leaves such articles, and so does a page that fails. They are known to the archive by the listing
alone, and would be lost if nobody asked for them before they are taken down.
"""

import json
import sqlite3
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from archiver.archive.runs.withdrawn import WITHDRAWN
from archiver.findings import Kind


@dataclass(frozen=True, slots=True)
class Contact:
    """What came of asking for an article in one run: the last answer, and the kinds of what was found wrong.

    ``status`` is None where nothing was answered, or only a page that leads to more of the article. ``withheld``: it
    was read, and not believed when the run was judged.
    """

    at: datetime
    status: int | None
    kinds: frozenset[Kind] = frozenset()
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class UnreadArticle:
    """An article that a listing named, with the runs that asked for it; the last one is the last of ``contacts``."""

    key: str
    url: str
    contacts: tuple[Contact, ...] = field(default=())


_UNREAD = """
    SELECT a.native_key, d.url, d.id FROM articles a JOIN addresses d ON d.id = a.address_id
    WHERE a.site = ?1 AND NOT EXISTS (SELECT 1 FROM snapshots WHERE article_id = a.id AND number IS NOT NULL)
        AND EXISTS (SELECT 1 FROM readings r JOIN captures k ON k.id = r.capture_id JOIN runs u ON u.id = k.run_id
            WHERE r.article_id = a.id AND r.sign = 'listed' AND u.kind = 'crawl'
                AND u.arguments ->> 'start' IS ?2)
    ORDER BY a.first_seen_at DESC, a.native_key
"""
# A bare column beside max() is of the row that has it.
_ANSWERS = f"""
    SELECT d.url, k.run_id, max(k.fetched_at) AS at, iif(k.final OR k.status >= 300, k.status, NULL) AS status,
        EXISTS (SELECT 1 FROM readings WHERE capture_id = k.id AND sign = 'content') AS withheld
    FROM captures k JOIN addresses d ON d.id = k.address_id
    WHERE k.address_id IN (SELECT value FROM json_each(?)) AND k.run_id NOT IN {WITHDRAWN} GROUP BY d.url, k.run_id
"""
_FINDINGS = """
    SELECT f.url, f.run_id, u.started_at AS at, json_group_array(f.kind) AS kinds
    FROM findings f JOIN runs u ON u.id = f.run_id
    WHERE u.site = ? AND NOT u.withdrawn AND f.url IN (SELECT value FROM json_each(?)) GROUP BY f.url, f.run_id
"""


def list_unread_articles(connection: sqlite3.Connection, site: str, start: str | None) -> list[UnreadArticle]:
    """List the articles that the listings behind some start addresses named and no run has read, the newest first."""
    rows = connection.execute(_UNREAD, (site, start)).fetchall()
    contacts = _find_contacts(connection, site, {url: address for _, url, address in rows}) if rows else {}
    return [UnreadArticle(key, url, contacts.get(url, ())) for key, url, _ in rows]


def _find_contacts(
    connection: sqlite3.Connection, site: str, addresses: dict[str, int]
) -> dict[str, tuple[Contact, ...]]:
    found = connection.execute(_FINDINGS, (site, json.dumps(list(addresses)))).fetchall()
    kinds = {(row["url"], row["run_id"]): frozenset(json.loads(row["kinds"])) for row in found}
    times = {(row["url"], row["run_id"]): row["at"] for row in found}
    answers = connection.execute(_ANSWERS, (json.dumps(list(addresses.values())),)).fetchall()
    answered = {(row["url"], row["run_id"]): row for row in answers}
    contacts: dict[str, list[Contact]] = defaultdict(list)
    for key in {**times, **answered}:
        row = answered.get(key)
        at = datetime.fromisoformat(row["at"] if row else times[key])
        status, withheld = (row["status"], bool(row["withheld"])) if row else (None, False)
        contacts[key[0]].append(Contact(at, status, kinds.get(key, frozenset()), withheld))
    return {url: tuple(sorted(some, key=lambda contact: contact.at)) for url, some in contacts.items()}
