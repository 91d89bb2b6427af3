"""One plain Scrapy process with a plain spider for each site: ``python plain_spiders.py BASES FOLDER PAUSE CHANNELS``.

``BASES`` is a file with an address a line. Each spider writes a file of its own: into one, each would wait for others.
"""

import sys
from pathlib import Path

from plain_spider import PlainSpider
from scrapy.crawler import AsyncCrawlerProcess


def main(bases: str, folder: str, pause: str, *channels: str) -> None:
    """Crawl all sites side by side, with so many seconds between two requests to one."""
    settings = {"DOWNLOAD_DELAY": float(pause), "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "LOG_LEVEL": "WARNING"}
    process = AsyncCrawlerProcess(settings | {"DOWNLOAD_DELAY_JITTER": 0.0, "RANDOMIZE_DOWNLOAD_DELAY": False})
    for number, base in enumerate(Path(bases).read_text(encoding="ascii").split()):
        start = ",".join(f"{base}/{channel}" for channel in channels)
        process.crawl(PlainSpider, start=start, db=f"{folder}/plain{number}.db")
    process.start()


if __name__ == "__main__":
    main(*sys.argv[1:])
