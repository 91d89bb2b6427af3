"""What a public view is, and the columns that most of them have."""

from dataclasses import dataclass


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


SITE = "the site's name, as in `archiver sites`"
ARTICLE = "the portal's own id of the article, text"
URL = "the address as published, without session parameters"
