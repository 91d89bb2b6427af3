"""How a crawl behaves towards a host, as far as the settings say; read before the first request."""

import math
import re
from dataclasses import dataclass

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings

from archiver import __version__
from archiver.errors import UsageError

PRODUCT = f"CommitteeNewsArchiver/{__version__}"


@dataclass(frozen=True, slots=True)
class Politeness:
    """The waiting that is this project's own choice, in seconds.

    ``backoff`` is the pause after the first busy answer, ``host_pause`` the one before the last try at a host that
    seems to be down. What a host itself asks for (Crawl-delay, Retry-After) does not depend on them.
    """

    backoff: float
    host_pause: float


def read_politeness(settings: BaseSettings) -> Politeness:
    """Read the settings; UsageError where one is no number of seconds."""
    return Politeness(_read_pause(settings, "ARCHIVE_BACKOFF"), _read_pause(settings, "ARCHIVE_HOST_PAUSE"))


def is_hurried(settings: BaseSettings, name: str) -> bool:
    """Say whether ``DOWNLOAD_DELAY=0`` takes a setting out of force: it does unless that one was chosen too."""
    return settings.getfloat("DOWNLOAD_DELAY") == 0 and not _is_chosen(settings, name)


def introduce(settings: BaseSettings) -> None:
    """Put the contact into the user agent, unless a user agent was chosen; UsageError where it cannot stand there."""
    contact = str(settings["ARCHIVE_CONTACT"] or "").strip()
    if not contact.isprintable() or re.search(r"[()\\]", contact):
        raise UsageError(
            f"ARCHIVE_CONTACT={contact!r} cannot be sent: give an e-mail address or a URL, without brackets"
        )
    read_politeness(settings)
    if contact and not _is_chosen(settings, "USER_AGENT"):
        settings.set("USER_AGENT", f"{PRODUCT} (+{contact})", priority="project")


def product_of(user_agent: str) -> str:
    """Return the name by which robots.txt knows a user agent: its first word (RFC 9309, 2.2.1).

    The rest of it, such as the address of a contact, must not be taken for the name of another crawler.
    """
    word = re.match(r"[A-Za-z_-]+", user_agent.strip())
    return word[0] if word else user_agent


def _read_pause(settings: BaseSettings, name: str) -> float:
    value = settings[name]
    try:
        seconds = float(value)
    except (TypeError, ValueError):
        seconds = math.nan
    if not (math.isfinite(seconds) and seconds >= 0):
        raise UsageError(f"{name}={value} is no number of seconds")
    return 0.0 if is_hurried(settings, name) else seconds


def _is_chosen(settings: BaseSettings, name: str) -> bool:
    """Say whether a setting comes from the command line or a site, and not from the project's own settings."""
    return (settings.getpriority(name) or 0) > SETTINGS_PRIORITIES["project"]
