"""Who is told: a mail server and a hook on loopback, which can be down, refuse, and remember what they took."""

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from http.server import BaseHTTPRequestHandler
from typing import Any, cast

from tests.loopback import serve_handler


@dataclass
class Hook:
    """A server that takes POSTs of JSON, or answers them with another status."""

    url: str = ""
    status: int = 200
    bodies: list[dict[str, Any]] = field(default_factory=list)
    heads: list[dict[str, str]] = field(default_factory=list)

    @property
    def told(self) -> list[int]:
        """The numbers of all changes that were shown, in the order of messages."""
        return [row["change_id"] for body in self.bodies for row in body.get("changes", ())]


@contextmanager
def serve_hook() -> Iterator[Hook]:
    """Serve a hook while the context lasts."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if hook.status == 200:
                hook.bodies.append(body)
                hook.heads.append({**dict(self.headers), "path": self.path})
            self.send_response(hook.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's name
            """Say nothing."""

    with serve_handler(Handler) as base:
        hook.url = base
        yield hook


@dataclass
class Mailbox:
    """A mail server without accounts: all that it took; while it is ``down`` it refuses every message."""

    port: int = 0
    down: bool = False
    mails: list[EmailMessage] = field(default_factory=list)

    @property
    def address(self) -> str:
        """Its address as apprise writes them."""
        return f"mailto://kho@127.0.0.1:{self.port}?from=kho@example.org&to=lan@example.org&mode=insecure"

    @property
    def texts(self) -> list[str]:
        """The plain texts of all mails."""
        return [self.read(mail, "plain") for mail in self.mails]

    def read(self, mail: EmailMessage, form: str) -> str:
        """Read one form of a mail, ``plain`` or ``html``."""
        part = mail.get_body((form,))
        assert part is not None
        return str(part.get_content())


@contextmanager
def serve_mail() -> Iterator[Mailbox]:
    """Serve a mailbox (RFC 5321, as much of it as one sender needs) while the context lasts."""
    box = Mailbox()

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            with suppress(ConnectionError):  # some only look whether anybody is there
                self._talk()

        def _talk(self) -> None:
            self._say("421 not now" if box.down else "220 hộp thư")
            while not box.down and (line := self.rfile.readline()):
                word = line.split()[0].upper()
                if word == b"DATA":
                    self._take()
                elif word == b"QUIT":
                    self._say("221 chào")
                    return
                else:
                    self._say("250 ok")

        def _take(self) -> None:
            self._say("354 go on")
            lines = list(iter(self.rfile.readline, b".\r\n"))
            raw = b"".join(line[1:] if line.startswith(b"..") else line for line in lines)
            box.mails.append(cast("EmailMessage", message_from_bytes(raw, policy=policy.default)))
            self._say("250 taken")

        def _say(self, line: str) -> None:
            self.wfile.write(f"{line}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        box.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield box
        finally:
            server.shutdown()
            thread.join()
