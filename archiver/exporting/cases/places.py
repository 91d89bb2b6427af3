"""Where things lie in a case, and how its pages lead to one another."""

from collections.abc import Mapping
from posixpath import dirname, relpath
from urllib.parse import quote

from archiver.archive.evidence.files import StoredFile
from archiver.exporting.static_links import UnservedLinks, name_file
from archiver.web.language.messages import Language

HOME, STYLE, HISTORY = "index.html", "assets/archive.css", "history.json"
EXPLANATIONS: dict[Language, str] = {"vi": "explanation.vi.html", "en": "explanation.en.html"}
SOURCE, HEADERS, PAGE = "body.txt", "headers.json", "page.html"
FILES, REQUISITES, SEALS = "files", "requisites", "seals"


def name_case(site: str, key: str) -> str:
    """Return what the case of an article is called unless somebody wants it otherwise."""
    return f"case-{name_file(site)}-{name_file(key)}.zip"


def place_version(number: int) -> str:
    """Return the page of a version."""
    return f"versions/{number}.html"


def place_comparison(before: int, after: int) -> str:
    """Return the page on which two versions are compared."""
    return f"comparisons/{before}-{after}.html"


def place_capture(number: int, name: str = "") -> str:
    """Return the page of a capture, or a file of it."""
    return f"captures/{number:04}/{name}" if name else f"captures/{number:04}.html"


def place_lines(uid: str) -> str:
    """Return the lines that the seal of a run is made of."""
    return f"{SEALS}/{uid}.txt"


def place_token(uid: str, number: int) -> str:
    """Return a time-stamp token of a run; they are numbered."""
    return f"{SEALS}/{uid}.{number}.tsr"


def lead(page: str, place: str) -> str:
    """Return the address of a place as seen from a page."""
    return quote(relpath(place, dirname(page) or "."))


class CaseLinks(UnservedLinks):
    """The addresses as seen from one page.

    ``newest`` is the number of the last version, ``raw`` the capture that shows each version first, by their numbers;
    ``capture`` is the capture that the page is about, and ``shown`` the file of it that is shown.
    """

    def __init__(
        self, page: str, newest: int, raw: Mapping[int, int], capture: int | None = None, shown: str = ""
    ) -> None:
        self._page = page
        self._newest = newest
        self._raw = raw
        self._capture = capture
        self._shown = shown

    def home(self) -> str:
        """Lead to the front page."""
        return lead(self._page, HOME)

    def changes(self, **choice: str | None) -> str:  # noqa: ARG002
        """Lead to the front page: it tells all that happened to the article."""
        return self.home()

    def style(self) -> str:
        """Lead to the style sheet."""
        return lead(self._page, STYLE)

    def articles(self, **choice: str | None) -> str:  # noqa: ARG002
        """Return nothing: there is one article."""
        return ""

    def article(self, site: str, key: str, version: int | None = None, at: str | None = None) -> str:  # noqa: ARG002
        """Lead to a version of the article, the newest unless another is named."""
        return lead(self._page, place_version(version or self._newest))

    def comparison(self, site: str, key: str, before: int, after: int) -> str:  # noqa: ARG002
        """Lead to two versions compared."""
        return lead(self._page, place_comparison(before, after))

    def raw(self, site: str, key: str, at: str | None = None, version: int | None = None) -> str | None:  # noqa: ARG002
        """Lead to the page as it was received when a version was seen first."""
        number = self._raw.get(version or self._newest)
        return lead(self._page, place_capture(number)) if number else None

    def raw_page(  # its arguments are those of other links
        self,
        site: str,  # noqa: ARG002
        key: str,  # noqa: ARG002
        at: str | None = None,  # noqa: ARG002
        version: int | None = None,  # noqa: ARG002
        *,
        source: bool = False,
    ) -> str | None:
        """Lead to what was received: as it looked, or its bytes."""
        name = SOURCE if source else self._shown
        return lead(self._page, place_capture(self._capture, name)) if self._capture else None

    def file(self, file: StoredFile) -> str:
        """Lead to the kept copy of a document or an image."""
        return lead(self._page, f"{FILES}/{file.place}")

    def runs(self, before: int | None = None, site: str | None = None) -> str:  # noqa: ARG002
        """Lead to the list of runs."""
        return f"{self.home()}#runs"

    def run(self, number: int) -> str:
        """Lead to one run."""
        return f"{self.home()}#run-{number}"

    def place(self, place: str) -> str:
        """Lead to any file of the case."""
        return lead(self._page, place)

    def feed(self, site: str) -> str | None:  # noqa: ARG002
        """Return None: what is handed over does not go on."""
        return None

    def translation(self, language: Language) -> str | None:
        """Lead from an explanation to the same in another language; of all other pages there is one."""
        return lead(self._page, EXPLANATIONS[language]) if self._page in EXPLANATIONS.values() else None
