"""Many sites behind one cheap server: ``python -m tests.benchmarks.many_portals ARTICLES SITES``.

Each has a port of its own and its own number on every page, so that no two send the same bytes. It prints their
addresses, one a line. ``/-/journal`` of any of them tells what was asked of all.
"""

import asyncio
import sys

from tests.benchmarks.long_portal import make_long_portal
from tests.benchmarks.portal_server import JOURNAL, Connection, Parts, Shelf

_PLACE = b"<body"
_HEAD_END = b"\r\n\r\n"


class Site:
    """One of the sites: the answers that all share, with its number on them."""

    def __init__(self, shelf: Shelf, number: int) -> None:
        self._shelf = shelf
        self._mark = b'<meta name="site-%06d" content="%d">\n' % (number, 10**9 + number)

    def find(self, target: str) -> Parts:
        """Return what is answered, in pieces."""
        parts = self._shelf.find(target)
        before, found, after = parts[0].partition(_PLACE)
        if target == JOURNAL or not found:
            return parts
        head, _, body = before.partition(_HEAD_END)
        size = sum(map(len, parts)) - len(head) - len(_HEAD_END)
        length = b"Content-Length: %d" % (size + len(self._mark))
        head = head.replace(b"Content-Length: %d" % size, length)
        return head + _HEAD_END + body + self._mark + found + after, *parts[1:]


async def _serve(articles: int, sites: int) -> None:
    shelf, loop = Shelf(make_long_portal(articles)), asyncio.get_running_loop()
    made = [Site(shelf, number) for number in range(sites)]
    for site in made:
        server = await loop.create_server(lambda site=site: Connection(site), "127.0.0.1", 0, backlog=128)  # type: ignore[misc]
        print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    print(flush=True)
    await loop.create_future()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1]), int(sys.argv[2])))
