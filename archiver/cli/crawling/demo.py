"""``archiver demo``: a small local portal, crawled twice, its history shown."""

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import click

from archiver.archive.evidence.files import folder_of_files
from archiver.archive.queries.queries import list_events, list_runs
from archiver.archive.queries.rows import EventRow
from archiver.archive.store.file import open_for_reading
from archiver.cli.printing.output import Output
from archiver.clock import now
from archiver.demo_portal import Portal, PortalArticle, demo_portal, serve
from archiver.errors import ArchiverError, UsageError
from archiver.project import usual_archive

SITE = "dukdhcd"
SITES = "archiver.cli.crawling.demo_site"
NAME = "demo.db"
DAYS_BETWEEN = 7
MOST_READERS = 480
RECALLED = 15
"""The place of an old article that many read again, as if somebody had recalled it."""


@click.command("demo")
@click.option("--db", type=click.Path(dir_okay=False, path_type=Path), help="The archive, a file called demo.db.")
def demo_command(db: Path | None) -> None:
    """Crawl a small local portal twice and look at its history.

    A replica of the committee's portal is served on this machine, crawled, changed (an edit, a removed article, a new
    one) and crawled again. The archive is demo.db, in data/ of the project or here, and made anew each time.
    """
    if db is not None and db.name != NAME:
        raise UsageError(f"{db}: the demo makes its archive anew each time, so it must be called {NAME}")
    db = _clear(db or usual_archive().with_name(NAME))
    portal = demo_portal()
    with serve(portal) as base:
        start = ",".join(f"{base}/{channel}" for channel in portal.channels)
        click.echo(f"A portal of {len(portal.listed())} articles in {len(portal.channels)} channels is up at {base}.")
        _crawl(db, start, now() - timedelta(days=DAYS_BETWEEN), "First crawl, dated a week ago:")
        changes = _change(portal)
        click.echo(f"Then the committee {', '.join(changes)}; and people read the articles.\n")
        _crawl(db, start, now(), "Second crawl, now:")
    _show(db, changes)


def _clear(db: Path) -> Path:
    files = folder_of_files(db)
    for path in (db, *(db.with_name(f"{db.name}{end}") for end in ("-wal", "-shm"))):
        try:
            path.unlink(missing_ok=True)
            if files.is_dir():
                shutil.rmtree(files)
        except OSError as error:
            raise ArchiverError(f"{path}: cannot be made anew: {error.strerror}") from error
    return db


def _change(portal: Portal) -> Mapping[str, str]:
    """Let the committee edit an article, remove one and publish one; returns what was done -> the article's id."""
    edited, removed = portal.listed()[0], portal.listed()[3]
    first, *others = edited.paragraphs
    portal.edit(edited.id, paragraphs=(f"{first} (Số liệu đã được cập nhật.)", *others))
    portal.remove(removed.id)
    added = _write_news(edited)
    portal.add(added)
    _let_readers_come(portal)
    return {
        "edited a paragraph": str(edited.id),
        "removed an article": str(removed.id),
        "published a new one": str(added.id),
    }


def _let_readers_come(portal: Portal) -> None:
    """Let others read the articles for a week: the newest most, and one of the old ones again."""
    for place, article in enumerate(portal.listed(), 1):
        views = portal.views(article.id)
        if views is not None:
            portal.set_views(article.id, views + MOST_READERS // (place if place != RECALLED else 2))


def _write_news(like: PortalArticle) -> PortalArticle:
    return PortalArticle(
        id=like.id + 77,
        channel=like.channel,
        title="Hội nghị giao ban công tác tháng của các đảng bộ trực thuộc",
        lead="Sáng nay, Thường trực Đảng ủy Khối giao ban với bí thư các đảng bộ trực thuộc.",
        paragraphs=("Hội nghị nghe báo cáo kết quả công tác tháng và thống nhất lịch làm việc của tháng tới.",),
        published=like.published + timedelta(days=2),
        author="Ban Biên tập",
        views=3,
    )


def _crawl(db: Path, start: str, at: datetime, heading: str) -> None:
    click.echo(heading)
    command = [sys.executable, "-m", "archiver", "crawl", SITE, "--db", str(db), "-a", f"start={start}", "-a", "full=1"]
    command += ["-s", "DOWNLOAD_DELAY=0", "-s", "CONCURRENT_REQUESTS_PER_DOMAIN=4"]
    command += ["-s", f"SPIDER_MODULES={SITES}"]
    command += ["-s", "ARCHIVE_LOGS=0"]  # the log of the real site stands in the same folder
    environment = os.environ | {"ARCHIVE_NOW": at.isoformat()}
    done = subprocess.run(command, env=environment, check=False)  # noqa: S603 - our own program
    if done.returncode not in (0, 3):
        raise ArchiverError(f"the crawl of the demo ended with status {done.returncode}; try again with more room")
    with closing(open_for_reading(db)) as database:
        run: Mapping[str, object] = next(list_runs(database.conn, SITE, 1))
    counts = ("requests", "articles_new", "articles_changed", "articles_unchanged", "observations", "findings")
    click.echo("  " + ", ".join(f"{run[name]} {name.replace('_', ' ')}" for name in counts) + "\n")


def _show(db: Path, changes: Mapping[str, str]) -> None:
    with closing(open_for_reading(db)) as database:
        events = [row for row in list_events(database.conn) if row["article_id"] in changes.values()]
    click.echo("What the archive knows of these three:")
    Output().write(map(_shorten, events), ("at", "kind", "article_id", "detail"))
    edited = changes["edited a paragraph"]
    program = "archiver" if shutil.which("archiver") else os.path.relpath(sys.argv[0])
    shown = f"{program} --db {os.path.relpath(db)}"
    click.echo("Nothing is lost: the removed article and the old wording are still there. Look for yourself:\n")
    for command in (
        "changes --kind edited,suspect",
        f"history {edited}",
        f"views {edited}",
        f"show {changes['removed an article']}",
        "list",
        "runs",
        "serve",
    ):
        click.echo(f"  {shown} {command}")


def _shorten(row: EventRow) -> EventRow:
    return {**row, "at": row["at"][:10]}
