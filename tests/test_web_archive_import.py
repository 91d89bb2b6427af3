"""``archiver import``: files of others become captures at their own time; what is cut or wrong never does."""

import gzip
import random
import shutil
import subprocess
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import brotli
import pytest
import zstandard
from click.testing import CliRunner
from sqlite_utils import Database

from archiver.archive.store.file import create_or_open
from archiver.cli import archiver
from archiver.clock import now
from archiver.demo_portal.server import serve
from archiver.errors import ArchiverError
from archiver.ingest.importing import Importer
from archiver.ingest.verify import verify
from archiver.ingest.web_archives.intake import Intake, Period
from archiver.site import Site
from tests.archives import frozen_portal
from tests.portal import article_path
from tests.scripted_year import START, dump
from tests.visiting import BASE, SITE, Visits
from tests.warc_records import Collector, begin_arc, spoil, write_arc, write_http, write_sha1, write_warc

OURS = replace(SITE, listings=(f"{BASE}/",))
PATHS = [article_path(article) for article in frozen_portal()._articles.values()]
PAGES = {f"{BASE}{path}": frozen_portal().answer(path).body for path in PATHS}
URL, PAGE = next(iter(PAGES.items()))
PDF = b"%PDF-1.4\n1 0 obj << >> endobj\ntrailer << >>\n%%EOF\n"


def read(tmp_path: Path, *files: Path, site: Site = OURS, period: Period = Period()) -> Collector:  # noqa: B008
    """Read files and collect what would be taken over."""
    database = create_or_open(tmp_path / "read.db")
    collector = Collector(database, site, dry_run=True)
    intake = Intake(database, site, collector, period)
    for file in files:
        for _ in intake.read_file(file):
            pass
    intake.finish()
    database.close()
    return collector


def take_over(database: Database, *files: Path, site: Site = OURS) -> Importer:
    importer = Importer(database, site)
    intake = Intake(database, site, importer, Period())
    for file in files:
        for _ in intake.read_file(file):
            pass
    intake.finish()
    importer.close()
    return importer


def write(tmp_path: Path, *records: bytes, name: str = "some.warc") -> Path:
    path = tmp_path / name
    path.write_bytes(b"".join(records))
    return path


def pages_as(write_one: Callable[[str, datetime, bytes], bytes]) -> list[bytes]:
    return [write_one(url, START + timedelta(minutes=n), body) for n, (url, body) in enumerate(PAGES.items())]


def whole_record(url: str, at: datetime, body: bytes) -> bytes:
    return write_warc("response", url, at, write_http(200, body), WARC_Payload_Digest=write_sha1(body))


