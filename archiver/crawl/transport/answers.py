"""Answers as they are kept, and what their statuses ask for."""

from typing import Literal

from scrapy.http import Response

from archiver.clock import now
from archiver.crawl.transport.truncation import UNVERIFIED
from archiver.findings import Kind
from archiver.model import Capture, Form, Page, Unreadable
from archiver.urls import mark_form_page

# RFC 9110: a request for later, or one that timed out; and what gateways say while the server behind them restarts.
BUSY = frozenset({408, 429, 500, 502, 503, 504})
NOT_MODIFIED = 304
# After these a form is sent again; after the others its answer is asked for with a plain request.
FORM_REDIRECTS = frozenset({307, 308})
# The kinds of problems of pages of which a part is missing.
_PARTIAL: frozenset[Kind] = frozenset({"truncated", "http_206"})


def is_partial(page: Page) -> bool:
    """Say whether a page did not come whole, so that it is asked for again."""
    return isinstance(page, Unreadable) and page.problem.kind in _PARTIAL


def capture_of(response: Response, form: Form | None = None) -> Capture:
    """Take an answer as it was received, its content encoding undone, with the present as its time.

    What a ``form`` was sent for is marked in the address, or all pages of a listing would be one.
    """
    headers = tuple(
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in response.headers.items()
        for value in values
    )
    tls: Literal["tolerant"] | None = "tolerant" if UNVERIFIED in response.flags else None
    url = mark_form_page(response.url, form.page) if form else response.url
    return Capture(url, now(), response.status, headers, response.body, tls)
