"""How rows stand on a screen: as a table where it is wide enough, else one below the other.

Rich wraps and colours; how wide columns are is decided here, since its own tables take a second for two thousand rows.
"""

from collections.abc import Iterator, Sequence
from itertools import chain, zip_longest

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

# How columns stand in a table: numbers to the right, and what must not be broken over two lines.
_NUMERIC = frozenset("run new changed unchanged failed findings articles listings views snapshot snapshots".split())
_UNBROKEN = _NUMERIC | frozenset("site article_id source state outcome scope kind day".split())
_DAY = len("2018-04-27")
# A column of text that is narrower than its words, or than this, is no pleasure to read.
_LEAST = 12
_BETWEEN = "  "
_EDGE = " "
_NOTHING = Text()


def lay_out(columns: Sequence[str], rows: Sequence[Sequence[Text]], console: Console) -> Iterator[Text]:
    """Lay rows out as lines of the screen: a table, or names and values where that would hide something."""
    least = [_find_least(column, [row[place] for row in rows]) for place, column in enumerate(columns)]
    fits = sum(least) + len(_BETWEEN) * len(columns) <= console.width
    return _lay_out_table(columns, rows, least, console) if fits else _lay_out_records(columns, rows, console)


def _lay_out_table(
    columns: Sequence[str], rows: Sequence[Sequence[Text]], least: Sequence[int], console: Console
) -> Iterator[Text]:
    names = [Text.assemble((_name(column), "bold")) for column in columns]
    widths = _choose_widths([names, *rows], least, console.width - len(_EDGE) - len(_BETWEEN) * (len(columns) - 1) - 1)
    yield Text()
    yield from _write_row(columns, names, widths, console)
    yield Text(_EDGE + "─" * (sum(widths) + len(_BETWEEN) * (len(columns) - 1)))
    for row in rows:
        yield from _write_row(columns, row, widths, console)
    yield Text()


def _choose_widths(rows: Sequence[Sequence[Text]], least: Sequence[int], room: int) -> list[int]:
    """Choose the widths of columns: as their cells want, the widest narrowed first where the screen is too narrow."""
    wanted = [max(_measure(cell) for cell in cells) for cells in zip(*rows, strict=True)]
    widths = [max(min(width, room), fewest) for width, fewest in zip(wanted, least, strict=True)]
    while sum(widths) > room:
        spare = [width if width > fewest else 0 for width, fewest in zip(widths, least, strict=True)]
        if not any(spare):
            break
        widths[spare.index(max(spare))] -= 1
    return widths


def _measure(cell: Text) -> int:
    return max(map(cell_len, cell.plain.split("\n"))) if "\n" in cell.plain else cell.cell_len


def _write_row(columns: Sequence[str], row: Sequence[Text], widths: Sequence[int], console: Console) -> Iterator[Text]:
    cells = [_wrap(cell, width, console) for cell, width in zip(row, widths, strict=True)]
    for pieces in zip_longest(*cells, fillvalue=_NOTHING):
        padded = [_pad(*each) for each in zip(pieces, widths, columns, strict=True)]
        is_styled = any(piece.spans for piece in pieces)
        yield Text.assemble(_EDGE, *chain(*padded)) if is_styled else Text(_EDGE + "".join(map(str, chain(*padded))))


def _pad(piece: Text, width: int, column: str) -> tuple[str | Text, ...]:
    filling = " " * (width - piece.cell_len)
    return (filling, piece, _BETWEEN) if column in _NUMERIC else (piece, filling, _BETWEEN)


def _wrap(cell: Text, width: int, console: Console) -> Sequence[Text]:
    if cell.cell_len <= width and "\n" not in cell.plain:
        return (cell,)
    return [_strip(line) for line in cell.wrap(console, max(width, 1), overflow="fold")]


def _strip(line: Text) -> Text:
    line.rstrip()
    return line


def _lay_out_records(columns: Sequence[str], rows: Sequence[Sequence[Text]], console: Console) -> Iterator[Text]:
    width = max(cell_len(_name(column)) for column in columns)
    for row in rows:
        for column, cell in zip(columns, row, strict=True):
            if cell:
                yield from _write_value(_name(column), cell, width, console)
        yield Text()


def _write_value(name: str, cell: Text, width: int, console: Console) -> Iterator[Text]:
    for number, piece in enumerate(_wrap(cell, console.width - width - len(_BETWEEN), console)):
        label = name if number == 0 else ""
        yield Text.assemble((label, "bold"), " " * (width - cell_len(label)), _BETWEEN, piece)


def _find_least(column: str, cells: Sequence[Text]) -> int:
    """Return how wide a column must be: all of it where it is not broken, else its words, up to _LEAST."""
    if column in _UNBROKEN:
        return max(cell_len(_name(column)), *(cell.cell_len for cell in cells), 0)
    words = {word for text in (_name(column), *(cell.plain for cell in cells)) for word in text.split()}
    longest = max(map(cell_len, words), default=0)
    return min(longest, _DAY if _is_time(column) else _LEAST)


def _is_time(column: str) -> bool:
    return column.endswith(("at", "_run", "from", "until"))


def _name(column: str) -> str:
    return column.replace("_", " ")
