"""Crawl many replicas with fundus: ``python fundus_publishers.py THREADS PAUSE ARTICLES OUT``.

A publisher for each site, all in one crawler, as its documentation says; what a publisher is, fundus_publisher.py says.
"""

import json
import sys
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from fundus import Crawler, Sitemap
from fundus.publishers.base_objects import Publisher
from fundus_publisher import PortalParser, serve_sitemap


def main(threads: str, pause: str, articles: str, out: str) -> None:
    """Crawl all sites, and write every article as soon as it is there."""
    sites: dict[str, list[str]] = {}
    for url in Path(articles).read_text(encoding="utf-8").split():
        sites.setdefault("{0.scheme}://{0.netloc}/".format(urlsplit(url)), []).append(url)
    with ExitStack() as stack, Path(out).open("w", encoding="utf-8") as file:
        publishers = [
            Publisher(
                name=f"Portal{number}",
                domain=domain,
                parser=PortalParser,
                sources=[Sitemap(stack.enter_context(serve_sitemap(urls)))],
            )
            for number, (domain, urls) in enumerate(sites.items())
        ]
        for article in Crawler(*publishers, delay=float(pause), threading=threads == "yes").crawl():
            row = {"url": article.html.responded_url, **article.to_json()}
            print(json.dumps(row, ensure_ascii=False), file=file)


if __name__ == "__main__":
    main(*sys.argv[1:])
