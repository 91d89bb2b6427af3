"""``scrapy crawl`` with the exit statuses of this project."""

import argparse
from collections.abc import Mapping

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.exceptions import UsageError
from scrapy.settings import BaseSettings

from archiver.crawl.commands import say, tell_errors
from archiver.crawl.running.ending import INTERRUPTED
from archiver.crawl.running.execution import choose_spiders, crawl_sites, is_plain
from archiver.crawl.running.logs import show_only_what_may_be_shown


class Command(ScrapyCrawl):
    """Scrapy's command, its arguments checked before anything is sent, its outcome told by the exit status.

    A plain ``scrapy.Spider`` beside our sites is run as Scrapy runs it.
    """

    requires_crawler_process = False

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl one site; 0 done, 1 failed, 2 wrong usage, 3 findings, 75 locked, 130 interrupted."""
        if len(args) != 1:
            raise UsageError("name one site; scrapy list names those there are")
        assert self.settings is not None
        with tell_errors(self):
            if is_plain(self.settings, args[0]):
                self.crawler_process = AsyncCrawlerProcess(self.settings)
                super().run(args, opts)
            else:
                self._crawl_site(self.settings, args[0], opts.spargs)

    def _crawl_site(self, settings: BaseSettings, name: str, arguments: Mapping[str, str]) -> None:
        show_only_what_may_be_shown()
        try:
            self.exitcode, reports = crawl_sites(settings, *choose_spiders(settings, [name], arguments))
        except KeyboardInterrupt:  # before the crawl began: it waited for another run, say
            self.exitcode = INTERRUPTED
            return
        for report in reports:
            if report.reason:
                say(self, f"{report.site}: {report.reason}")
