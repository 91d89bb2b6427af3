"""SQL that would take all memory, all time or all rows: refused soon, at ``/archive`` and by ``archiver query``."""

import json
import os
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import quote
from urllib.request import urlopen

import pytest

from archiver.archive.user_sql.limits import LONGEST_VALUE, MOST_ANSWER
from tests.archives import MORNING, frozen_portal
from tests.conftest import PROJECT
from tests.portal import huge_portal
from tests.visiting import Visits

MOST_RESIDENT = 300_000_000
ROOM = 250_000
"""Kilobytes for a process of ``archiver query``: what SQLite may take, and what Python makes of it."""
SOON = 10.0
"""Seconds, on a machine that does much else; a question has 0.9, and at most one to wait for its turn."""
BUSY = 3.0
"""Seconds of a processor for ``archiver query --timeout 1``."""

_N = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
_LONG = "printf('%.*c', 15000000, 'x')"
COSTLY = {
    "a long text": "SELECT printf('%.*c', 900000000, 'x')",
    "a text as long as may be": "SELECT printf('%.*c', 999999999, 'x')",
    "zeros": "SELECT zeroblob(2000000000)",
    "zeros in hexadecimal": "SELECT hex(zeroblob(500000000))",
    "chance": "SELECT randomblob(900000000)",
    "many texts": f"SELECT {', '.join([_LONG] * 60)}",
    "many long rows": f"SELECT {_LONG} FROM captures",
    "a text that grows": f"{_N} SELECT group_concat(i) FROM n",
    "a list that grows": f"{_N} SELECT json_group_array(i) FROM n",
    "replacements": "SELECT " + "replace(" * 8 + "'xxxxxxxx'" + ", 'x', 'xxxxxxxxxxxxxxxx')" * 8,
    "no end": f"{_N} SELECT count(*) FROM n",
    "no end, and all different": "WITH RECURSIVE n (i) AS (SELECT 1 UNION SELECT i + 1 FROM n) SELECT max(i) FROM n",
    "a sort of everything": f"{_N} SELECT i, randomblob(5000) AS b FROM n ORDER BY b",
    "a join of everything": f"SELECT count(*) FROM {', '.join(f'readings r{number}' for number in range(7))}",
    "letters to be stripped": f"SELECT length(trim({_LONG}, {_LONG} || 'y'))",
    "a needle in hay": f"SELECT instr({_LONG}, substr({_LONG}, 1, 7000000) || 'y')",
    "a pattern": f"SELECT {_LONG} LIKE '%{'x_' * 400}y%'",
    "a pattern too long": f"SELECT 'x' LIKE '{'%x' * 700}'",
    "a pattern of another kind": f"SELECT {_LONG} GLOB '*{'x?' * 400}y*'",
    "a deep expression": "SELECT " + "(" * 400 + "1" + ")+1" * 400,
    "many selects": " UNION ALL ".join(["SELECT 1"] * 300),
    "a wide row": f"SELECT {', '.join(f'1 AS c{number}' for number in range(600))}",
    "much of everything": f"{_N} SELECT i, printf('%.*c', 50000, 'x') FROM n LIMIT 900",
    "windows": f"{_N} SELECT sum(i) OVER (ORDER BY i ROWS 100000 PRECEDING) FROM (SELECT i FROM n LIMIT 9000000)",
    "JSON": f"SELECT json_group_array(value) FROM json_each('[' || replace({_LONG}, 'x', '1,') || '1]')",
    "folding": f"{_N} SELECT sum(length(fold({_LONG} || i))) FROM n",
}


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("costly") / "archive.db"
    visits = Visits(path)
    visits.run(huge_portal(60), MORNING)
    visits.database.close()
    return path


