"""Choosing the date of publication among the dates that an article prints and those that its page tells to machines."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from archiver.model import Problem, PublishedDate
from archiver.parsing.fields.date_forms import DayOrder
from archiver.parsing.fields.embedded_date import list_dates
from archiver.parsing.generic.dates.info import InfoText
from archiver.parsing.generic.machine.dates import ToldDate

LEAST_CONFIDENCE = 0.6
"""What is less sure than this is not read: the field stays empty, and a finding says what was seen."""
CONFIRMED = 0.9
BELOW_TEXT = "below the text"
# Two days are one in two zones, or one is that of the first draft.
SAME = timedelta(days=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A byline and the place it stands at: how sure that place is.

    A ``weak`` one has its date amid other words, or at a place where other dates stand as well.
    """

    info: InfoText
    how: str
    confidence: float
    weak: bool = False

    @property
    def published(self) -> PublishedDate | None:
        """The date that is printed there, readable or not."""
        return self.info.published


@dataclass(frozen=True, slots=True)
class Publication:
    """The date of publication, how it was found, and how sure that is; ``told`` says that it is not printed.

    ``line`` is the byline that prints it, ``problems`` what speaks against it.
    """

    published: PublishedDate | None = None
    how: str = ""
    confidence: float = 0.0
    line: InfoText | None = None
    problems: tuple[Problem, ...] = ()


def choose_publication(seen: list[FoundDate], told: tuple[ToldDate, ...], zone: tzinfo, at: datetime) -> Publication:
    """Choose the date of an article: what is printed and confirmed, what is printed, what is told and not contradicted.

    A date of publication goes before one of the last change, a labelled one before others. ``zone`` and ``at`` are
    those of ``read_date``.
    """
    return _Chooser(seen, told, zone, at).choose()


