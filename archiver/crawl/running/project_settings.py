"""The project's settings, for programs other than ``scrapy``."""

import os

from scrapy.settings import BaseSettings, Settings, default_settings
from scrapy.utils.project import get_project_settings

from archiver.archive.store.damage import MOST_BYTES
from archiver.crawl.recorder import WISHES
from archiver.errors import UsageError
from archiver.site import ATTACHMENTS


def project_settings(**changes: object) -> Settings:
    """Return the project's settings with changes that win over everything, wherever the caller stands."""
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "archiver.settings")
    settings = get_project_settings()
    for name, value in changes.items():
        settings.set(name, value, priority="cmdline")
    return settings


def check_settings(settings: BaseSettings) -> None:
    """Refuse what was given with ``-s`` where a number or a switch is wanted; Scrapy would fail half-way."""
    for name, value in settings.items():
        usual = getattr(default_settings, str(name), None)
        if not isinstance(value, str) or not isinstance(usual, int | float):
            continue
        try:
            settings.getbool(name) if isinstance(usual, bool) else float(value)
        except ValueError:
            kind = "switch; write 0 or 1" if isinstance(usual, bool) else "number"
            raise UsageError(f"-s {name}={value}: {value!r} is no {kind}") from None
    size = settings["DOWNLOAD_MAXSIZE"]
    if not 0 < float(size) <= MOST_BYTES:
        raise UsageError(f"-s DOWNLOAD_MAXSIZE={size}: write up to {MOST_BYTES}; no page of more bytes is kept")
    for name, words in (("ARCHIVE_ATTACHMENTS", ("", *ATTACHMENTS)), ("ARCHIVE_RECORDING_PROCESS", WISHES)):
        if settings.get(name, "") not in words:
            raise UsageError(f"-s {name}={settings[name]}: write {', '.join(filter(None, words))}")
