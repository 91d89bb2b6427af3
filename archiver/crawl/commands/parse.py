"""``scrapy parse`` for our sites: what is read of a page, and where it leads; nothing is archived."""

import argparse
import warnings

from scrapy.commands.parse import Command as ScrapyParse
from scrapy.exceptions import ScrapyDeprecationWarning

from archiver.crawl.commands import say, tell_errors
from archiver.crawl.spider import CommitteeSpider


class Command(ScrapyParse):
    """Scrapy's command, quiet but for what it prints; status 1 where no page was read, 2 for a site that is wrong."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Log warnings only, unless more is asked for."""
        assert self.settings is not None
        self.settings.set("LOG_LEVEL", "WARNING", priority="project")
        super().process_options(args, opts)

    def set_spidercls(self, url: str, opts: argparse.Namespace) -> None:
        """Find the spider by its name or by the host of the address; SiteError where it is declared wrongly."""
        super().set_spidercls(url, opts)
        spider = self.spidercls
        if spider is not None and issubclass(spider, CommitteeSpider) and spider.declare_site().rendered:
            say(self, f"{spider.name} declares rendered = True; this is the page as the server sends it, not rendered")

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Print the items of a page and the requests that follow from it."""
        # What Scrapy's command (2.19) does itself with a callback that is asynchronous, as ours is.
        warnings.filterwarnings("ignore", "(?s).* returned a Deferred", ScrapyDeprecationWarning)
        with tell_errors(self):
            super().run(args, opts)
            if self.first_response is None:
                self.exitcode = self.exitcode or 1