class _Chooser:
    """Weighs the dates of one page."""

    def __init__(self, seen: list[FoundDate], told: tuple[ToldDate, ...], zone: tzinfo, at: datetime) -> None:
        self._zone = zone
        self._at = at
        self._told = [one for one in told if one.meaning == "published"]
        self._created = [one for one in told if one.meaning == "created"]
        self._updated = [one for one in told if one.meaning == "updated"]
        self._seen = [one for one in seen if one.published]

    def choose(self) -> Publication:
        best = self._find_confirmed()
        if best:
            return self._finish(best, max(best.confidence, CONFIRMED))
        strong = [one for one in self._seen if not one.weak]
        best = max(strong, key=_rank, default=None)
        if best and (not self._sources or not self._gives_way(best)):
            return self._take_printed(best, strong)
        return self._take_told(best) or self._take_weak()

    @property
    def _sources(self) -> list[ToldDate]:
        """What machines are told of publication in so many words."""
        return [one for one in self._told if one.source not in _NO_WORD]

    def _find_confirmed(self) -> FoundDate | None:
        """Find the printed date that the page tells to machines too."""
        for told in (self._told, self._created):
            seen = self._seen if told is self._told else [one for one in self._seen if not one.weak]
            both = [self._order_by_told(one, told) for one in seen] if told else []
            confirmed = [one for one in both if self._is_confirmed(one, told)]
            if confirmed:
                return max(confirmed, key=lambda one: (self._is_exact(one, told), *_rank(one)))
        return None

    def _is_confirmed(self, one: FoundDate, told: list[ToldDate]) -> bool:
        """Say whether a date is told too: exactly that day where it may be that of a comment, an event, a change."""
        if one.info.is_updated and any(self._is_before(other, one) for other in self._sources):
            return False
        if one.weak or one.info.is_updated or (one.how == BELOW_TEXT and not one.info.is_labelled):
            return self._is_exact(one, told)
        return any(self._agree(one.published, other) for other in told)

    def _order_by_told(self, one: FoundDate, told: list[ToldDate]) -> FoundDate:
        """Read a line as what is told, if it can be: day and month may change places, another date stand in it."""
        if any(self._agree(one.published, other) for other in told):
            return one
        for order in _ORDERS:
            for other in list_dates(one.info.text, self._zone, self._at, order):
                if any(day == each.day for day in self._days(other) for each in told):
                    return FoundDate(one.info.having(other), one.how, one.confidence, one.weak)
        return one

    def _agree(self, published: PublishedDate | None, told: ToldDate) -> bool:
        return any(abs(day - told.day) <= SAME for day in self._days(published))

    def _days(self, published: PublishedDate | None) -> list[date]:
        return [published.at.astimezone(self._zone).date()] if published and published.at else []

    def _is_exact(self, one: FoundDate, told: list[ToldDate]) -> bool:
        return any(day == other.day for day in self._days(one.published) for other in told)

    def _gives_way(self, best: FoundDate) -> bool:
        """Say whether a printed date is less to be believed than the one that is told, and is not it."""
        published = best.published
        if published is None or published.at is None:
            return True
        if best.info.is_updated or published.relative:
            return True
        if all(any(one.published == other.published for other in self._updated) for one in self._sources):
            return False  # what is told is that of the last change
        return not best.info.is_labelled and not best.how.endswith("the headline")

    def _is_before(self, one: ToldDate, other: FoundDate) -> bool:
        return any(one.day + SAME < day for day in self._days(other.published))

    def _take_printed(self, best: FoundDate, strong: list[FoundDate]) -> Publication:
        """Take what is printed, unless another line contradicts it and no label says which of them counts."""
        if any(_contradicts(one, best) for one in strong):
            return self._refuse(best, f"one of several dates {best.how}: {best.info.text[:200]}")
        return self._finish(best, best.confidence)

    def _finish(self, best: FoundDate, confidence: float) -> Publication:
        """Take a printed date; of two forms of one day the one with a time."""
        finer = next((one for one in self._seen if not one.weak and _is_finer(one, best)), best)
        if confidence < LEAST_CONFIDENCE:
            return self._refuse(best, f"{best.how}: {best.info.text[:200]}")
        problems = self._tell_contradiction(finer)
        return Publication(finer.published, finer.how, confidence, finer.info, problems)

    def _refuse(self, best: FoundDate, detail: str) -> Publication:
        return Publication(line=best.info, problems=(Problem("uncertain_published", detail),))

    def _tell_contradiction(self, best: FoundDate) -> tuple[Problem, ...]:
        """Tell of dates of publication that machines are told and that are another day than the printed one."""
        days = self._days(best.published)
        sources = self._sources
        if not days or not sources or any(self._agree(best.published, one) for one in self._told):
            return ()
        other = sources[0]
        detail = f"printed {best.info.text[:100]}; {other.source}: {other.published.raw}"
        return (Problem("contradicted_published", detail),)

    def _take_told(self, printed: FoundDate | None) -> Publication | None:
        """Take what is told to machines where all that is told agrees, or most of it."""
        best = self._choose_told()
        if best is None:
            return None
        problems: tuple[Problem, ...] = ()
        others = [one for one in self._told if abs(one.day - best.day) > SAME]
        if others:
            detail = f"not printed; {best.source}: {best.published.raw}; {others[0].source}: {others[0].published.raw}"
            problems = (Problem("contradicted_published", detail),)
        elif printed and not printed.info.is_updated:
            problems = (
                Problem(
                    "contradicted_published",
                    f"{printed.how}: {printed.info.text[:100]}; {best.source}: {best.published.raw}",
                ),
            )
        if best.meaning == "created" or best.source == "script":
            return Publication(best.published, "metadata", LEAST_CONFIDENCE, None, problems)
        agreeing = {one.source for one in self._told if abs(one.day - best.day) <= SAME}
        confidence = 0.8 if len(agreeing) > 1 else 0.7
        how = "address" if best.source == "address" else "metadata"
        return Publication(best.published, how, confidence if not problems else LEAST_CONFIDENCE, None, problems)

    def _choose_told(self) -> ToldDate | None:
        """Choose the date that most sources tell, the exact one of them; the first of several that differ."""
        if not self._told:
            return None if self._updated and not self._is_new(self._created) else next(iter(self._created), None)
        told = [one for one in self._told if one.source != "digits"]
        counts = [len({other.source for other in self._told if abs(other.day - one.day) <= SAME}) for one in told]
        if not counts:
            return None
        best = told[counts.index(max(counts))]
        same = [one for one in self._told if one.day == best.day]
        return next((one for one in same if one.published.precision == "minute"), best)

    def _is_new(self, created: list[ToldDate]) -> bool:
        """Say whether a page was changed only soon after it was created, so that it was published between the two."""
        return any(abs(one.day - other.day) <= SAME for one in created for other in self._updated)

    def _take_weak(self) -> Publication:
        """Take a date amid other words where it is the only one."""
        weak = [one for one in self._seen if one.weak and one.published and one.published.at]
        days = {day for one in weak for day in self._days(one.published)}
        if len(days) == 1:
            return self._finish(max(weak, key=_rank), weak[0].confidence)
        best = max(self._seen, key=_rank, default=None)
        if best is None:
            return Publication()
        if not best.weak:
            return self._take_printed(best, [one for one in self._seen if not one.weak])
        return self._refuse(best, f"one of several dates {best.how}: {best.info.text[:200]}")


_NO_WORD = frozenset(("address", "digits", "script"))
_ORDERS: tuple[DayOrder, ...] = ("day", "month")


def _rank(one: FoundDate) -> tuple[bool, bool, bool, float]:
    readable = bool(one.published and one.published.at)
    return readable, not one.info.is_updated, one.info.is_labelled, one.confidence


def _contradicts(one: FoundDate, best: FoundDate) -> bool:
    """Say whether another line at the same place prints another day, and no label says which of them counts."""
    if one.how != best.how or best.info.is_labelled or one.info.is_updated:
        return False
    mine, other = one.published, best.published
    return bool(mine and other and mine.at and other.at and abs(mine.at - other.at) >= 2 * _DAY)


def _is_finer(one: FoundDate, other: FoundDate) -> bool:
    """Say whether a line prints the time of the day that another prints without."""
    finer, coarser = one.published, other.published
    if one.info.is_updated or not (finer and finer.at and coarser and coarser.at):
        return False
    return finer.precision == "minute" and coarser.precision == "day" and abs(finer.at - coarser.at) < 2 * _DAY
