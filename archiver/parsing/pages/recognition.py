"""Which platform a captured page is of."""

from archiver.html.decoding import decode_page
from archiver.model import Capture
from archiver.parsing.pages.document import PageRejectedError, TooDeepError, give_back, parse_html
from archiver.platforms import recognise_platform
from archiver.platforms.generic import GENERIC
from archiver.platforms.layout import Platform


def recognise_capture(capture: Capture) -> Platform:
    """Return the platform of a captured page; the generic one where it has the marks of none."""
    html = decode_page(capture.body, capture.headers)
    try:
        page = parse_html(html)
    except (PageRejectedError, TooDeepError):
        return GENERIC
    platform = recognise_platform(page) or GENERIC
    give_back(page, html)
    return platform
