"""Which platform a captured page is of."""

from archiver.model import Capture
from archiver.parsing.document import PageRejectedError, TooDeepError, parse_html
from archiver.parsing.text import decode_page
from archiver.platforms import recognise_platform
from archiver.platforms.generic import GENERIC
from archiver.platforms.layout import Platform


def recognise_capture(capture: Capture) -> Platform:
    """Return the platform of a captured page; the generic one where it has the marks of none."""
    try:
        page = parse_html(decode_page(capture.body, capture.headers))
    except (PageRejectedError, TooDeepError):
        return GENERIC
    return recognise_platform(page) or GENERIC
