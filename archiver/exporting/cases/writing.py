"""Writing a case: one article with all its versions, comparisons and evidence, as files that need no server.

Its pages are those of the browser (archiver/web), with the case's own links. Nothing in it depends on when or where it
was made, so the case of an archive is the same bytes each time.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO
from zoneinfo import ZoneInfo

from archiver import __version__
from archiver.archive.evidence.article_captures import ProvingCapture
from archiver.archive.evidence.attachments import Kept, find_kept
from archiver.archive.evidence.captures import load_capture
from archiver.archive.evidence.files import StoredFile, copy_files, folder_beside, has_file
from archiver.archive.evidence.kept_requisites import gather_requisites
from archiver.archive.evidence.seals import write_sealed
from archiver.archive.queries.queries import list_observations, list_snapshots, zones_of_sites
from archiver.archive.upkeep.worker_pool import Question, Readers, batch
from archiver.exporting.cases.contents import CaseContents, load_contents
from archiver.exporting.cases.description import describe_case
from archiver.exporting.cases.manifest import MANIFEST, SUMS, write_json, write_sums
from archiver.exporting.cases.package import digest_files, pack
from archiver.exporting.cases.places import (
    EXPLANATIONS,
    FILES,
    HISTORY,
    HOME,
    PAGE,
    SOURCE,
    STYLE,
    CaseLinks,
    name_case,
    place_capture,
    place_comparison,
    place_lines,
    place_token,
    place_version,
)
from archiver.exporting.cases.raw_pages import write_capture
from archiver.web.language.messages import Language, say
from archiver.web.pages.article import ArticlePage, load_article, render_article
from archiver.web.pages.comparing import ComparisonPage, load_comparison, render_comparison
from archiver.web.pages.raw import RawPage, render_raw
from archiver.web.rendering import Frame, render, style_sheet

POLICY = (
    "default-src 'none'; style-src 'self' file:; img-src data:; frame-src 'self' file:; base-uri 'none'; "
    "form-action 'none'"
)
"""What the pages of a case may load: its style sheet, and in a frame the pages as they looked."""
TOGETHER = 16

Page = ArticlePage | ComparisonPage | RawPage


@dataclass(frozen=True, slots=True)
class Written:
    """What a case holds, to be told: how many of each, and files of the article that the archive has lost."""

    versions: int
    captures: int
    files: int
    absent: tuple[str, ...]


def write_case(
    folder: Path,
    out: BinaryIO,
    connection: sqlite3.Connection,
    article: tuple[str, str],
    language: Language,
    readers: Readers,
) -> Written:
    """Write the case of an article (site and id) to ``out``, by way of an empty folder.

    Read is one moment of the archive; ``readers`` make HTML of it. MissingError where there is no such article.
    """
    case = load_contents(connection, *article)
    writer = _Writer(folder, connection, case, language, zones_of_sites(connection))
    for _ in readers.ask(writer.list_pages()):
        pass
    writer.write_seals()
    absent = writer.write_files()
    writer.write_front(absent)
    writer.write_lists()
    pack(folder, out)
    return Written(case.newest, len(case.captures), len(writer.documents), absent)


class _Writer:
    """A case while it is written; ``documents`` are all files of the article in any version: address, title, copies."""

    def __init__(
        self,
        folder: Path,
        connection: sqlite3.Connection,
        case: CaseContents,
        language: Language,
        zones: dict[str, ZoneInfo],
    ) -> None:
        self.documents: list[tuple[str, str | None, Kept]] = []
        self._folder = folder
        self._connection = connection
        self._case = case
        self._language = language
        self._zones = zones
        self._about = (connection, case.site, case.key)

    def list_pages(self) -> Iterator[Question[None]]:
        """List the pages of versions, comparisons and captures, to be written."""
        return (partial(_write_pages, self._folder, some) for some in batch(self._load_pages(), TOGETHER))

    def _load_pages(self) -> Iterator[tuple[str, Page, Frame]]:
        yield from self._load_versions()
        for before, after in self._case.pairs:
            place = place_comparison(before, after)
            yield place, load_comparison(*self._about, before, after), self._frame(place)
        for capture in self._case.captures:
            yield self._load_capture(capture)

    def _load_versions(self) -> Iterator[tuple[str, ArticlePage, Frame]]:
        """Load all versions, and note the files that any of them names."""
        titles: dict[str, str | None] = {}
        for state in self._case.page.states:
            page = load_article(*self._about, state["snapshot"])
            titles.update({item["url"]: item["title"] for item in page.state["attachments"]})
            titles.update({item["url"]: item["caption"] or item["alt"] for item in page.state["images"]})
            place = place_version(state["snapshot"])
            yield place, page, self._frame(place)
        kept = find_kept(self._connection, self._case.site, titles)
        self.documents = [(url, titles[url], kept[url]) for url in titles if url in kept]

    def _load_capture(self, capture: ProvingCapture) -> tuple[str, RawPage, Frame]:
        """Load an answer, and write it into the case as it was received."""
        case, number = self._case, self._case.numbers[capture.id]
        received, version = load_capture(self._connection, capture.id), case.version_of(capture)
        titles = {state["snapshot"]: state["title"] for state in case.page.states}
        title = titles[version or case.newest]
        requisites = gather_requisites(self._connection, capture.id, received)
        run = case.run_of[capture.run].row
        page = RawPage(case.page.article, title, received, requisites, (run["run_id"], run["seal"]), None, version)
        write_capture(self._folder, folder_beside(self._connection), page, number)
        place = place_capture(number)
        return place, page, self._frame(place, number, PAGE if page.is_page else SOURCE)

    def write_seals(self) -> None:
        """Write what the seals of the runs are made of, and the time stamps of these."""
        for run in self._case.runs:
            self._write(place_lines(run.row["uid"]), write_sealed(self._connection, run.id))
            for number, token in enumerate(run.tokens, 1):
                self._write(place_token(run.row["uid"], number), token.token)

    def write_files(self) -> tuple[str, ...]:
        """Copy the documents and pictures of all versions; returns those that the archive has lost."""
        files = {copy.file for _, _, kept in self.documents for copy in kept.copies}
        ordered = sorted(files, key=lambda file: file.digest)
        copy_files(iter(ordered), folder_beside(self._connection), self._folder / FILES)
        return tuple(file.place for file in ordered if not self._has(file))

    def _has(self, file: StoredFile) -> bool:
        return has_file(self._folder / FILES, file)

    def write_front(self, absent: Sequence[str]) -> None:
        """Write the front page, and what a case is, in both languages."""
        case, frame = self._case, self._frame(HOME)
        values = {"case": case, "documents": self.documents, "absent": absent, "explanations": EXPLANATIONS}
        self._write_text(HOME, render("case.html", frame, chart=case.page.draw_views(frame), say=say, **values))
        name = name_case(case.site, case.key)
        for language, place in EXPLANATIONS.items():
            frame = Frame(language, self._links(place), self._zones, policy=POLICY)
            self._write_text(place, render("explanation.html", frame, case=case, name=name, program=__version__))
        self._write_text(STYLE, style_sheet()[0])

    def write_lists(self) -> None:
        """Write the history for programs, the manifest, and the digests of all files."""
        rows = (list_snapshots(*self._about), list_observations(*self._about))
        history = dict(zip(("versions", "observations"), map(list, rows), strict=True))
        self._write(HISTORY, write_json(history))
        files = digest_files(self._folder)
        self._write(MANIFEST, write_json(describe_case(self._case, files)))
        self._write(SUMS, write_sums(digest_files(self._folder)))

    def _frame(self, place: str, capture: int | None = None, source: str = "") -> Frame:
        return Frame(self._language, self._links(place, capture, source), self._zones, policy=POLICY)

    def _links(self, place: str, capture: int | None = None, shown: str = "") -> CaseLinks:
        return CaseLinks(place, self._case.newest, self._case.began, capture, shown)

    def _write(self, place: str, content: bytes) -> None:
        path = self._folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)

    def _write_text(self, place: str, text: str) -> None:
        self._write(place, text.encode())


def _write_pages(folder: Path, pages: Sequence[tuple[str, Page, Frame]], _: object) -> None:
    for place, page, frame in pages:
        path = folder / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(_render(page, frame), encoding="utf-8")


def _render(page: Page, frame: Frame) -> str:
    if isinstance(page, ArticlePage):
        return render_article(page, frame)
    if isinstance(page, ComparisonPage):
        return render_comparison(page, frame)
    return render_raw(page, frame)
