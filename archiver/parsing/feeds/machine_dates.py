"""Reading the dates of feeds and sitemaps, which programs write."""

import re
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime

from archiver.model import PublishedDate
from archiver.parsing.fields.dates import read_date

_HAS_TIME = re.compile(r"\d:\d\d")


def read_machine_date(raw: str, zone: tzinfo, at: datetime) -> PublishedDate | None:
    """Read the date of a feed or a sitemap: RFC 822 or ISO 8601, else as it would be read on a page."""
    if not raw:
        return None
    moment = _parse_iso(raw) or _parse_mail(raw)
    if moment is None:
        return read_date(raw, zone, at)
    try:
        moment = (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return PublishedDate(raw)
    return PublishedDate(raw, moment.replace(second=0, microsecond=0), "minute" if _HAS_TIME.search(raw) else "day")


def _parse_iso(raw: str) -> datetime | None:
    try:
        return datetime.fromisoformat(raw)
    except ValueError:
        return None


def _parse_mail(raw: str) -> datetime | None:
    try:
        return parsedate_to_datetime(raw)
    except (ValueError, OverflowError):
        return None
