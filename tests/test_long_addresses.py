"""Addresses of any length: asked for up to what a server may be expected to take, and told where they are longer."""

from dataclasses import replace

import pytest

from archiver.crawl.planning.accounting import Accounting
from archiver.crawl.planning.bounds import check_addresses
from archiver.crawl.planning.options import read_addresses
from archiver.crawl.planning.targets import Target, Walk
from archiver.crawl.transport.requests import write_conditions
from archiver.errors import UsageError
from archiver.model import Form, Listing, ListingEntry, Problem
from archiver.urls import MOST_ADDRESS, shorten_address
from tests.conftest import Crawling
from tests.portal import ChannelLook, Portal, Response, serve, write_articles
from tests.test_partial_pages import ROW, Village

LENGTHS = {1: 2_000, 2: 2_100, 3: 3_000, 4: 5_000, 5: 7_900, 6: 8_100, 7: 20_000, 8: 70_000}
READ = [number for number, length in LENGTHS.items() if length < MOST_ADDRESS]


def _path_of(number: int) -> str:
    return f"/tin/bai-{'dai-' * (LENGTHS[number] // 4)}{number}.html"


class LongVillage(Village):
    """A site whose articles have long addresses."""

    def listing(self) -> bytes:
        """Return the page that lists them."""
        rows = "".join(ROW.format(n).replace(f"/tin/bai-{n}.html", _path_of(n)) for n in LENGTHS)
        return f'<title>Tin</title><h1>Tin</h1><ul class="news">{rows}</ul></body></html>'.encode()


def test_articles_at_long_addresses(crawling: Crawling) -> None:
    """Those of up to 8,000 characters are read, the others are skipped with their reason, and told in short."""
    village = LongVillage()
    with serve(village.portal) as base:
        for _ in range(2):
            done = village.crawl(crawling, base, "-a", "full=1")
            assert done.status == 3
            assert len(done.err) < 3000
    stored = crawling.query("SELECT url, snapshots FROM current_articles ORDER BY length(url)")
    assert stored == [{"url": base + _path_of(number), "snapshots": 1} for number in READ]
    fates = crawling.query("SELECT run_id, fate, reason, articles FROM fates ORDER BY run_id")
    reason = f"an address of more than {MOST_ADDRESS} characters"
    assert fates == [{"run_id": run, "fate": "skipped", "reason": reason, "articles": 3} for run in (1, 2)]
    findings = crawling.query("SELECT kind, url, detail FROM findings WHERE run_id = 1 ORDER BY length(detail)")
    assert [(row["kind"], row["url"]) for row in findings] == [("address_too_long", f"{base}/tin")] * 3
    assert all(len(str(row["detail"])) < 500 for row in findings)
    lengths = {len(base + _path_of(number)) for number in LENGTHS.keys() - READ}
    assert {int(str(row["detail"]).split("(")[1].split()[0]) for row in findings} == lengths


def test_redirects_to_long_addresses(crawling: Crawling) -> None:
    village = Village()
    long = "/tin/" + "d" * 9_000
    village.answers |= {
        "/tin/bai-1.html": Response(302, b"", (("Location", long),)),
        "/tin/bai-2.html": Response(301, b"", (("Location", f"http://khac.example{long}"),)),
        "/tin/bai-3.html": Response(302, b"", (("Location", "/tin/" + "e" * 70_000),)),
    }
    with serve(village.portal) as base:
        assert village.crawl(crawling, base).status == 3
    findings = crawling.query("SELECT kind, url, length(detail) AS size FROM findings ORDER BY url")
    assert [(row["kind"], str(row["url"]).removeprefix(base)) for row in findings] == [
        ("address_too_long", "/tin/bai-1.html"),
        ("redirect_offsite", "/tin/bai-2.html"),
        ("headers_too_large", "/tin/bai-3.html"),
    ]
    assert all(int(str(row["size"])) <= 501 for row in findings)
    assert crawling.query("SELECT count(*) AS n FROM current_articles") == [{"n": 5}]


def test_a_document_at_a_long_address_is_noted_and_not_asked_for(crawling: Crawling) -> None:
    long = f"/documents/1/{'a' * MOST_ADDRESS}.pdf"
    article = replace(write_articles(1, ["tin"])[0], attachments=((long, "Kế hoạch"),))
    portal = Portal([article], {"tin": ChannelLook("Tin")}, tick=False)
    with serve(portal) as base:
        done = crawling.scrapy("dukdhcd", f"{base}/tin", "-s", "ARCHIVE_ATTACHMENTS=documents")
    assert (done.status, portal.count_requests("/documents")) == (0, 0)
    assert crawling.query("SELECT problem FROM attachments") == [{"problem": "address_too_long"}]


def _walk() -> Walk:
    return Walk("https://xa.example/tin")


@pytest.mark.parametrize("by_form", [True, False])
def test_a_next_page_at_a_long_address_is_told(by_form: bool) -> None:
    url = f"https://xa.example/tin?{'a' * MOST_ADDRESS}"
    form = Form(url, (), "2") if by_form else None
    listing = Listing("https://xa.example/tin", next_url=None if by_form else url, next_form=form)
    said = f"page 2 of https://xa.example/tin: {url[:200]}… ({len(url)} characters)"
    assert check_addresses(listing, _walk(), Accounting()) == (Problem("address_too_long", said),)


def test_an_address_is_told_once() -> None:
    url = f"https://xa.example/{'a' * MOST_ADDRESS}"
    listing = Listing("https://xa.example/tin", entries=(ListingEntry("a", url, "Một"), ListingEntry("b", url, "Một")))
    fates = Accounting()
    assert len(check_addresses(listing, _walk(), fates)) == 1
    fates.note("a", "skipped")
    fates.note("b", "skipped")
    assert check_addresses(listing, _walk(), fates) == ()


def test_a_start_that_is_too_long_is_refused_in_a_short_line() -> None:
    with pytest.raises(UsageError, match="8000 characters are the most") as error:
        read_addresses("start", f"https://xa.example/{'a' * 70_000}", "start=…")
    assert len(str(error.value)) < 400


@pytest.mark.parametrize(("length", "sent"), [(30, True), (1_000, True), (1_001, False), (15_000, False)])
def test_a_validator_that_fills_a_header_is_not_sent(length: int, sent: bool) -> None:
    target = Target("article", "1", "https://xa.example/1", validators={"ETag": "a" * length})
    assert bool(write_conditions(target)) == sent


@pytest.mark.parametrize(("url", "said"), [("a" * 200, "a" * 200), ("b" * 201, f"{'b' * 200}… (201 characters)")])
def test_addresses_in_sentences(url: str, said: str) -> None:
    assert shorten_address(url) == said
