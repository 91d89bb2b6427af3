"""Witnesses: an authority attests the seal of each run, and nothing waits for it."""

import json
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.archive.evidence.seal_tokens import list_tokens
from archiver.archive.store.file import create_or_open
from archiver.archive.upkeep.merge import merge_archive
from archiver.cli import archiver
from archiver.crawl.running.witnesses import MOST_RUNS, attest_runs, read_authority
from archiver.errors import UsageError
from archiver.formats.time_stamps import StampError, order_certificates, read_answer
from archiver.ingest.verify import verify
from tests.archives import CHANNEL, frozen_portal
from tests.authority import Authority, serve_authority
from tests.conftest import Crawling
from tests.portal import serve
from tests.scripted_year import record_run, record_year, script_year

# An answer with no more in it than leads to two certificates, in another order than DER wants.
_SIGNED = bytes.fromhex("02010331003000a006") + b"\x30\x01b\x30\x01a"
_TOKEN = bytes.fromhex("0600") + bytes([0xA0, len(_SIGNED) + 2, 0x30, len(_SIGNED)]) + _SIGNED
ANSWER = bytes([0x30, len(_TOKEN) + 7]) + bytes.fromhex("3003020100") + bytes([0x30, len(_TOKEN)]) + _TOKEN
REFUSED = bytes.fromhex("30053003020102")  # status 2, rejection, and nothing else


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with serve_authority(tmp_path / "authority") as served:
        yield served


@pytest.fixture
def archive(crawling: Crawling) -> Crawling:
    record_year(crawling.path, script_year(2, runs=4))
    return crawling


def _rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def _attested(path: Path) -> list[object]:
    """List the uids of the runs that have a token."""
    return [row[0] for row in _rows(path, "SELECT uid FROM runs JOIN seal_tokens ON run_id = id ORDER BY uid")]


def _faults(path: Path) -> list[str]:
    with closing(create_or_open(path)) as database:
        return list(verify(database, quick=True))


def test_openssl_accepts_the_token_of_a_crawl(crawling: Crawling, authority: Authority, tmp_path: Path) -> None:
    """By both commands; what it attests is the seal itself, as archiver runs --seals prints it."""
    with serve(frozen_portal()) as base:
        start = f"{base}/{CHANNEL}"
        assert crawling.scrapy("dukdhcd", start, ARCHIVE_TSA=authority.url).status == 0
        done = crawling.archiver(
            "crawl", "dukdhcd", "-a", f"start={start}", "-s", "DOWNLOAD_DELAY=0", ARCHIVE_TSA=authority.url
        )
        assert (done.status, done.err) == (0, "")
    rows = json.loads(crawling.archiver("runs", "--seals", "--json").out)
    assert [row["authority"] for row in rows] == [authority.url] * 2
    tokens = _rows(
        crawling.path, "SELECT lower(hex(seal)), stamped_at, token FROM runs JOIN seal_tokens ON run_id = id"
    )
    assert {(row["seal"], row["stamped_at"]) for row in rows} == {token[:2] for token in tokens}
    for number, (seal, _, token) in enumerate(tokens):
        (tmp_path / f"{number}.tsr").write_bytes(token)
        assert authority.verify(seal, tmp_path / f"{number}.tsr")
        assert not authority.verify("0" * 64, tmp_path / f"{number}.tsr")
    assert crawling.archiver("verify").err.endswith("all is well; an authority attests 2 of 2 runs\n")


def test_an_authority_that_is_away_costs_a_line(crawling: Crawling) -> None:
    with serve(frozen_portal()) as base:
        done = crawling.archiver(
            "crawl",
            "dukdhcd",
            "-a",
            f"start={base}/{CHANNEL}",
            "-s",
            "DOWNLOAD_DELAY=0",
            ARCHIVE_TSA="http://127.0.0.1:9",
        )
    assert done.status == 0
    assert [line.partition("no time stamp from ")[2] for line in done.err.splitlines()] == [
        "127.0.0.1: Connection refused; the next run asks again"
    ]
    assert _attested(crawling.path) == []
    assert [row[0] for row in _rows(crawling.path, "SELECT outcome FROM runs")] == ["finished"]


