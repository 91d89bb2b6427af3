"""``scrapy shell`` for our sites: ``page`` is what their readers make of the response; nothing is archived."""

import argparse
from typing import Any

from scrapy.commands.shell import Command as ScrapyShell
from scrapy.http import Response

from archiver.crawl.commands import tell_errors
from archiver.crawl.spider import find_state
from archiver.crawl.transport.answers import capture_of
from archiver.ingest.record import read_capture


class Command(ScrapyShell):
    """Scrapy's console with one name more where the address, or ``--spider``, is of one of our sites."""

    def process_options(self, args: list[str], opts: argparse.Namespace) -> None:
        """Log warnings only, unless more is asked for."""
        assert self.settings is not None
        self.settings.set("LOG_LEVEL", "WARNING", priority="project")
        super().process_options(args, opts)

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Open the console."""
        with tell_errors(self):
            super().run(args, opts)

    def update_vars(self, vars: dict[str, Any]) -> None:  # noqa: A002 - Scrapy's name
        """Add the page that was read of the response."""
        state, response = find_state(vars["spider"]), vars["response"]
        if state and isinstance(response, Response):
            vars["page"] = read_capture(state.site, capture_of(response))
