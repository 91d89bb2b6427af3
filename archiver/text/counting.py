"""Numbers with their nouns: 1 finding, 2 findings."""

import re


def count(number: int, noun: str) -> str:
    """Write a number with a noun, which is given for one; commas part the thousands."""
    return f"{number:,} {noun if number == 1 else _make_plural(noun)}"


def choose(number: int, one: str, many: str) -> str:
    """Choose the form of a verb that goes with a number."""
    return one if number == 1 else many


def _make_plural(noun: str) -> str:
    if re.search("(s|x|ch|sh)$", noun):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if re.search("[^aeiou]y$", noun) else f"{noun}s"
