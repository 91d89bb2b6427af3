"""Parquet in a folder with a file for each month, named as Hive names them: ``month=2026-11/part-0.parquet``.

DuckDB, pandas, Spark and their like read such a folder as one table with a column ``month``, and only the files of the
months that are asked for.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from archiver.archive.store.values import Row
from archiver.exporting.parquet import GROUP, ParquetFile

MONTHS = {
    "articles": "published_at",
    "history": "seen_from",
    "views": "observed_at",
    "events": "at",
    "attachments": "asked_at",
}
"""Which time of a row says of which month it is."""
_NONE = "__HIVE_DEFAULT_PARTITION__"  # what all of these programs read as NULL
# Rows that wait for others of their month, of all months together; texts of articles have some 5 KB each.
_MOST_TEXTS, _MOST_NUMBERS = 10_000, 100_000


def write_months(
    folder: Path, name: str, rows: Iterable[Row], columns: Sequence[str], time: str, zones: Mapping[str, ZoneInfo]
) -> None:
    """Write rows into a folder, a file ``name`` for each month that the column ``time`` has in the site's zone."""
    most = _MOST_TEXTS if "body" in columns else _MOST_NUMBERS
    waiting: defaultdict[str, list[Row]] = defaultdict(list)
    with _MonthFiles(folder, name, columns) as files:
        for number, row in enumerate(rows, 1):
            waiting[_find_month(row, time, zones)].append(row)
            if number % GROUP == 0:
                _write_fullest(files, waiting, most)
        _write_fullest(files, waiting, 0)


def _write_fullest(files: "_MonthFiles", waiting: dict[str, list[Row]], most: int) -> None:
    """Write the months with the most rows that wait, until so many are left."""
    while sum(map(len, waiting.values())) > most:
        month = max(waiting, key=lambda name: (len(waiting[name]), name))
        files.write(month, waiting.pop(month))


class _MonthFiles(ExitStack):
    """The files of the months, each made with its first rows."""

    def __init__(self, folder: Path, name: str, columns: Sequence[str]) -> None:
        super().__init__()
        self._folder, self._name, self._columns = folder, name, columns
        self._files: dict[str, ParquetFile] = {}

    def write(self, month: str, rows: Sequence[Row]) -> None:
        if month not in self._files:
            path = _make_path(self._folder, month, self._name)
            self._files[month] = self.enter_context(ParquetFile(path, self._columns))
        self._files[month].write(rows)


def _make_path(folder: Path, month: str, name: str) -> str:
    place = folder / f"month={month}"
    place.mkdir(exist_ok=True)
    return str(place / name)


def _find_month(row: Row, time: str, zones: Mapping[str, ZoneInfo]) -> str:
    if row[time] is None:
        return _NONE
    return datetime.fromisoformat(row[time]).astimezone(zones[row["site"]]).isoformat()[: len("2026-11")]
