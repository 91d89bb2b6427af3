"""``archiver export warc`` and ``wacz``: what others' tools read, and what comes back as it was."""

import base64
import gzip
import hashlib
import json
import os
import random
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from sqlite_utils import Database
from warcio.archiveiterator import ArchiveIterator

from archiver.archive.evidence.captures import load_capture
from archiver.archive.evidence.downloads import Outcome, record_download
from archiver.archive.evidence.exchanges import Bounds
from archiver.archive.evidence.files import folder_beside, keep_file
from archiver.archive.runs.exported_runs import describe_run, write_described
from archiver.archive.store.file import create_or_open
from archiver.cli import archiver
from archiver.exporting.web_archive import Exported, export_wacz, export_warc
from archiver.formats.file_types import FileType
from archiver.formats.warc.fields import RUN_TYPE, read_text, write_target, write_text
from archiver.formats.warc.writing import Entry, WarcWriter
from archiver.ingest.importing import Imported, Importer
from archiver.ingest.record import read_capture, record_capture
from archiver.ingest.verify import verify
from archiver.ingest.web_archives.intake import Intake, Period
from archiver.model import Capture, Problem, Purpose, Unreadable
from archiver.site import Site
from tests.archives import frozen_portal
from tests.portal import article_path, demo_portal
from tests.real_portal import read_capture_time, read_truth, unpack_mirror
from tests.scripted_year import START, VIEWS, dump, record_run, script_year
from tests.visiting import BASE, SITE, Visits
from tests.warc_records import spoil

OURS = replace(SITE, listings=(f"{BASE}/",))
PDF = b"%PDF-1.4\n" + bytes(300)
PROGRAM = "committee-news-archiver 0"
FEW = settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
EVIDENCE = (
    "SELECT a.url, k.fetched_at, k.status, k.payload_digest, k.tls, k.purpose, k.expected, k.final, k.refused, u.uid "
    "FROM captures k JOIN addresses a ON a.id = k.address_id JOIN runs u ON u.id = k.run_id ORDER BY 2, 1"
)
FILES = (
    "SELECT a.url, d.fetched_at, d.status, d.digest, d.problem, d.validators, u.uid FROM downloads d "
    "JOIN addresses a ON a.id = d.address_id JOIN runs u ON u.id = d.run_id ORDER BY 2, 1"
)
RUNS = (
    "SELECT uid, kind, arguments, started_at, finished_at, outcome, requests, articles_new, articles_changed, "
    "articles_unchanged, complete, found, listed, delists, outage, resumes, seal, closing FROM runs ORDER BY uid"
)


def export(database: Database, path: Path, bounds: Bounds = Bounds()) -> Exported:  # noqa: B008
    with path.open("wb") as stream:
        if path.suffix == ".wacz":
            return export_wacz(database.conn, stream, bounds, PROGRAM, lambda *_: None, None)
        return export_warc(database.conn, stream, bounds, PROGRAM, lambda *_: None)


def import_(database: Database, *files: Path, site: Site = OURS) -> Imported:
    importer = Importer(database, site)
    intake = Intake(database, site, importer, Period())
    for file in files:
        for _ in intake.read_file(file):
            pass
    intake.finish()
    return importer.close()


def ask(database: Database, sql: str) -> list[tuple[object, ...]]:
    return [tuple(row) for row in database.execute(sql)]


