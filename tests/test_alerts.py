"""Alerts: everything that the list of changes has, told once, whatever becomes of who is told."""

import re
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from filelock import FileLock

from archiver import clock
from archiver.alerts import sending
from archiver.alerts.addresses import Address
from archiver.alerts.declarations import add_alert, alerts_file, load_alerts
from archiver.alerts.sending import Sent, list_alert_failures, send_due
from archiver.alerts.sent_log import find_waiting
from archiver.alerts.writing import Writer
from archiver.archive.queries.changes import ChangeFilter, list_changes
from archiver.archive.search.query_language import parse_query
from archiver.ingest.withdrawal import decide_runs
from tests.portal import Portal, demo_portal
from tests.portal.samples import large_portal
from tests.receiving import serve_hook, serve_mail
from tests.visiting import Visits

pytestmark = pytest.mark.filterwarnings("ignore:'imghdr' is deprecated:DeprecationWarning")  # in apprise
START = datetime(2026, 1, 5, 3, 0, tzinfo=UTC)
"""10:00 where the portal is."""


class Newsroom:
    """A portal with an archive of it, and a clock that is set with each run."""

    def __init__(self, folder: Path, portal: Portal, monkeypatch: pytest.MonkeyPatch) -> None:
        self.path = folder / "archive.db"
        self.portal = portal
        self.ids = [article.id for article in portal.listed()]
        self._patch = monkeypatch
        self.crawl(START)
        self._number = 0

    def crawl(self, at: datetime) -> None:
        """Crawl the portal and set the clock to when that ended."""
        visits = Visits(self.path)
        visits.run(self.portal, at)
        visits.database.close()
        self.set_clock(at + timedelta(minutes=5))

    def set_clock(self, at: datetime) -> None:
        """Set the clock of the archive."""
        self._patch.setenv("ARCHIVE_NOW", at.isoformat())
        self._patch.setattr(clock, "_STARTED", time.monotonic())

    def edit(self, *numbers: int) -> None:
        """Edit articles, each time to something new."""
        for number in numbers:
            self._number += 1
            self.portal.edit(self.ids[number], lead=f"Quận ủy đã hỏi {self._number} lần về đất đai.")

    def add(self, *to: str, name: str = "toa-soan", **values: Any) -> None:
        """Add an alert."""
        add_alert(alerts_file(self.path), name, {"to": list(to), **values, "since": clock.now()})

    def changes(self, **wanted: Any) -> list[Any]:
        """List changes since the beginning, as archiver changes does."""
        visits = Visits(self.path)
        rows = list(list_changes(visits.database.conn, ChangeFilter(**wanted)))
        visits.database.close()
        return rows

    def query(self, sql: str) -> list[dict[str, Any]]:
        """Ask the archive."""
        visits = Visits(self.path)
        rows = visits.query(sql)
        visits.database.close()
        return rows


