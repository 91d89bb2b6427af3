"""Where the links on the pages lead: to the server's routes here, to files in a copy that needs no server."""

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import quote, urlencode

from archiver.web.messages import Language


class Links(Protocol):
    """The addresses of all pages.

    None where there is no such page, as for searches in a static copy; the templates then leave the link out.
    """

    def home(self) -> str:
        """The front page."""
        ...

    def style(self) -> str:
        """The style sheet."""
        ...

    def articles(self, **choice: str | None) -> str:
        """The list of articles, with what its form says; without search a copy ignores the choice."""
        ...

    def article(self, site: str, key: str, version: int | None = None, at: str | None = None) -> str:
        """An article: as it is, in one of its versions, or as it stood on a day."""
        ...

    def comparison(self, site: str, key: str, before: int, after: int) -> str:
        """Two versions compared."""
        ...

    def raw(self, site: str, key: str, at: str | None = None) -> str | None:
        """The page around the raw page."""
        ...

    def raw_page(self, site: str, key: str, at: str | None = None, *, source: bool = False) -> str | None:
        """The raw page itself, for a sandboxed frame, or its source as text."""
        ...

    def runs(self, before: int | None = None, site: str | None = None) -> str:
        """The list of runs, or those before a number."""
        ...

    def run(self, number: int) -> str:
        """One run."""
        ...

    def feed(self, site: str) -> str | None:
        """The changes of a site as an Atom feed."""
        ...

    def tables(self) -> str | None:
        """Datasette's own pages: tables, SQL, JSON, CSV."""
        ...

    def search(self) -> str | None:
        """Where forms are sent; None where nobody answers them, so there are no forms."""
        ...

    def kept(self) -> Sequence[tuple[str, str]]:
        """What every form has to send on, so that the next page is in the same language."""
        ...

    def translation(self, language: Language) -> str | None:
        """The page being shown, in another language."""
        ...


class ServedLinks:
    """The routes of the server.

    ``chosen`` is the language that ``?lang=`` asked for; every link keeps it, so no cookie is needed.
    """

    def __init__(
        self, path: str = "/", query: tuple[tuple[str, str], ...] = (), chosen: Language | None = None
    ) -> None:
        self.path = path
        self.query = query
        self.chosen = chosen

    def home(self) -> str:
        """The front page."""
        return self._link("/")

    def style(self) -> str:
        """The style sheet."""
        return "/assets/archive.css"

    def articles(self, **choice: str | None) -> str:
        """The list of articles."""
        return self._link("/articles", **choice)

    def article(self, site: str, key: str, version: int | None = None, at: str | None = None) -> str:
        """An article."""
        return self._link(_path(site, key), version=_text(version), at=at)

    def comparison(self, site: str, key: str, before: int, after: int) -> str:
        """Two versions compared."""
        return self._link(f"{_path(site, key)}/compare", **{"from": str(before), "to": str(after)})

    def raw(self, site: str, key: str, at: str | None = None) -> str | None:
        """The page around the raw page."""
        return self._link(f"{_path(site, key)}/raw", at=at)

    def raw_page(self, site: str, key: str, at: str | None = None, *, source: bool = False) -> str | None:
        """The raw page, or its source."""
        return self._link(f"{_path(site, key)}/raw/{'source' if source else 'page'}", at=at)

    def runs(self, before: int | None = None, site: str | None = None) -> str:
        """The list of runs."""
        return self._link("/runs", before=_text(before), site=site)

    def run(self, number: int) -> str:
        """One run."""
        return self._link(f"/run/{number}")

    def feed(self, site: str) -> str | None:
        """The changes of a site."""
        return self._link(f"/feed/{quote(site, safe='')}.atom")

    def tables(self) -> str | None:
        """Datasette's own pages."""
        return "/archive"

    def search(self) -> str | None:
        """Where forms are sent."""
        return "/articles"

    def kept(self) -> Sequence[tuple[str, str]]:
        """What every form has to send on."""
        return [("lang", self.chosen)] if self.chosen else []

    def translation(self, language: Language) -> str | None:
        """The page being shown, in another language."""
        kept = [(name, value) for name, value in self.query if name != "lang"]
        return f"{self.path}?{urlencode([*kept, ('lang', language)])}"

    def _link(self, path: str, **values: str | None) -> str:
        named = {name: value for name, value in (values | {"lang": self.chosen}).items() if value}
        return f"{path}?{urlencode(named)}" if named else path


def _path(site: str, key: str) -> str:
    return f"/article/{quote(site, safe='')}/{quote(key, safe='')}"


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
