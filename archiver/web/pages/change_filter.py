"""Which changes an address asks for: the same words for the front page and for feeds."""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace

from archiver.archive.history.content import FIELDS
from archiver.archive.queries.changes import FURTHER_KINDS, KINDS, ChangeFilter, ChangePosition, find_position
from archiver.archive.queries.queries import titles_of_sites
from archiver.archive.search.query_language import parse_query
from archiver.web.faults import MissingError, PageError
from archiver.web.language.days import read_day
from archiver.web.rendering import Frame

NAMES = ("q", "site", "kind", "field", "since", "until")
ALL = "all"
USUAL = tuple(kind for kind in KINDS if kind != "new")
"""What is shown unless an address says more: new articles are many, and no change."""
REMOVED = "suspect,gone"
CHOICES = ("", "edited", REMOVED, "restored", "moved", "new", ALL)
_KNOWN = (*KINDS, *FURTHER_KINDS)
_POSITION = re.compile(r"([0-9T:+.Z-]{10,40})~([a-z_]{1,20})~([^~]{1,200})~(.{1,2000})", re.DOTALL)


@dataclass(frozen=True, slots=True)
class AskedChanges:
    """What an address asks for; ``wanted`` says it in one spelling, however it was asked: links are made of it."""

    wanted: Mapping[str, str]
    chosen: ChangeFilter
    sites: Mapping[str, str]

    @property
    def is_filtered(self) -> bool:
        """Say whether anything is chosen."""
        return any(self.wanted.values())

    @property
    def is_older(self) -> bool:
        """Say whether this is not the beginning of the list."""
        return self.chosen.older is not None

    def plus(self, **choice: str | None) -> dict[str, str | None]:
        """Return what is asked for, with something chosen otherwise."""
        return {**self.wanted, **choice}

    def describe_feed(self, frame: Frame) -> str:
        """Say what a feed is of; the archive's name where nothing is chosen but new articles, or not."""
        plain = {**self.wanted, "kind": ""} if self.wanted["kind"] == ALL else self.wanted
        return replace(self, wanted=plain).describe(frame) or frame.say("name")

    def describe(self, frame: Frame) -> str:
        """Say what is chosen, for the title of a feed or page; empty where nothing is."""
        days = (frame.show_day(day) if day else "" for day in (self.chosen.since, self.chosen.until))
        span = " – ".join(days) if self.chosen.since or self.chosen.until else ""
        kinds = name_choice(self.wanted["kind"], frame) if self.wanted["kind"] else ""
        fields = ", ".join(map(frame.name, self.chosen.fields))
        words = f"“{self.wanted['q']}”" if self.wanted["q"] else ""
        return "; ".join(filter(None, (self.sites.get(self.wanted["site"], ""), kinds, fields, words, span)))


def read_changes(connection: sqlite3.Connection, values: Mapping[str, str]) -> AskedChanges:
    """Read what an address asks for; PageError for what it cannot mean."""
    said = {name: values.get(name, "").strip() for name in (*NAMES, "after")}
    sites = titles_of_sites(connection)
    if said["site"] and said["site"] not in sites:
        raise MissingError("no_site", site=said["site"])
    since, until = (read_day(name, said[name]) for name in ("since", "until"))
    kinds, fields = _read_kinds(said["kind"]), _read_words("field", said["field"], FIELDS)
    words, older = parse_query(said["q"]), _read_position(said["after"])
    chosen = ChangeFilter(said["site"] or None, kinds, fields, since, until, words, older=older)
    wanted = {
        "q": said["q"],
        "site": said["site"],
        "kind": write_kinds(kinds),
        "field": ",".join(fields),
        "since": since.isoformat() if since else "",
        "until": until.isoformat() if until else "",
    }
    return AskedChanges(wanted, chosen, sites)


def write_kinds(kinds: tuple[str, ...]) -> str:
    """Write kinds as an address names them."""
    names = {USUAL: "", KINDS: ALL}
    return names.get(kinds, ",".join(kinds))


def name_choice(kinds: str, frame: Frame) -> str:
    """Name some kinds for people, as an address names them."""
    named = {"": "kinds_usual", ALL: "kinds_all", REMOVED: "kinds_removed", "new": "new"}
    return frame.say(named[kinds]) if kinds in named else ", ".join(map(frame.name, kinds.split(",")))


def write_position(connection: sqlite3.Connection, change: int) -> str:
    """Return what an address says to go on behind a change, by its number in the log."""
    place = find_position(connection, change)
    return f"{place.seen_at}~{place.kind}~{place.site}~{place.native_key}"


def _read_kinds(text: str) -> tuple[str, ...]:
    if text == ALL:
        return KINDS
    return _read_words("kind", text, _KNOWN) or USUAL


def _read_words(name: str, text: str, known: tuple[str, ...]) -> tuple[str, ...]:
    chosen = {word.strip() for word in text.split(",")} - {""}
    if chosen - set(known):
        raise PageError("bad_choice", name=name, value=min(chosen - set(known)), known=", ".join(known))
    return tuple(word for word in known if word in chosen)


def _read_position(text: str) -> ChangePosition | None:
    if not text:
        return None
    match = _POSITION.fullmatch(text)
    if match is None:
        raise PageError("bad_value", name="after", value=text)
    return ChangePosition(*match.groups())
