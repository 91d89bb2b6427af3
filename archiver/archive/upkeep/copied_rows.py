"""Joining the rows of other archives with those of this one (rule 11): copied by their natural keys, and derived.

What can differ between two rows of one key has an order of its own (a run that closed itself over one that was closed
as died over an open one). Readings are copied; what follows from them, judgements, articles, snapshots and events, is
derived once, when the rows of all archives are here. copied_rows.sql has what is executed.
"""

import json
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path

from archiver.archive.evidence.same_files import list_exchanged
from archiver.archive.history.reconciling import News, reconcile_news
from archiver.archive.noise.learned_rules import list_noisier, load_noise
from archiver.archive.noise.spreading import rederive_versioned
from archiver.archive.runs.imported_runs import count_imported_run
from archiver.archive.runs.run_log import Run, count_died_run
from archiver.archive.runs.withdrawing import declare_by_last
from archiver.archive.store.sql_files import read_scripts
from archiver.compare.noise import Noise
from archiver.errors import ArchiveError

ReadAgain = Callable[[Sequence[str]], None]
"""Makes all readings of some sites again."""
_SCRIPTS = read_scripts(Path(__file__).with_suffix(".sql"))


class CopiedRows:
    """What came from archives that were attached as ``other``, one after the other, within one transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Begin to copy; all is over with ``derive``, or with the transaction."""
        self._connection = connection
        self._articles: set[int] = set()
        self._looks: dict[int, list[tuple[int, int]]] = {}
        self._moved: set[int] = set()
        self._runs: set[int] = set()
        self._grown: set[int] = set()
        self._noise: dict[str, Noise] = {}
        self._disputed: set[str] = set()
        self._since = "~"
        self._execute("begin")

    def copy(self, write_payloads: Callable[[sqlite3.Connection], None]) -> None:
        """Copy what the archive attached now has and this one has not; ``write_payloads`` does so for the payloads."""
        connection = self._connection
        self._note_noise()
        last = connection.execute("SELECT coalesce(max(id), 0) FROM articles").fetchone()[0]
        self._execute("runs")
        write_payloads(connection)
        self._execute("captures")
        dropped = self._drop_replaced()
        self._execute("articles", last_article=last)
        self._execute("readings")
        self._articles |= dropped
        self._moved |= {row[0] for row in connection.execute("SELECT DISTINCT article_id FROM addressed")}
        for article_id, *look in connection.execute("SELECT DISTINCT article_id, capture_id, run_id FROM added"):
            self._looks.setdefault(article_id, []).append((look[0], look[1]))
        self._note_runs()
        self._disputed |= {row[0] for row in self._ask("disputed_sites")}
        self._execute("copied")

    def derive(self, read_again: ReadAgain | None = None) -> int:
        """Derive what follows from all that was copied; returns how many articles it touched.

        ``read_again`` makes all readings of some sites again: where a run counts in one archive and is withdrawn in the
        other, what was read on the way of it cannot be told from the rest.
        """
        connection, changed = self._connection, self._runs | self._grown
        touched = reconcile_news(connection, self._sum_up(changed))
        for site in list_noisier(connection, self._noise):
            rederive_versioned(connection, site)
        self._settle_disputes(changed, read_again)
        self._count_died(changed)
        self._execute("end")
        return touched

    def _sum_up(self, changed: set[int]) -> News:
        rows = self._ask("newest_runs", runs=json.dumps([*changed]))
        newest = frozenset(row[0] for row in rows)
        exchanged = (article_id for run_id in changed for article_id in list_exchanged(self._connection, run_id))
        older = {article_id for article_id, looks in self._looks.items() if not newest.issuperset(dict(looks).values())}
        articles = self._articles.union(older, exchanged)
        latest = self._looks.keys() - articles
        return News(
            frozenset(articles),
            frozenset(self._runs - self._grown),
            self._since,
            newest,
            latest=frozenset(latest),
            looks={article_id: tuple(dict(self._looks[article_id])) for article_id in latest - self._moved},
        )

    def _note_noise(self) -> None:
        for (site,) in self._connection.execute("SELECT name FROM other.sites").fetchall():
            if site not in self._noise:
                self._noise[site] = load_noise(self._connection, site)

    def _note_runs(self) -> None:
        for run_id, grown in self._ask("changed_runs"):
            (self._grown if grown else self._runs).add(run_id)
        self._grown -= self._runs
        self._since = min([self._since, *(row[0] for row in self._ask("added_since"))])

    def _drop_replaced(self) -> set[int]:
        """Drop the readings of captures in whose place another one came; returns their articles."""
        condition = "capture_id IN (SELECT ours FROM replaced WHERE is_other)"
        rows = self._connection.execute(f"SELECT DISTINCT article_id FROM readings WHERE {condition}")
        articles = {row[0] for row in rows}
        self._connection.execute(f"DELETE FROM readings WHERE {condition}")
        return articles

    def _settle_disputes(self, runs: set[int], read_again: ReadAgain | None) -> None:
        """Make the readings of sites again whose archives differ in which runs count."""
        read = self._ask("withdrawn_but_read", runs=json.dumps([*runs]))
        sites = sorted(self._disputed | {row[0] for row in read})
        if not sites:
            return
        if read_again is None:
            raise ArchiveError("a run is withdrawn in one archive and not in the other; their pages must be read again")
        declare_by_last(self._connection, sites)
        read_again(sites)

    def _count_died(self, runs: set[int]) -> None:
        """Count runs that died, or were imported, by all that is here of them, and seal them: each had its part."""
        for run_id in sorted(runs):
            query = "SELECT site, outcome, kind FROM runs WHERE id = ?"
            site, outcome, kind = self._connection.execute(query, (run_id,)).fetchone()
            if outcome == "died":
                count_died_run(self._connection, Run(run_id, site))
            elif kind == "import" and outcome is not None:
                count_imported_run(self._connection, Run(run_id, site))

    def _execute(self, part: str, **values: object) -> None:
        for statement in _SCRIPTS[part]:
            self._connection.execute(statement, values)

    def _ask(self, query: str, **values: object) -> list[sqlite3.Row]:
        [statement] = _SCRIPTS[query]
        return self._connection.execute(statement, values).fetchall()


def copy_payloads(connection: sqlite3.Connection) -> list[sqlite3.Row]:
    """Copy payloads as they are packed; returns those that cannot be had so (digests, each with a site of it)."""
    for statement in _SCRIPTS["payloads"]:
        connection.execute(statement)
    [statement] = _SCRIPTS["packed_payloads"]
    return connection.execute(statement).fetchall()
