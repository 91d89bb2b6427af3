"""The HTTP server in front of a portal."""

import socket
import ssl
import struct
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from archiver.demo_portal.exchange import Response
from archiver.demo_portal.portal import Portal

_RESET_ON_CLOSE = struct.pack("ii", 1, 0)
_PIECE = 16_384


@contextmanager
def serve(portal: Portal, host: str = "127.0.0.1", port: int = 0, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    """Serve ``portal`` from a thread of its own while the context lasts; give its base address, without a slash.

    Leaving the context ends all connections, also those that wait for a delayed answer. With ``tls`` it speaks https.
    """
    with _PortalServer(portal, host, port) as server:
        if tls:
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, name="portal")
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://{host}:{server.server_address[1]}"
        finally:
            server.stop()
            thread.join()


class _PortalServer(ThreadingHTTPServer):
    """Threads per connection, all of which can be ended."""

    daemon_threads = False  # so that closing the server waits for them
    request_queue_size = 128

    def __init__(self, portal: Portal, host: str, port: int) -> None:
        self.portal = portal
        self.stopping = threading.Event()
        self._connections: set[socket.socket] = set()
        self._lock = threading.Lock()
        super().__init__((host, port), _PortalHandler)

    def stop(self) -> None:
        """Take no more requests and end the connections there are."""
        self.stopping.set()
        self.shutdown()
        with self._lock:
            for connection in self._connections:
                _end_reading(connection)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Remember a connection before its thread starts."""
        with self._lock:
            self._connections.add(request)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """Forget a connection and close it; one that lingers not is reset instead."""
        with self._lock:
            self._connections.discard(request)
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, len(_RESET_ON_CLOSE)) == _RESET_ON_CLOSE:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that went away."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _PortalHandler(BaseHTTPRequestHandler):
    """One connection: asks the portal and sends what it answers."""

    protocol_version = "HTTP/1.1"
    server_version = "Apache-Coyote/1.1"
    sys_version = ""
    wbufsize = -1
    disable_nagle_algorithm = True
    server: _PortalServer

    def do_GET(self) -> None:
        """Answer a GET."""
        response = self.server.portal.answer(self.path, tuple(self.headers.items()))
        self.server.stopping.wait(response.delay)
        if response.raw is not None:
            self._send_raw(response.raw)
        elif response.reset and response.truncate_at is None:
            self._break_off(reset=True)
        else:
            self._send_head(response)
            self._send_body(response)

    def do_HEAD(self) -> None:
        """Answer a HEAD, which is no visit."""
        self._send_head(self.server.portal.answer(self.path, tuple(self.headers.items()), visit=False))

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the standard library
        """Keep quiet: the portal has its own log."""

    def _send_head(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers:
            self.send_header(name, value)
        if response.framing == "length":
            self.send_header("Content-Length", str(len(response.body)))
        elif response.framing == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
        else:
            self.send_header("Connection", "close")
        self._drip_head(response.drip_head)
        self.end_headers()

    def _drip_head(self, seconds: float) -> None:
        """Send a header that goes on, a byte at a time, until the client or the server has had enough."""
        if seconds:
            self.flush_headers()
            self.wfile.write(b"X-Slow: ")
        while seconds and not self.server.stopping.wait(seconds):
            self.wfile.write(b"a")
            self.wfile.flush()

    def _send_raw(self, raw: bytes) -> None:
        self.close_connection = True
        for start in range(0, len(raw), _PIECE):
            self.wfile.write(raw[start : start + _PIECE])
        self.wfile.flush()

    def _send_body(self, response: Response) -> None:
        for piece in _pieces(response):
            self.wfile.write(f"{len(piece):x}\r\n".encode() + piece + b"\r\n" if _is_chunked(response) else piece)
            if response.drip:
                self.wfile.flush()
            if response.drip and self.server.stopping.wait(response.drip):
                break
        if response.truncate_at is not None:
            self._break_off(reset=response.reset)
        elif _is_chunked(response):
            self.wfile.write(b"0\r\n\r\n")
        self.close_connection |= response.framing == "close"

    def _break_off(self, *, reset: bool) -> None:
        self.wfile.flush()
        self.close_connection = True
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_ON_CLOSE)


def _pieces(response: Response) -> Iterator[bytes]:
    size = 1 if response.drip else _PIECE
    sent = response.body[: response.truncate_at]
    for start in range(0, len(sent), size):
        yield sent[start : start + size]


def _is_chunked(response: Response) -> bool:
    return response.framing == "chunked"


def _end_reading(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:  # the client closed it first
        return
