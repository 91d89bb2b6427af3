"""What a crawl writes to its log: one line an article."""

import logging
from typing import Any

from scrapy import Spider
from scrapy.http import Response
from scrapy.logformatter import LogFormatter, LogFormatterResult
from twisted.python.failure import Failure


class ArticleLogFormatter(LogFormatter):
    """Writes one line for each article at level INFO, and nothing for what only passes through the pipeline."""

    def scraped(self, item: Any, response: Response | Failure | None, spider: Spider) -> LogFormatterResult:
        """Say what an article page brought."""
        args = {"novelty": item["novelty"], "key": item["article_id"], "title": item["title"], "url": item["url"]}
        return {"level": logging.INFO, "msg": "%(novelty)s %(key)s %(title)r %(url)s", "args": args}

    def dropped(
        self, item: Any, exception: BaseException, response: Response | Failure | None, spider: Spider
    ) -> LogFormatterResult:
        """Say nothing: listings and findings are recorded, and end in the pipeline."""
        return None  # type: ignore[return-value]  # Scrapy documents None as "no entry"
