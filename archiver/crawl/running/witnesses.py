"""A witness for what was crawled: an authority (RFC 3161) attests the seals of runs that have ended.

Nothing waits for it. It is asked when the crawl is over and its locks are given back, each question has a few seconds,
and the first one that fails is the last of this crawl: the next asks again. Its answers are kept with the runs.
"""

import http.client
import logging
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPHandler, HTTPSHandler, OpenerDirector, ProxyHandler, Request

from sqlite_utils import Database

from archiver import __version__
from archiver.archive.evidence.seal_tokens import find_unattested, keep_token
from archiver.archive.evidence.seals import write_sealed
from archiver.archive.store.file import close_archive, create_or_open
from archiver.errors import ArchiverError, UsageError
from archiver.formats.time_stamps import (
    MISSING,
    MOST_BYTES,
    REQUEST_TYPE,
    StampError,
    can_read_stamps,
    check_answer,
    make_request,
)

MOST_RUNS = 20
"""Runs that are attested after one crawl; more wait for the next."""
TIMEOUT = 5.0
"""Seconds for an authority to say anything."""
WHOLE_ANSWER = 8.0
"""Seconds for a whole answer, however it drips."""
ALTOGETHER = 30.0
"""Seconds after which no further run is attested."""
logger = logging.getLogger(__name__)


def read_authority(address: str) -> str | None:
    """Read ARCHIVE_TSA; None where there is none. UsageError for no address, or without the package that it needs."""
    if not address:
        return None
    try:
        parts = urlsplit(address)
        host = parts.hostname if parts.port is None or parts.port else None
    except ValueError:
        host = None
    if not host or parts.scheme not in ("http", "https") or "@" in parts.netloc or not address.isprintable():
        raise UsageError("ARCHIVE_TSA is no address of an authority; write it as https://HOST/PATH, without a password")
    if not can_read_stamps():
        raise UsageError(f"ARCHIVE_TSA: {MISSING}")
    return address


def attest_runs(archive: Path, authority: str) -> None:
    """Let the authority attest the newest runs that have no token yet; whatever fails is one line in the log."""
    try:
        database = create_or_open(archive)
        with closing(database):
            _attest(database, authority)
            close_archive(database)
    except (ArchiverError, sqlite3.Error, OSError) as error:
        said = " ".join(str(error).split())
        logger.error("no time stamp from %s: %s; the next run asks again", urlsplit(authority).hostname, said)


def _attest(database: Database, authority: str) -> None:
    end = time.monotonic() + ALTOGETHER
    for run_id, seal in find_unattested(database.conn, MOST_RUNS):
        request = make_request(write_sealed(database.conn, run_id))
        if request.imprint != seal:  # what is damaged verify names; no authority is to attest it
            continue
        answer = _ask_in_time(authority, request.encoded)
        stamp = check_answer(answer, request)
        with database.atomic():
            keep_token(database.conn, run_id, authority, stamp, answer)
        if time.monotonic() > end:
            return


def _ask_in_time(authority: str, request: bytes) -> bytes:
    """Ask in a thread that may be left behind: a server that drips keeps nobody."""
    answers: list[bytes | Exception] = []
    thread = threading.Thread(target=lambda: answers.append(_ask(authority, request)), daemon=True)
    thread.start()
    thread.join(WHOLE_ANSWER)
    if not answers:
        raise StampError("no answer in time")
    if isinstance(answers[0], Exception):
        raise StampError(_explain(answers[0])) from answers[0]
    return answers[0]


def _ask(authority: str, request: bytes) -> bytes | Exception:
    headers = {"Content-Type": REQUEST_TYPE, "User-Agent": f"CommitteeNewsArchiver/{__version__}"}
    question = Request(authority, request, headers)  # noqa: S310 - read_authority looked at the scheme
    try:
        with _opener().open(question, timeout=TIMEOUT) as answer:
            if answer.status != http.client.OK:
                return StampError(f"status {answer.status}")
            content: bytes = answer.read(MOST_BYTES + 1)
    except (OSError, http.client.HTTPException, ValueError) as error:
        return error
    return content if len(content) <= MOST_BYTES else StampError(f"an answer of more than {MOST_BYTES} bytes")


def _explain(error: Exception) -> str:
    if isinstance(error, HTTPError):
        return f"status {error.code}"
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(reason, TimeoutError):
        return "no answer in time"
    return str(getattr(reason, "strerror", None) or reason or type(error).__name__)


def _opener() -> OpenerDirector:
    """Make an opener for the web alone that follows no redirects: the answer is to come from whom was asked."""
    opener = OpenerDirector()
    for handler in (ProxyHandler, HTTPHandler, HTTPSHandler):
        opener.add_handler(handler())
    return opener
