"""``scrapy crawl`` with the exit statuses of this project."""

import argparse
import sys

from scrapy.commands.crawl import Command as ScrapyCrawl
from scrapy.exceptions import UsageError

from archiver.crawl.running.ending import INTERRUPTED
from archiver.crawl.running.execution import choose_spiders, crawl_sites
from archiver.crawl.running.logs import show_only_what_may_be_shown
from archiver.errors import ArchiverError
from archiver.text.display import make_showable


class Command(ScrapyCrawl):
    """Scrapy's command, its arguments checked before anything is sent, its outcome told by the exit status."""

    requires_crawler_process = False

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Crawl one site; 0 done, 1 failed, 2 wrong usage, 3 findings, 75 locked, 130 interrupted."""
        if len(args) != 1:
            raise UsageError("name one site; scrapy list names those there are")
        assert self.settings is not None
        show_only_what_may_be_shown()
        try:
            self.exitcode, reports = crawl_sites(self.settings, *choose_spiders(self.settings, args, opts.spargs))
        except ArchiverError as error:
            _say(str(error))
            self.exitcode = error.exit_status
        except KeyboardInterrupt:  # before the crawl began: it waited for another run, say
            self.exitcode = INTERRUPTED
        else:
            for report in reports:
                if report.reason:
                    _say(f"{report.site}: {report.reason}")


def _say(line: str) -> None:
    sys.stderr.write(f"scrapy crawl: {make_showable(line)}\n")
