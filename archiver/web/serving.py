"""Serving an archive: read-only, to this machine unless told otherwise, with nothing from outside."""

import ipaddress
import socket
import sqlite3
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from pathlib import Path
from typing import Any

import uvicorn
from datasette import hookimpl
from datasette.app import Datasette
from datasette.database import Database
from datasette.plugins import pm

from archiver.archive.damage import distrust
from archiver.archive.file import open_for_reading
from archiver.errors import ArchiverError
from archiver.functions import register_functions
from archiver.web import plugin
from archiver.web.plugin import DATABASE, Reader

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

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
_SETTINGS = {"default_page_size": 50, "sql_time_limit_ms": 2000, "allow_download": False}


class ArchiveFile(Database):
    """The archive as Datasette reads it: never for writing, whatever asks."""

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
        pm.register(_Guards, name="archiver.web.serving")
    reader = Reader(settings=_SETTINGS, pdb=False, metadata={"title": "Archive"})
    reader.expected = frozenset(expected)
    reader.loopback = loopback
    reader.add_database(ArchiveFile(reader, path=str(path), is_mutable=True), name=DATABASE)
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

    async def guarded(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
        elif scope["method"] not in ("GET", "HEAD"):
            await _refuse(send, 405, "The archive is read-only.")
        elif reader.loopback and _name_host(scope) not in LOOPBACK_NAMES:
            await _refuse(send, 421, "This server answers to localhost only.")
        else:
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
