"""The hub's tables are made, made again, brought up to date, and refused where this program does not fit them."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from procrastinate.schema import SchemaManager

from archiver.errors import UsageError
from archiver.fleet.hub import schema
from archiver.fleet.hub.client import Hub
from archiver.fleet.hub.connection import HubAddress, HubConnection
from archiver.fleet.hub.errors import HubAwayError, HubError, HubVersionError
from archiver.fleet.hub.records import BEGINNING, HubSettings
from archiver.fleet.hub.schema import check_jobs, init_hub, migrate_hub
from tests import hub_server as programs
from tests.conftest import Crawling
from tests.hub_server import OWNER, WORKERS, HubDatabase, HubServer
from tests.test_hub_log import make_bundle

ANNA = WORKERS[0]


@pytest.fixture
def empty(hub_server: HubServer) -> HubDatabase:
    return HubDatabase(hub_server, hub_server.make_database("template0"))


@pytest.fixture
def owner(hub_database: HubDatabase) -> Iterator[HubConnection]:
    with closing(HubConnection(hub_database.url())) as connection:
        yield connection


def test_a_hub_is_made_once_and_its_settings_written_again(empty: HubDatabase, crawling: Crawling) -> None:
    first = crawling.archiver("hub", "init", "--hub", empty.url(), "--heartbeat", "0.5")
    assert (first.status, first.out) == (0, "")
    assert first.err == (
        f"The hub {empty.shown} is ready; grant archive_worker and archive_reader to the roles that log in.\n"
    )
    with empty.hub() as hub:
        identity = hub.read_identity()
        assert hub.read_settings() == HubSettings(heartbeat=0.5)
        hub.append(make_bundle(b"one"), "may-1")
    again = crawling.archiver("hub", "init", "--stalled-after", "3", ARCHIVE_HUB=empty.url())
    assert (again.status, again.err) == (
        0,
        f"The hub {empty.shown} was there already; its settings are written.\n",
    )
    with empty.hub() as hub:
        assert hub.read_identity() == identity
        assert hub.read_settings() == HubSettings(heartbeat=0.5, stalled_after=3)
        assert [logged.data for logged in hub.list_after(BEGINNING)] == [b"one"]
    migrated = crawling.archiver("hub", "migrate", "--hub", empty.url())
    assert (migrated.status, migrated.out, migrated.err) == (0, "", f"The hub {empty.shown} was up to date.\n")


def test_what_is_no_hub_is_refused_in_a_line(empty: HubDatabase, crawling: Crawling) -> None:
    for command in (["hub", "migrate"], ["follow", "--once"]):
        done = crawling.archiver(*command, "--hub", empty.url())
        assert (done.status, done.out) == (1, "")
        assert done.err.startswith(f"archiver: {empty.shown} holds no hub")
        assert done.err.endswith("archiver hub init makes one\n")
        assert done.err.count("\n") == 1
    empty.execute("CREATE TABLE files (own text)")
    done = crawling.archiver("hub", "init", "--hub", empty.url())
    said = f"{empty.shown} has tables of another program (files); give the hub a database of its own"
    assert (done.status, done.err) == (1, f"archiver: {said}\n")
    assert empty.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == [("files",)]


def test_the_settings_of_another_program_are_no_hub(empty: HubDatabase) -> None:
    empty.execute("CREATE TABLE settings (name text, value text)", "CREATE TABLE bundles (own text)")
    with empty.hub(OWNER) as hub, pytest.raises(HubVersionError, match="archiver hub init makes one"):
        hub.read_clock()


def test_who_does_not_own_the_hub_does_not_make_it(hub_database: HubDatabase) -> None:
    with closing(HubConnection(hub_database.url(ANNA))) as worker:
        for change in (lambda: init_hub(worker, {"heartbeat": 1}), lambda: migrate_hub(worker)):
            with pytest.raises(HubError, match=r"does not allow this .*connect as the hub's owner"):
                change()


def test_an_owner_of_the_database_alone_makes_a_hub(hub_server: HubServer) -> None:
    hub_server.execute("postgres", "CREATE ROLE chu LOGIN", "CREATE DATABASE hub_of_chu OWNER chu TEMPLATE template0")
    with closing(HubConnection(hub_server.url("hub_of_chu", "chu"))) as owner:
        assert init_hub(owner, {})
        assert not init_hub(owner, {"heartbeat": 1})
        assert migrate_hub(owner) == []
    with Hub(hub_server.url("hub_of_chu", ANNA)) as hub:
        assert hub.append(make_bundle(b"one"), "may-1")
        assert [logged.writer for logged in hub.list_after(BEGINNING)] == [ANNA]


def test_a_newer_hub_asks_for_a_newer_program(hub_database: HubDatabase, crawling: Crawling) -> None:
    hub_database.execute("UPDATE settings SET value = 99 WHERE name = 'schema'")
    for command in (["hub", "init"], ["hub", "migrate"], ["follow", "--once"]):
        done = crawling.archiver(*command, "--hub", hub_database.url())
        said = (
            f"the hub {hub_database.shown} is newer than this program (schema 99, here {schema.VERSION}); upgrade first"
        )
        assert (done.status, done.out) == (1, "")
        assert done.err.startswith(f"archiver: {said}")


def test_an_older_hub_is_migrated_and_nothing_logged_changes(
    hub_database: HubDatabase, owner: HubConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with hub_database.hub() as hub:
        hub.append(make_bundle(b"one"), "may-1")
        [before] = hub.list_after(BEGINNING)
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    monkeypatch.setattr(schema, "_VERSIONS", tmp_path)
    tmp_path.joinpath(f"{schema.VERSION}.sql").write_text("CREATE TABLE newer (x int); INSERT INTO newer VALUES (1);")
    with hub_database.hub() as hub, pytest.raises(HubVersionError, match=r"is older .*; run archiver hub migrate$"):
        hub.read_clock()
    assert migrate_hub(owner) == [f"schema {schema.VERSION}"]
    assert migrate_hub(owner) == []
    with hub_database.hub() as hub:
        assert hub.list_after(BEGINNING) == [before]
    assert hub_database.execute("SELECT * FROM newer") == [(1,)]


def test_a_migration_that_fails_leaves_the_hub_as_it_was(
    hub_database: HubDatabase, owner: HubConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "VERSION", schema.VERSION + 1)
    monkeypatch.setattr(schema, "_VERSIONS", tmp_path)
    tmp_path.joinpath(f"{schema.VERSION}.sql").write_text("CREATE TABLE newer (x int); SELECT 1 / 0;")
    with pytest.raises(HubError, match="division by zero"):
        migrate_hub(owner)
    assert hub_database.execute("SELECT to_regclass('newer')") == [(None,)]
    monkeypatch.undo()
    with hub_database.hub() as hub:
        assert hub.read_clock()


def test_the_jobs_of_an_older_procrastinate_are_migrated(empty: HubDatabase) -> None:
    older = [path for path in sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql")) if path.stem < "03.04"]
    empty.execute(*[path.read_text() for path in older], schema._TABLES.read_text())
    empty.execute(f"INSERT INTO settings VALUES ('schema', '1'), ('procrastinate', '{older[-1].stem}')")
    with closing(HubConnection(empty.url())) as owner:
        with pytest.raises(HubVersionError, match=r"another Procrastinate \(03\.03.*\); run archiver hub migrate$"):
            check_jobs(owner)
        assert [line.split("_")[0] for line in migrate_hub(owner)] == ["procrastinate 03.04.00"] * 2
        check_jobs(owner)
        assert empty.execute("SELECT count(*) FROM pg_proc WHERE proname = 'procrastinate_retry_job_v2'") == [(1,)]
        empty.execute("UPDATE settings SET value = '99.0' WHERE name = 'procrastinate'")
        with pytest.raises(HubVersionError, match=r"upgrade procrastinate here first$"):
            check_jobs(owner)


def test_a_hub_from_the_dump_of_another_server_is_numbered_anew(
    hub_database: HubDatabase, owner: HubConnection, tmp_path: Path
) -> None:
    """There its transactions have numbers that are yet to come, and readers would wait for those."""
    (tmp_path / "copy.db").write_bytes(b"x")
    with hub_database.hub() as hub:
        identity = hub.read_identity()
        for data in (b"one", b"two"):
            hub.append(make_bundle(data), "may-1")
        cursor = hub.list_after(BEGINNING)[-1].cursor
        hub.put_checkpoint("vidu", cursor, tmp_path / "copy.db", "may-1")
    hub_database.execute("UPDATE bundles SET xid = (1000000000000 + seq)::text::xid8")
    with (
        hub_database.hub() as hub,
        pytest.raises(HubVersionError, match=r"dump of another server; run archiver hub migrate"),
    ):
        hub.list_after(BEGINNING)
    [said] = migrate_hub(owner)
    assert said.startswith("numbered anew")
    with hub_database.hub() as hub:
        assert [logged.data for logged in hub.list_after(BEGINNING)] == [b"one", b"two"]
        assert hub.append(make_bundle(b"three"), "may-1")
        assert [logged.data for logged in hub.list_after(BEGINNING)] == [b"one", b"two", b"three"]
        assert hub.read_identity() != identity
        assert hub.find_checkpoint("vidu") is None


def test_a_password_is_never_shown(hub_database: HubDatabase, hub_server: HubServer, crawling: Crawling) -> None:
    secret = "mat-khau-1"
    place = f"127.0.0.1:{hub_server.port}"
    addresses = [
        f"postgresql://anna:{secret}@{place}/none",
        f"postgresql://nobody:{secret}@{place}/{hub_database.name}",
        f"postgresql://anna:{secret}@127.0.0.1:1/{hub_database.name}",
        f"postgresql://anna:{secret}@{place}/{hub_database.name}?no_such_option={secret}",
        f"host=127.0.0.1 password={secret} port=x{secret}",
        f"anna:{secret}@127.0.0.1",
        f"postgresql://khach:{secret}@{place}/{hub_database.name}",
    ]
    for number, address in enumerate(addresses):
        command = ["follow", "--once"] if number % 2 else ["hub", "init"]
        done = crawling.archiver(*command, "--hub", address)
        assert done.status in (1, 2), done.err
        assert done.err.count("\n") == 1, done.err
        assert done.err.startswith("archiver: ")
        assert secret not in done.out + done.err


def test_an_address_is_shown_with_what_is_needed_to_find_the_hub() -> None:
    shown = HubAddress("postgresql://anna:x@hub.vidu.vn:5433/archive?sslmode=require").shown
    assert shown == "postgresql://hub.vidu.vn:5433/archive"
    assert HubAddress("host=hub.vidu.vn dbname=archive").shown == "postgresql://hub.vidu.vn/archive"
    assert HubAddress("postgresql:///archive").shown == "postgresql:///archive"
    for nothing in ("", "postgresql://[", "hub.vidu.vn"):
        with pytest.raises(UsageError, match="write it as postgresql://HOST/DATABASE"):
            HubAddress(nothing)


def test_whom_the_server_refuses_need_not_wait_and_who_meets_none_may(
    hub_database: HubDatabase, hub_server: HubServer
) -> None:
    with Hub(hub_server.url("none")) as hub, pytest.raises(HubError, match="lets nobody in") as refused:
        hub.read_clock()
    assert not isinstance(refused.value, HubAwayError)
    with Hub("postgresql://anna@127.0.0.1:1/none") as hub, pytest.raises(HubAwayError, match="try again when it does"):
        hub.read_clock()


def test_without_an_address_the_command_says_where_it_goes(crawling: Crawling) -> None:
    for command in (["hub", "init"], ["hub", "migrate"], ["follow"]):
        done = crawling.archiver(*command, ARCHIVE_HUB="")
        assert (done.status, done.err) == (
            2,
            "archiver: no hub is named; set ARCHIVE_HUB=postgresql://HOST/DATABASE or give --hub\n",
        )


def test_without_the_extra_the_command_says_what_to_install(crawling: Crawling, tmp_path: Path) -> None:
    (tmp_path / "psycopg.py").write_text("raise ImportError('no pq wrapper available')")
    done = crawling.archiver(
        "follow", PYTHONPATH=f"{tmp_path}:{Path(__file__).parents[1]}", ARCHIVE_HUB="postgresql:///x"
    )
    said = "a hub needs psycopg and procrastinate: pip install 'committee-news-archiver[fleet]'"
    assert (done.status, done.err) == (2, f"archiver: {said}\n")


def test_nothing_of_it_is_imported_by_other_commands(crawling: Crawling) -> None:
    script = (
        "import sys; from archiver.cli import COMMANDS; from importlib import import_module\n"
        "for module in {*COMMANDS.values()}: import_module(module)\n"
        "print([name for name in sys.modules if name.split('.')[0] in ('psycopg', 'procrastinate')])"
    )
    (crawling.path.parent / "imports_all.py").write_text(script)
    done = crawling.run("imports_all", PYTHONPATH=f"{crawling.path.parent}:{Path(__file__).parents[1]}")
    assert (done.status, done.out, done.err) == (0, "[]\n", "")


def test_without_postgresql_its_tests_are_skipped_but_not_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(programs, "find_programs", lambda: None)
    for name in ("CI", "ARCHIVE_TEST_HUB"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt-get install postgresql"):
        programs.need_programs()
    monkeypatch.setenv("ARCHIVE_TEST_HUB", "required")
    with pytest.raises(pytest.fail.Exception, match="apt-get install postgresql"):
        programs.need_programs()
