"""Any site by its address, without a file of its own: ``scrapy crawl site -a url=https://…``."""

from archiver.crawl.spider import CommitteeSpider


class AnySite(CommitteeSpider):
    """The site at an address that nobody declared, kept in the archive under a name that follows from its host.

    Its platform is that of the first page that shows articles; a page of no known platform is read generically.
    """

    name = "site"
    title = "Any site, by its address"
    platform = "generic"
    is_declared = False
