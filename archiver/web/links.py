"""Where the links on the pages lead: to the server's routes here, to files in a copy that needs no server."""

from collections.abc import Sequence
from typing import Protocol
from urllib.parse import quote, urlencode

from archiver.archive.evidence.files import StoredFile
from archiver.web.language.messages import Language
from archiver.web.versions import write_version


class PageAddresses(Protocol):
    """The addresses of all pages.

    None where there is no such page, as for searches in a static copy; the templates then leave the link out.
    """

    def home(self) -> str:
        """Return the front page."""
        ...

    def changes(self, **choice: str | None) -> str:
        """Return the front page with the changes that a filter leaves; without search a copy knows older ones only."""
        ...

    def style(self) -> str:
        """Return the style sheet."""
        ...

    def articles(self, **choice: str | None) -> str:
        """Return the list of articles, with what its form says; without search a copy ignores the choice.

        Empty where there is no list.
        """
        ...

    def article(self, site: str, key: str, version: int | None = None, at: str | None = None) -> str:
        """Return an article: as it is, in one of its versions, or as it stood on a day."""
        ...

    def comparison(self, site: str, key: str, before: int, after: int) -> str:
        """Return two versions compared."""
        ...

    def raw(self, site: str, key: str, at: str | None = None, version: int | None = None) -> str | None:
        """Return the page around the raw page."""
        ...

    def raw_page(
        self, site: str, key: str, at: str | None = None, version: int | None = None, *, source: bool = False
    ) -> str | None:
        """Return the raw page itself, for a sandboxed frame, or its source as text."""
        ...

    def file(self, file: StoredFile) -> str:
        """Return the kept copy of a document or an image."""
        ...

    def runs(self, before: int | None = None, site: str | None = None) -> str:
        """Return the list of runs, or those before a number."""
        ...

    def run(self, number: int) -> str:
        """Return one run."""
        ...

    def feed(self, site: str) -> str | None:
        """Return the changes of a site as an Atom feed."""
        ...

    def changes_feed(self, **choice: str | None) -> str | None:
        """Return the changes that a filter leaves as an Atom feed."""
        ...

    def views(self, site: str | None = None) -> str | None:
        """Return which articles are read most."""
        ...

    def cite(self, site: str, key: str, seen_from: str, before: str | None = None) -> str | None:
        """Return the whole address of the version first captured at a time, or of it compared with one before.

        It leads to the same for ever.
        """
        ...

    def tables(self) -> str | None:
        """Return Datasette's own pages: tables, SQL, JSON, CSV."""
        ...

    def search(self) -> str | None:
        """Return where forms are sent; None where nobody answers them, so there are no forms."""
        ...

    def kept(self) -> Sequence[tuple[str, str]]:
        """Return what every form has to send on, so that the next page is in the same language."""
        ...

    def translation(self, language: Language) -> str | None:
        """Return the page being shown, in another language."""
        ...


class ServedLinks:
    """The routes of the server.

    ``chosen`` is the language that ``?lang=`` asked for; every link keeps it, so no cookie is needed. ``base`` goes
    before addresses that are to be written down.
    """

    def __init__(
        self,
        path: str = "/",
        query: tuple[tuple[str, str], ...] = (),
        chosen: Language | None = None,
        base: str = "",
    ) -> None:
        self.path = path
        self.query = query
        self.chosen = chosen
        self.base = base

    def home(self) -> str:
        """Return the front page."""
        return self._link("/")

    def changes(self, **choice: str | None) -> str:
        """Return the front page with the changes that a filter leaves."""
        return self._link("/", **choice)

    def style(self) -> str:
        """Return the style sheet."""
        return "/assets/archive.css"

    def articles(self, **choice: str | None) -> str:
        """Return the list of articles."""
        return self._link("/articles", **choice)

    def article(self, site: str, key: str, version: int | None = None, at: str | None = None) -> str:
        """Return an article."""
        return self._link(_path(site, key), version=_text(version), at=at)

    def comparison(self, site: str, key: str, before: int, after: int) -> str:
        """Return two versions compared."""
        return self._link(f"{_path(site, key)}/compare", **{"from": str(before), "to": str(after)})

    def raw(self, site: str, key: str, at: str | None = None, version: int | None = None) -> str | None:
        """Return the page around the raw page."""
        return self._link(f"{_path(site, key)}/raw", at=at, version=_text(version))

    def raw_page(
        self, site: str, key: str, at: str | None = None, version: int | None = None, *, source: bool = False
    ) -> str | None:
        """Return the raw page, or its source."""
        return self._link(f"{_path(site, key)}/raw/{'source' if source else 'page'}", at=at, version=_text(version))

    def file(self, file: StoredFile) -> str:
        """Return the kept copy of a document or an image."""
        return f"/file/{file.digest.hex()}.{file.extension}"

    def runs(self, before: int | None = None, site: str | None = None) -> str:
        """Return the list of runs."""
        return self._link("/runs", before=_text(before), site=site)

    def run(self, number: int) -> str:
        """Return one run."""
        return self._link(f"/run/{number}")

    def feed(self, site: str) -> str | None:
        """Return the changes of a site."""
        return self._link(f"/feed/{quote(site, safe='')}.atom")

    def changes_feed(self, **choice: str | None) -> str | None:
        """Return the changes that a filter leaves, as a feed."""
        return self._link("/feed", **choice)

    def views(self, site: str | None = None) -> str | None:
        """Return which articles are read most."""
        return self._link("/views", site=site)

    def cite(self, site: str, key: str, seen_from: str, before: str | None = None) -> str | None:
        """Return the whole address of a version, or of a comparison; in no language of its own."""
        version = write_version(seen_from)
        if before is None:
            return f"{self.base}{_path(site, key)}?version={version}"
        return f"{self.base}{_path(site, key)}/compare?from={write_version(before)}&to={version}"

    def tables(self) -> str | None:
        """Return Datasette's own pages."""
        return "/archive"

    def search(self) -> str | None:
        """Return where forms are sent."""
        return "/articles"

    def kept(self) -> Sequence[tuple[str, str]]:
        """Return what every form has to send on."""
        return [("lang", self.chosen)] if self.chosen else []

    def translation(self, language: Language) -> str | None:
        """Return the page being shown, in another language."""
        kept = [(name, value) for name, value in self.query if name != "lang"]
        return f"{self.path}?{urlencode([*kept, ('lang', language)])}"

    def _link(self, path: str, **values: str | None) -> str:
        named = {name: value for name, value in (values | {"lang": self.chosen}).items() if value}
        return f"{path}?{urlencode(named)}" if named else path


def _path(site: str, key: str) -> str:
    return f"/article/{quote(site, safe='')}/{quote(key, safe='')}"


def _text(number: int | None) -> str | None:
    return None if number is None else str(number)
