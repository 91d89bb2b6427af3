"""The table of faults in docs/faults.md: every fault once, and every test it names is there."""

import ast
import re
from collections.abc import Iterator
from functools import cache

import pytest

from tests.conftest import PROJECT
from tests.documents import section_of

PAGE = "docs/faults.md"
SERIES = {"N": 26, "C": 28, "P": 27, "H": 9, "S": 19, "R": 12, "A": 15, "F": 18, "promise ": 8}
NAMED = re.compile(r"`(test_\w+)::(test_\w+)(?:\[[^`]*\])?`")


def _rows() -> Iterator[tuple[str, str, str]]:
    """Yield code, deed and tests of every row."""
    tables = section_of(PAGE, "## Faults and their tests") + section_of(PAGE, "## Promises")
    for line in tables.splitlines():
        if match := re.fullmatch(r"\| ((?:promise )?[A-Z]?\d+): [^|]+ \| ([^|]+) \| ([^|]+) \|", line):
            yield match[1], match[2], match[3]


ROWS = list(_rows())


@cache
def _tests_of(module: str) -> set[str]:
    tree = ast.parse((PROJECT / "tests" / f"{module}.py").read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_fault_is_there_once() -> None:
    assert [code for code, _, _ in ROWS] == [
        f"{letter}{n}" for letter, most in SERIES.items() for n in range(1, most + 1)
    ]


@pytest.mark.parametrize(("code", "deed", "tests"), ROWS, ids=[code for code, _, _ in ROWS])
def test_what_a_row_says(code: str, deed: str, tests: str) -> None:
    """A deed, and tests that are there; or ``none`` with the reason."""
    assert deed.strip()
    named = NAMED.findall(tests)
    assert [f"{module}::{name}" for module, name in named if name not in _tests_of(module)] == []
    assert len(named) == tests.count("`") // 2, "a name in another form"
    assert named or re.match(r"none(?: yet)?: .{10,}", tests)
