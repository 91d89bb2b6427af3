"""Commands of the ``scrapy`` program that this project replaces.

Those that only look at pages open no archive and take no lock (archiver/crawl/components.py).
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from scrapy.commands import ScrapyCommand

from archiver.errors import ArchiverError
from archiver.text.display import make_showable


@contextmanager
def tell_errors(command: ScrapyCommand) -> Iterator[None]:
    """Tell what a user can get wrong in one line, and let the command end with its status."""
    try:
        yield
    except ArchiverError as error:
        say(command, str(error))
        command.exitcode = error.exit_status


def say(command: ScrapyCommand, line: str) -> None:
    """Say a line on stderr in the name of a command."""
    sys.stderr.write(f"scrapy {type(command).__module__.rpartition('.')[2]}: {make_showable(line)}\n")
