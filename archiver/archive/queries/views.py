"""The views of an archive, as the .sql files beside this have them: views.sql for people, inner_views.sql for us.

Beside them stand example queries (examples.sql).
"""

from pathlib import Path

from sqlite_utils import Database

from archiver.archive.store.sql_files import read_definitions, read_examples

_FOLDER = Path(__file__).parent

VIEWS = read_definitions(_FOLDER / "views.sql")
"""The public views: what people's SQL reads."""
ALL_VIEWS = (*read_definitions(_FOLDER / "inner_views.sql"), *VIEWS)
"""These and those that they stand on, in an order in which they can be made."""
COLUMNS = {view.name: tuple(view.columns) for view in VIEWS}
"""The columns of each public view, in order."""
EXAMPLES = read_examples(_FOLDER / "examples.sql")
"""What people ask of them most."""


def drop_views(db: Database) -> None:
    """Drop all views, so that tables can change below them."""
    for view in reversed(ALL_VIEWS):
        db.execute(f"DROP VIEW IF EXISTS {view.name}")


def create_views(db: Database) -> None:
    """Create all views anew, as this version knows them; after all migrations."""
    drop_views(db)
    for view in ALL_VIEWS:
        db.execute(view.statement)
