"""Real pages and what they print: the mirrored portal, and the single saved pages of other families.

Truth is what a person or plain regular expressions found on the page (../shared), never what an extractor says. Only
section, lead, author and body of the mirror are the platform's own reading, which other tests hold against the pages.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from archiver.model import Article, Capture
from archiver.parsing.page import read_page
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.text.cleaning import clean_text
from tests.real_portal import ZONE, read_capture_time, read_date, read_truth

MIRROR, FAMILY, OTHERS, NO_ARTICLES = "mirror", "Hà Nội, single pages", "other families", "no articles"

# A site declares its zone; these pages come from no declared site.
_ZONES = {
    "vi": "Asia/Ho_Chi_Minh",
    "zh": "Asia/Shanghai",
    "ru": "Asia/Yekaterinburg",
    "it": "Europe/Rome",
    "de": "Europe/Berlin",
    "en": "America/Belize",
    "id": "Asia/Jakarta",
}
_UNKNOWN_TIME = datetime(2022, 8, 27, 12, tzinfo=UTC)
_CUT_LEADS = (120, 200)
_UNKNOWN_ADDRESS = "https://portal.example/trang"


@dataclass(frozen=True, slots=True)
class Truth:
    """What a page prints; None where it prints nothing or where nobody wrote it down.

    ``published`` is local and naive; ``timed`` says that a time of day is printed with it. The body is ``body`` (all of
    it) or ``ends``: its first and last 80 characters, with ``size``, the number of its characters.
    """

    title: str | None = None
    published: datetime | None = None
    timed: bool = False
    views: int | None = None
    section: str | None = None
    lead: str | None = None
    author: str | None = None
    body: str | None = None
    ends: tuple[str, str] | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """One page; ``truth`` is None for a page that is no article."""

    name: str
    group: str
    capture: Capture
    zone: ZoneInfo
    truth: Truth | None


def read_samples(shared: Path, mirror: Path, *, every_copy: bool = False) -> list[Sample]:
    """Read all pages that the benchmark is about; ``mirror`` is the folder that the mirror was unpacked to."""
    return [
        *_read_mirror(shared, mirror, every_copy=every_copy),
        *_read_strangers(shared, mirror),
        *_read_listings(shared),
        *_read_pages(shared),
    ]


def _read_mirror(shared: Path, mirror: Path, *, every_copy: bool) -> Iterator[Sample]:
    """Yield each article once, as first captured and not as a print version where there is another; or every copy."""
    rows = sorted(read_truth(shared).values(), key=_order_of_copies)
    seen: set[str] = set()
    for row in rows:
        if every_copy or row["native_key"] not in seen:
            seen.add(row["native_key"])
            body = (mirror / row["file"]).read_bytes()
            capture = Capture(row["address"], read_capture_time(row["captured"]), 200, (), body)
            yield Sample(row["file"], MIRROR, capture, ZONE, _truth_of_row(row, capture))


def _order_of_copies(row: dict[str, Any]) -> tuple[bool, datetime, str]:
    return "pop_up" in row["address"], read_capture_time(row["captured"]), row["file"]


def _truth_of_row(row: dict[str, Any], capture: Capture) -> Truth:
    at, precision = read_date(row["published_raw"])
    article = read_page(capture, LIFERAY_HANOI, ZONE)
    assert isinstance(article, Article), row["file"]
    return Truth(
        title=clean_text(row["title"]),
        published=at.astimezone(ZONE).replace(tzinfo=None) if at else None,
        timed=precision == "minute",
        views=row["views"],
        section=article.section,
        lead=article.lead,
        author=article.author,
        body=" ".join([article.lead or "", *article.paragraphs]),
    )


def _read_strangers(shared: Path, mirror: Path) -> Iterator[Sample]:
    """Yield the pages of the mirror that are no articles: listings, logins, home, static pages, forms."""
    articles = read_truth(shared)
    for path in sorted(mirror.rglob("*.html")):
        name = path.relative_to(mirror).as_posix()
        if name not in articles:
            capture = Capture(f"http://sotttt.hanoi.gov.vn/{name}", _UNKNOWN_TIME, 200, (), path.read_bytes())
            yield Sample(name, NO_ARTICLES, capture, ZONE, None)


def _read_listings(shared: Path) -> Iterator[Sample]:
    for row in read_index(shared)["listings"]:
        body = (shared / "pages" / row["file"]).read_bytes()
        capture = Capture(row["address"], read_capture_time(row["captured"]), 200, (), body)
        yield Sample(row["file"], NO_ARTICLES, capture, ZONE, None)


def _read_pages(shared: Path) -> Iterator[Sample]:
    for row in read_index(shared)["pages"]:
        is_article = row["page_kind"] == "article"
        if not is_article and row["expected"].get("published"):
            continue  # the record of a document: no news, and no listing either
        family = FAMILY if row["portal_family"] == "hanoi_liferay62" else OTHERS
        truth = _truth_of_page(row["expected"]) if is_article else None
        zone = ZoneInfo(_ZONES[row["language"]])
        capture = _capture_page(shared, row, zone)
        yield Sample(row["file"], family if truth else NO_ARTICLES, capture, zone, truth)


def read_index(shared: Path) -> dict[str, list[dict[str, Any]]]:
    """Read what people wrote down of the single pages."""
    index: dict[str, list[dict[str, Any]]] = json.loads((shared / "pages" / "INDEX.json").read_text(encoding="utf-8"))
    return index


def _capture_page(shared: Path, row: dict[str, Any], zone: ZoneInfo) -> Capture:
    """Return the page as captured; one that prints ``today`` was captured on the day that is known to be meant."""
    at = read_capture_time(row["captured_at"]) if row["captured_at"] else _UNKNOWN_TIME
    if day := row["expected"].get("published_gold"):
        at = datetime.combine(datetime.fromisoformat(day), time(12), zone).astimezone(UTC)
    address = row["original_url"] or _UNKNOWN_ADDRESS
    body = (shared / "pages" / row["file"]).read_bytes()
    return Capture(address.split(" ")[0], at, 200, (), body)


def _truth_of_page(printed: dict[str, Any]) -> Truth:
    day = printed.get("published_iso_local") or printed.get("published_gold")
    timed = bool(day and "T" in day and not day.endswith("T00:00:00"))
    ends = tuple(clean_text(printed[name] or "") for name in ("body_first80", "body_last80"))
    return Truth(
        title=clean_text(printed["title"]),
        published=datetime.fromisoformat(day) if day else None,
        timed=timed,
        views=int(re.sub(r"\D", "", printed["view_count"])) if printed["view_count"] else None,
        lead=_read_lead(printed.get("lead") or ""),
        ends=(ends[0], ends[1]) if any(ends) else None,
        size=printed.get("body_chars") or 0,
    )


def _read_lead(printed: str) -> str | None:
    """Return a lead without the word in which the index cut it off."""
    whole = printed.rpartition(" ")[0] if len(printed) in _CUT_LEADS else printed
    return clean_text(whole) or None
