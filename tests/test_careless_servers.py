"""What servers send in front of a page: where browsers read on, so does a crawl, and what is no answer is named."""

from collections.abc import Callable

import pytest

from archiver.archive.evidence.captures import load_capture
from archiver.archive.store.file import create_or_open
from tests.portal import Response
from tests.troubled_portal import Failed, Fault, check_fault, crawl_trouble

HTML = b"Content-Type: text/html; charset=utf-8"


def _send(page: Response, *lines: bytes, status: bytes = b"HTTP/1.1 200 OK", body: bytes | None = None) -> Response:
    """Send a page with lines of our own in its head; with a length, unless the body brings its own framing."""
    framing = [] if body is not None else [b"Content-Length: %d" % len(page.body)]
    head = b"\r\n".join([status, HTML, *lines, *framing])
    return Response(200, raw=head + b"\r\n\r\n" + (page.body if body is None else body))


def _chunk(page: Response, size: bytes) -> bytes:
    """Send a page as one chunk, its size written in a way."""
    return size % len(page.body) + b"\r\n" + page.body + b"\r\n0\r\n\r\n"


CHUNKED = b"Transfer-Encoding: chunked"
READ: dict[str, Callable[[Response], Response]] = {
    "a blank before the colon": lambda page: _send(page, b"X-Served-By : a"),
    "a tab before the colon": lambda page: _send(page, b"X-Served-By\t: a"),
    "no name": lambda page: _send(page, b": empty"),
    "a blank within the name": lambda page: _send(page, b"X Served By: a"),
    "letters of our own in the name": lambda page: _send(page, "X-Máy-chủ: một".encode()),
    "brackets in the name": lambda page: _send(page, b"X-Cache[1]: hit", b'"Vary": x', b"<p>: y"),
    "no colon": lambda page: _send(page, b"X-Thieu", b"Vary"),
    "a folded line": lambda page: _send(page, b"X-Dai: a\r\n b\r\n\tc"),
    "a folded line after one that is left out": lambda page: _send(page, b"X Dai: a\r\n b"),
    "a folded line in front": lambda page: _send(page, status=b"HTTP/1.1 200 OK\r\n  folded: a"),
    "a length behind a blank": lambda page: _send(page, b"Content-Length : %d" % len(page.body), body=page.body),
    "two blanks before the status": lambda page: _send(page, status=b"HTTP/1.1  200  OK"),
    "a version of no number": lambda page: _send(page, status=b"HTTP/2 200"),
    "blanks behind the size of a chunk": lambda page: _send(page, CHUNKED, body=_chunk(page, b"%x   ")),
    "an extension of a chunk": lambda page: _send(page, CHUNKED, body=_chunk(page, b'%x ; a="\xc4\x91"')),
    "chunks and nothing else": lambda page: _send(
        page, b"Transfer-Encoding : identity, chunked", body=_chunk(page, b"%x")
    ),
    "no transfer encoding": lambda page: _send(page, b"Transfer-Encoding: identity"),
}
ODD: dict[str, tuple[bytes, str, int]] = {
    "status 999": (b"HTTP/1.1 999 Odd", "http_999", 1),
    "status 0": (b"HTTP/1.1 0 Odd", "http_0", 1),
    "status 42": (b"HTTP/1.1 42", "http_42", 1),
    "status of six digits": (b"HTTP/1.1 200200 OK", "http_200200", 1),
    "status of thirty digits": (b"HTTP/1.1 " + b"9" * 30, "not_http", 3),
    "a word for the status": (b"HTTP/1.1 abc OK", "not_http", 3),
}


def _fault_of(name: str) -> Fault:
    if name in READ:
        return Fault(lambda page, path: READ[name](page), (), (200,), 1, stored=True)
    line, kind, hits = ODD[name]
    statuses = (int(kind.removeprefix("http_")),) if kind.startswith("http_") else ()
    return Fault(lambda page, path: _send(page, status=line), (kind,), statuses, hits)


FAULTS = {name: _fault_of(name) for name in (*READ, *ODD)}


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> Failed:
    return crawl_trouble(tmp_path_factory.mktemp("careless"), FAULTS)


@pytest.mark.parametrize("name", FAULTS)
def test_what_comes_of_it(crossed: Failed, name: str) -> None:
    check_fault(crossed, name)


def test_each_is_told_with_its_reason(crossed: Failed) -> None:
    details = {str(row["detail"]) for row in crossed.crawling.query("SELECT detail FROM findings")}
    assert details == {
        "answered with status 999, which HTTP does not know",
        "answered with status 0, which HTTP does not know",
        "answered with status 42, which HTTP does not know",
        "answered with status 200200, which HTTP does not know",
        f"what came is no answer: the answer begins with b'HTTP/1.1 {'9' * 30}', which is no status of HTTP",
        "what came is no answer: the answer begins with b'HTTP/1.1 abc OK', which is no status of HTTP",
    }
    assert crossed.done.status == 3
    assert "Traceback" not in crossed.done.err


def test_what_can_be_kept_of_the_headers_is(crossed: Failed) -> None:
    kept = _headers_of(crossed, "a blank before the colon")
    assert kept["X-Served-By"] == "a"
    assert _headers_of(crossed, "a folded line")["X-Dai"].split() == ["a", "b", "c"]
    for name in READ:
        assert not {"", "X Served By", "X-Cache[1]", "X Dai", "<p>"} & _headers_of(crossed, name).keys()


def _headers_of(crossed: Failed, name: str) -> dict[str, str]:
    database = create_or_open(crossed.crawling.path)
    like = f"%/view_content/{crossed.trouble.keys[name]}-%"
    rows = database.query(
        "SELECT k.id FROM captures k JOIN addresses a ON a.id = k.address_id WHERE a.url LIKE ?", [like]
    )
    headers = load_capture(database.conn, next(iter(rows))["id"]).headers
    database.close()
    return dict(headers)
