"""Answers as they are kept, and what their statuses ask for."""

from typing import Literal

from scrapy.http import Response

from archiver.clock import now
from archiver.crawl.wholeness import UNVERIFIED
from archiver.model import Capture

# RFC 9110: a request for later, or one that timed out; and what gateways say while the server behind them restarts.
BUSY = frozenset({408, 429, 500, 502, 503, 504})
REDIRECTS = frozenset({301, 302, 303, 307, 308})


def capture_of(response: Response) -> Capture:
    """Take an answer as it was received, its content encoding undone, with the present as its time."""
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    tls: Literal["tolerant"] | None = "tolerant" if UNVERIFIED in response.flags else None
    return Capture(response.url, now(), response.status, headers, response.body, tls)