class Server:
    """A server that runs; its process, its address, and what it logs."""

    def __init__(self, path: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "archiver", "serve", "--port", "0", "--db", str(path)],
            cwd=PROJECT,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stderr
        self.address = re.findall(r"http://\S+", self.process.stderr.readline())[0].rstrip("/")
        self.log: list[str] = []
        self._reader = threading.Thread(target=lambda: self.log.extend(self.process.stderr or ()))
        self._reader.start()

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        self._reader.join()
        assert self.process.stderr
        self.process.stderr.close()

    def get(self, path: str) -> tuple[int, str, float]:
        """Return status, text and seconds of an answer."""
        began = time.monotonic()
        try:
            with urlopen(f"{self.address}{path}", timeout=60) as answer:
                return answer.status, answer.read().decode(), time.monotonic() - began
        except HTTPError as error:
            return error.code, error.read().decode(), time.monotonic() - began

    def ask(self, sql: str, form: str = ".json") -> tuple[int, str, float]:
        return self.get(f"/archive{form}?sql={quote(sql)}")

    @property
    def resident(self) -> int:
        """The most memory that it ever had, in bytes."""
        status = Path(f"/proc/{self.process.pid}/status").read_text()
        return int(re.findall(r"VmHWM:\s+(\d+)", status)[0]) * 1024


@pytest.fixture(scope="module")
def server(path: Path) -> Iterator[Server]:
    server = Server(path)
    yield server
    server.end()


@pytest.mark.parametrize("name", COSTLY)
@pytest.mark.slow
def test_it_is_refused_soon_and_told_in_the_log(server: Server, name: str) -> None:
    server.ask("SELECT 1")
    before = len(server.log)
    status, text, seconds = server.ask(COSTLY[name])
    assert (status, seconds < SOON) == (400, True), (status, seconds, text[:300])
    said = json.loads(text)
    assert (said["ok"], len(said["error"]) > 10) == (False, True)
    time.sleep(0.2)
    told = server.log[before:]
    assert len(told) == 1
    assert told[0].startswith("/archive: no answer: ")
    assert len(told[0]) < 500
    assert server.resident < MOST_RESIDENT


@pytest.mark.parametrize(
    "form", ["", pytest.param(".json", marks=pytest.mark.slow), pytest.param(".csv", marks=pytest.mark.slow)]
)
def test_many_at_once_leave_memory_and_pages_alone(path: Path, form: str) -> None:
    server = Server(path)
    try:
        server.ask("SELECT 1")
        with ThreadPoolExecutor(20) as crowd:
            asked = [crowd.submit(server.ask, sql, form) for sql in (*COSTLY.values(), *COSTLY.values())]
            pages = []
            while not all(one.done() for one in asked):
                pages.append(server.get("/articles?lang=en"))
                time.sleep(0.05)
        assert {status for status, _, _ in pages} == {200}
        assert max(seconds for _, _, seconds in pages) < SOON
        for one in asked:
            status, text, seconds = one.result()
            assert (status, seconds < 2 * SOON) == (400, True), text[:300]
        assert server.resident < MOST_RESIDENT
        assert server.ask("SELECT count(*) AS n FROM current_articles")[0] == 200
        assert "Traceback" not in "".join(server.log)
    finally:
        server.end()


@pytest.mark.parametrize("form", ["", ".json"])
@pytest.mark.slow
def test_many_large_answers_at_once_take_bounded_memory(path: Path, form: str) -> None:
    server = Server(path)
    length = MOST_ANSWER // 200 // 2 - 200
    rows = f"{_N} SELECT i, replace(printf('%.*c', {length}, 'x'), 'x', 'ệ') FROM n LIMIT 200"
    try:
        with ThreadPoolExecutor(20) as crowd:
            statuses = [status for status, _, _ in crowd.map(lambda _: server.ask(rows, form), range(30))]
        assert 200 in statuses
        assert set(statuses) <= {200, 400}
        assert server.resident < 500_000_000  # each answer is held several times while it is written as JSON
    finally:
        server.end()


