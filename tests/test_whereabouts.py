"""Which address of an article is its current one, by what runs saw of it (rule 8)."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.archive.identity.current_address import Sight, trace
from archiver.archive.store.file import create_or_open
from archiver.ingest.replay import replay
from archiver.ingest.verify import verify
from archiver.model import Capture, Purpose
from tests.portal import ChannelLook, Portal, PortalArticle, article_path
from tests.scripted_year import HISTORY, Answer, Rows, ScriptedRun, close, dump, record_answers, record_run
from tests.visiting import BASE

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


# The same article in two channels: what one run asks for, each with its seconds, in the order in which it is recorded.
# ``.x`` the listing of a channel, ``+x`` the article below it, ``=x`` the same with 304, ``-x`` with 404.
START = datetime(2026, 3, 2, 3, tzinfo=UTC)
CHANNELS = {"xa": ChannelLook("Xây dựng xã"), "bien": ChannelLook("Biển đảo", portlet_id="101_INSTANCE_bD2kQ8sWzYha")}
CHANNEL_OF = {"x": "xa", "b": "bien"}
RENAMED = "http://moi.dukdhcd.example"
ONE = PortalArticle(
    4_600_001,
    "xa",
    "Họp dân bàn việc làng",
    "Bà con góp ý.",
    ("Buổi họp kéo dài đến trưa.",),
    datetime.fromisoformat("2026-02-27T09:30"),
    also_in=("bien",),
)


def _ask(portal: Portal, sign: str, at: datetime, article: PortalArticle = ONE, base: str = BASE) -> Answer:
    """Answer one request of a run as the portal does, or with the status that a sign stands for."""
    channel = CHANNEL_OF[sign[1]]
    path = f"/{channel}" if sign[0] == "." else article_path(article, channel)
    purpose = Purpose("listing") if sign[0] == "." else Purpose("article", str(article.id))
    if sign[0] == "=":
        return Answer(Capture(base + path, at, 304, (), b""), purpose)
    response = portal.answer(f"/vang-mat{path}" if sign[0] == "-" else path)
    return Answer(Capture(base + path, at, response.status, tuple(response.headers), response.body), purpose)


def _script(number: int, text: str, listed: str = "xb") -> ScriptedRun:
    """Script a run; ``listed`` are the channels that show the article."""
    portal = Portal([ONE], CHANNELS)
    portal.freeze_counters()
    channels = [CHANNEL_OF[name] for name in listed]
    portal.edit(ONE.id, channel=channels[0], also_in=tuple(channels[1:]))
    at = START + timedelta(days=7 * number)
    signs = (sign.partition("@") for sign in text.removeprefix("!").split())
    answers = tuple(_ask(portal, sign, at + timedelta(seconds=int(second))) for sign, _, second in signs)
    return ScriptedRun(f"{number:032}", at, answers, text.startswith("!"))


def _record(path: Path, runs: list[ScriptedRun], *, last_is_open: bool = False) -> Rows:
    """Record runs, and derive them again: it is the same, and what their readings say; returns it."""
    database = create_or_open(path)
    for run in runs[:-1]:
        record_run(database, run)
    last = record_answers(database, runs[-1], runs[-1].answers)
    if not last_is_open:
        close(database, runs[-1], last)
    recorded = dump(database, HISTORY)
    assert list(verify(database)) == []
    list(replay(database))
    assert dump(database, HISTORY) == recorded
    assert list(verify(database)) == []
    database.close()
    return recorded


FIRST = _script(0, "!.x@1 .b@2 +x@3")


@pytest.mark.parametrize(
    ("text", "listed", "channel", "is_moved"),
    [
        # It is asked for below the other channel, before the listing of its own is there, or after.
        ("!.b@1 +b@2 .x@3", "xb", "xa", False),
        ("!.b@1 .x@2 +b@3", "xb", "xa", False),
        ("!.x@3 .b@1 +b@2", "xb", "xa", False),
        ("!+b@1 .b@2 .x@3", "xb", "xa", False),
        ("!.b@1 +b@2 .x@3", "b", "bien", True),
        ("!+b@1 .x@3 .b@2", "b", "bien", True),
        ("!.x@2 =b@1 .b@3", "b", "bien", True),
        # Its own address fails, and a listing names it all the same.
        (".b@1 -x@2 +b@3 .x@4", "xb", "xa", False),
        (".x@4 .b@1 -x@2 +b@3", "xb", "xa", False),
        (".b@1 -x@2 +b@3 .x@4", "b", "bien", True),
    ],
)
def test_the_address_is_told_by_all_that_a_run_saw(
    tmp_path: Path, text: str, listed: str, channel: str, *, is_moved: bool
) -> None:
    """Whatever of it came first, and was recorded first; derived again it is the same."""
    rows = _record(tmp_path / "archive.db", [FIRST, _script(1, text, listed)])
    (article,) = rows["current_articles"]
    assert f'"url": "{BASE}{article_path(ONE, channel)}"' in article
    assert any('"kind": "moved"' in event for event in rows["events"]) == is_moved


def _script_channels(chance: random.Random) -> list[ScriptedRun]:
    """Let articles come and go in two channels, read at either address, in the midst of the walks of the listings."""
    articles = [ONE, *(_publish_beside(number) for number in (2, 3))]
    portal = Portal(articles, CHANNELS)
    portal.freeze_counters()
    read: set[str] = set()
    return [_script_walk(portal, articles, number, read, chance) for number in range(chance.randint(2, 5))]


def _publish_beside(number: int) -> PortalArticle:
    return PortalArticle(
        ONE.id + number,
        "bien",
        f"Tàu số {number} cập bến",
        "Tàu về.",
        (f"Chuyến thứ {number} trong năm.",),
        ONE.published - timedelta(days=number),
        also_in=("xa",),
    )


def _script_walk(
    portal: Portal, articles: list[PortalArticle], number: int, read: set[str], chance: random.Random
) -> ScriptedRun:
    """Script a run; ``read`` are the addresses that answered before: others are never answered with 304."""
    for article in articles:
        channel, *others = chance.choice([["xa"], ["bien"], ["xa", "bien"], ["xa", "bien"]])
        portal.edit(article.id, channel=channel, also_in=tuple(others))
    walked = chance.choice(["xb", "xb", "x", "b", ""])
    asked = [(f".{name}", ONE) for name in walked]
    asked += [(chance.choice("+++==-") + name, one) for one in articles for name in chance.choice(["x", "b", "xb", ""])]
    at = START + timedelta(days=7 * number)
    answers = [*_answer(portal, asked, at, read, chance)]
    chance.shuffle(answers)
    return ScriptedRun(f"{number:032}", at, tuple(answers), walked == "xb" and chance.random() < 0.8)


def _answer(
    portal: Portal, asked: list[tuple[str, PortalArticle]], at: datetime, read: set[str], chance: random.Random
) -> Iterator[Answer]:
    """Answer what is asked for in an order of chance, now and then at the host's new name."""
    renamed = chance.random() < 0.2
    for second, (sign, article) in enumerate(chance.sample(asked, len(asked))):
        base = RENAMED if renamed and chance.random() < 0.7 else BASE
        answer = _ask(portal, sign, at + timedelta(seconds=second), article, base)
        if answer.capture.status == 304 and answer.capture.url not in read:
            answer = _ask(portal, f"+{sign[1]}", answer.capture.fetched_at, article, base)
        if answer.capture.status == 200:
            read.add(answer.capture.url)
        yield answer


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 1_000_000), last_is_open=st.booleans())
def test_whatever_overtakes_what_it_is_derived_the_same(
    seed: int, tmp_path_factory: pytest.TempPathFactory, *, last_is_open: bool
) -> None:
    """Recorded in any order within a run it is what is recorded in the order of time, and what is derived again."""
    folder, runs = tmp_path_factory.mktemp("channels"), _script_channels(random.Random(seed))
    in_time = [
        ScriptedRun(run.uid, run.at, tuple(sorted(run.answers, key=lambda one: one.capture.fetched_at)), run.complete)
        for run in runs
    ]
    recorded = _record(folder / "any.db", runs, last_is_open=last_is_open)
    assert _record(folder / "time.db", in_time, last_is_open=last_is_open) == recorded
