"""A portal whose articles fail, each in its own way, and what a crawl of it comes to."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from tests.conftest import Crawling, Done
from tests.portal import Portal, Response, demo_portal, serve

Answer = Callable[[Response, str], Response]
"""Makes a fault of the honest answer and its path."""


@dataclass(frozen=True)
class Fault:
    """What an article's address answers, and what must come of it: findings, kept captures, hits at the server.

    ``stored`` where the article is to be archived all the same; ``times`` is how often the fault shows.
    """

    answer: Answer
    findings: tuple[str, ...]
    statuses: tuple[int, ...]
    hits: int
    stored: bool = False
    times: int = 99


def redirect(to: str, status: int = 302) -> Response:
    """Answer with a redirect."""
    return Response(status, b"", (("Location", to),))


class Trouble:
    """A portal whose articles fail, each in its own way; ``on`` turns all faults on and off."""

    def __init__(self, faults: dict[str, Fault], elsewhere: str = "") -> None:
        self.portal = demo_portal()
        self.faults = faults
        self.on = True
        self.keys = dict(zip(faults, (str(article.id) for article in self.portal.listed()), strict=False))
        self._names = {key: name for name, key in self.keys.items()}
        self._shown: Counter[str] = Counter()
        self._elsewhere = elsewhere
        self.portal.outage = self._answer

    def _answer(self, target: str) -> Response | None:
        match = re.search(r"/view_content/(\d+)-", target)
        name = self._names.get(match[1]) if match else None
        if not self.on or name is None or self._shown[name] >= self.faults[name].times:
            return None
        self._shown[name] += 1
        if name == "redirect to another host":
            return redirect(self._elsewhere + target)
        return self.faults[name].answer(self.portal.page(target), urlsplit(target).path)

    def hits(self, name: str) -> int:
        """Count the requests for an article."""
        return sum(f"/{self.keys[name]}-" in request.path for request in self.portal.requests)


@dataclass(frozen=True)
class Failed:
    """A crawl of a portal in trouble."""

    trouble: Trouble
    other: Portal
    base: str
    crawling: Crawling
    done: Done


def start_of(portal: Portal, base: str) -> str:
    """Return the addresses of a portal's channels, as ``-a start=`` takes them."""
    return ",".join(f"{base}/{channel}" for channel in portal.channels)


def crawl_trouble(folder: Path, faults: dict[str, Fault]) -> Failed:
    """Crawl a portal in trouble once."""
    crawling, trouble = Crawling(folder), Trouble(faults)
    with serve(trouble.portal) as base:
        done = crawling.scrapy("dukdhcd", start_of(trouble.portal, base))
    return Failed(trouble, trouble.portal, base, crawling, done)


def outcome_of(crawling: Crawling, key: str) -> tuple[tuple[object, ...], tuple[object, ...], bool]:
    """Return the kinds of the findings on an article in the first run, its statuses, and whether it was stored."""
    like = f"%/view_content/{key}-%"
    findings = crawling.query("SELECT DISTINCT kind FROM findings WHERE url LIKE ? AND run_id = 1 ORDER BY id", like)
    captures = crawling.query(
        "SELECT status FROM captures k JOIN addresses a ON a.id = k.address_id WHERE url LIKE ? AND k.run_id = 1"
        " ORDER BY fetched_at",
        like,
    )
    stored = crawling.query("SELECT snapshots FROM current_articles WHERE article_id = ?", key)
    assert stored in ([], [{"snapshots": 1}])
    return tuple(row["kind"] for row in findings), tuple(row["status"] for row in captures), bool(stored)


def check_fault(failed: Failed, name: str) -> None:
    """Check that a fault came to what it is to come to."""
    fault = failed.trouble.faults[name]
    outcome = (*outcome_of(failed.crawling, failed.trouble.keys[name]), failed.trouble.hits(name))
    assert outcome == (fault.findings, fault.statuses, fault.stored, fault.hits)
