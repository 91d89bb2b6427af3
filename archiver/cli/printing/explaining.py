"""What kinds of findings mean, beside the findings that a command prints."""

from collections.abc import Iterable, Mapping
from typing import Any

from archiver.findings import explain

Row = Mapping[str, Any]
EXPLAINED = ("meaning", "advice")
"""The columns that ``explain_row`` adds."""


def explain_row(row: Row) -> dict[str, Any]:
    """Add to a finding what its kind means and what to do; None where this version does not know the kind."""
    said = explain(row["kind"])
    return {**row, "meaning": said and said.meaning, "advice": said and said.advice}


def explain_kinds(rows: Iterable[Row]) -> list[str]:
    """Write a line for each kind of some findings; none for a kind that this version does not know."""
    kinds = dict.fromkeys(row["kind"] for row in rows)
    return [f"{kind}: {said.meaning} {said.advice}" for kind in kinds if (said := explain(kind))]