def record_of_all_kinds(path: Path) -> Database:
    """An archive of the replica with documents, 304, redirects, odd addresses and headers; two runs."""
    visits = Visits(path)
    portal = frozen_portal()
    edited, removed = sorted(portal._articles)[:2]
    visits.run(portal, START)
    portal.edit(edited, title="Tiêu đề mới")
    portal.remove(removed)
    visits.run(portal, START + timedelta(days=8))
    run = visits.begin(START + timedelta(days=9, microseconds=5))
    connection, at = visits.database.conn, START + timedelta(days=9, seconds=1)
    url = BASE + article_path(portal._articles[edited])
    page = Unreadable(url, Problem("http_304", "not modified"))
    headers = (
        ("ETag", '"é"'),
        ("Content-Encoding", "gzip"),
        ("Content-Length", "17"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b"),
    )
    odd = f"{BASE}/tin?q=%41 ă&x=%zz#form-page=2"
    for number, capture in enumerate(
        (
            Capture(url, at, 304, headers, b""),
            Capture(odd, at + timedelta(microseconds=7), 200, headers, b"<html><p>xin ch\xc3\xa0o</p></html>"),
            Capture(f"{BASE}/x", at, 599, (), b"", "tolerant"),
            Capture(f"{BASE}/robots.txt", at, 200, (("Content-Type", "text/plain"),), b"User-agent: *\n"),
        )
    ):
        purpose = (
            Purpose("article", str(edited)),
            Purpose("listing"),
            Purpose("article", "a b/ă", final=False, refused="redirect_to_home"),
            Purpose("robots", final=False),
        )[number]
        record_capture(visits.database, run, SITE, capture, page, purpose)
    with visits.database.atomic():
        file = keep_file(folder_beside(connection), PDF, FileType("application/pdf", "pdf"))
        for second, outcome in enumerate(
            (
                Outcome(200, file, validators={"ETag": '"ă"', "filename": "kế hoạch.pdf"}),
                Outcome(304, file),
                Outcome(404, problem="http_404"),
                Outcome(None, problem="timeout"),
            )
        ):
            record_download(connection, run, f"{BASE}/documents/a.pdf", at + timedelta(seconds=second), outcome)
    visits.end(run, at + timedelta(minutes=1))
    return visits.database


def check_same(before: Database, after: Database) -> None:
    assert dump(after, VIEWS) == dump(before, VIEWS)
    assert ask(after, EVIDENCE) == ask(before, EVIDENCE)
    assert ask(after, FILES) == ask(before, FILES)
    assert ask(after, RUNS) == ask(before, RUNS)
    assert [*verify(after)] == []


@pytest.mark.parametrize("name", ["all.warc.gz", "all.wacz"])
def test_everything_comes_back_as_it_was(tmp_path: Path, name: str) -> None:
    database = record_of_all_kinds(tmp_path / "archive.db")
    done = export(database, tmp_path / name)
    assert done.damaged == []
    copy = create_or_open(tmp_path / "copy.db")
    taken = import_(copy, tmp_path / name)
    assert (taken.captures, taken.files, taken.broken) == (done.captures, done.files, [])
    check_same(database, copy)
    assert import_(copy, tmp_path / name).captures == 0
    assert import_(database, tmp_path / name).captures == 0
    check_same(database, copy)


@FEW
@given(seed=st.integers(0, 100_000))
def test_a_year_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    folder = tmp_path_factory.mktemp("year")
    database = create_or_open(folder / "archive.db")
    for run in script_year(seed):
        record_run(database, run)
    export(database, folder / "year.warc.gz")
    copy = create_or_open(folder / "copy.db")
    import_(copy, folder / "year.warc.gz")
    check_same(database, copy)


@FEW
@given(seed=st.integers(0, 100_000))
def test_parts_of_a_year_say_no_more_than_they_hold(tmp_path_factory: pytest.TempPathFactory, seed: int) -> None:
    """An export that cuts a run in two is imported as captures; the whole one afterwards adds the rest."""
    folder = tmp_path_factory.mktemp("parts")
    database = create_or_open(folder / "archive.db")
    year = script_year(seed, runs=5)
    assume(len(year[2].answers) > 1)
    for run in year:
        record_run(database, run)
    middle = year[2].answers[len(year[2].answers) // 2].capture.fetched_at.isoformat(timespec="microseconds")
    export(database, folder / "part.warc.gz", Bounds(until=middle))
    copy = create_or_open(folder / "copy.db")
    import_(copy, folder / "part.warc.gz")
    runs = ask(copy, "SELECT kind, complete FROM runs ORDER BY started_at")
    assert runs[-1] == ("import", 0)
    assert {kind for kind, _ in runs[:-1]} == {"crawl"}
    assert [*verify(copy)] == []
    export(database, folder / "all.warc.gz")
    import_(copy, folder / "all.warc.gz")
    assert [row[:-1] for row in ask(copy, EVIDENCE)] == [row[:-1] for row in ask(database, EVIDENCE)]
    assert [*verify(copy)] == []


def test_an_import_of_our_own_file_that_is_killed_goes_on(tmp_path: Path) -> None:
    database = record_of_all_kinds(tmp_path / "archive.db")
    export(database, tmp_path / "all.warc.gz")
    copy = create_or_open(tmp_path / "copy.db")
    killed = Importer(copy, OURS)
    intake = Intake(copy, OURS, killed, Period())
    for number, _ in enumerate(intake.read_file(tmp_path / "all.warc.gz")):
        if number == 15:
            break
    killed.flush()
    import_(copy, tmp_path / "all.warc.gz")
    check_same(database, copy)


def test_a_file_of_ours_that_is_cut_makes_no_run_of_a_part(tmp_path: Path) -> None:
    database = record_of_all_kinds(tmp_path / "archive.db")
    export(database, tmp_path / "all.warc.gz")
    data = (tmp_path / "all.warc.gz").read_bytes()
    uids = {str(row[0]) for row in ask(database, "SELECT uid FROM runs")}
    seals = {row[0]: row[1] for row in ask(database, "SELECT uid, seal FROM runs")}
    whole = set(ask(database, EVIDENCE.replace(", u.uid", "")))
    for number, place in enumerate(random.Random(3).randrange(1, len(data)) for _ in range(6)):
        (tmp_path / "cut.warc.gz").write_bytes(data[:place])
        copy = create_or_open(tmp_path / f"copy{number}.db")
        import_(copy, tmp_path / "cut.warc.gz")
        assert set(ask(copy, EVIDENCE.replace(", u.uid", ""))) <= whole
        rows = ask(copy, "SELECT uid, kind, complete, seal FROM runs")
        assert all(
            seal == seals[uid] if uid in uids else (kind, complete) == ("import", 0)
            for uid, kind, complete, seal in rows
        )
        assert [*verify(copy)] == []
        copy.close()


def test_a_file_of_ours_that_another_hand_changed_does_no_harm(tmp_path: Path) -> None:
    database = record_of_all_kinds(tmp_path / "archive.db")
    export(database, tmp_path / "all.warc.gz")
    data = gzip.decompress((tmp_path / "all.warc.gz").read_bytes())
    seals = {row[0]: row[1] for row in ask(database, "SELECT uid, seal FROM runs WHERE kind = 'crawl'")}
    chance = random.Random(5)
    for number in range(12):
        (tmp_path / "spoilt.warc").write_bytes(spoil(chance, data))
        copy = create_or_open(tmp_path / f"copy{number}.db")
        import_(copy, tmp_path / "spoilt.warc")
        crawls = ask(copy, "SELECT uid, seal FROM runs WHERE kind = 'crawl'")
        assert all(seals.get(uid) == seal for uid, seal in crawls)
        assert [*verify(copy)] == []
        copy.close()


WRONG = {
    "times": {"finished_at": "yesterday"},
    "numbers": {"requests": 10**30},
    "kinds": {"outcome": "splendid"},
    "fates": {"fates": [["failed", "x"]]},
    "findings": {"findings": "none"},
    "arguments": {"arguments": "{"},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrongly_said_of_a_run_is_not_believed(tmp_path: Path, wrong: str) -> None:
    database = record_of_all_kinds(tmp_path / "archive.db")
    run = database.execute("SELECT id, uid FROM runs ORDER BY started_at LIMIT 1").fetchone()
    said = describe_run(database.conn, run["id"]) | WRONG[wrong]
    export(database, tmp_path / "all.warc.gz")
    changed = BytesIO()
    writer = WarcWriter(changed)
    url = f"urn:committee-news-archiver:run:{run['uid']}"
    writer.write(Entry("metadata", url, START, write_described(said).encode(), media_type=RUN_TYPE))
    for record in gzip_members((tmp_path / "all.warc.gz").read_bytes()):
        if url.encode() not in gzip.decompress(record):
            changed.write(record)
    (tmp_path / "changed.warc.gz").write_bytes(changed.getvalue())
    copy = create_or_open(tmp_path / "copy.db")
    import_(copy, tmp_path / "changed.warc.gz")
    rows = ask(copy, "SELECT kind, uid = '" + run["uid"] + "' FROM runs ORDER BY started_at")
    assert rows[0] == ("import", 0)
    assert {kind for kind, _ in rows[1:]} == {"crawl"}
    assert [*verify(copy)] == []


def gzip_members(data: bytes) -> Iterator[bytes]:
    while data:
        unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
        unpacker.decompress(data)
        yield data[: len(data) - len(unpacker.unused_data)]
        data = unpacker.unused_data


def read_all(path: Path) -> list[tuple[str, dict[str, str], bytes]]:
    with path.open("rb") as stream:
        return [
            (record.rec_type, dict(record.rec_headers.headers), record.content_stream().read())
            for record in ArchiveIterator(stream)
        ]


def test_what_the_records_say(tmp_path: Path) -> None:
    database = record_of_all_kinds(tmp_path / "archive.db")
    done = export(database, tmp_path / "all.warc.gz")
    records = read_all(tmp_path / "all.warc.gz")
    kinds = [kind for kind, _, _ in records]
    assert kinds[:2] == ["warcinfo", "metadata"]
    assert kinds.count("response") + kinds.count("revisit") + kinds.count("resource") == done.captures + done.files
    about = records[0][2].decode()
    assert f"software: {PROGRAM}" in about
    assert all(
        f"x-archiver-seal: {uid} {seal.hex()}" in about for uid, seal in ask(database, "SELECT uid, seal FROM runs")
    )
    targets = [fields.get("WARC-Target-URI", "") for _, fields, _ in records]
    assert f"{BASE}/tin?q=%41%20%C4%83&x=%zz" in targets
    assert all(target.isascii() and "#" not in target for target in targets)
    profiles = {fields.get("WARC-Profile", "").rpartition("/")[2] for kind, fields, _ in records if kind == "revisit"}
    assert profiles == {"identical-payload-digest", "server-not-modified"}
    assert any(body.startswith(b"form-page: form-page=2") for kind, _, body in records if kind == "metadata")
    resources = [(fields["Content-Type"], body[:8]) for kind, fields, body in records if kind == "resource"]
    assert resources == [("application/pdf", b"%PDF-1.4")]


def test_warcio_finds_no_error(tmp_path: Path) -> None:
    database = record_of_all_kinds(tmp_path / "archive.db")
    export(database, tmp_path / "all.warc.gz")
    command = [sys.executable, "-m", "warcio.cli", "check", "-v", str(tmp_path / "all.warc.gz")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout
    assert "digest pass" in done.stdout
    assert "fail" not in done.stdout


@given(text=st.text(max_size=80))
def test_any_text_comes_back_from_a_field(text: str) -> None:
    usable = text.encode("utf-8", "ignore").decode()
    assert read_text(write_text(usable)) == usable
    assert write_text(usable).isascii()
    assert write_target(f"http://a.example/{usable}").isascii()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wacz")
    database = record_of_all_kinds(folder / "archive.db")
    database.close()
    done = CliRunner().invoke(
        archiver,
        ["--db", str(folder / "archive.db"), "export", "wacz", "--sign", "-o", str(folder / "all.wacz")],
        standalone_mode=False,
    )
    assert (done.exception, done.return_value) == (None, 0)
    return folder / "all.wacz"


class TestPackage:
    """The WACZ around the records."""

    def test_the_index_leads_to_every_record(self, made: Path) -> None:
        with zipfile.ZipFile(made) as package:
            lines = gzip.decompress(package.read("indexes/index.cdx.gz")).decode().splitlines()
            data = package.read("archive/data.warc.gz")
            assert package.getinfo("archive/data.warc.gz").compress_type == zipfile.ZIP_STORED
            secondary = package.read("indexes/index.idx").decode().splitlines()
        keys = [line.partition(" {")[0] for line in lines]
        assert keys == sorted(keys)
        assert keys[0].startswith("example,dukdhcd)/ ") or keys[0].startswith("example,dukdhcd)/")
        for line in lines:
            said = json.loads(line[line.index("{") :])
            begin, length = int(said["offset"]), int(said["length"])
            record = next(iter(ArchiveIterator(BytesIO(data[begin : begin + length]))))
            assert record.rec_headers["WARC-Target-URI"] == said["url"]
            assert said["filename"] == "data.warc.gz"
        assert secondary[0].startswith("!meta 0 ")
        pointed = json.loads(secondary[1][secondary[1].index("{") :])
        assert pointed["offset"] == 0

    def test_every_part_has_its_digest_and_the_whole_a_signature(self, made: Path) -> None:
        with zipfile.ZipFile(made) as package:
            about = json.loads(package.read("datapackage.json"))
            digest = json.loads(package.read("datapackage-digest.json"))
            parts = {part["path"]: package.read(part["path"]) for part in about["resources"]}
            assert digest["hash"] == f"sha256:{hashlib.sha256(package.read('datapackage.json')).hexdigest()}"
            assert set(package.namelist()) == {*parts, "datapackage.json", "datapackage-digest.json"}
        for part in about["resources"]:
            body = parts[part["path"]]
            assert (part["hash"], part["bytes"]) == (f"sha256:{hashlib.sha256(body).hexdigest()}", len(body))
        signed = digest["signedData"]
        assert (signed["hash"], signed["created"], signed["version"]) == (digest["hash"], about["created"], "0.1.0")
        key = serialization.load_der_public_key(base64.b64decode(signed["publicKey"]))
        assert isinstance(key, ec.EllipticCurvePublicKey)
        raw = base64.b64decode(signed["signature"])
        numbers = (int.from_bytes(raw[:48], "big"), int.from_bytes(raw[48:], "big"))
        key.verify(encode_dss_signature(*numbers), signed["hash"].encode(), ec.ECDSA(hashes.SHA256()))

    def test_the_key_is_made_once_and_its_public_part_is_printed(self, made: Path) -> None:
        key = made.with_name("archive.signing-key.pem")
        assert key.stat().st_mode & 0o777 == 0o600
        with zipfile.ZipFile(made) as package:
            public = json.loads(package.read("datapackage-digest.json"))["signedData"]["publicKey"]
        command = ["--db", str(made.with_name("archive.db")), "export", "wacz", "--key"]
        assert CliRunner().invoke(archiver, command, standalone_mode=False).stdout.strip() == public

    def test_the_pages_have_time_and_title(self, made: Path) -> None:
        with zipfile.ZipFile(made) as package:
            pages = [json.loads(line) for line in package.read("pages/pages.jsonl").decode().splitlines()]
        assert pages[0]["format"] == "json-pages-1.0"
        assert "Tiêu đề mới" in {page["title"] for page in pages[1:]}
        assert {page["ts"][:10] for page in pages[1:]} == {"2026-01-05", "2026-01-13"}

    def test_wacz_validate_says_valid(self, made: Path) -> None:
        if not shutil.which("wacz"):
            pytest.skip("the program wacz is not here")
        done = subprocess.run(["wacz", "validate", "-f", str(made)], capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr


class TestCommand:
    """``archiver export warc`` itself."""

    @pytest.fixture
    def db(self, tmp_path: Path) -> Path:
        record_of_all_kinds(tmp_path / "archive.db").close()
        return tmp_path / "archive.db"

    def call(self, db: Path, *arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(archiver, ["--db", str(db), "export", *arguments], standalone_mode=False)
        if done.exception:
            return getattr(done.exception, "exit_status", -1), str(done.exception)
        return done.return_value or 0, done.stderr

    def test_what_is_damaged_is_named_and_left_out(self, tmp_path: Path, db: Path) -> None:
        database = create_or_open(db)
        with database.atomic():
            database.execute(
                "UPDATE payloads SET data = x'00' WHERE digest = (SELECT payload_digest FROM captures LIMIT 1)"
            )
        count = database.execute("SELECT count(*) FROM captures").fetchone()[0]
        database.close()
        status, told = self.call(db, "warc", "-o", str(tmp_path / "a.warc.gz"))
        assert status == 3
        assert "left out: <http://dukdhcd.example/" in told
        assert "damaged and left out" in told
        assert int(told.split(": ")[1].split(" ")[0]) < count

    def test_nothing_to_write_is_1_and_leaves_no_file(self, tmp_path: Path, db: Path) -> None:
        status, told = self.call(db, "wacz", "--since", "2030-01-01", "-o", str(tmp_path / "a.wacz"))
        assert (status, (tmp_path / "a.wacz").exists()) == (1, False)
        assert "nothing written" in told

    def test_days_choose_captures(self, tmp_path: Path, db: Path) -> None:
        for_one = self.call(db, "warc", "--until", "2026-01-05", "--site", SITE.name, "-o", str(tmp_path / "a.warc.gz"))
        dates = {fields["WARC-Date"][:10] for kind, fields, _ in read_all(tmp_path / "a.warc.gz") if kind == "response"}
        assert (for_one[0], dates) == (0, {"2026-01-05"})

    @pytest.mark.parametrize(
        "arguments",
        [["warc"], ["warc", "--state", "gone", "-o", "x"], ["csv", "--sign"], ["warc", "--limit", "3", "-o", "x"]],
    )
    def test_what_means_nothing_is_refused(self, db: Path, arguments: list[str]) -> None:
        assert self.call(db, *arguments)[0] == 2


@pytest.fixture
def replay(tmp_path: Path) -> Iterator[str]:
    """The address at which pywb replays what was exported; pywb is no dependency, so it is often not here."""
    wayback, manager = shutil.which("wayback"), shutil.which("wb-manager")
    if not wayback or not manager:
        pytest.skip("pywb is not here: pip install pywb into an environment of its own, and add it to the path")
    database = record_of_all_kinds(tmp_path / "archive.db")
    for day in (20, 40):
        Visits(tmp_path / "archive.db").run(demo_portal(), START + timedelta(days=day))
    export(database, tmp_path / "all.warc.gz")
    database.close()
    settings = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    for command in (["init", "news"], ["add", "news", "all.warc.gz"]):
        subprocess.run([manager, *command], cwd=tmp_path, env=settings, check=True, capture_output=True, timeout=120)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [wayback, "-b", "127.0.0.1", "-p", str(port)],
        cwd=tmp_path,
        env=settings,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}/news"
    finally:
        process.terminate()
        process.wait(30)


def _wait_for(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), 5).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise AssertionError("pywb did not begin to serve")


def test_pywb_replays_every_page_byte_for_byte(tmp_path: Path, replay: str) -> None:
    database = create_or_open(tmp_path / "archive.db")
    rows = database.execute("SELECT id FROM captures WHERE status = 200").fetchall()
    captures = [load_capture(database.conn, row[0]) for row in rows]
    files = "SELECT a.url, d.fetched_at FROM downloads d JOIN addresses a ON a.id = d.address_id WHERE d.status = 200"
    asked = [(capture.url, capture.fetched_at, capture.body) for capture in captures]
    asked += [(row[0], datetime.fromisoformat(row[1]), PDF) for row in database.execute(files)]
    assert len(asked) >= 50
    for url, at, body in asked:
        address = f"{replay}/{at:%Y%m%d%H%M%S}id_/{write_target(url)}"
        with urllib.request.urlopen(address, timeout=60) as answer:
            assert answer.read() == body, url


@pytest.mark.slow
def test_the_copies_of_a_real_portal_come_back_as_they_were(shared: Path, tmp_path: Path) -> None:
    """1,482 copies of 639 articles, as a mirroring tool made them over the years."""
    mirror, truth = unpack_mirror(shared, tmp_path), read_truth(shared)
    visits = Visits(tmp_path / "archive.db", Site("sotttt", "Sở Thông tin và Truyền thông Hà Nội", "liferay_hanoi"))
    run = visits.begin(START)
    rows = sorted(truth.values(), key=lambda row: read_capture_time(row["captured"]))
    for row in rows:
        body = (mirror / row["file"]).read_bytes()
        capture = Capture(row["address"], read_capture_time(row["captured"]), 200, (), body)
        record_capture(visits.database, run, visits.site, capture, read_capture(visits.site, capture))
    visits.end(run, START + timedelta(hours=1))
    done = export(visits.database, tmp_path / "all.warc.gz")
    assert done.captures == len(rows) == 1482
    copy = create_or_open(tmp_path / "copy.db")
    import_(copy, tmp_path / "all.warc.gz", site=visits.site)
    check_same(visits.database, copy)
