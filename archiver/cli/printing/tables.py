"""How rows stand on a screen: as a table where it is wide enough, else one below the other."""

from collections.abc import Sequence
from typing import Literal

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

# How columns stand in a table: numbers to the right, and what must not be broken over two lines.
_NUMERIC = frozenset("run new changed unchanged failed findings articles listings views snapshot snapshots".split())
_UNBROKEN = _NUMERIC | frozenset("site article_id source state outcome scope kind day".split())
_DAY = len("2018-04-27")
# A column of text that is narrower than its words, or than this, is no pleasure to read.
_LEAST = 12
_BETWEEN = 2


def lay_out(columns: Sequence[str], rows: Sequence[Sequence[Text]], width: int) -> Table:
    """Lay rows out in ``width`` columns of the screen: a table, or names and values where that would hide something."""
    least = sum(_find_least(column, [row[place] for row in rows]) for place, column in enumerate(columns))
    fits = least + _BETWEEN * len(columns) <= width
    return _lay_out_table(columns, rows) if fits else _lay_out_records(columns, rows)


def _lay_out_table(columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for column in columns:
        justify: Literal["left", "right"] = "right" if column in _NUMERIC else "left"
        least = _DAY if _is_time(column) else None
        table.add_column(_name(column), justify=justify, no_wrap=column in _UNBROKEN, min_width=least, overflow="fold")
    for row in rows:
        table.add_row(*row)
    return table


def _lay_out_records(columns: Sequence[str], rows: Sequence[Sequence[Text]]) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        for column, cell in zip(columns, row, strict=True):
            if cell:
                table.add_row(_name(column), cell)
        table.add_row()
    return table


def _find_least(column: str, cells: Sequence[Text]) -> int:
    """Return how wide a column must be: all of it where it is not broken, else its words, up to _LEAST."""
    if column in _UNBROKEN:
        return max(cell_len(_name(column)), *(cell.cell_len for cell in cells), 0)
    words = [word for text in (_name(column), *(cell.plain for cell in cells)) for word in text.split()]
    longest = max(map(cell_len, words), default=0)
    return min(longest, _DAY if _is_time(column) else _LEAST)


def _is_time(column: str) -> bool:
    return column.endswith(("at", "_run", "from", "until"))


def _name(column: str) -> str:
    return column.replace("_", " ")
