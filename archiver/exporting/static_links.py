"""Where the links lead in a copy that needs no server: from file to file, whatever folder it stands in."""

import hashlib
import re
from collections.abc import Sequence
from pathlib import PurePosixPath
from posixpath import relpath
from urllib.parse import quote

from archiver.archive.evidence.files import StoredFile
from archiver.web.language.messages import Language

HOME, STYLE, ARTICLES, RUNS = "index.html", "assets/archive.css", "articles/index.html", "runs/index.html"
FILES = "files"
# Names that every file system can hold and tell apart; Windows keeps some for devices.
_PLAIN = re.compile(r"(?!(?:con|prn|aux|nul|com\d|lpt\d)$)[a-z0-9][a-z0-9-]{0,39}")


def name_file(key: str) -> str:
    """Return a name for a file: the key itself where it can be one, else its digest."""
    return key if _PLAIN.fullmatch(key) else f"_{hashlib.sha256(key.encode()).hexdigest()[:24]}"


def place_article(site: str, key: str, ending: str = "") -> str:
    """Return the file of an article; a hundred folders each site, since USB sticks cannot hold many files in one."""
    name = name_file(key)
    return f"article/{name_file(site)}/{name[-2:]}/{name}{ending}.html"


def place_list(site: str | None, name: str) -> str:
    """Return the file of a list of articles."""
    return f"articles/{name_file(site)}/{name}.html" if site else f"articles/{name}.html"


def place_changes(number: str | None) -> str:
    """Return the file of a page of changes; None for the first, which is the front page."""
    return f"changes/{number}.html" if number else HOME


class UnservedLinks:
    """What pages have no address for where no server answers."""

    def changes_feed(self, **choice: str | None) -> str | None:  # noqa: ARG002
        """Return None: nobody answers."""
        return None

    def views(self, site: str | None = None) -> str | None:  # noqa: ARG002
        """Return None: a copy has the views of each article beside it."""
        return None

    def cite(self, site: str, key: str, seen_from: str, before: str | None = None) -> str | None:  # noqa: ARG002
        """Return None: a copy does not know where it stands."""
        return None

    def tables(self) -> str | None:
        """Return None: there is no SQL without a server."""
        return None

    def search(self) -> str | None:
        """Return None: nobody answers."""
        return None

    def kept(self) -> Sequence[tuple[str, str]]:
        """Return nothing: there are no forms."""
        return ()


class StaticLinks(UnservedLinks):
    """The addresses as seen from one page; ``newest`` is the number of the last version of the article it is about."""

    def __init__(self, page: str, newest: int | None = None) -> None:
        self._folder = str(PurePosixPath(page).parent)
        self._newest = newest

    def home(self) -> str:
        """Lead to the front page."""
        return self._link(HOME)

    def changes(self, **choice: str | None) -> str:
        """Lead to the changes: the front page, or a page of older ones, which ``after`` numbers."""
        return self._link(place_changes(choice.get("after") or None))

    def style(self) -> str:
        """Lead to the style sheet."""
        return self._link(STYLE)

    def articles(self, **choice: str | None) -> str:
        """Lead to a list of articles: ``after`` names it, else those of a site, those that changed, or those gone."""
        site = choice.get("site") or None
        shelf = choice.get("after") or ("changed" if choice.get("changed") else choice.get("state")) or "index"
        return self._link(place_list(site, shelf))

    def article(self, site: str, key: str, version: int | None = None, at: str | None = None) -> str:  # noqa: ARG002
        """Lead to an article, as it is or in one of its versions; there is nobody to ask for a day."""
        ending = f".v{version}" if version and version != self._newest else ""
        return self._link(place_article(site, key, ending))

    def comparison(self, site: str, key: str, before: int, after: int) -> str:
        """Lead to two neighbouring versions compared."""
        return self._link(place_article(site, key, f".{before}-{after}"))

    def raw(self, site: str, key: str, at: str | None = None, version: int | None = None) -> str | None:  # noqa: ARG002
        """Return None: a copy has no raw pages, which may hold scripts."""
        return None

    def raw_page(  # its arguments are those of other links
        self,
        site: str,  # noqa: ARG002
        key: str,  # noqa: ARG002
        at: str | None = None,  # noqa: ARG002
        version: int | None = None,  # noqa: ARG002
        *,
        source: bool = False,  # noqa: ARG002
    ) -> str | None:
        """Return None, likewise."""
        return None

    def file(self, file: StoredFile) -> str:
        """Lead to the kept copy of a document or an image, which is part of the copy."""
        return self._link(f"{FILES}/{file.place}")

    def runs(self, before: int | None = None, site: str | None = None) -> str:  # noqa: ARG002
        """Lead to the list of runs."""
        return self._link(f"runs/before-{before}.html" if before else RUNS)

    def run(self, number: int) -> str:
        """Lead to one run."""
        return self._link(f"runs/{number}.html")

    def feed(self, site: str) -> str | None:
        """Lead to the feed of a site."""
        return self._link(f"feed/{name_file(site)}.atom")

    def translation(self, language: Language) -> str | None:  # noqa: ARG002
        """Return None: a copy is in one language."""
        return None

    def _link(self, place: str) -> str:
        return quote(relpath(place, self._folder))