@pytest.mark.parametrize(
    ("address", "said"),
    [("ftp://tsa.example.org", "no address"), ("https://", "no address"), ("https://u:p@tsa.example.org/", "password")],
)
def test_an_address_that_is_none_is_wrong_usage(crawling: Crawling, address: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        read_authority(address)
    done = crawling.scrapy("dukdhcd", "http://127.0.0.1:9/", ARCHIVE_TSA=address)
    assert done.status == 2
    assert said in done.err
    assert not crawling.path.exists()


def test_the_next_run_asks_for_those_that_lack_a_token(archive: Crawling, authority: Authority) -> None:
    """Some at a time, the newest first; twice is once."""
    attest_runs(archive.path, authority.url)
    assert len(authority.asked) == len(_attested(archive.path)) == 4 < MOST_RUNS
    attest_runs(archive.path, authority.url)
    assert len(authority.asked) == 4
    assert _faults(archive.path) == []


def test_only_some_runs_are_attested_at_once(archive: Crawling, authority: Authority, monkeypatch) -> None:
    monkeypatch.setattr("archiver.crawl.running.witnesses.MOST_RUNS", 3)
    newest = [row[0] for row in _rows(archive.path, "SELECT uid FROM runs ORDER BY started_at DESC")]
    attest_runs(archive.path, authority.url)
    assert _attested(archive.path) == sorted(newest[:3])
    attest_runs(archive.path, authority.url)
    assert _attested(archive.path) == sorted(newest)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda answer: b"", "no time stamp"),
        (lambda answer: b"<html>" * 20, "no time stamp"),
        (lambda answer: REFUSED, "refused with status 2"),
        (lambda answer: answer[:-200], "no time stamp"),
        (lambda answer: bytes(300_000), "more than 262144 bytes"),
    ],
    ids=["nothing", "a page", "refusal", "cut off", "huge"],
)
def test_an_answer_that_is_no_token_is_not_kept(
    archive: Crawling, authority: Authority, change, said: str, caplog: pytest.LogCaptureFixture
) -> None:
    authority.change = change
    attest_runs(archive.path, authority.url)
    assert _attested(archive.path) == []
    assert len(authority.asked) == 1  # the others wait for the next run
    assert [said in record.message for record in caplog.records] == [True]
    authority.change = lambda answer: answer
    attest_runs(archive.path, authority.url)
    assert len(_attested(archive.path)) == 4


def test_an_old_answer_is_not_taken_for_a_new_one(
    archive: Crawling, authority: Authority, caplog: pytest.LogCaptureFixture
) -> None:
    """Of the same seal, but to another question; or of another seal."""
    attest_runs(archive.path, authority.url)
    old = [row[0] for row in _rows(archive.path, "SELECT token FROM seal_tokens ORDER BY run_id DESC")]
    for number, said in ((0, "number of the question"), (1, "another digest")):
        with closing(sqlite3.connect(archive.path)) as connection, connection:
            connection.execute("DELETE FROM seal_tokens")
        authority.change = lambda answer, number=number: old[number]
        attest_runs(archive.path, authority.url)
        assert said in caplog.records[-1].message
        assert _attested(archive.path) == []


def test_an_authority_that_never_answers_keeps_nobody(
    archive: Crawling, authority: Authority, caplog: pytest.LogCaptureFixture, monkeypatch
) -> None:
    monkeypatch.setattr("archiver.crawl.running.witnesses.WHOLE_ANSWER", 0.3)
    authority.change = lambda answer: None
    attest_runs(archive.path, authority.url)
    assert [record.message.partition(": ")[2] for record in caplog.records] == [
        "no answer in time; the next run asks again"
    ]


def test_what_is_damaged_is_not_attested(archive: Crawling, authority: Authority) -> None:
    with closing(sqlite3.connect(archive.path)) as connection, connection:
        connection.execute("UPDATE captures SET status = 418 WHERE id = 1")
    attest_runs(archive.path, authority.url)
    assert len(_attested(archive.path)) == 3


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("UPDATE seal_tokens SET token = (SELECT token FROM seal_tokens WHERE run_id = 2) WHERE run_id = 1", "seal"),
        ("UPDATE seal_tokens SET token = x'3005' WHERE run_id = 1", "no time stamp"),
        ("UPDATE seal_tokens SET stamped_at = '2020-01-01T00:00:00+00:00' WHERE run_id = 1", "another time"),
        ("UPDATE seal_tokens SET stamped_at = 'x' WHERE run_id = 1", "no time"),
    ],
)
def test_verify_holds_tokens_against_seals(archive: Crawling, authority: Authority, sql: str, said: str) -> None:
    attest_runs(archive.path, authority.url)
    with closing(sqlite3.connect(archive.path)) as connection, connection:
        connection.execute(sql)
    lines = _faults(archive.path)
    assert any(said in line for line in lines)
    assert all("\n" not in line for line in lines)


