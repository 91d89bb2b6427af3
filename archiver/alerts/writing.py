"""What an alert says: a title, a few lines a change with its weightiest passage, and how many more there are."""

import os
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from archiver.alerts.declarations import Alert, Language
from archiver.alerts.sent_log import Waiting, load_recent
from archiver.alerts.services import Message
from archiver.archive.queries.passages import Passage, load_passage
from archiver.archive.queries.queries import zones_of_sites
from archiver.archive.queries.rows import ChangeRow
from archiver.clock import write_offset
from archiver.compare.edits import Span
from archiver.compare.states import as_object
from archiver.errors import UsageError
from archiver.text.display import escape_controls
from archiver.web.language.messages import LANGUAGES, name_word, say
from archiver.web.links import ServedLinks

URL: Final = "ARCHIVE_URL"
LANGUAGE: Final = "ARCHIVE_LANGUAGE"
SHOWN_IN_TEST: Final = 3
_MARKS = {"equal": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
_ELEMENTS = {"equal": "{}", "removed": "<del>[-{}-]</del>", "added": "<ins>{{+{}+}}</ins>"}


@dataclass(frozen=True, slots=True)
class Item:
    """A change or a run as it is told: a line, a line about where and when, the spans of a passage, an address."""

    line: str
    about: str
    spans: tuple[Span, ...]
    url: str


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the messages of one alert; ``base`` is where the archive is served, empty if nowhere."""

    connection: sqlite3.Connection
    alert: Alert
    language: Language
    base: str

    def write(self, waiting: Waiting, letters: int | None = None) -> Message:
        """Write a message with as many changes as it may show and ``letters`` leave room for."""
        zones = zones_of_sites(self.connection)
        title = escape_controls(self._title(waiting))
        if waiting.runs:
            shown = [(self._tell_run(row, zones), dict(row)) for row in waiting.runs[: self.alert.most]]
        else:
            shown = [self._tell_change(row, zones) for row in waiting.changes[: self.alert.most]]
        room = None if letters is None else max(letters - len(title) - 10, 0)
        while room is not None and len(shown) > 1 and len(self._join_text(waiting, shown)) > room:
            shown.pop()
        text, html = self._join_text(waiting, shown), self._join_html(waiting, shown)
        return Message(title, text[:room], html, self._document(title, waiting, shown))

    def write_test(self, letters: int | None = None) -> Message:
        """Write a message that shows how alerts look: the last changes, or runs, that this one is for."""
        waiting = load_recent(self.connection, self.alert, SHOWN_IN_TEST)
        nothing = say(self.language, "alert_nothing")
        message = (
            self.write(waiting, letters) if waiting.count else Message("", nothing, f"<p>{escape(nothing)}</p>", {})
        )
        test = say(self.language, "alert_test")
        title = f"{test}: {message.title or f'[{self.alert.name}]'}"
        return replace(
            message, title=title, document={**message.document, "title": title, "alert": self.alert.name, "test": True}
        )

    def _title(self, waiting: Waiting) -> str:
        kinds = Counter(str(row["outcome"]) for row in waiting.runs) or Counter(row["kind"] for row in waiting.changes)
        counted = ", ".join(f"{name_word(self.language, kind)} {number}" for kind, number in kinds.most_common())
        noun = "alert_runs" if waiting.runs else "alert_changes"
        return f"[{self.alert.name}] {say(self.language, noun, count=waiting.count)}: {counted}"

    def _tell_change(self, row: ChangeRow, zones: Mapping[str, ZoneInfo]) -> tuple[Item, dict[str, Any]]:
        passage = load_passage(self.connection, row)
        kept = self._find_page(row)
        line = f"{name_word(self.language, row['kind'])}: {row['title']}"
        about = f"{row['site']}, {_show_time(row['at'], zones[row['site']])}"
        spans = tuple(self._list_spans(row, passage))
        found = as_object(passage.edit) if passage else None
        written = {**row, "passage": found, "others": passage.others if passage else None, "archive_url": kept or None}
        return Item(line, about, spans, kept or row["url"] or ""), written

    def _list_spans(self, row: ChangeRow, passage: Passage | None) -> Iterator[Span]:
        if passage is None:
            yield Span("equal", "" if row["kind"] == "new" else row["detail"] or "")
            return
        yield Span("equal", f"{name_word(self.language, passage.edit.field)}: ")
        yield from passage.edit.words
        if passage.others:
            others = say(self.language, "alert_others", count=passage.others)
            yield Span("equal", f" ({others})")

    def _tell_run(self, row: Mapping[str, Any], zones: Mapping[str, ZoneInfo]) -> Item:
        line = f"{row['site']}: {name_word(self.language, row['outcome'])}"
        began = _show_time(row["started_at"], zones[row["site"]])
        found = f"{say(self.language, 'findings')}: {row['findings']}"
        where = f"archiver check --site {row['site']}"
        return Item(line, f"{began}; {found}", (), f"{self.base}/runs" if self.base else where)

    def _find_page(self, row: ChangeRow) -> str:
        """Return the page of the archive that shows a change; nothing where it is not served."""
        if not self.base:
            return ""
        links, number = ServedLinks(), row["snapshot"]
        if row["kind"] == "edited" and number and number > 1:
            return self.base + links.comparison(row["site"], row["article_id"], number - 1, number)
        return self.base + links.article(row["site"], row["article_id"])

    def _rest(self, waiting: Waiting, shown: Sequence[object]) -> str:
        left = waiting.count - len(shown)
        if not left:
            return ""
        command = "archiver check" if waiting.runs else "archiver changes"
        where = f"{self.base}/{'runs' if waiting.runs else ''}" if self.base else command
        more = say(self.language, "alert_more", count=left)
        return f"{more}: {where}"

    def _join_text(self, waiting: Waiting, shown: Sequence[tuple[Item, object]]) -> str:
        parts = [_write_text(item) for item, _ in shown]
        return "\n\n".join(part for part in (*parts, self._rest(waiting, shown)) if part)

    def _join_html(self, waiting: Waiting, shown: Sequence[tuple[Item, object]]) -> str:
        rest = escape(self._rest(waiting, shown))
        return "\n".join([*(_write_html(item) for item, _ in shown), f"<p>{rest}</p>" if rest else ""])

    def _document(self, title: str, waiting: Waiting, shown: Sequence[tuple[Item, Any]]) -> dict[str, Any]:
        rows = [row for _, row in shown]
        return {
            "alert": self.alert.name,
            "title": title,
            "count": waiting.count,
            "more": waiting.count - len(rows),
            "archive": self.base or None,
            "runs" if waiting.runs else "changes": rows,
        }


def read_surroundings(alert: Alert) -> tuple[Language, str]:
    """Return language and base address of messages, by the alert and the environment; UsageError."""
    language: Any = alert.language or os.environ.get(LANGUAGE) or "en"
    if language not in LANGUAGES:
        raise UsageError(f"{LANGUAGE}={escape_controls(language)}: there is no such language; set en or vi")
    base = os.environ.get(URL, "").rstrip("/")
    if base and (urlsplit(base).scheme not in ("http", "https") or not urlsplit(base).netloc):
        raise UsageError(f"{URL} is no address; set it to where archiver serve answers, https://HOST say")
    return language, base


def _write_text(item: Item) -> str:
    spans = "".join(_mark(item.spans, _MARKS, str))
    return "\n".join(line for line in map(escape_controls, (item.line, item.about, spans, item.url)) if line)


def _write_html(item: Item) -> str:
    def show(text: str) -> str:
        return escape(escape_controls(text))

    spans = "".join(_mark(item.spans, _ELEMENTS, show))
    is_link = urlsplit(item.url).scheme in ("http", "https")
    url = f'<a href="{show(item.url)}">{show(item.url)}</a>' if is_link else show(item.url)
    lines = (f"<b>{show(item.line)}</b>", show(item.about), spans, url)
    return f"<p>{'<br>'.join(line for line in lines if line)}</p>"


def _mark(spans: Iterable[Span], marks: Mapping[str, str], show: Callable[[str], str]) -> Iterator[str]:
    """Mark spans; the space before one stays outside of its mark."""
    for span in spans:
        text = span.text.lstrip(" ")
        yield " " if text != span.text else ""
        yield marks[span.kind].format(show(text)) if text else ""


def _show_time(value: str, zone: ZoneInfo) -> str:
    local = datetime.fromisoformat(value).astimezone(zone)
    return f"{local:%Y-%m-%d %H:%M}{write_offset(local)}"
