"""What may be expected of a site from what it showed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from archiver.model import Listing
from archiver.onboarding.inquiry import Survey
from archiver.site import Expectations

FEWEST_DATES = 5
LEAST_DAYS = 30
MOST_DAYS = 365
DECLARED = ("title", "published", "views")


def dates_of(listings: Sequence[Listing]) -> list[datetime]:
    """Return the dates that listings print, the newest first."""
    entries = (entry for listing in listings for entry in listing.entries)
    return sorted((entry.published.at for entry in entries if entry.published and entry.published.at), reverse=True)


def expect(survey: Survey, at: datetime) -> Expectations:
    """Derive what to expect: fields that every article showed, and twice the longest silence between two entries.

    Nothing is expected of a site that is silent for longer than that today.
    """
    fields = tuple(field for field in DECLARED if all(getattr(look.article, field) for look in survey.looks))
    dates = dates_of([channel.listing for channel in survey.channels])
    within = _longest_silence(dates)
    is_alive = within is not None and at - dates[0] <= timedelta(days=within)
    return Expectations(new_within_days=within if is_alive else None, fields=fields or ("title",))


def _longest_silence(dates: list[datetime]) -> int | None:
    if len(dates) < FEWEST_DATES:
        return None
    silences = [(later - earlier).days for later, earlier in pairwise(dates)]
    return min(max(2 * max(silences), LEAST_DAYS), MOST_DAYS)
