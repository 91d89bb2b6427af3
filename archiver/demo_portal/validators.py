"""ETag and Last-Modified of articles, and the conditional requests that name them (RFC 9110, section 13)."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from archiver.demo_portal.articles import PortalArticle
from archiver.demo_portal.exchange import Headers


@dataclass(frozen=True, slots=True)
class Validators:
    """What an answer carries for the next request to name.

    The ETag is weak: it stands for the text of an article, while counter and tokens of its page go on changing.
    """

    etag: str | None
    modified: datetime | None

    @property
    def headers(self) -> Headers:
        """The validators as headers."""
        tag = (("ETag", self.etag),) if self.etag else ()
        return (*tag, ("Last-Modified", format_datetime(self.modified, usegmt=True))) if self.modified else tag

    def confirm(self, headers: Headers) -> bool:
        """Say whether a request names the present state: then 304 is the answer. If-None-Match goes first."""
        asked = {name.lower(): value for name, value in headers}
        if "if-none-match" in asked:
            return self.etag is not None and _names(asked["if-none-match"], self.etag)
        if self.modified is None or "if-modified-since" not in asked:
            return False
        since = _read_date(asked["if-modified-since"])
        return since is not None and self.modified <= since


def validators_of(article: PortalArticle, modified: datetime) -> Validators:
    """Give an article an ETag, a Last-Modified or both; which, its id says."""
    etag = f'W/"{hashlib.sha256(repr(article).encode()).hexdigest()[:16]}"'
    return Validators(
        etag=None if article.id % 3 == 1 else etag,
        modified=None if article.id % 3 == 2 else modified.astimezone(UTC).replace(microsecond=0),
    )


def _names(condition: str, etag: str) -> bool:
    """Compare weakly: W/ makes no difference."""
    tags = [tag.strip().removeprefix("W/") for tag in condition.split(",")]
    return condition.strip() == "*" or etag.removeprefix("W/") in tags


def _read_date(value: str) -> datetime | None:
    """Read the date of a condition; one that is no date is no condition."""
    try:
        read = parsedate_to_datetime(value)
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)
