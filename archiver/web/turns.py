"""Datasette's own pages, a few at a time: an answer takes several times its size while a page is made of it and sent.

Our own pages have no such answers, and wait for nobody.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from archiver.web.answering import TOO_MANY, WAIT_SECONDS

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

MOST_AT_ONCE = 2
PATIENCE_SECONDS = 10.0
"""For whoever takes so long for the next piece of an answer; the line is cut then, for others wait."""
_PIECE = 1 << 16


def take_turns(app: App, prefix: str) -> App:
    """Let requests of addresses that begin so have their turn one after the other, from the question to the last byte.

    Whose turn does not come within WAIT_SECONDS is told to try again.
    """
    turns = asyncio.Semaphore(MOST_AT_ONCE)

    async def waiting(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(prefix):
            await app(scope, receive, send)
            return
        try:
            await asyncio.wait_for(turns.acquire(), WAIT_SECONDS)
        except TimeoutError:
            await _refuse(send, as_json=scope["path"].endswith(".json"))
            return
        try:
            await app(scope, receive, _in_pieces(send))
        finally:
            turns.release()

    return waiting


def _in_pieces(send: Send) -> Send:
    """Send a body by and by, as fast as it is taken: else the server holds all of it for whoever reads slowly."""
    is_cut = False

    async def send_pieces(message: Message) -> None:
        nonlocal is_cut
        body = message.get("body", b"")
        for begin in range(0, max(len(body), 1), _PIECE):
            if is_cut:
                return
            more = message.get("more_body", False) or begin + _PIECE < len(body)
            piece = {**message, "body": body[begin : begin + _PIECE], "more_body": more} if body else message
            try:
                await asyncio.wait_for(send(piece), PATIENCE_SECONDS)
            except TimeoutError:
                is_cut = True

    return send_pieces


async def _refuse(send: Send, *, as_json: bool) -> None:
    """Answer as Datasette answers."""
    said = {"ok": False, "error": TOO_MANY, "status": 400, "title": "No answer"}
    text, kind = (json.dumps(said), "application/json") if as_json else (TOO_MANY, "text/plain")
    headers = [(b"content-type", f"{kind}; charset=utf-8".encode())]
    await send({"type": "http.response.start", "status": 400, "headers": headers})
    await send({"type": "http.response.body", "body": text.encode()})
