"""Making HTML of what was loaded: one environment of Jinja2, everything escaped, nothing left undefined."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from archiver.archive.store.damage import Damages
from archiver.clock import write_offset
from archiver.findings import Explanation, explain
from archiver.text.display import escape_controls
from archiver.web.cleaning import clean_html
from archiver.web.language.days import write_day
from archiver.web.language.messages import LANGUAGES, Language, name_word, say
from archiver.web.links import PageAddresses

HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around every page: its language, its links, the zones of sites, in which times are shown.

    ``damages`` is the damage that was met on the way to a page, and is told on it. ``zone`` is that of a list over
    sites of several zones. ``policy`` is what a page may load, for pages that no server sends.
    """

    language: Language
    links: PageAddresses
    zones: Mapping[str, ZoneInfo]
    damages: Damages | None = None
    zone: tzinfo | None = None
    policy: str = ""

    def say(self, key: str, **values: object) -> str:
        """Return a message."""
        return say(self.language, key, **values)

    def name(self, word: str) -> str:
        """Return a word of the archive for people."""
        return name_word(self.language, word)

    def explain(self, kind: str) -> Explanation | None:
        """Explain a kind of finding; None for one that this version does not know."""
        return explain(kind, self.language)

    def show_time(self, value: str | None, site: str, precision: str | None = "minute") -> str:
        """Show a time of the archive in a site's zone, or in that of the list; a day is the site's own."""
        if not value:
            return ""
        zone = self.zone if self.zone and precision != "day" else self.zones[site]
        local = datetime.fromisoformat(value).astimezone(zone)
        day = self.show_day(local.date())
        return day if precision == "day" else f"{day}, {local:%H:%M} {write_offset(local)}"

    def show_day(self, day: date | str) -> str:
        """Show a day (or one as ISO 8601 writes it; empty for none) as the language does."""
        read = date.fromisoformat(day) if isinstance(day, str) and day else day
        return write_day(read, self.language) if isinstance(read, date) else ""

    def show_moment(self, moment: datetime, site: str | None) -> str:
        """Show the day of a moment in a site's zone; of several sites, in that of the list, else in UTC."""
        zone = self.zones[site] if site else self.zone or UTC
        return self.show_day(moment.astimezone(zone).date())

    def show_number(self, number: int) -> str:
        """Show a number with its thousands apart, as the language writes them."""
        return f"{number:,}".replace(",", "." if self.language == "vi" else ",")

    def show_gain(self, number: int) -> str:
        """Show a difference with its sign."""
        return f"{'−' if number < 0 else '+'}{self.show_number(abs(number))}"

    def show_rate(self, number: float) -> str:
        """Show how many a day: small ones with one digit behind the sign of decimals."""
        size = abs(number)
        if size >= 10 or size == round(size):
            shown = self.show_number(round(size))
        else:
            shown = f"{size:.1f}".replace(".", "," if self.language == "vi" else ".")
        return f"−{shown}" if number < 0 else shown


def render(template: str, frame: Frame, **values: object) -> str:
    """Make a page."""
    return _environment().get_template(template).render(f=frame, t=frame.say, links=frame.links, **values)


@cache
def style_sheet() -> tuple[str, str]:
    """Return the style sheet and a word that changes with it."""
    text = (HERE / "static" / "archive.css").read_text(encoding="utf-8")
    return text, hashlib.sha256(text.encode()).hexdigest()[:12]


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=show_text,
        auto_reload=False,
    )
    environment.filters["clean"] = lambda html, frame: Markup(clean_html(html, frame.say))  # noqa: S704 - cleaned
    environment.filters["name_field"] = lambda field, frame: frame.name(field)
    environment.globals["languages"] = LANGUAGES
    return environment


def show_text(value: object) -> object:
    """Show control characters as escapes, line breaks and what was made here excepted."""
    if not isinstance(value, str) or isinstance(value, Markup) or value.isprintable():
        return value
    return "\n".join(map(escape_controls, value.replace("\t", " ").split("\n")))
