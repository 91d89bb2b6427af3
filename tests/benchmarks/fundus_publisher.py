"""Crawl the replica with fundus: a program of its own, for the environment of requirements-peers.txt.

``python fundus_publisher.py THREADS ARTICLES OUT`` fetches the addresses in ``ARTICLES``, one a line, and writes a JSON
line for each article. It is written as fundus's tutorial says: a publisher with a sitemap, and a parser for its pages.
Pages of one publisher are fetched one by one. With ``THREADS`` (``yes``) that is done in a thread of the publisher,
as is recommended; it waits 50 ms whenever its result was not taken at once, so without goes faster here.
"""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlsplit
from xml.sax.saxutils import escape

from fundus import Crawler, Sitemap
from fundus.parser import ArticleBody, BaseParser, ParserProxy, attribute
from fundus.parser.utility import extract_article_body_with_selector
from fundus.publishers.base_objects import Publisher
from lxml.cssselect import CSSSelector
from lxml.etree import XPath


class PortalParser(ParserProxy):
    class V1(BaseParser):
        _title = CSSSelector("div.asset-full-content-title")
        _info = CSSSelector("div.assetPublishDate")
        _section = CSSSelector("div.dd_chuyenmuc span.tintuc")
        _lead = CSSSelector("p.sapo")
        _paragraphs = XPath("//div[@class='journal-content-article']/*[self::p or self::div or self::table]")

        def _read_info(self) -> str:
            return str(self._info(self.precomputed.doc)[0].text_content())

        @attribute
        def title(self) -> str:
            return " ".join(self._title(self.precomputed.doc)[0].text_content().split())

        @attribute
        def body(self) -> ArticleBody:
            return extract_article_body_with_selector(
                self.precomputed.doc, summary_selector=self._lead, paragraph_selector=self._paragraphs
            )

        @attribute
        def publishing_date(self) -> datetime:
            """Read strictly, as fundus's own function guesses, and takes the day for the month."""
            printed = re.search(r"\d\d/\d\d/\d{4} \| \d?\d:\d\d [AP]M", self._read_info())
            return datetime.strptime(printed[0], "%d/%m/%Y | %I:%M %p")  # noqa: DTZ007 - as printed

        @attribute(validate=False)
        def views(self) -> int | None:
            count = re.search(r"View count: (\d+)", self._read_info())
            return int(count[1]) if count else None

        @attribute(validate=False)
        def section(self) -> str | None:
            sections = self._section(self.precomputed.doc)
            return sections[0].text_content().strip() if sections else None


@contextmanager
def serve_sitemap(urls: list[str]) -> Iterator[str]:
    """Serve a sitemap of the addresses, which is where fundus learns them from."""
    places = "".join(f"<url><loc>{escape(url)}</loc></url>" for url in urls)
    answer = f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'.encode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "application/xml")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name in the standard library
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}/sitemap.xml"
        server.shutdown()


def main(threads: str, articles: str, out: str) -> None:
    """Crawl without pauses, and write every article as soon as it is there."""
    urls = Path(articles).read_text(encoding="utf-8").split()
    domain = "{0.scheme}://{0.netloc}/".format(urlsplit(urls[0]))
    with serve_sitemap(urls) as sitemap, Path(out).open("w", encoding="utf-8") as file:
        portal = Publisher(name="Portal", domain=domain, parser=PortalParser, sources=[Sitemap(sitemap)])
        for article in Crawler(portal, delay=0.0, threading=threads == "yes").crawl():
            row = {"url": article.html.responded_url, **article.to_json()}
            print(json.dumps(row, ensure_ascii=False), file=file)


if __name__ == "__main__":
    main(*sys.argv[1:])
