"""The connection to the hub: its address, how it is made anew, and errors in words that say what to do."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.pq import PGconn, Ping

from archiver.errors import UsageError
from archiver.fleet.hub.errors import HubAwayError, HubError, HubVersionError

CHANNEL = "archive_bundles"
# Seconds. A transaction that was begun and left open holds back what all readers may see, and a network that was cut
# says nothing by itself.
_SETTINGS: dict[str, str | int] = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 40_000,
    "application_name": "archiver",
}
_SESSION = (
    "SET search_path = public; SET timezone = 'UTC'; SET idle_in_transaction_session_timeout = '5min'; "
    "SET client_min_messages = warning"
)
_WRITTEN = "write it as postgresql://HOST/DATABASE; PGUSER and ~/.pgpass say who asks"
_PORTS = re.compile(r"\d{0,5}(,\d{0,5})*", re.ASCII)

Rows = psycopg.Cursor[tuple[Any, ...]]


class HubAddress:
    """Where a hub is, and how people are told of it: without its password."""

    def __init__(self, address: str) -> None:
        """Read it; UsageError where it is none, which repeats nothing of it."""
        try:
            parts = {name: str(value) for name, value in conninfo_to_dict(address).items() if value is not None}
        except (psycopg.Error, ValueError):
            raise UsageError(f"the address of the hub cannot be read; {_WRITTEN}") from None
        if not parts or not _PORTS.fullmatch(parts.get("port", "")):
            raise UsageError(f"the address of the hub names no database, or no port; {_WRITTEN}")
        self._secrets = [parts[name] for name in ("password", "sslpassword") if parts.get(name)]
        self.conninfo = make_conninfo("", **{**_SETTINGS, **parts})
        self.shown = self.hide_secrets(_describe(parts))

    def hide_secrets(self, text: str) -> str:
        """Return a text in one line without what nobody may read."""
        for secret in self._secrets:
            text = text.replace(secret, "…")
        return " ".join(text.split())

    def answers(self) -> bool:
        """Say whether a server is there that takes connections, whatever it thinks of this one."""
        return PGconn.ping(self.conninfo.encode()) == Ping.OK


def _describe(parts: dict[str, str]) -> str:
    port = f":{parts['port']}" if "port" in parts else ""
    return f"postgresql://{parts.get('host', '')}{port}/{parts.get('dbname', '')}"


class HubConnection:
    """A connection that is made when it is needed, and anew after the hub was away; for one thread."""

    def __init__(self, address: str) -> None:
        """Take note of where the hub is; UsageError."""
        self.address = HubAddress(address)
        self._connection: psycopg.Connection[tuple[Any, ...]] | None = None
        self._was_there = False

    def close(self) -> None:
        """Hang up; the next call connects anew."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    @contextmanager
    def transaction(self) -> Iterator[Rows]:
        """Do something in the hub whole or not at all; errors of the hub are told as HubError."""
        with self.telling_errors(), self.connect().transaction(), self.connect().cursor(binary=True) as cursor:
            yield cursor

    def connect(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Return the connection; made, and looked at by ``check``, where there is none."""
        if self._connection is None or self._connection.closed:
            connection = self._open()
            try:
                connection.execute(_SESSION)
                self.check(connection)
            except BaseException:
                connection.close()
                raise
            self._connection, self._was_there = connection, True
        return self._connection

    def check(self, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        """Refuse a hub that is not as it should be; nothing is asked here."""

    def _open(self) -> psycopg.Connection[tuple[Any, ...]]:
        """Connect; whom a server that is there refuses at the first time, it will refuse again."""
        try:
            # No prepared statements: queries for one site and for all are planned apart, and poolers stay possible.
            return psycopg.connect(self.address.conninfo, autocommit=True, prepare_threshold=None)
        except psycopg.OperationalError as error:
            said = self.address.hide_secrets(str(error))
            if not self._was_there and self.address.answers():
                raise HubError(
                    f"the hub {self.address.shown} lets nobody in: {said}; see to its address and roles"
                ) from None
            raise self.tell_away(said) from None

    def tell_away(self, said: str) -> HubAwayError:
        """Return the error that says that the hub is away."""
        return HubAwayError(f"the hub {self.address.shown} does not answer: {said}; try again when it does")

    @contextmanager
    def telling_errors(self) -> Iterator[None]:
        """Tell errors of PostgreSQL in a line, without passwords."""
        try:
            yield
        except psycopg.Error as error:
            told = self._tell(error)
            if isinstance(told, HubAwayError):
                self._drop()
            raise told from None

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _tell(self, error: psycopg.Error) -> HubError:
        said = self.address.hide_secrets(error.diag.message_primary or str(error))
        if isinstance(error, psycopg.OperationalError | psycopg.InterfaceError):
            return self.tell_away(said)
        if isinstance(error, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedFunction):
            return HubVersionError(f"{self.address.shown} holds no hub ({said}); archiver hub init makes one")
        if isinstance(error, psycopg.errors.InsufficientPrivilege):
            asked = "connect as the hub's owner, or let the owner GRANT archive_worker (or archive_reader) TO this role"
            return HubError(f"the hub {self.address.shown} does not allow this ({said}); {asked}")
        return HubError(f"the hub {self.address.shown} refuses this: {said}; nothing of it was written")
