"""The file of alerts: written by the command, edited by hand, without secrets on any screen; hours and addresses."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.alerts.addresses import Address
from archiver.alerts.declarations import DEFAULT_KINDS, Alert, add_alert, alerts_file, load_alerts, remove_alert
from archiver.alerts.hours import QuietHours, find_bound
from archiver.errors import ArchiverError, UsageError
from tests.conftest import Crawling

SINCE = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
SECRET = "mat-khau"

BY_HAND = """\
# Ghi chú của tôi
[mot]
to = "ntfy://ntfy.sh/kenh"  # một kênh
since = 2026-01-05T10:00:00+07:00

# Của phòng pháp chế
[ "hai" ]
since = 2026-01-05T03:00:00Z
words = '''đất "đai" '''
kind = ["edited", "gone"]
field = ["title"]
quiet = "22:00-07:00"
digest = "8:00"
zone = "Europe/Athens"
most = 5
language = "vi"
site = "sotttt"
to = ["https://a.example/x", "mailto://lan:${P}@example.org"]
"""


def test_everything_that_a_hand_may_write(tmp_path: Path) -> None:
    path = tmp_path / "archive.alerts.toml"
    path.write_text(BY_HAND, "utf-8")
    one, two = load_alerts(path)
    assert one == Alert("mot", (Address("ntfy://ntfy.sh/kenh"),), SINCE)
    assert one.kind == DEFAULT_KINDS == ("edited", "suspect", "gone", "restored", "moved")
    assert two == Alert(
        "hai",
        (Address("https://a.example/x"), Address("mailto://lan:${P}@example.org")),
        SINCE,
        words='đất "đai" ',
        site="sotttt",
        kind=("edited", "gone"),
        field=("title",),
        quiet=QuietHours(time(22), time(7)),
        digest=time(8),
        zone=ZoneInfo("Europe/Athens"),
        most=5,
        language="vi",
    )


def test_the_command_leaves_what_a_hand_wrote(tmp_path: Path) -> None:
    """Comments and order stay; a comment right above a table belongs to it."""
    path = tmp_path / "archive.alerts.toml"
    path.write_text(BY_HAND, "utf-8")
    add_alert(path, "ba", {"to": ["https://b.example/"], "since": SINCE})
    added = '[ba]\nto = ["https://b.example/"]\nsince = 2026-01-05T03:00:00+00:00\n'
    assert path.read_text("utf-8") == f"{BY_HAND}\n{added}"
    remove_alert(path, "mot")
    assert path.read_text("utf-8") == f"# Ghi chú của tôi\n{BY_HAND[BY_HAND.index('# Của phòng') :]}\n{added}"
    remove_alert(path, "hai")
    remove_alert(path, "ba")
    assert load_alerts(path) == []


@pytest.mark.parametrize(
    "text",
    ['mot = {to = "https://a.example/", since = 2026-01-05T03:00:00Z}\n', '[mot]\nto = """\n[mot]\n"""\n'],
)
def test_what_the_command_cannot_cut_out_is_left_to_the_hand(tmp_path: Path, text: str) -> None:
    path = tmp_path / "archive.alerts.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(ArchiverError):
        remove_alert(path, "mot")
    assert path.read_text("utf-8") == text


letters = st.text(st.characters(exclude_categories=("Cc", "Cs", "Cf", "Zl", "Zp")), min_size=1).filter(str.strip)


@given(words=letters, other=letters, path=letters)
def test_whatever_is_added_is_read_back_and_removed(
    tmp_path_factory: pytest.TempPathFactory, words: str, other: str, path: str
) -> None:
    file = tmp_path_factory.mktemp("alerts") / "archive.alerts.toml"
    first = add_alert(file, "mot", {"to": [f"https://h/{path}"], "words": words, "since": SINCE})
    written = file.read_text("utf-8")
    second = add_alert(file, "hai", {"to": [f"ntfy://h/{path}"], "words": other, "most": 3, "since": SINCE})
    assert load_alerts(file) == [first, second]
    assert ((first.words, second.words), first.to[0].written) == ((words, other), f"https://h/{path}")
    remove_alert(file, "hai")
    assert file.read_text("utf-8").rstrip() == written.rstrip()


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('kind = ["edit"]', "alert 'mot', kind: write a list of: edited, suspect, "),
        ("kind = []", "alert 'mot', kind: write a list of"),
        ("words = 5", "alert 'mot', words: write the words in quotes"),
        ('quiet = "22:00"', "alert 'mot', quiet: write it as \"22:00-07:00\""),
        ('quiet = "07:00-7:00"', "alert 'mot', quiet: write it as"),
        ('digest = "24:00"', "alert 'mot', digest: write it as"),
        ('zone = "Hanoi"', "alert 'mot', zone: write a time zone"),
        ("most = 0", "alert 'mot', most: write a number"),
        ("most = true", "alert 'mot', most: write a number"),
        ('language = "fr"', "alert 'mot', language: write"),
        ('problems = "yes"', "alert 'mot', problems: write true or false"),
        ('problems = true\nwords = "x"', "alert 'mot', words: problems are of runs and have none; make two alerts"),
        ("tell = 1", "alert 'mot': there is no key 'tell'; there are: to, words, site"),
        ('site = "Sở"', "alert 'mot', site: write the name of a site"),
        ("x", "this is no TOML: "),
        (
            "[hai]\nsince = 2026-01-05T03:00:00Z",
            "alert 'hai': the key to is missing; write a list of different addresses",
        ),
        ('[hai]\nto = "https://h/"', "alert 'hai': the key since is missing; write a time with its offset"),
        ('[hai]\nsince = 2026-01-05\nto = "https://h/"', "alert 'hai', since: write a time with its offset"),
        ('[hai]\nsince = 2026-01-05T03:00:00Z\nto = ["https://h/", "https://h/"]', "alert 'hai', to: write a list"),
        ('[hai]\nsince = 2026-01-05T03:00:00Z\nto = "lan@example.org"', "alert 'hai', to: write a list"),
        ('["hai ba"]\nto = "https://h/"', "alert 'hai ba': this is no name for an alert"),
    ],
)
def test_what_a_hand_wrote_wrong_is_one_line(tmp_path: Path, line: str, told: str) -> None:
    path = tmp_path / "archive.alerts.toml"
    path.write_text(f'[mot]\nto = "https://a.example/"\nsince = 2026-01-05T03:00:00Z\n{line}\n', "utf-8")
    with pytest.raises(UsageError) as raised:
        load_alerts(path)
    assert str(raised.value).startswith(f"{path}: {told}")
    assert "\n" not in str(raised.value)


def _add(crawling: Crawling, *words: str) -> tuple[int, str]:
    done = crawling.archiver("alerts", "add", *words)
    assert ("Traceback" in done.err, SECRET in done.err) == (False, False)
    return done.status, done.err


def test_adding_before_there_is_an_archive(crawling: Crawling) -> None:
    """Names are made of the words; what the environment lacks is said; the file is for its owner alone."""
    hook = "https://hook.example/${KEY_CUA_TOI}"
    status, err = _add(crawling, "--words", "Đất đai", "--to", hook)
    assert (status, err.splitlines()) == (
        0,
        [
            f"Alert dat-dai is in {alerts_file(crawling.path)}; archiver alerts test dat-dai tries it.",
            "KEY_CUA_TOI is not set here; it must be where archiver crawl runs.",
        ],
    )
    assert _add(crawling, "--words", "Đất đai", "--site", "sotttt", "--to", f"ntfy://ntfy.sh/{SECRET}")[0] == 0
    assert _add(crawling, "--problems", "--to", "${CA_DIA_CHI}")[0] == 0
    assert [alert.name for alert in load_alerts(alerts_file(crawling.path))] == ["dat-dai", "dat-dai-2", "problems"]
    assert alerts_file(crawling.path).stat().st_mode & 0o777 == 0o600
    listed = crawling.archiver("alerts", "list", "--tsv")
    assert [line.split("\t")[2] for line in listed.out.splitlines()[1:]] == [
        "https://hook.example/…", "ntfy://ntfy.sh/…", "${CA_DIA_CHI}",
    ]  # fmt: skip
    assert not crawling.path.exists()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--to", f"khongco://lan:{SECRET}@h.example/x"), "apprise cannot use khongco://h.example/…"),
        (("--to", "mailto:lan@example.org"), "an address has no service in front; write it as apprise does"),
        (("--to", f"mailto://lan:{SECRET}@example.org/a@b.example/c@d.example"), "several recipients"),
        (("--to", f"https://lan:{SECRET}@[::1/x"), "https://… is no address"),
        (("--to", "https://h.example/", "--site", "khong-co"), "there is no site 'khong-co'; there are: "),
        (("--to", "https://h.example/", "--kind", "gon"), "there is no kind 'gon'"),
        (("--to", "https://h.example/", "--quiet", "22-7"), 'quiet: write it as "22:00-07:00"'),
        (("--to", "https://h.example/", "--name", "a b"), "'a b' is no name for an alert"),
        (("--to", "https://h.example/", "--problems", "--words", "x"), "words: problems are of runs"),
    ],
)
def test_what_cannot_be_added(crawling: Crawling, words: tuple[str, ...], told: str) -> None:
    status, err = _add(crawling, *words)
    assert (status, told in err, alerts_file(crawling.path).exists()) == (2, True, False), err


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://lan:mat-khau@h.example:8443/mat-khau?k=mat-khau", "https://h.example:8443/…"),
        ("https://h.example", "https://h.example"),
        ("ntfys://mat-khau@ntfy.sh/mat-khau", "ntfys://ntfy.sh/…"),
        ("slack://MAT-KHAUA/mat-khau/mat-khau", "slack://…"),
        ("mailto://lan:mat-khau@example.org", "mailto://lan@example.org"),
        ("mailto://lan:mat-khau@example.org?to=minh@example.org", "mailto://example.org to minh@example.org"),
        ("tgram://${TOKEN}/5", "tgram://${token}/…"),
        ("${HOOK}", "${HOOK}"),
    ],
)
def test_addresses_are_shown_without_their_secrets(written: str, shown: str) -> None:
    assert str(Address(written)) == shown


def test_variables_are_filled_in_for_a_part_or_the_whole() -> None:
    values: dict[str, Any] = {"P": "a@/b", "ALL": "https://h/a?b=c"}
    assert Address("mailto://lan:${P}@h").fill(values) == "mailto://lan:a%40%2Fb@h"
    assert Address("${ALL}").fill(values) == "https://h/a?b=c"
    assert Address("https://a:b@h/x").key == Address("https://a:c@h/x").key != Address("https://d:b@h/x").key


times = st.builds(time, st.integers(0, 23), st.integers(0, 59))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds


@given(start=times, end=times, at=moments)
def test_quiet_hours_end_where_the_others_begin(start: time, end: time, at: datetime) -> None:
    if start == end:
        return
    assert QuietHours(start, end).hold(at) != QuietHours(end, start).hold(at)
    assert QuietHours.read(str(QuietHours(start, end))) == QuietHours(start, end)


@given(digest=times, at=moments, zone=st.sampled_from([HANOI, ZoneInfo("Europe/Athens"), ZoneInfo("America/Lima")]))
def test_a_digest_looks_back_to_the_last_time_it_was_due(digest: time, at: datetime, zone: ZoneInfo) -> None:
    """Where clocks change, a day has 23 or 25 hours."""
    bound = find_bound(at, zone, None, digest)
    assert bound is not None
    assert bound.time() == digest
    assert timedelta() <= at - bound < timedelta(hours=26)


def test_nothing_is_sent_in_quiet_hours() -> None:
    quiet = QuietHours.read("22:00-07:00")
    assert find_bound(datetime(2026, 1, 5, 15, 0, tzinfo=UTC), HANOI, quiet, None) is None
    assert find_bound(datetime(2026, 1, 5, 0, 0, tzinfo=UTC), HANOI, quiet, None) == datetime(
        2026, 1, 5, 0, 0, tzinfo=UTC
    )
