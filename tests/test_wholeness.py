"""What comes over the wire is read whole or not at all: cut, slow, packed, nonsensical, each with its honest twin."""

import gzip
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import pairwise

import brotli
import pytest
from scrapy.exceptions import ResponseDataLossError
from scrapy.http import Response as Answer

from archiver.crawl.transport.failures import RefusedError
from archiver.crawl.transport.truncation import undo_encoding
from archiver.demo_portal.exchange import HTML
from tests.conftest import Crawling
from tests.portal import ChannelLook, Portal, Response, serve, write_articles
from tests.test_crawl_faults import BOUNDS, GZIP
from tests.troubled_portal import Failed, Fault, Trouble, check_fault, start_of

DEFLATE = (*HTML, ("Content-Encoding", "deflate"))
MOST = 1 << 20
TEXT = "<html><body>Chi bộ họp thường kỳ.</body></html>".encode() * 500


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "gzip": gzip.compress,
    "x-gzip": lambda body: gzip.compress(body[:700]) + gzip.compress(body[700:]),
    "GZIP": gzip.compress,
    "deflate": zlib.compress,
    " deflate ": _raw_deflate,
}


def _answer(body: bytes, *encodings: str, flags: tuple[str, ...] = ()) -> Answer:
    return Answer("http://cong.example/", 200, {"Content-Encoding": list(encodings)}, body, list(flags))


@pytest.mark.parametrize("encoding", PACKERS)
def test_whole_answers_are_unpacked(encoding: str) -> None:
    answer = undo_encoding(_answer(PACKERS[encoding](TEXT), encoding), MOST)
    assert (answer.body, answer.headers.getlist("Content-Encoding")) == (TEXT, [])
    assert undo_encoding(_answer(PACKERS[encoding](TEXT), encoding), 0).body == TEXT


@pytest.mark.parametrize("encoding", PACKERS)
def test_no_cut_is_taken_for_the_whole(encoding: str) -> None:
    packed = PACKERS[encoding](TEXT)
    second = len(gzip.compress(TEXT[:700]))
    for end in range(1, len(packed)):
        if encoding == "x-gzip" and end in (second, second + 1):
            continue  # the first of two members alone, and one byte that could be anything, are a whole answer
        with pytest.raises((ResponseDataLossError, RefusedError)):
            undo_encoding(_answer(packed[:end], encoding), MOST)


@pytest.mark.parametrize("encoding", PACKERS)
def test_bombs_go_off_in_no_memory(encoding: str) -> None:
    packed = PACKERS[encoding](bytes(50 * MOST))
    assert len(packed) < MOST
    with pytest.raises(RefusedError) as error:
        undo_encoding(_answer(packed, encoding), MOST)
    assert error.value.problem.kind == "too_big"
    assert len(undo_encoding(_answer(packed, encoding), 50 * MOST).body) == 50 * MOST


@pytest.mark.parametrize(
    ("body", "encodings"),
    [
        (TEXT, ["gzip"]),
        (gzip.compress(TEXT)[:-8] + bytes(8), ["gzip"]),  # the checksum is wrong
        (b"\xff" * 99, ["deflate"]),
        (brotli.compress(TEXT), ["br"]),
        (TEXT, ["zstd"]),
        (gzip.compress(gzip.compress(TEXT)), ["gzip, gzip"]),
        (gzip.compress(gzip.compress(TEXT)), ["gzip", "gzip"]),
        (gzip.compress(TEXT), ["gzip"] * 50),
    ],
)
def test_what_cannot_be_unpacked_is_said(body: bytes, encodings: list[str]) -> None:
    with pytest.raises(RefusedError) as error:
        undo_encoding(_answer(body, *encodings), MOST)
    assert error.value.problem.kind == "decode_error"


@pytest.mark.parametrize("encodings", [[], ["identity"], [""], ["utf-8"], ["none", "identity"]])
def test_names_of_no_encoding_change_nothing(encodings: list[str]) -> None:
    assert undo_encoding(_answer(TEXT, *encodings), MOST).body == TEXT


def test_a_redirect_without_a_body_may_claim_any_encoding() -> None:
    assert undo_encoding(_answer(b"", "gzip"), MOST).body == b""


@pytest.mark.parametrize("start", [b"", b"\xef\xbb\xbf", b"\r\n \t"])
def test_markup_without_a_length_needs_its_end(start: bytes) -> None:
    page = start + b"<!DOCTYPE html><html><body>" + b"x" * 5000 + b"</body></HTML>\n"
    assert undo_encoding(_answer(page, flags=("partial",)), MOST).body == page
    assert undo_encoding(_answer(page[:-20]), MOST).body == page[:-20]
    for end in range(len(start) + 1, len(page) - 1, 97):
        with pytest.raises(ResponseDataLossError):
            undo_encoding(_answer(page[:end], flags=("partial",)), MOST)


