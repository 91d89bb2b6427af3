"""How an address is asked for: with a form where the page has none of its own, and only if it changed."""

from typing import Any

from scrapy.http import FormRequest, Request

from archiver.crawl.planning.targets import Target
from archiver.model import Form

MOST_VALIDATOR = 1000
"""Characters of a validator that is sent."""


def make_request(url: str, form: Form | None, **how: Any) -> Request:
    """Make a request for an address, or one that sends a form there."""
    if form is None:
        return Request(url, **how)
    return FormRequest(url, method="POST", formdata=list(form.fields), **how)


def write_conditions(target: Target) -> dict[str, str]:
    """Ask for the page only if it changed since it was read last (RFC 9110, section 13).

    A validator that fills a header is not sent: its own server would refuse the request.
    """
    names = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}
    kept = ((name, value) for name, value in target.validators.items() if name in names)
    return {names[name]: value for name, value in kept if len(value) <= MOST_VALIDATOR}
