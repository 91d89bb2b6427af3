"""Redirects: where an answer leads, how often that is followed, and what bars the way."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from scrapy.http import Response

from archiver.model import Problem
from archiver.urls import MOST_ADDRESS, join_url, shorten_address

Refusal = TypeVar("Refusal")

MOST_REDIRECTS = 5
REDIRECTS = frozenset({301, 302, 303, 307, 308})


def find_redirect(response: Response, followed: int, allows: Callable[[str], bool]) -> str | Problem | None:
    """Return the address that an answer leads to, or why nobody goes there; None where it is no redirect.

    ``followed`` are the redirects before this one; ``allows`` says which addresses are of this crawl.
    """
    if response.status not in REDIRECTS:
        return None
    location = response.headers.get("Location")
    url = join_url(response.url, location.decode("latin-1")) if location else None
    if url is None:
        return Problem("redirect_nowhere", "a redirect without an address that can be followed")
    if url == response.url or followed >= MOST_REDIRECTS:
        return Problem("redirect_loop", f"{followed + 1} redirects, the last one to {url}")
    if not allows(url):
        return Problem("redirect_offsite", f"redirects to another host: {url}")
    if len(url) > MOST_ADDRESS:
        return Problem("address_too_long", f"redirects to {shorten_address(url)}")
    return url


async def follow_redirects(
    url: str, ask: Callable[[str], Awaitable[Response | Refusal]], allows: Callable[[str], bool]
) -> tuple[Response | Refusal, Problem | None]:
    """Ask for an address, and for what it leads to; return the last answer, and why a redirect was not followed.

    ``ask`` may return something else than an answer, where there is none: that is the end of it.
    """
    followed = 0
    while True:
        answer = await ask(url)
        target = find_redirect(answer, followed, allows) if isinstance(answer, Response) else None
        if not isinstance(target, str):
            return answer, target
        url, followed = target, followed + 1