def test_without_the_package_nobody_is_asked_and_verify_says_what_it_left_out(
    archive: Crawling, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    attest_runs(archive.path, authority.url)
    monkeypatch.setattr("archiver.formats.time_stamps.find_spec", lambda _: None)
    with pytest.raises(UsageError, match="pip install 'committee-news-archiver\\[proof\\]'"):
        read_authority(authority.url)
    done = CliRunner().invoke(archiver, ["--db", str(archive.path), "verify", "--quick"], standalone_mode=False)
    assert done.return_value == 0
    assert "attests 4 of 4 runs, which was not looked into: rfc3161-client is not installed" in done.stderr


def test_a_token_may_be_anything(archive: Crawling, authority: Authority) -> None:
    """Whoever sends it, or wrote it into an archive: it is read, or refused in one line."""
    attest_runs(archive.path, authority.url)
    token, chance = bytes(_rows(archive.path, "SELECT token FROM seal_tokens")[0][0]), random.Random(7)
    for _ in range(3_000):
        changed = bytearray(token)
        place = chance.randrange(len(token) if chance.random() < 0.5 else 260)
        changed[place : place + chance.randrange(3)] = chance.randbytes(chance.randrange(3))
        with suppress(StampError):
            assert read_answer(bytes(changed)).stamped_at.tzinfo is UTC


def test_a_merge_carries_tokens_over(archive: Crawling, authority: Authority, tmp_path: Path) -> None:
    """Of two tokens of one run by one authority the earlier stands, whichever archive is merged into which."""
    other = Path(shutil.copy(archive.path, tmp_path / "other.db"))
    attest_runs(archive.path, authority.url)
    attest_runs(other, authority.url)
    with closing(sqlite3.connect(other)) as connection, connection:
        connection.execute("DELETE FROM seal_tokens WHERE run_id = 1")
    merged = [
        _merge(tmp_path / f"{n}.db", order) for n, order in enumerate(([archive.path, other], [other, archive.path]))
    ]
    assert merged[0] == merged[1]
    assert len(merged[0]) == 4
    assert [_faults(tmp_path / f"{number}.db") for number in range(2)] == [[], []]


def _merge(target: Path, parts: list[Path]) -> list[tuple[object, ...]]:
    with closing(create_or_open(target)) as database:
        for part in (*parts, parts[0]):
            merge_archive(database, part)
    return _rows(
        target, "SELECT uid, authority, stamped_at, token FROM seal_tokens JOIN runs ON id = run_id ORDER BY 1"
    )


def test_a_token_of_a_seal_that_is_no_more_is_dropped(authority: Authority, tmp_path: Path) -> None:
    """A run that died in two archives has another seal once they are one; the next run asks for that."""
    year = script_year(2, runs=1)
    paths = [tmp_path / "one.db", tmp_path / "two.db"]
    for path, answers in zip(paths, (year[0].answers[::2], year[0].answers[1::2]), strict=True):
        with closing(create_or_open(path)) as database:
            record_run(database, year[0], answers)
            database.execute("UPDATE runs SET outcome = 'died'")
        attest_runs(path, authority.url)
    for number, order in enumerate((paths, paths[::-1])):
        merged = tmp_path / f"merged{number}.db"
        assert _merge(merged, order) == []
        attest_runs(merged, authority.url)
        assert len(_attested(merged)) == 1
        with closing(create_or_open(merged)) as database:
            assert len(list_tokens(database.conn, 1)) == 1


def test_check_names_the_runs_that_lack_a_token(archive: Crawling, authority: Authority) -> None:
    """Only where an authority is set, and had attested earlier ones."""
    assert "run_unattested" not in archive.archiver("check", ARCHIVE_TSA=authority.url).out
    attest_runs(archive.path, authority.url)
    with closing(sqlite3.connect(archive.path)) as connection, connection:
        connection.execute("DELETE FROM seal_tokens WHERE run_id > 2")
    assert "run_unattested" not in archive.archiver("check").out
    done = archive.archiver("check", "--json", ARCHIVE_TSA=authority.url)
    assert [row["detail"] for row in json.loads(done.out) if row["kind"] == "run_unattested"] == [
        "2 runs have no time stamp yet; the last is this one"
    ]
    assert done.status == 3


@given(st.binary(max_size=60), st.integers(0, 40))
@example(bytes(5), 26)  # an element that ends after its set
def test_ordering_certificates_never_fails(junk: bytes, place: int) -> None:
    """What is no answer comes back as it was; what is one has the same bytes, and is the same the second time."""
    for data in (junk, ANSWER[:place] + junk, ANSWER[:place] + junk + ANSWER[place:]):
        ordered = order_certificates(data)
        assert sorted(ordered) == sorted(data)
        assert order_certificates(ordered) == ordered
    assert order_certificates(ANSWER) == ANSWER.replace(b"\x30\x01b\x30\x01a", b"\x30\x01a\x30\x01b")
