"""Sites whose spiders raise."""

from collections.abc import AsyncIterator
from typing import Any

from scrapy.http import Response

from archiver.crawl.spider import CommitteeSpider


class Stumbling(CommitteeSpider):
    """Fails on every article, and reads listings."""

    name = "stumbling"
    title = "Cổng thử nghiệm"
    platform = "liferay_hanoi"

    def parse(self, response: Response, **kwargs: Any) -> Any:
        if "/view_content/" in response.url:
            raise LookupError("a defect of the program")
        return super().parse(response, **kwargs)


class Lame(CommitteeSpider):
    """Fails before it asks for anything."""

    name = "lame"
    title = "Cổng thử nghiệm"
    platform = "liferay_hanoi"

    async def start(self) -> AsyncIterator[Any]:
        raise LookupError("a defect of the program")
        yield
