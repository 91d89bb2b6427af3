"""``scrapy bench``: how fast Scrapy is on this machine, so without the waiting that is for the servers of others."""

import argparse

from scrapy.commands.bench import Command as ScrapyBench

# Scrapy asks a server of its own.
_PACE = {
    "DOWNLOAD_DELAY": 0,
    "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
    "AUTOTHROTTLE_ENABLED": False,
    "ROBOTSTXT_OBEY": False,
}


class Command(ScrapyBench):
    """Scrapy's command with Scrapy's own pace."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Take our delays away; what is given with ``-s`` counts."""
        assert self.settings is not None
        self.settings.setdict(_PACE, priority="project")
        super().process_options(args, opts)