def test_what_costs_little_is_answered_as_ever(server: Server) -> None:
    status, text, _ = server.ask(
        "SELECT site, fold(title) AS folded, x'00' AS bytes FROM current_articles LIMIT 2", ".json"
    )
    answer = json.loads(text)
    assert (status, answer["columns"], answer["truncated"], len(answer["rows"])) == (
        200,
        ["site", "folded", "bytes"],
        False,
        2,
    )
    status, text, _ = server.ask(f"{_N} SELECT i FROM n LIMIT 5000")
    answer = json.loads(text)
    assert (status, answer["truncated"], len(answer["rows"]), answer["rows"][-1]) == (200, True, 200, [200])
    for view in ("current_articles", "article_history", "contents", "payloads", "events"):
        assert server.get(f"/archive/{view}.json?_size=max")[0] == 200
        assert server.get(f"/archive/{view}?_size=20")[0] == 200
    assert server.get("/archive/current_articles.csv?_stream=1")[1].count("\r\n") == 61
    assert server.get("/archive/current_articles.json?_facet=section&_size=1")[0] == 200


def test_a_long_text_that_was_kept_can_be_read(tmp_path: Path) -> None:
    portal = frozen_portal()
    portal.edit(portal.listed()[0].id, paragraphs=("Một đoạn rất dài. " * 60_000,))
    visits = Visits(tmp_path / "archive.db")
    visits.run(portal, MORNING)
    visits.database.close()
    server = Server(tmp_path / "archive.db")
    try:
        status, text, _ = server.ask("SELECT body, body_html FROM current_articles ORDER BY length(body) DESC LIMIT 1")
        assert (status, len(text) > 2_000_000, len(text) < MOST_ANSWER) == (200, True, True)
    finally:
        server.end()


@pytest.mark.parametrize("name", COSTLY)
@pytest.mark.slow
def test_query_refuses_it_in_a_line(path: Path, name: str) -> None:
    """Rows are written as they come, so there is no bound on them; on the time there is."""
    done, kilobytes, seconds = _measure(path, COSTLY[name])
    assert seconds < BUSY
    if name in ("many long rows", "much of everything", "JSON"):
        return
    assert (done.returncode in (1, 2), len(done.stderr.splitlines())) == (True, 1), done
    assert done.stderr.startswith("archiver: ")
    assert kilobytes < ROOM


_LAUNCHED = """
import resource, subprocess, sys
done = subprocess.run(sys.argv[1:], stdout=subprocess.PIPE)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(len(done.stdout), used.ru_maxrss, used.ru_utime + used.ru_stime)
sys.exit(done.returncode)
"""


def _measure(path: Path, sql: str) -> tuple[subprocess.CompletedProcess[str], int, float]:
    """Ask with ``archiver query``; returns also the most kilobytes and the seconds of a processor that it took.

    It is started by a small process of its own: what has been forked from a large one is said to have been as large.
    """
    query = [sys.executable, "-m", "archiver", "--db", str(path), "query", sql, "--timeout", "1", "--nl"]
    command = [sys.executable, "-c", _LAUNCHED, *query, "-o", os.devnull]
    done = subprocess.run(command, check=False, cwd=PROJECT, capture_output=True, text=True, timeout=60)
    letters, kilobytes, seconds = done.stdout.split()
    assert letters == "0"
    return done, int(kilobytes), float(seconds)


_MEASURED = """
import resource, sys
from pathlib import Path
from archiver.archive.user_sql.messages import Question
from archiver.archive.user_sql.answerer import Answerer
from archiver.archive.user_sql.answerer import FaultError
answerer = Answerer(Path(sys.argv[1]))
try:
    list(answerer.ask(Question(sys.argv[2], {}, 5))[1])
except FaultError as error:
    print(error.fault.kind)
answerer.end()
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def test_the_process_that_answers_takes_bounded_memory(path: Path) -> None:
    command = [sys.executable, "-c", _MEASURED, str(path), COSTLY["many texts"]]
    done = subprocess.run(command, check=True, cwd=PROJECT, capture_output=True, text=True)
    kind, kilobytes = done.stdout.split()
    assert (kind, int(kilobytes) < 250_000) == ("memory", True)


def test_the_bounds_leave_room_for_every_page() -> None:
    assert LONGEST_VALUE > 16_000_000
