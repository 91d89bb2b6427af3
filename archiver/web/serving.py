"""Serving an archive: read-only, to this machine unless told otherwise, with nothing from outside."""

import asyncio
import ipaddress
import socket
import sqlite3
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from functools import partial
from importlib import import_module
from pathlib import Path

import uvicorn
from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import Database, QueryInterrupted, Results
from datasette.plugins import pm

from archiver.archive.store.damage import distrust
from archiver.archive.store.file import open_for_reading
from archiver.archive.store.functions import register_functions
from archiver.errors import ArchiverError
from archiver.web import plugin, tables
from archiver.web.answering import Desk, Values, make_question, refuse
from archiver.web.metadata import CELL, describe_archive
from archiver.web.plugin import DATABASE, Reader
from archiver.web.tables import TEMPLATES
from archiver.web.turns import App, Message, Receive, Send, take_turns

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
# Datasette's own pages have scripts of their own, so theirs is less strict; but nothing from outside here either.
_STOCK = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_HEADERS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": _STOCK,
}
# So many rows with all texts of an article are about as large as an answer may be (archive/user_sql/limits.py).
_SETTINGS = {
    "default_page_size": 50,
    "max_returned_rows": 200,
    "sql_time_limit_ms": 900,
    "facet_time_limit_ms": 500,
    "allow_download": False,
    "truncate_cells_html": CELL,
    "suggest_facets": False,  # each would be asked for, of views with all texts
}
_is_table: ContextVar[bool] = ContextVar("is_table", default=False)
"""Whether CSV is asked for."""


class ArchiveFile(Database):
    """The archive as Datasette reads it: never for writing, whatever asks, and at no more cost than is allowed."""

    def __init__(self, reader: Reader, path: Path) -> None:
        super().__init__(reader, path=str(path), is_mutable=True)
        self._desk = Desk(path)

    async def execute(  # its arguments are those of Datasette
        self,
        sql: str,
        params: Values | None = None,
        truncate: bool = False,
        custom_time_limit: int | None = None,
        page_size: int | None = None,
        log_sql_errors: bool = True,
    ) -> Results:
        """Have a process of its own answer a statement: what readers ask, and what Datasette asks for its pages."""
        limit = min(self.ds.sql_time_limit_ms, custom_time_limit or self.ds.sql_time_limit_ms)
        most = self.ds.max_returned_rows
        most += most == (page_size or self.ds.page_size)
        question = make_question(sql, params, limit / 1000, most if truncate else None)
        told = log_sql_errors and not custom_time_limit
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._desk.threads, partial(self._desk.ask, question, told=told))
        except (QueryInterrupted, sqlite3.OperationalError) as error:
            if _is_table.get():  # Datasette would send an empty one, with status 200
                raise refuse(str(error.args[0])) from None
            raise

    def close(self) -> None:
        """Close all connections, and end all processes."""
        super().close()
        self._desk.close()

    def connect(self, write: bool = False) -> sqlite3.Connection:
        """Open a connection for reading."""
        if write:
            raise ArchiverError("the archive is open for reading only")
        connection = sqlite3.connect(
            f"{Path(self.path).resolve().as_uri()}?mode=ro", uri=True, check_same_thread=False, isolation_level=None
        )
        distrust(connection)
        register_functions(connection)
        connection.execute("PRAGMA query_only = ON")
        self._all_file_connections.append(connection)
        return connection


def make_reader(path: Path, expected: Iterable[str] = (), *, loopback: bool = True) -> Reader:
    """Return the application; ArchiveError where the file is no archive of ours."""
    open_for_reading(path).close()
    if not pm.is_registered(plugin):
        pm.register(plugin, name="archiver.web.plugin")
        pm.register(tables, name="archiver.web.tables")
        pm.register(_Guards, name="archiver.web.serving")
        # Where rich is installed, Datasette prints the stack of every refusal, values included: half a second each.
        vars(import_module("datasette.handle_exception"))["rich"] = None
    reader = Reader(
        settings=_SETTINGS,
        pdb=False,
        metadata=describe_archive(DATABASE, listed=False),
        template_dir=str(TEMPLATES),
    )
    reader.expected = frozenset(expected)
    reader.loopback = loopback
    reader.add_database(ArchiveFile(reader, path), name=DATABASE)
    return reader


def bind(host: str, port: int) -> socket.socket:
    """Take a port, 0 for any; ArchiverError where it cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    taken = socket.socket(family)
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        taken.bind((host, port))
        taken.listen()
    except OSError as error:
        taken.close()
        raise ArchiverError(f"{host}:{port} cannot be served: {error.strerror}; choose another with --port") from error
    return taken


def serve(reader: Reader, taken: socket.socket) -> None:
    """Answer until somebody ends it (Ctrl-C, SIGTERM)."""
    server = uvicorn.Server(uvicorn.Config(reader.app(), log_level="warning", access_log=False, server_header=False))
    try:
        server.run(sockets=[taken])
    except KeyboardInterrupt:
        return


def is_loopback(host: str) -> bool:
    """Say whether only this machine can reach a host."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Guards:
    """What stands before every answer, Datasette's own too."""

    @staticmethod
    @hookimpl
    def asgi_wrapper(datasette: Datasette) -> Callable[[App], App]:
        return lambda app: _guard(app, datasette) if isinstance(datasette, Reader) else app


def _guard(app: App, reader: Reader) -> App:
    """Answer only who asks to read, under the names of this machine if it is served to no other.

    The name matters: else a page elsewhere could have its own name lead here and read the archive (DNS rebinding).
    """
    app = take_turns(app, f"/{DATABASE}")

    async def guarded(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            await _refuse(send, 405, "The archive is read-only.")
        elif reader.loopback and _name_host(scope) not in LOOPBACK_NAMES:
            await _refuse(send, 421, "This server answers to localhost only.")
        else:
            _is_table.set(scope["path"].endswith(".csv"))
            await app(scope, receive, lambda message: send(_add_headers(message)))

    return guarded


def _name_host(scope: Message) -> str:
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    return host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host


def _add_headers(message: Message) -> Message:
    """Add what every answer forbids, unless the page says it itself."""
    if message["type"] == "http.response.start":
        given = {name.lower() for name, _ in message.get("headers", ())}
        more = [(name.encode(), value.encode()) for name, value in _HEADERS.items() if name.encode() not in given]
        return {**message, "headers": [*message.get("headers", ()), *more]}
    return message


async def _refuse(send: Send, status: int, text: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"allow", b"GET, HEAD")]
    await send(_add_headers({"type": "http.response.start", "status": status, "headers": headers}))
    await send({"type": "http.response.body", "body": text.encode()})
