"""The noise of a site, as the archive knows it: what it declares, and what its articles taught."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping

from archiver.archive.noise.learning import Proof
from archiver.archive.store.damage import DamageError, shorten
from archiver.archive.store.values import read_names
from archiver.compare.declared_noise import read_noise
from archiver.compare.noise import KINDS, Noise, Rule, make_noise, unpack_rule

OF_SITE = frozenset({"block", "text", "address", "parameter"})
"""Kinds of rules that hold for all articles of a site; the others name a place in one."""
MOST_OF_SITE = 64
MOST_OF_ARTICLES = 2000
"""So many rules a site may learn; what moves beyond that is to be declared."""
MOST_TEMPLATE = 2000
ENOUGH_ARTICLES = 5
"""What so many articles teach of their files, each for itself, holds for the whole site."""


def load_noise(connection: sqlite3.Connection, site: str) -> Noise:
    """Return what is noise on the pages of a site."""
    rules = {Rule(kind, template) for kind, template in connection.execute(_LEARNED, (site,))}
    row = connection.execute("SELECT noise FROM sites WHERE name = ?", (site,)).fetchone()
    declared = read_noise(load_lines(row[0])).rules if row and row[0] else ()
    return make_noise(frozenset((*rules, *declared)))


def load_lines(written: str | None) -> tuple[str, ...]:
    """Return what a site declared to be noise at its last run; DamageError."""
    lines = tuple(read_names(written)) if written else ()
    try:
        read_noise(lines)
    except ValueError as error:
        raise DamageError(f"{shorten(written)} is no noise of a site") from error
    return lines


def load_noise_of(connection: sqlite3.Connection, article_id: int) -> Noise:
    """Return what is noise on the pages of the site of an article."""
    return load_noise(connection, find_site(connection, article_id))


def find_site(connection: sqlite3.Connection, article_id: int) -> str:
    """Return the site of an article."""
    return str(connection.execute("SELECT site FROM articles WHERE id = ?", (article_id,)).fetchone()[0])


def load_all_noise(connection: sqlite3.Connection) -> dict[str, Noise]:
    """Return the noise of all sites by their names."""
    names = [row[0] for row in connection.execute("SELECT name FROM sites")]
    return {name: load_noise(connection, name) for name in names}


def list_noisier(connection: sqlite3.Connection, before: Mapping[str, Noise]) -> list[str]:
    """List those of some sites whose noise is another than it was."""
    return [site for site, noise in before.items() if load_noise(connection, site) != noise]


def keep_rules(
    connection: sqlite3.Connection, site: str, learned: Iterable[tuple[Rule, Proof, int]]
) -> frozenset[Rule]:
    """Keep what was learned, with the captures that proved it, as far as there is room; returns what is new."""
    news: set[Rule] = set()
    for rule, proof, capture_id in learned:
        if _keep_rule(connection, site, rule, proof, capture_id):
            news.add(rule)
        if rule.kind == "file" and _count_alike(connection, site, rule) >= ENOUGH_ARTICLES:
            wide = unpack_rule(rule.template)[1]
            if wide.kind in OF_SITE and _keep_rule(connection, site, wide, proof, capture_id):
                news.add(wide)
    return frozenset(news)


def _keep_rule(connection: sqlite3.Connection, site: str, rule: Rule, proof: Proof, capture_id: int) -> bool:
    """Keep a rule as far as there is room; says whether it is new."""
    is_wide = rule.kind in OF_SITE
    query = "SELECT count(*) FROM learned_noise WHERE site = ? AND (kind NOT IN ('region', 'file')) = ?"
    count = connection.execute(query, (site, is_wide)).fetchone()[0]
    if count >= (MOST_OF_SITE if is_wide else MOST_OF_ARTICLES) or len(rule.template) > MOST_TEMPLATE:
        return False
    values = (site, rule.kind, rule.template, proof, capture_id)
    return bool(
        connection.execute("INSERT INTO learned_noise VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", values).rowcount
    )


def _count_alike(connection: sqlite3.Connection, site: str, rule: Rule) -> int:
    """Count the articles that taught the same rule of files."""
    query = (
        "SELECT count(*) FROM learned_noise WHERE site = ? AND kind = 'file' "
        "AND substr(template, instr(template, ' ')) = ?"
    )
    inner = rule.template[rule.template.index(" ") :]
    return int(connection.execute(query, (site, inner)).fetchone()[0])


def check_rule(template: str) -> str:
    """Look at the template of a rule; DamageError where no program of ours can have written it."""
    if not template.strip() or len(template) > MOST_TEMPLATE:
        raise DamageError(f"{shorten(template)} is no template")
    return template


def forget_rules(connection: sqlite3.Connection, site: str) -> None:
    """Forget what a site taught, when all its captures are read anew."""
    connection.execute("DELETE FROM learned_noise WHERE site = ?", (site,))


def list_versioned(connection: sqlite3.Connection, site: str) -> list[int]:
    """List the articles of a site of which more than one content was read: noise may make one of them."""
    rows = connection.execute(
        "SELECT r.article_id FROM articles a CROSS JOIN readings r ON r.article_id = a.id WHERE a.site = ? "
        "AND r.sign = 'content' GROUP BY r.article_id HAVING min(r.content_id) <> max(r.content_id)",
        (site,),
    )
    return [row[0] for row in rows]


def list_learned_in(connection: sqlite3.Connection, run_id: int) -> Iterator[tuple[Rule, Proof, str]]:
    """List what a run taught: the rule, how it was proven, and the address of the article that did."""
    rows = connection.execute(
        "SELECT l.kind, l.template, l.proof, a.url FROM captures k JOIN learned_noise l ON l.capture_id = k.id "
        "JOIN addresses a ON a.id = k.address_id WHERE k.run_id = ? ORDER BY l.kind, l.template",
        (run_id,),
    )
    return ((Rule(kind, template), proof, url) for kind, template, proof, url in rows)


_LEARNED = f"SELECT kind, template FROM learned_noise WHERE site = ? AND kind IN ({', '.join(map(repr, KINDS))})"
