"""Listings read without knowing the portal: their entries and the next page, held against what is true of them.

Truth is what a person wrote down of a single page (../shared), else the reading of the platform that the page is
recognised to be of. Each page is read as it is, and with all its classes and ids renamed.
"""

import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from rich.console import Console
from rich.table import Table

from archiver.html.decoding import decode_page
from archiver.model import Listing
from archiver.parsing.generic.listing import read_generic_listing
from archiver.parsing.page import read_page
from archiver.parsing.pages.document import PageRejectedError, parse_html
from archiver.parsing.pages.recognition import recognise_capture
from archiver.platforms.generic import GENERIC
from archiver.platforms.layout import Platform
from archiver.text.cleaning import clean_text
from tests.benchmarks.truth import Sample, read_index, read_samples
from tests.conftest import SHARED
from tests.real_portal import unpack_mirror
from tests.renaming import rename

# HTTrack notes in each page where it was fetched.
_SOURCE = re.compile(rb"<!-- Mirrored from (\S+) by HTTrack")
WRITTEN, ARTICLES = "what people wrote down", "articles (no listing)"


@dataclass(frozen=True, slots=True)
class Printed:
    """What a listing page prints: its articles in order, by key or title, and the next page where it is known.

    ``platform`` reads the keys; titles are compared where it is None, and the next page is not.
    """

    group: str
    entries: tuple[str, ...]
    platform: Platform | None = None
    next_url: str | None = None


@dataclass(frozen=True, slots=True)
class Comparison:
    """A page, what it prints, and what the generic reader said of it."""

    name: str
    printed: Printed
    entries: tuple[str, ...]
    next_url: str | None

    @property
    def has_entries(self) -> bool:
        """Whether exactly the articles of the page were read, in their order."""
        return self.entries == self.printed.entries

    @property
    def has_next(self) -> bool:
        """Whether the next page was read, or none on the last."""
        return self.printed.platform is None or self.next_url == self.printed.next_url


def bench_listings(*arguments: str) -> None:
    """Print how many pages were read right, of each kind; with ``--misses`` also what was read wrong."""
    if not SHARED.is_dir():
        raise SystemExit("the real pages are not here: ../shared is missing")
    with tempfile.TemporaryDirectory() as folder:
        samples = read_addressed(SHARED, Path(folder))
    printed = find_printed(samples)
    as_is = list(compare(samples, printed))
    renamed = list(compare(map(rename_sample, samples), printed))
    _print_table({"as it is": as_is, "renamed": renamed})
    for miss in (*as_is, *renamed) if "--misses" in arguments else ():
        if not (miss.has_entries and miss.has_next):
            print(f"{miss.name}\n  said: {miss.entries} {miss.next_url}")
            print(f"  true: {miss.printed.entries} {miss.printed.next_url}\n")


def read_addressed(shared: Path, folder: Path) -> list[Sample]:
    """Read all real pages, those of the mirror (unpacked to a folder) where they were fetched."""
    return list(map(_address, read_samples(shared, unpack_mirror(shared, folder))))


def _address(sample: Sample) -> Sample:
    source = _SOURCE.search(sample.capture.body)
    if source is None or not sample.capture.url.endswith(f"/{sample.name}"):
        return sample
    return replace(sample, capture=replace(sample.capture, url=f"http://{source[1].decode().replace('&amp;', '&')}"))


def find_printed(samples: Iterable[Sample]) -> dict[str, Printed]:
    """Find what pages print, by their names; nothing of those that are no articles and whose platform is unknown."""
    written = {
        row["file"]: tuple(clean_text(item["title"]) for item in row["expected"].get("items", ()))
        for row in read_index(SHARED)["pages"]
        if row["page_kind"] != "article"
    }
    printed: dict[str, Printed] = {}
    for sample in samples:
        found = Printed(ARTICLES, ()) if sample.truth else _find_listed(sample)
        if found is None and sample.name in written:
            found = Printed(WRITTEN, written[sample.name])
        if found:
            printed[sample.name] = found
    return printed


def _find_listed(sample: Sample) -> Printed | None:
    platform = recognise_capture(sample.capture)
    page = read_page(sample.capture, platform, sample.zone) if platform.layouts else None
    if not isinstance(page, Listing):
        return None
    return Printed(platform.title, tuple(entry.native_key for entry in page.entries), platform, page.next_url)


def rename_sample(sample: Sample) -> Sample:
    """Return a page with other classes and ids."""
    return replace(sample, capture=replace(sample.capture, body=rename(sample.capture.body, "listings")))


def compare(samples: Iterable[Sample], printed: dict[str, Printed]) -> Iterator[Comparison]:
    """Read pages without knowing their platform, and set beside it what they print."""
    for sample in samples:
        if sample.name in printed:
            entries, following = _read(sample, printed[sample.name].platform)
            yield Comparison(sample.name, printed[sample.name], entries, following)


def _read(sample: Sample, platform: Platform | None) -> tuple[tuple[str, ...], str | None]:
    capture = sample.capture
    try:
        page = parse_html(decode_page(capture.body, capture.headers))
    except PageRejectedError:
        return (), None
    listing = read_generic_listing(page, capture.url, GENERIC, sample.zone, capture.fetched_at)
    if listing is None:
        return (), None
    if platform is None:
        return tuple(entry.title for entry in listing.entries), listing.next_url
    return tuple(platform.read_address(entry.url).key for entry in listing.entries), listing.next_url


def _print_table(readings: dict[str, list[Comparison]]) -> None:
    table = Table(title="Listings read without knowing the portal")
    for name in ("pages", "names", "number", "entries right", "next page right"):
        table.add_column(name, justify="left" if name in ("pages", "names") else "right")
    for names, comparisons in readings.items():
        for group in dict.fromkeys(comparison.printed.group for comparison in comparisons):
            pages = [comparison for comparison in comparisons if comparison.printed.group == group]
            entries, following = (sum(getattr(page, has) for page in pages) for has in ("has_entries", "has_next"))
            table.add_row(group, names, str(len(pages)), str(entries), str(following))
    Console(width=120).print(table)
