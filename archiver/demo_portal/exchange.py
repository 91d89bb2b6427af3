"""What goes over the wire: requests as the portal saw them, and answers, honest or faulty."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Headers = tuple[tuple[str, str], ...]

HTML: Headers = (("Content-Type", "text/html;charset=UTF-8"),)


@dataclass(frozen=True, slots=True)
class Request:
    """One request that was answered: ``path`` is the address with its query, ``status`` what it was answered with."""

    path: str
    time: datetime
    headers: Headers
    status: int


@dataclass(frozen=True, slots=True)
class Response:
    """One answer, and what goes wrong with it on the way.

    ``delay`` is the seconds before the first byte, ``drip`` the seconds between two bytes of the body.
    ``truncate_at`` closes the connection after so many bytes of the body, while the headers promise all of them.
    ``reset`` resets the connection: at once, or where ``truncate_at`` says. ``framing`` is how the end of the body is
    told: by its length, in chunks, or by closing the connection. ``drip_head`` is the seconds between two bytes of the
    headers. ``raw`` is sent as it is, in place of status line, headers and body, and the connection closed after it.
    """

    status: int
    body: bytes = b""
    headers: Headers = HTML
    delay: float = 0.0
    drip: float = 0.0
    truncate_at: int | None = None
    reset: bool = False
    framing: Literal["length", "chunked", "close"] = "length"
    drip_head: float = 0.0
    raw: bytes | None = None
