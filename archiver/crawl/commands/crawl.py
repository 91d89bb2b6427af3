"""``scrapy crawl`` with the exit statuses of this project."""

import argparse
import sys

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError

from archiver.crawl.execution import crawl_sites
from archiver.errors import ArchiverError


class Command(ScrapyCrawl):
    """Scrapy's command, its arguments checked before anything is sent, its outcome told by the exit status."""

    requires_crawler_process = False

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl one site; 0 done, 1 failed, 2 wrong usage, 3 findings, 130 interrupted."""
        if len(args) != 1:
            raise UsageError("name one site; scrapy list names those there are")
        assert self.settings is not None
        try:
            self.exitcode, _ = crawl_sites(self.settings, args, opts.spargs)
        except ArchiverError as error:
            sys.stderr.write(f"scrapy crawl: {error}\n")
            self.exitcode = error.exit_status