@pytest.fixture(scope="module")
def wget(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """What Debian's wget records of the replica, traps and print views included; and its address."""
    if not shutil.which("wget"):
        pytest.skip("wget is not here")
    folder = tmp_path_factory.mktemp("wget")
    portal = frozen_portal()
    with serve(portal) as base:
        command = ["wget", "-q", "-r", "-l", "2", "-p", "-nd", "--delete-after", "--warc-file", str(folder / "wget")]
        pages = [base + path for path in PATHS[:1]] + [f"{base}/{channel}" for channel in portal.channels]
        subprocess.run([*command, "-P", str(folder), *pages], check=False, timeout=300)
    return folder / "wget.warc.gz", f"{base}/"


def test_what_wget_records_is_read_and_traps_make_nothing(tmp_path: Path, wget: tuple[Path, str]) -> None:
    file, base = wget
    database = create_or_open(tmp_path / "archive.db")
    done = take_over(database, file, site=replace(SITE, listings=(base,))).done
    assert done.broken == []
    assert done.captures > 30
    rows = [tuple(row) for row in database.execute("SELECT article_id, state, snapshots FROM current_articles")]
    assert sorted(rows) == [(str(number), "live", 1) for number in sorted(frozen_portal()._articles)]
    assert [tuple(row) for row in database.execute("SELECT DISTINCT kind FROM events")] == [("created",)]
    assert [tuple(row) for row in database.execute("SELECT kind, url FROM run_findings")] == []
    views = "SELECT count(*) FROM captures k JOIN addresses a ON a.id = k.address_id WHERE a.url LIKE '%/pop_up/%'"
    assert database.execute(views).fetchone()[0] > 0, "the print views are not among them"
    assert [*verify(database)] == []
    rows_before = dump(database)
    assert take_over(database, file, site=replace(SITE, listings=(base,))).done.captures == 0
    assert dump(database) == rows_before


@pytest.mark.parametrize("is_packed", [False, True])
def test_a_file_that_is_cut_anywhere_gives_no_page_of_a_cut_record(tmp_path: Path, is_packed: bool) -> None:
    records = pages_as(whole_record)
    packed = [gzip.compress(record) for record in records] if is_packed else records
    whole = read(tmp_path, write(tmp_path, *packed))
    assert len(whole.seen) == len(PAGES)
    data = b"".join(packed)
    ends = [sum(map(len, packed[: number + 1])) for number in range(len(packed))]
    chance = random.Random(7)
    places = [chance.randrange(1, len(data)) for _ in range(44)] + [end - back for end in ends[:3] for back in (0, 5)]
    for place in places:
        cut = read(tmp_path, write(tmp_path, data[:place]))
        assert cut.seen <= whole.seen, place
        assert len(cut.seen) >= sum(end <= place for end in ends), place
        if place not in ends and place < ends[0] - 20:
            assert cut.done.broken, place


CODINGS = {
    "gzip": (gzip.compress(PAGE), "Content-Encoding: gzip"),
    "deflate": (zlib.compress(PAGE), "Content-Encoding: deflate"),
    "br": (brotli.compress(PAGE), "Content-Encoding: br"),
    "zstd": (zstandard.ZstdCompressor().compress(PAGE), "Content-Encoding: zstd"),
    "unpacked before": (PAGE, "Content-Encoding: gzip"),
    "chunked": (b"%x\r\n%b\r\n0\r\n\r\n" % (len(PAGE), PAGE), "Transfer-Encoding: chunked"),
    "joined before": (PAGE, "Transfer-Encoding: chunked"),
    "length": (PAGE, f"Content-Length: {len(PAGE)}"),
}


@pytest.mark.parametrize("coding", CODINGS)
def test_how_a_body_came_is_undone(tmp_path: Path, coding: str) -> None:
    body, header = CODINGS[coding]
    record = write_warc("response", URL, START, write_http(200, body, "Content-Type: text/html", header))
    collector = read(tmp_path, write(tmp_path, record))
    assert collector.done.broken == []
    assert collector.seen == {(URL, START, 200, PAGE)}


BROKEN = {
    "cut by its maker": lambda: write_warc("response", URL, START, write_http(200, PAGE), WARC_Truncated="length"),
    "another digest": lambda: write_warc(
        "response", URL, START, write_http(200, PAGE), WARC_Block_Digest=write_sha1(b"another")
    ),
    "another payload": lambda: write_warc(
        "response", URL, START, write_http(200, PAGE), WARC_Payload_Digest=write_sha1(b"another")
    ),
    "too short a length": lambda: write_warc("response", URL, START, write_http(200, PAGE), Content_Length="500"),
    "no length": lambda: write_warc("response", URL, START, write_http(200, PAGE), Content_Length="many"),
    "no time": lambda: write_warc("response", URL, START, write_http(200, PAGE), WARC_Date="yesterday"),
    "the future": lambda: write_warc("response", URL, now() + timedelta(days=400), write_http(200, PAGE)),
    "no answer": lambda: write_warc("response", URL, START, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"),
    "cut on its way": lambda: write_warc(
        "response", URL, START, write_http(200, PAGE[:900], "Content-Type: text/html", f"Content-Length: {len(PAGE)}")
    ),
    "cut within a chunk": lambda: write_warc(
        "response",
        URL,
        START,
        write_http(200, b"ffff\r\n" + PAGE[:900], "Content-Type: text/html", "Transfer-Encoding: chunked"),
    ),
    "cut while packed": lambda: write_warc(
        "response",
        URL,
        START,
        write_http(200, gzip.compress(PAGE)[:-40], "Content-Type: text/html", "Content-Encoding: gzip"),
    ),
    "of what is not here": lambda: write_warc(
        "revisit",
        URL,
        START,
        write_http(200, b""),
        WARC_Profile="http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
        WARC_Payload_Digest=write_sha1(b"elsewhere"),
    ),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_record_that_is_wrong_is_named_and_not_taken(tmp_path: Path, fault: str) -> None:
    others = pages_as(whole_record)[1:]
    collector = read(tmp_path, write(tmp_path, BROKEN[fault](), *others))
    assert URL not in {url for url, *_ in collector.seen}
    assert [record.url for record in collector.done.broken][:1] == [URL]
    assert all(record.why and record.source == "some.warc" for record in collector.done.broken)
    if fault not in ("too short a length", "no length"):  # behind these nobody knows where the next record begins
        assert len(collector.seen) == len(others)


def _pack_wacz(tmp_path: Path, records: list[bytes]) -> Path:
    path = tmp_path / "some.wacz"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("datapackage.json", "{}")
        package.writestr("archive/one.warc.gz", b"".join(map(gzip.compress, records[:2])))
        package.writestr("archive/two.warc", b"".join(records[2:]))
    return path


def _pack_arc(tmp_path: Path, records: list[bytes]) -> Path:
    return write(tmp_path, *map(gzip.compress, (begin_arc(START), *records)), name="old.arc.gz")


FORMS: dict[str, Callable[[Path], Path]] = {
    "warc": lambda folder: write(folder, *pages_as(whole_record)),
    "warc.gz": lambda folder: write(folder, *map(gzip.compress, pages_as(whole_record)), name="some.warc.gz"),
    "all packed at once": lambda folder: write(folder, gzip.compress(b"".join(pages_as(whole_record))), name="some.gz"),
    "wacz": lambda folder: _pack_wacz(folder, pages_as(whole_record)),
    "arc.gz": lambda folder: _pack_arc(
        folder, pages_as(lambda url, at, body: write_arc(url, at, write_http(200, body)))
    ),
    "arc": lambda folder: write(
        folder,
        begin_arc(START),
        *pages_as(lambda url, at, body: write_arc(url, at, write_http(200, body))),
        name="old.arc",
    ),
    "addresses in angle brackets": lambda folder: write(
        folder, *pages_as(lambda url, at, body: whole_record(f"<{url}>", at, body))
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_all_forms_of_files_are_read(tmp_path: Path, form: str) -> None:
    collector = read(tmp_path, FORMS[form](tmp_path))
    assert collector.done.broken == []
    assert {(url, body) for url, _, _, body in collector.seen} == set(PAGES.items())
    assert min(at for _, at, _, _ in collector.seen) == START


@pytest.mark.parametrize("form", ["warc", "warc.gz", "all packed at once", "wacz", "arc", "arc.gz"])
def test_whatever_happened_to_a_file_it_ends_in_words(tmp_path: Path, form: str) -> None:
    """Bytes that were changed, lost, added and doubled: no error of the program, and no page that nobody wrote."""
    chance, data = random.Random(form), FORMS[form](tmp_path).read_bytes()
    for _ in range(40):
        (tmp_path / "spoilt").write_bytes(spoil(chance, data))
        try:
            collector = read(tmp_path, tmp_path / "spoilt")
        except ArchiverError:  # a package without its directory
            continue
        if not form.startswith("arc"):  # which has no digests
            assert {body for _, _, _, body in collector.seen} <= {*PAGES.values()}


PROFILE = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
REFERENCES: dict[str, dict[str, str]] = {
    "by its digest": {"WARC_Payload_Digest": write_sha1(PAGE)},
    "by address and time": {
        "WARC_Refers_To_Target_URI": URL,
        "WARC_Refers_To_Date": START.strftime("%Y-%m-%dT%H:%M:%SZ"),
    },
}


PLACES = ("before it", "behind it", "in another file")


@pytest.mark.parametrize(
    ("reference", "order"),  # the archive knows no digests of others
    [*((reference, order) for reference in REFERENCES for order in PLACES), ("by address and time", "in the archive")],
)
def test_a_revisit_is_what_it_refers_to(tmp_path: Path, reference: str, order: str) -> None:
    later = START + timedelta(days=3)
    first = whole_record(URL, START, PAGE)
    again = write_warc("revisit", URL, later, write_http(200, b""), WARC_Profile=PROFILE, **REFERENCES[reference])
    database = create_or_open(tmp_path / "archive.db")
    if order == "in another file":
        take_over(database, write(tmp_path, again, name="2.warc"), write(tmp_path, first, name="1.warc"))
    elif order == "in the archive":
        take_over(database, write(tmp_path, first, name="1.warc"))
        take_over(database, write(tmp_path, again, name="2.warc"))
    else:
        take_over(database, write(tmp_path, *((again, first) if order == "behind it" else (first, again))))
    rows = database.execute("SELECT fetched_at, status, payload_digest FROM captures ORDER BY fetched_at").fetchall()
    assert [(row[0][:10], row[1]) for row in rows] == [("2026-01-05", 200), ("2026-01-08", 200)]
    assert rows[0][2] == rows[1][2]
    seen = database.execute("SELECT snapshots, last_seen_at FROM current_articles").fetchone()
    assert (seen[0], seen[1][:10]) == (1, "2026-01-08")
    assert [*verify(database)] == []


def test_what_a_server_says_is_not_modified_confirms_the_article(tmp_path: Path) -> None:
    told = write_warc(
        "revisit",
        URL,
        START + timedelta(days=5),
        write_http(304, b"", "ETag: x"),
        WARC_Profile="http://netpreserve.org/warc/1.1/revisit/server-not-modified",
    )
    database = create_or_open(tmp_path / "archive.db")
    take_over(database, write(tmp_path, whole_record(URL, START, PAGE), told))
    row = database.execute("SELECT snapshots, last_seen_at FROM current_articles").fetchone()
    assert (row[0], row[1][:10]) == (1, "2026-01-10")
    assert [row[0] for row in database.execute("SELECT status FROM captures ORDER BY fetched_at")] == [200, 304]


def test_other_hosts_and_parts_of_pages_are_counted(tmp_path: Path) -> None:
    def of(url: str, body: bytes, kind: str) -> bytes:
        return write_warc("response", url, START, write_http(200, body, f"Content-Type: {kind}"))

    records = [
        of("http://other.example/", PAGE, "text/html"),
        of(f"{BASE}/a.css", b"p { color: red }", "text/css"),
        of(f"{BASE}/a.png", b"\x89PNG\r\n\x1a\n" + bytes(50), "image/png"),
        of(
            f"{BASE}/rss.xml",
            b"<?xml version='1.0'?><rss version='2.0'><channel></channel></rss>",
            "application/rss+xml",
        ),
        of(f"{BASE}/robots.txt", b"User-agent: *\nDisallow:\n", "text/plain"),
        write_warc("request", URL, START, b"GET / HTTP/1.1\r\n\r\n"),
        write_warc("response", "dns:dukdhcd.example", START, b"20260105 A 10.0.0.1", Content_Type="text/dns"),
        write_warc("warcinfo", "", START, b"software: another\r\n", Content_Type="application/warc-fields"),
    ]
    collector = read(tmp_path, write(tmp_path, *records))
    assert {url.rpartition("/")[2] for url, *_ in collector.seen} == {"rss.xml", "robots.txt"}
    assert dict(collector.done.skipped) == {
        "of other.example": 1,
        "pictures, scripts and other parts of pages": 2,
        "records that hold no answer of a server": 1,
    }
    assert collector.done.broken == []


def test_documents_become_files_of_the_articles(tmp_path: Path) -> None:
    headers = ("Content-Type: application/pdf", 'ETag: "7"')
    url = f"{BASE}/documents/10180/ke-hoach.pdf"
    records = [write_warc("response", url, START, write_http(200, PDF, *headers)), whole_record(URL, START, PAGE)]
    database = create_or_open(tmp_path / "archive.db")
    done = take_over(database, write(tmp_path, *records)).done
    assert (done.captures, done.files) == (1, 1)
    query = (
        "SELECT a.url, d.status, f.media_type, d.validators FROM downloads d JOIN addresses a ON a.id = d.address_id "
    )
    rows = [tuple(row) for row in database.execute(f"{query} JOIN files f ON f.digest = d.digest")]
    assert rows == [(url, 200, "application/pdf", '{"ETag": "\\"7\\""}')]
    kept = list((tmp_path / "archive.files").rglob("*.pdf"))
    assert [path.read_bytes() for path in kept] == [PDF]
    assert take_over(database, write(tmp_path, *records)).done.known == 2
    assert [*verify(database)] == []


def test_days_are_chosen_in_the_zone_of_the_site(tmp_path: Path) -> None:
    """At 20:00 UTC it is the next day already in Hà Nội."""
    days = [datetime(2026, 1, day, 20, tzinfo=UTC) for day in (5, 6, 7)]
    file = write(tmp_path, *(whole_record(URL, day, PAGE) for day in days))
    collector = read(tmp_path, file, period=Period(date(2026, 1, 7), date(2026, 1, 7)))
    assert [at for _, at, _, _ in collector.seen] == [days[1]]


class TestCommand:
    """``archiver import`` itself."""

    @pytest.fixture
    def db(self, tmp_path: Path) -> Path:
        visits = Visits(tmp_path / "archive.db")
        visits.run(frozen_portal(), START + timedelta(days=30))
        visits.database.close()
        return tmp_path / "archive.db"

    def call(self, db: Path, *arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(archiver, ["--db", str(db), "import", *arguments], standalone_mode=False)
        if done.exception:
            return getattr(done.exception, "exit_status", -1), str(done.exception)
        assert done.stdout == ""
        return done.return_value or 0, done.stderr

    def test_it_says_what_came_of_it(self, tmp_path: Path, db: Path) -> None:
        file = write(tmp_path, *pages_as(whole_record), whole_record("http://other.example/", START, PAGE))
        status, told = self.call(db, "--dry-run", str(file), SITE.name)
        assert (status, told.split(";")[0]) == (
            0,
            f"{SITE.name}: {len(PAGES)} captures and 0 files would be taken over, 0 known before",
        )
        status, told = self.call(db, str(file), SITE.name)
        new, passed = f"{len(PAGES)} captures and 0 files taken over, 0 known before", "passed over: 1 of other.example"
        assert (status, told.strip()) == (0, f"{SITE.name}: {new}; {passed}")
        assert self.call(db, str(file), SITE.name)[1].startswith(f"{SITE.name}: 0 captures and 0 files taken over")

    def test_broken_records_are_named_and_the_status_is_3(self, tmp_path: Path, db: Path) -> None:
        file = write(tmp_path, BROKEN["another digest"](), *pages_as(whole_record)[1:])
        status, told = self.call(db, str(file), SITE.name)
        assert status == 3
        assert f"some.warc: not taken over: <{URL}> of 2026-01-05T03:00:00+00:00: its digest is not" in told
        told = CliRunner().invoke(archiver, ["--db", str(db), "runs", "1"], standalone_mode=False).stdout
        assert "broken_record" in told

    def test_nothing_readable_is_1_and_an_unknown_site_2(self, tmp_path: Path, db: Path) -> None:
        file = write(tmp_path, b"this is no web archive at all, and nothing else")
        assert self.call(db, str(file), SITE.name)[0] == 1
        assert self.call(db, str(tmp_path / "not-here.warc"), SITE.name)[0] == 1
        other = write(tmp_path, whole_record("http://other.example/", START, PAGE), name="other.warc")
        status, told = self.call(db, str(other), SITE.name)
        assert status == 1
        assert told.strip().endswith('if a host named above is its own, declare it: hosts = ("HOST",)')
        status, told = self.call(db, str(file), "nobody")
        assert (status, told[:25]) == (2, "there is no site 'nobody'")

    def test_a_file_that_cannot_be_read_beside_one_that_can(self, tmp_path: Path, db: Path) -> None:
        good, bad = write(tmp_path, *pages_as(whole_record)), write(tmp_path, b"PK\x03\x04 and no more", name="a.wacz")
        status, told = self.call(db, str(good), str(bad), SITE.name)
        assert status == 3
        assert "a.wacz: the package is cut off or damaged" in told
