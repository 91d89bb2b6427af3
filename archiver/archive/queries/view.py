"""What a public view is, and the columns that most of them have."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlite_utils import Database


@dataclass(frozen=True, slots=True)
class View:
    """A public view: what a row is, what its columns mean (in order), and the query behind it."""

    name: str
    about: str
    columns: dict[str, str]
    query: str

    @property
    def statement(self) -> str:
        """The statement that creates the view."""
        return f"CREATE VIEW {self.name} ({', '.join(self.columns)}) AS {self.query}"

    @property
    def definition(self) -> str:
        """What comes before a question, so that the view is the one of this version whatever the file has."""
        return f"WITH {self.name} ({', '.join(self.columns)}) AS ({self.query})"


SITE = "the site's name, as in `archiver sites`"
ARTICLE = "the portal's own id of the article, text"
URL = "the address as published, without session parameters"


def drop_views(db: Database, views: Iterable[View]) -> None:
    """Drop public views, so that tables can change below them."""
    for view in views:
        db.execute(f"DROP VIEW IF EXISTS {view.name}")


def create_views(db: Database, views: Iterable[View]) -> None:
    """Create public views anew, as this version knows them; after all migrations."""
    for view in views:
        db.execute(f"DROP VIEW IF EXISTS {view.name}")
        db.execute(view.statement)
