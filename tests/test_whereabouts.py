"""Which address of an article is its current one, by what runs saw of it (rule 8)."""

import pytest

from archiver.archive.identity.current_address import Sight, trace

A, B, C = "http://vidu.vn/a", "http://vidu.vn/b", "http://moi.vn/a"
# A run as a text: what it saw, in order. ``+`` shown, ``.`` named by a listing, ``-`` missing; ``>`` it redirected.
# ``!`` at the beginning: all listings were walked to their ends.
PLACES = {"a": A, "b": B, "c": C}
KINDS = {"+": "shown", ".": "named", "-": "missing"}


def _trace(*runs: str) -> tuple[str | None, list[tuple[str, str]], list[str]]:
    sights, redirecting = [], {}
    for run, text in enumerate(runs):
        signs = text.removeprefix("!").split()
        redirecting[run] = frozenset(PLACES[sign[1]] for sign in signs if sign[0] == ">")
        seen = [sign for sign in signs if sign[0] != ">"]
        sights += [
            Sight(run * 100 + place, run, KINDS[sign[0]], PLACES[sign[1]])  # type: ignore[arg-type]
            for place, sign in enumerate(seen)
        ]
    found = trace(sights, lambda run: runs[run].startswith("!"), lambda run: redirecting[run])
    names = {url: name for name, url in PLACES.items()}
    moves = [(f"{capture // 100}", f"{names[old]}{names[new]}") for capture, (old, new) in sorted(found.moves.items())]
    return names.get(str(found.url)), moves, [str(capture // 100) for capture in sorted(found.strays)]


@pytest.mark.parametrize(
    ("runs", "url", "moves"),
    [
        (("!.a +a", "!.a +a"), "a", []),
        (("!.a",), "a", []),
        (("!.a", "!.a +b >a"), "b", []),
        # Two channels: read by turns, named by both.
        (("!.a .b +a", "!.a .b +b", "!.a .b +a", "!.a .b +b"), "a", []),
        # One of them is on a page that a daily run does not walk to.
        (("!.a .b +a", ".b +b", ".b +b", "!.a .b +b"), "a", []),
        # It left the first channel.
        (("!.a .b +a", "!.a .b +b", "!.b +b"), "b", [("2", "ab")]),
        (("!.a +a", "!.b +b", "!.b +b"), "b", [("1", "ab")]),
        (("!.a +a", "!.b +b", "!.a +a"), "a", [("1", "ab"), ("2", "ba")]),
        # The first fails, at once or later.
        (("!.a +a", "-a +b"), "b", [("1", "ab")]),
        (("!.a +a", "-a", "+b"), "b", [("2", "ab")]),
        (("!.a +a", "-a", "+a", ".a +b"), "a", []),
        # It redirects.
        (("!.a +a", "!.a +b >a"), "b", [("1", "ab")]),
        (("!.a +a", ".a +a +b >a"), "a", []),
        # Another host, whether the run was whole or not.
        (("!.a +a", ".c +c"), "c", [("1", "ac")]),
        (("!.a +a", ".a .c +c"), "a", []),
        # No listing at all, as in what is imported: no turning back and forth.
        (("+a", "+b", "+a", "+b"), "b", [("1", "ab")]),
    ],
    ids=lambda value: " | ".join(value) if isinstance(value, tuple) else None,
)
def test_the_current_address(runs: tuple[str, ...], url: str, moves: list[tuple[str, str]]) -> None:
    assert _trace(*runs)[:2] == (url, moves)


@pytest.mark.parametrize(
    ("runs", "strays"),
    [
        (("!.a +a", "-a", "-a"), []),
        (("!.a +a", "!.b +b", "-a", "-b"), ["2"]),
        (("!.a +a", "-a +b"), ["1"]),
        (("!.a +a", "+a -a"), []),
        (("!.a .b +a", "-b", ".a .b +b"), ["1"]),
    ],
    ids=lambda value: " | ".join(value) if isinstance(value, tuple) else None,
)
def test_a_miss_that_says_nothing(runs: tuple[str, ...], strays: list[str]) -> None:
    assert _trace(*runs)[2] == strays