@pytest.fixture
def newsroom(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Newsroom:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return Newsroom(tmp_path, demo_portal(), monkeypatch)


def _days(number: float) -> datetime:
    return START + timedelta(days=number)


@pytest.mark.slow
def test_alerts_say_what_the_list_of_changes_says_once_each(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """25 edits, 5 removals, 3 returns: 33 things, to a hook and by mail, whichever run they come with."""
    room = Newsroom(tmp_path, large_portal(), monkeypatch)
    kinds = ("edited", "gone", "restored")
    with serve_hook() as hook, serve_mail() as box:
        room.add(hook.url, box.address, kind=list(kinds), most=50)
        _let_a_month_pass(room)
        rows = room.changes(kinds=kinds)
        assert sorted(row["kind"] for row in rows) == ["edited"] * 25 + ["gone"] * 5 + ["restored"] * 3
        assert sorted(hook.told) == sorted(row["change_id"] for row in rows)
        assert send_due(room.path) == Sent()
    shown = [line for text in box.texts for line in text.splitlines() if re.match("(edited|gone|restored): ", line)]
    assert sorted(shown) == sorted(f"{row['kind']}: {row['title']}" for row in rows)


def _let_a_month_pass(room: Newsroom) -> None:
    for day in range(1, 6):
        room.edit(*range(day * 5, day * 5 + 5))
        room.crawl(_days(day))
        assert send_due(room.path) == Sent(2)
    for number in range(40, 45):
        room.portal.remove(room.ids[number])
    for day, messages in ((6, 0), (14, 0), (21, 2)):
        room.crawl(_days(day))
        assert send_due(room.path) == Sent(messages)
    for number in range(40, 43):
        room.portal.restore(room.ids[number])
    room.crawl(_days(22))
    assert send_due(room.path) == Sent(2)


def test_what_a_message_says(newsroom: Newsroom) -> None:
    """A title that counts, the passage in words with its marks, where it is; the same for programs."""
    with serve_hook() as hook, serve_mail() as box:
        newsroom.add(hook.url, box.address)
        newsroom.portal.edit(newsroom.ids[0], lead="Quận ủy đã hỏi.")
        newsroom.crawl(_days(1))
        send_due(newsroom.path)
        newsroom.portal.edit(newsroom.ids[0], lead="Quận ủy <không> đã hỏi.")
        newsroom.crawl(_days(2))
        send_due(newsroom.path)
    (row,) = newsroom.changes(since=_days(2))
    body = hook.bodies[1]
    assert (body["alert"], body["title"], body["count"], body["more"]) == (
        "toa-soan",
        "[toa-soan] 1 change: edited 1",
        1,
        0,
    )
    (change,) = body["changes"]
    assert change.items() >= row.items()
    assert [span["text"] for span in change["passage"]["words"] if span["kind"] == "added"] == [" <không>"]
    assert str(box.mails[1]["subject"]) == body["title"]
    assert box.texts[1].splitlines() == [
        f"edited: {row['title']}",
        "dukdhcd, 2026-01-07 10:00+07",
        "lead: Quận ủy {+<không>+} đã hỏi.",
        row["url"],
    ]
    assert "lead: Quận ủy <ins>{+&lt;không&gt;+}</ins> đã hỏi.<br>" in box.read(box.mails[1], "html")
    assert hook.heads[1]["Content-Type"] == "application/json; charset=utf-8"


def test_a_message_in_vietnamese_leads_to_where_the_archive_is_served(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ARCHIVE_LANGUAGE", "vi")
    monkeypatch.setenv("ARCHIVE_URL", "https://kho.example.org/")
    with serve_hook() as hook, serve_mail() as box:
        newsroom.add(hook.url, box.address, most=2)
        newsroom.edit(0, 1, 2, 3)
        newsroom.crawl(_days(1))
        send_due(newsroom.path)
    (body,) = hook.bodies
    assert (body["title"], body["count"], body["more"]) == ("[toa-soan] 4 thay đổi: đã sửa 4", 4, 2)
    rows = newsroom.changes(since=_days(1))
    assert [row["change_id"] for row in body["changes"]] == [row["change_id"] for row in rows[:2]]
    page = f"https://kho.example.org/article/dukdhcd/{rows[0]['article_id']}/compare?from=1&to=2"
    assert (body["changes"][0]["archive_url"], page in box.texts[0]) == (page, True)
    assert box.texts[0].splitlines()[-1] == "và 2 mục nữa: https://kho.example.org/"


def test_what_is_asked_for(newsroom: Newsroom) -> None:
    """Words with marks, kinds, fields, sites: the same as in archiver changes."""
    wanted: dict[str, dict[str, Any]] = {
        "words": {"words": "đất đai"},
        "fields": {"field": ["title"]},
        "kinds": {"kind": ["suspect"]},
        "other": {"site": "sotttt"},
        "all": {},
    }
    with serve_hook() as hook:
        for name, values in wanted.items():
            newsroom.add(f"{hook.url}/{name}", name=name, **values)
        newsroom.edit(0)
        newsroom.portal.edit(newsroom.ids[1], title="Một tiêu đề khác hẳn")
        newsroom.portal.remove(newsroom.ids[2])
        newsroom.crawl(_days(1))
        send_due(newsroom.path)
    told = {body["alert"]: {row["change_id"] for row in body["changes"]} for body in hook.bodies}
    expected = {
        "words": newsroom.changes(since=_days(1), kinds=("edited", "suspect"), words=parse_query("đất đai")),
        "fields": newsroom.changes(since=_days(1), fields=("title",)),
        "kinds": newsroom.changes(since=_days(1), kinds=("suspect",)),
        "all": newsroom.changes(since=_days(1)),
    }
    assert told == {name: {row["change_id"] for row in rows} for name, rows in expected.items()}
    assert [len(expected[name]) for name in ("words", "fields", "kinds", "all")] == [1, 1, 1, 3]


def test_only_what_was_seen_since_the_alert_was_added(newsroom: Newsroom) -> None:
    newsroom.edit(0)
    newsroom.crawl(_days(1))
    with serve_hook() as hook:
        newsroom.add(hook.url, kind=["edited", "new"])
        assert send_due(newsroom.path) == Sent()
        newsroom.edit(1)
        newsroom.crawl(_days(2))
        assert send_due(newsroom.path) == Sent(1)
    assert [row["at"][:10] for row in hook.bodies[0]["changes"]] == ["2026-01-07"]


def test_a_mail_server_that_is_down_for_two_runs(newsroom: Newsroom) -> None:
    """All comes once it is back, the other address gets each at its time, and the check tells since when."""
    with serve_hook() as hook, serve_mail() as box:
        newsroom.add(box.address, hook.url)
        box.down = True
        for day in (1, 2):
            newsroom.edit(day)
            newsroom.crawl(_days(day))
            (line,) = send_due(newsroom.path).failures
            waiting = "1 change waits" if day == 1 else "2 changes wait"
            assert line == (
                f"alert toa-soan: {Address(box.address)} was not told: the service did not take the message; "
                f"{waiting} for the next run, or archiver alerts send"
            )
        assert [finding["detail"][:70] for finding in _list_failures(newsroom)] == [
            f"the alert toa-soan is not told to {Address(box.address)} since 2026"[:70]
        ]
        box.down = False
        newsroom.crawl(_days(3))
        assert send_due(newsroom.path) == Sent(1)
        assert _list_failures(newsroom) == []
    assert [len(body["changes"]) for body in hook.bodies] == [1, 1]
    assert [text.count("edited: ") for text in box.texts] == [2]


def _list_failures(room: Newsroom) -> list[Any]:
    visits = Visits(room.path)
    found = list(list_alert_failures(room.path, visits.database))
    visits.database.close()
    return found


def test_an_address_that_is_replaced_loses_nothing(newsroom: Newsroom) -> None:
    """The new one begins where the old one stood; one with another password is the same one."""
    with serve_hook() as hook:
        base = hook.url.replace("//", "//lan:{}@")
        newsroom.add(f"{base.format('cu')}/a", f"{hook.url}/b")
        newsroom.edit(0)
        newsroom.crawl(_days(1))
        assert send_due(newsroom.path).messages == 2
        hook.status = 500
        newsroom.edit(1)
        newsroom.crawl(_days(2))
        assert len(send_due(newsroom.path).failures) == 2
        hook.status = 200
        file = alerts_file(newsroom.path)
        file.write_text(file.read_text("utf-8").replace(":cu@", ":moi@").replace("/b", "/c"), "utf-8")
        assert send_due(newsroom.path).messages == 2
        assert send_due(newsroom.path).messages == 0
    assert [(head["path"], len(body["changes"])) for head, body in zip(hook.heads, hook.bodies, strict=True)] == [
        ("/a", 1),
        ("/b", 1),
        ("/c", 1),
        ("/a", 1),
    ]


def test_a_run_under_way_is_told_of_at_its_end(newsroom: Newsroom) -> None:
    with serve_hook() as hook:
        newsroom.add(hook.url)
        newsroom.edit(0)
        newsroom.set_clock(_days(1) + timedelta(hours=1))
        visits = Visits(newsroom.path)
        run = visits.begin(_days(1))
        url = newsroom.query(f"SELECT url FROM current_articles WHERE article_id = '{newsroom.ids[0]}'")[0]["url"]
        visits.visit(run, newsroom.portal, url, _days(1) + timedelta(minutes=1), str(newsroom.ids[0]))
        assert send_due(newsroom.path) == Sent()
        visits.end(run, _days(1) + timedelta(minutes=2))
        visits.database.close()
        assert send_due(newsroom.path) == Sent(1)
    assert len(hook.told) == 1


def test_imported_runs_are_not_told(newsroom: Newsroom) -> None:
    with serve_hook() as hook:
        newsroom.add(hook.url)
        newsroom.edit(0)
        newsroom.crawl(_days(1))
        newsroom.edit(1)
        newsroom.crawl(_days(2))
        visits = Visits(newsroom.path)
        visits.database.execute("UPDATE runs SET kind = 'import' WHERE started_at > ?", [_days(2).isoformat()[:10]])
        visits.database.conn.commit()
        visits.database.close()
        assert len(newsroom.changes(since=_days(1))) == 2
        assert send_due(newsroom.path) == Sent(1)
    assert [row["at"][:10] for row in hook.bodies[0]["changes"]] == ["2026-01-06"]


def test_withdrawn_runs_are_not_told(newsroom: Newsroom) -> None:
    with serve_hook() as hook:
        newsroom.add(hook.url)
        newsroom.edit(0)
        newsroom.crawl(_days(1))
        visits = Visits(newsroom.path)
        for _ in decide_runs(visits.database, [2], withdrawn=True):
            pass
        visits.database.close()
        assert send_due(newsroom.path) == Sent()
        newsroom.edit(1)
        newsroom.crawl(_days(2))
        assert send_due(newsroom.path) == Sent(1)
    rows = newsroom.changes(since=_days(1))
    assert sorted(hook.told) == sorted(row["change_id"] for row in rows)
    assert {row["at"][:10] for row in rows} == {"2026-01-07"}


def test_a_service_that_takes_little_gets_fewer_changes(newsroom: Newsroom) -> None:
    """The others are counted; of a single one the text is cut."""
    newsroom.add("https://h.example/")
    newsroom.edit(*range(6))
    newsroom.crawl(_days(1))
    (alert,) = load_alerts(alerts_file(newsroom.path))
    visits = Visits(newsroom.path)
    waiting = find_waiting(visits.database.conn, alert, alert.to[0].key, clock.now())
    writer = Writer(visits.database.conn, alert, "en", "")
    whole, part, least = (writer.write(waiting, letters) for letters in (None, 1000, 100))
    visits.database.close()
    assert (whole.document["more"], part.document["more"], least.document["more"]) == (0, 4, 5)
    assert part.text.endswith("and 4 more: archiver changes")
    assert (len(part.text) < 1000, len(least.text) < 100) == (True, True)


def test_an_event_that_is_taken_back_and_stands_again_is_told_once(newsroom: Newsroom) -> None:
    """The row of what was sent follows the number that the event gets then."""
    with serve_hook() as hook:
        newsroom.add(hook.url)
        newsroom.edit(0)
        newsroom.crawl(_days(1))
        send_due(newsroom.path)
        visits = Visits(newsroom.path)
        with visits.database.atomic():
            number = "(SELECT max(id) + 1 FROM change_log)"
            visits.database.execute(f"UPDATE change_log SET id = {number} WHERE kind = 'edited'")
        visits.database.close()
        assert send_due(newsroom.path) == Sent()
    assert len(hook.bodies) == 1


def test_quiet_hours_hold_back_and_nothing_is_lost(newsroom: Newsroom) -> None:
    """22:00 to 07:00 where the site is: 15:00 to 00:00 UTC."""
    with serve_hook() as hook:
        newsroom.add(hook.url, quiet="22:00-07:00")
        for hours in (13, 15):  # 23:00 and 01:00 there
            newsroom.edit(hours)
            newsroom.crawl(START + timedelta(hours=hours))
            assert send_due(newsroom.path) == Sent()
        newsroom.set_clock(START + timedelta(hours=24))
        assert send_due(newsroom.path) == Sent(1)
        assert send_due(newsroom.path) == Sent()
    assert len(hook.told) == 2


def test_a_digest_comes_once_a_day(newsroom: Newsroom) -> None:
    """At 08:00 in Athens (06:00 UTC, 13:00 at the site) of all runs that ended before."""
    with serve_hook() as hook:
        newsroom.add(hook.url, digest="08:00", zone="Europe/Athens")
        for number, hours in enumerate((4, 12, 20)):
            newsroom.edit(number)
            newsroom.crawl(START + timedelta(hours=hours))
            assert send_due(newsroom.path) == Sent()
        newsroom.set_clock(START + timedelta(hours=28))
        assert send_due(newsroom.path) == Sent(1)
        newsroom.edit(4)
        newsroom.crawl(START + timedelta(hours=30))
        assert send_due(newsroom.path) == Sent()
        newsroom.set_clock(START + timedelta(hours=52))
        assert send_due(newsroom.path) == Sent(1)
    assert [len(body["changes"]) for body in hook.bodies] == [3, 1]


def test_problems_are_told_once_a_run(newsroom: Newsroom) -> None:
    with serve_hook() as hook:
        newsroom.add(hook.url, problems=True)
        newsroom.crawl(_days(1))
        newsroom.crawl(_days(2))
        visits = Visits(newsroom.path)
        for outcome, day in (("failed", _days(1)), ("finished", _days(2))):
            update = "UPDATE runs SET outcome = ? WHERE substr(started_at, 1, 10) = ?"
            visits.database.execute(update, [outcome, f"{day:%Y-%m-%d}"])
        visits.database.conn.commit()
        visits.database.close()
        assert send_due(newsroom.path) == Sent(1)
        assert send_due(newsroom.path) == Sent()
    (body,) = hook.bodies
    assert (body["title"], [run["outcome"] for run in body["runs"]]) == (
        "[toa-soan] 1 run with problems: failed 1",
        ["failed"],
    )


def test_two_that_end_at_once_send_once(newsroom: Newsroom) -> None:
    with serve_hook() as hook:
        newsroom.add(hook.url)
        newsroom.edit(0, 1, 2)
        newsroom.crawl(_days(1))
        outcomes: list[Sent] = []
        threads = [Thread(target=lambda: outcomes.append(send_due(newsroom.path))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert (sum(sent.messages for sent in outcomes), len(hook.told)) == (1, 3)


def test_who_finds_another_sending_leaves_it_to_that_one(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_LOCK_SECONDS", 0.1)
    newsroom.add("https://127.0.0.1:9/")
    with FileLock(alerts_file(newsroom.path).with_suffix(".lock")):
        assert send_due(newsroom.path, 1.0).failures == (
            "alerts: another process is sending; what it does not send comes with the next run",
        )


def test_an_address_that_does_not_answer_holds_up_no_other(newsroom: Newsroom) -> None:
    """What failed last time comes last, and what there is no time for waits."""
    with serve_hook() as hook, serve_mail() as box:
        box.down = True
        newsroom.add(box.address, name="a")
        newsroom.add(hook.url, name="b")
        newsroom.edit(0)
        newsroom.crawl(_days(1))
        assert [line[:8] for line in send_due(newsroom.path).failures] == ["alert a:"]
        newsroom.edit(1)
        newsroom.crawl(_days(2))
        assert [line[:8] for line in send_due(newsroom.path, -1.0).failures] == ["alert b:", "alert a:"]
        box.down = False
        assert send_due(newsroom.path) == Sent(2)
    assert len(hook.told) == 2


def test_a_variable_that_is_missing_and_then_is_there(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    with serve_hook() as hook:
        newsroom.add(f"{hook.url}/${{MAT_KHAU}}")
        newsroom.edit(0)
        newsroom.crawl(_days(1))
        (line,) = send_due(newsroom.path).failures
        assert line.startswith(f"alert toa-soan: {hook.url}/… was not told: the environment has no MAT_KHAU, which")
        monkeypatch.setenv("MAT_KHAU", "một/hai")
        assert send_due(newsroom.path) == Sent(1)
    assert [head["path"] for head in hook.heads] == ["/m%E1%BB%99t%2Fhai"]
