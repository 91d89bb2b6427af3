"""Numbers with their nouns and verbs: 1 finding is, 2 findings are."""

import re


def count(number: int, noun: str, one: str = "", many: str = "") -> str:
    """Write a number with a noun, which is given for one, and with the verb that goes with ``one`` or ``many``."""
    verb = one if number == 1 else many
    return f"{number} {noun if number == 1 else _make_plural(noun)} {verb}".rstrip()


def _make_plural(noun: str) -> str:
    if re.search("(s|x|ch|sh)$", noun):
        return f"{noun}es"
    return f"{noun[:-1]}ies" if re.search("[^aeiou]y$", noun) else f"{noun}s"
