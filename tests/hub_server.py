"""A PostgreSQL server of the tests' own: in a temporary folder, on a free loopback port, gone when they end."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
import pytest

from archiver.fleet.hub.client import Hub
from archiver.fleet.hub.connection import HubConnection
from archiver.fleet.hub.schema import init_hub

OWNER, READER, STRANGER = "owner", "lan", "khach"
WORKERS = ("anna", "binh")
TEMPLATE = "hub_template"
_SETTINGS = "max_connections=60", "log_min_messages=fatal", "unix_socket_directories=", "listen_addresses=127.0.0.1"
# Durable enough for a server that is killed and starts again; only a machine without power would lose something.
_FAST = "fsync=off", "full_page_writes=off", "shared_buffers=16MB"


@cache
def find_programs() -> Path | None:
    """Find the folder of the newest PostgreSQL that is installed; Debian has it on nobody's PATH."""
    found = {Path(place).parent for name in ("initdb",) if (place := shutil.which(name))}
    found |= {path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")}
    return max(found, key=lambda path: [int(n) for n in path.parts if n.isdigit()], default=None)


def need_programs() -> Path:
    """Return where PostgreSQL's programs are; the test is skipped without them, and fails in CI."""
    found = find_programs()
    if found is None:
        said = "PostgreSQL is not installed: apt-get install postgresql"
        is_needed = os.environ.get("CI") or os.environ.get("ARCHIVE_TEST_HUB") == "required"
        pytest.fail(said) if is_needed else pytest.skip(said)
    return found


class HubServer:
    """A server, and a database in it that others are copied from; ``durable`` as one that people rely on."""

    def __init__(self, *, durable: bool = False) -> None:
        self._programs = need_programs()
        self._settings = _SETTINGS if durable else (*_SETTINGS, *_FAST)
        self.folder = Path(tempfile.mkdtemp(prefix="hub-"))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        if os.geteuid() == 0:  # the server refuses to run as root
            shutil.chown(self.folder, "postgres", "postgres")
        self._run("initdb", "-D", f"{self.folder}/data", "-U", OWNER, "--auth=trust", "--no-sync", "-E", "UTF8")
        self._count = 0
        self.start()
        self._make_template()

    def url(self, database: str, user: str = OWNER) -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        """Start it and wait until it takes connections, however long that takes on a busy machine."""
        options = [part for setting in self._settings for part in ("-c", setting)]
        command = [f"{self._programs}/postgres", "-D", f"{self.folder}/data", "-p", str(self.port), *options]
        with Path(f"{self.folder}.log").open("ab") as log:
            self._process = subprocess.Popen(_as_server(*command), stdout=log, stderr=log, cwd="/")
        while psycopg.pq.PGconn.ping(self.url("postgres").encode()) != psycopg.pq.Ping.OK:
            assert self._process.poll() is None, Path(f"{self.folder}.log").read_text()
            time.sleep(0.02)

    def kill(self) -> None:
        """End it at once, as a machine does that crashes; what was committed is there at the next start."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait()

    def end(self) -> None:
        self.kill()
        shutil.rmtree(self.folder)
        Path(f"{self.folder}.log").unlink()

    def make_database(self, template: str = TEMPLATE) -> str:
        """Make a database, with a hub in it unless another template is named."""
        self._count += 1
        name = f"hub_{self._count}"
        self.execute("postgres", f"CREATE DATABASE {name} TEMPLATE {template}")
        return name

    def make_hub(self) -> "HubDatabase":
        """Make a hub for one test."""
        return HubDatabase(self, self.make_database())

    def execute(self, database: str, *statements: str, user: str = OWNER) -> list[tuple[Any, ...]]:
        """Execute statements; returns the rows of the last."""
        with psycopg.connect(self.url(database, user), autocommit=True) as connection:
            for statement in statements:
                done = connection.execute(statement)
            return done.fetchall() if done.description else []

    def _make_template(self) -> None:
        self.execute("postgres", f"CREATE DATABASE {TEMPLATE} TEMPLATE template0")
        with closing(HubConnection(self.url(TEMPLATE))) as hub:
            init_hub(hub, {})
        for role in WORKERS:
            self.execute("postgres", f"CREATE ROLE {role} LOGIN IN ROLE archive_worker")
        self.execute("postgres", f"CREATE ROLE {READER} LOGIN IN ROLE archive_reader", f"CREATE ROLE {STRANGER} LOGIN")

    def _run(self, program: str, *arguments: str) -> None:
        subprocess.run(_as_server(f"{self._programs}/{program}", *arguments), check=True, capture_output=True, cwd="/")


def _as_server(*command: str) -> list[str]:
    """Return a command that runs as whom the server runs, and ends with this process however that ends."""
    if not shutil.which("setpriv"):
        return [*command]
    user = ["--reuid=postgres", "--regid=postgres", "--init-groups"] if os.geteuid() == 0 else []
    return ["setpriv", "--pdeathsig=INT", *user, *command]


class HubDatabase:
    """A hub for one test."""

    def __init__(self, server: HubServer, name: str) -> None:
        self.server, self.name = server, name

    def url(self, user: str = OWNER) -> str:
        return self.server.url(self.name, user)

    def hub(self, user: str = WORKERS[0]) -> Hub:
        return Hub(self.url(user))

    @property
    def shown(self) -> str:
        """The address as messages have it."""
        return f"postgresql://127.0.0.1:{self.server.port}/{self.name}"

    def execute(self, *statements: str, user: str = OWNER) -> list[tuple[Any, ...]]:
        return self.server.execute(self.name, *statements, user=user)


@contextmanager
def run_server(*, durable: bool = False) -> Iterator[HubServer]:
    server = HubServer(durable=durable)
    try:
        yield server
    finally:
        server.end()
