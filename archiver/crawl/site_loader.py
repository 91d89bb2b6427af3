"""Which sites can be crawled: those of the project, and any other by its address."""

import scrapy
from scrapy.spiderloader import SpiderLoader

from archiver.crawl.spider import CommitteeSpider


class AnySite(CommitteeSpider):
    """The site at an address that nobody declared: ``scrapy crawl site -a url=https://…``.

    It is kept in the archive under a name that follows from its host. Its platform is that of the first page that shows
    articles; a page of no known platform is read generically.
    """

    name = "site"
    title = "Any site, by its address"
    platform = "generic"
    is_declared = False


class SiteLoader(SpiderLoader):
    """Scrapy's loader, which knows ``AnySite`` too; a site of the project wins over it."""

    def load(self, spider_name: str) -> type[scrapy.Spider]:
        """Return the spider of a site; KeyError where there is none of that name."""
        if spider_name == AnySite.name and spider_name not in super().list():
            return AnySite
        return super().load(spider_name)

    def list(self) -> list[str]:
        """Name what can be crawled."""
        return list(dict.fromkeys((*super().list(), AnySite.name)))