@pytest.mark.parametrize("root", ["rss", "feed", "rdf:RDF", "urlset", "sitemapindex"])
def test_a_feed_without_a_length_need_not_end_as_a_page_does(root: str) -> None:
    """Whether it is whole is told when it is read."""
    feed = f'<?xml version="1.0"?><{root} a="b"><item/></{root}>'.encode()
    assert undo_encoding(_answer(feed, flags=("partial",)), MOST).body == feed


def test_of_text_without_a_length_the_end_cannot_be_told() -> None:
    rules = b"User-agent: *\nDisallow: /tim-kiem\n"
    assert undo_encoding(_answer(rules, flags=("partial",)), MOST).body == rules
    packed = gzip.compress(rules)
    assert undo_encoding(_answer(packed, "gzip", flags=("partial",)), MOST).body == rules


SHARES = range(10, 100, 10)
CUTS: dict[str, Callable[[Response, int], Response]] = {
    "length": lambda page, share: replace(page, truncate_at=len(page.body) * share // 100),
    "chunked": lambda page, share: replace(page, truncate_at=len(page.body) * share // 100, framing="chunked"),
    "close": lambda page, share: replace(page, truncate_at=len(page.body) * share // 100, framing="close"),
    "gzip": lambda page, share: _cut(gzip.compress(page.body), share, GZIP),
    "deflate": lambda page, share: _cut(zlib.compress(page.body), share, DEFLATE),
}


def _cut(packed: bytes, share: int, headers: tuple[tuple[str, str], ...]) -> Response:
    return Response(200, packed[: len(packed) * share // 100], headers)


@pytest.mark.slow
def test_an_archive_is_none_the_worse_for_cut_pages(crawling: Crawling) -> None:
    """Well, then every article cut at another place in another way, then well again: the same states of them all."""
    cases = [(name, share) for name in CUTS for share in SHARES]
    portal = Portal(write_articles(len(cases), ["tin"]), {"tin": ChannelLook("Tin")}, tick=False)
    faults = dict(zip((str(article.id) for article in portal.listed()), cases, strict=True))

    def cut(target: str) -> Response | None:
        key = next((key for key in faults if f"/{key}-" in target), None)
        return CUTS[faults[key][0]](portal.page(target), faults[key][1]) if key else None

    states, outcomes = [], []
    with serve(portal) as base:
        for outage in (None, cut, None):
            portal.outage = outage
            portal.clear_log()
            done = crawling.scrapy("dukdhcd", f"{base}/tin", "-a", "full=1", *BOUNDS)
            outcomes.append((done.status, portal.count_requests("/tin/-/")))
            states.append(crawling.query("SELECT * FROM article_history ORDER BY article_id, snapshot"))
    count = len(cases)
    assert outcomes == [(0, count), (3, 3 * count), (0, count)]
    assert [len(state) for state in states] == [count] * 3
    kept = [[(row["article_id"], row["body"], row["content_digest"]) for row in state] for state in states]
    assert kept[0] == kept[1] == kept[2]
    told = crawling.query("SELECT kind, count(*) AS n FROM findings WHERE run_id = 2 GROUP BY kind")
    assert told == [{"kind": "truncated", "n": count}]
    assert crawling.query("SELECT count(*) AS n FROM captures WHERE run_id = 2 AND status = 200") == [{"n": 3}]


def _raw(page: Response, headers: bytes) -> Response:
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: %d\r\n" % len(page.body)
    return Response(200, raw=head + headers + b"\r\n" + page.body)


@cache
def _headers(count: int, size: int) -> bytes:
    return b"".join(b"X-Nhieu-%d: %s\r\n" % (number, b"a" * size) for number in range(count))


def _deepen(page: Response) -> Response:
    return replace(page, body=page.body.replace(b"<p", b"<div>" * 100_000 + b"<p", 1))


def _with(page: Response, body: bytes, encoding: str) -> Response:
    return Response(200, body, (*HTML, ("Content-Encoding", encoding)))


BAD_HEAD = b"HTTP/1.1 200 OK\r\n"
WIRE: dict[str, Fault] = {
    "twenty megabytes of headers": Fault(
        lambda page, path: _raw(page, _headers(20_000, 1000)), ("headers_too_large",), (), 1
    ),
    "a hundred kilobytes of headers": Fault(
        lambda page, path: _raw(page, _headers(100, 1000)), (), (200,), 1, stored=True
    ),
    "one header that goes on and on": Fault(
        lambda page, path: _raw(page, b"X-Dai: a\r\n" + b" a\r\n" * 99_000), ("headers_too_large",), (), 1
    ),
    "a long line": Fault(lambda page, path: _raw(page, _headers(1, 17_000)), ("headers_too_large",), (), 1),
    "a line that fits": Fault(lambda page, path: _raw(page, _headers(1, 16_000)), (), (200,), 1, stored=True),
    "continue for ever": Fault(
        lambda page, path: Response(200, raw=b"HTTP/1.1 100 Continue\r\n\r\n" * 99_000), ("headers_too_large",), (), 1
    ),
    "a header without a colon": Fault(lambda page, path: _raw(page, b"X-Thieu\r\n"), (), (200,), 1, stored=True),
    "slow headers": Fault(lambda page, path: replace(page, drip_head=0.05), ("timeout",), (), 3),
    "slow body": Fault(lambda page, path: replace(page, drip=0.05), ("timeout",), (), 3),
    "no HTTP": Fault(lambda page, path: Response(200, raw=b"Xin chao\r\n\r\n"), ("not_http",), (), 3),
    "two lengths": Fault(
        lambda page, path: Response(200, raw=BAD_HEAD + b"Content-Length: 9\r\nContent-Length: 3\r\n\r\nxin chao"),
        ("connection_failed",),
        (),
        3,
    ),
    "a length below zero": Fault(
        lambda page, path: Response(200, raw=BAD_HEAD + b"Content-Length: -1\r\n\r\n"), ("connection_failed",), (), 3
    ),
    "brotli": Fault(lambda page, path: _with(page, brotli.compress(page.body), "br"), ("decode_error",), (), 1),
    "zstd": Fault(lambda page, path: _with(page, b"\x28\xb5\x2f\xfd" + page.body, "zstd"), ("decode_error",), (), 1),
    "gzip fifty times": Fault(
        lambda page, path: _with(page, gzip.compress(page.body), ", ".join(["gzip"] * 50)), ("decode_error",), (), 1
    ),
    "deflate": Fault(lambda page, path: _with(page, zlib.compress(page.body), "deflate"), (), (200,), 1, stored=True),
    "raw deflate": Fault(
        lambda page, path: _with(page, _raw_deflate(page.body), "deflate"), (), (200,), 1, stored=True
    ),
    "a character set for an encoding": Fault(
        lambda page, path: _with(page, page.body, "utf-8"), (), (200,), 1, stored=True
    ),
    "gzip without a length": Fault(
        lambda page, path: replace(page, body=gzip.compress(page.body), headers=GZIP, framing="close"),
        (),
        (200,),
        1,
        stored=True,
    ),
    "too big in chunks": Fault(
        lambda page, path: replace(page, body=page.body + b" " * 900_000, framing="chunked"), ("too_big",), (), 1
    ),
    "deep": Fault(lambda page, path: _deepen(page), ("too_deep",), (200,), 1),
    "nulls": Fault(lambda page, path: replace(page, body=page.body + b"\0" * 99), ("not_html",), (200,), 1),
}


WIDER = ("-s", "DOWNLOAD_MAXSIZE=800000")


@pytest.fixture(scope="module")
def crossed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Failed]:
    crawling = Crawling(tmp_path_factory.mktemp("wire"))
    trouble = Trouble(WIRE)
    with serve(trouble.portal) as base:
        done = crawling.scrapy("dukdhcd", start_of(trouble.portal, base), *BOUNDS, *WIDER)
        yield Failed(trouble, trouble.portal, base, crawling, done)


@pytest.mark.slow
@pytest.mark.parametrize("name", WIRE)
def test_what_comes_over_the_wire(crossed: Failed, name: str) -> None:
    check_fault(crossed, name)


@pytest.mark.slow
def test_no_nonsense_ends_a_run(crossed: Failed) -> None:
    assert crossed.done.status == 3
    assert "Traceback" not in crossed.done.err
    assert crossed.crawling.query("SELECT outcome FROM run_summary") == [{"outcome": "problems"}]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["slow headers", "slow body"])
def test_the_time_for_an_answer_is_that_for_all_of_it(crossed: Failed, name: str) -> None:
    """The next try comes after two seconds, though a byte came twenty times a second; all would take minutes."""
    key = crossed.trouble.keys[name]
    times = [request.time for request in crossed.trouble.portal.requests if f"/{key}-" in request.path]
    assert len(times) == 3
    for earlier, later in pairwise(times):
        assert 1.5 < (later - earlier).total_seconds() < 60
