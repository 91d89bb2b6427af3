"""``scrapy genspider -t committee NAME DOMAIN``: a site file, beside the files of Scrapy's own templates."""

import argparse
import os
import re
from pathlib import Path

from scrapy.commands.genspider import Command as ScrapyGenspider

from archiver.crawl.commands import tell_errors
from archiver.errors import SiteError
from archiver.platforms.generic import GENERIC
from archiver.site import Site

_TEMPLATE = Path(__file__).parent / "templates" / "committee.tmpl"
_PLAIN = re.compile(r'[^\s"\\]+')


class Command(ScrapyGenspider):
    """Scrapy's command with one template more, which takes only what a site may declare."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Write a file; status 2 where the name or the address can be none of a site."""
        with tell_errors(self):
            super().run(args, opts)

    def _genspider(
        self, module: str, name: str, url: str, template_name: str, template_file: str | os.PathLike[str]
    ) -> Path:
        if Path(template_file) == _TEMPLATE:
            Site(name, name, GENERIC.name, (url,))
            if not _PLAIN.fullmatch(url):
                raise SiteError(f"site {name}: {url!r} is no address; write it as a browser shows it")
        return super()._genspider(module, name, url, template_name, template_file)

    def _find_template(self, template: str) -> Path | None:
        return _TEMPLATE if template == _TEMPLATE.stem else super()._find_template(template)

    def _list_templates(self) -> None:
        super()._list_templates()
        print(f"  {_TEMPLATE.stem}")  # noqa: T201 - one line more of what Scrapy prints
