"""A site by its name: as it is declared, else as the archive has it."""

from contextlib import closing
from pathlib import Path

from archiver.archive.evidence.kept_captures import list_sites, load_site
from archiver.archive.store.file import open_for_reading
from archiver.crawl.running.execution import find_spider
from archiver.crawl.running.project_settings import project_settings
from archiver.errors import SiteError
from archiver.site import Site


def find_known_site(db: Path, name: str) -> Site:
    """Find a site among those declared, else as the archive has it; SiteError."""
    try:
        return find_spider(project_settings(ARCHIVE_DB=str(db)), name).declare_site()
    except SiteError:
        if not db.exists():
            raise
        with closing(open_for_reading(db)) as database:
            if name not in list_sites(database.conn):
                raise
            return load_site(database.conn, name)
