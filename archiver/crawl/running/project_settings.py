"""The project's settings, for programs other than ``scrapy``."""

import os
import sys
from configparser import ConfigParser
from configparser import Error as ConfigError
from pathlib import Path

from scrapy.settings import BaseSettings, Settings, default_settings
from scrapy.utils.project import get_project_settings

from archiver.archive.store.damage import MOST_BYTES
from archiver.errors import UsageError
from archiver.ingest.service import SECOND_PROCESS
from archiver.project import MARK, SETTINGS, find_project
from archiver.site import ATTACHMENTS


def project_settings(**changes: object) -> Settings:
    """Return the project's settings with changes that win over everything, wherever the caller stands.

    UsageError where they cannot be read, or are not ours with changes.
    """
    module = _enter_project(find_project())
    try:
        settings = get_project_settings()
    except ModuleNotFoundError as error:
        raise UsageError(f"{MARK} names the settings {module}, which are not there: {error}") from error
    if "ARCHIVE_DB" not in settings:
        raise UsageError(f"the settings {module} must begin with: from {SETTINGS} import *")
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
    for name, words in (("ARCHIVE_ATTACHMENTS", ("", *ATTACHMENTS)), ("ARCHIVE_RECORDING_PROCESS", SECOND_PROCESS)):
        if settings.get(name, "") not in words:
            raise UsageError(f"-s {name}={settings[name]}: write {', '.join(filter(None, words))}")


def _enter_project(project: Path | None) -> str:
    """Let the project's modules be found before all others; return its settings module, as Scrapy's own programs do."""
    module = SETTINGS
    if project:
        module = _read_module(project / MARK)
        if str(project) not in sys.path:
            sys.path.insert(0, str(project))
    return os.environ.setdefault("SCRAPY_SETTINGS_MODULE", module)


def _read_module(path: Path) -> str:
    read = ConfigParser()
    try:
        read.read(path, encoding="utf-8")
        return read.get("settings", "default", fallback=SETTINGS)
    except (OSError, UnicodeError, ConfigError) as error:
        raise UsageError(f"{path}: cannot be read: {' '.join(str(error).split())}") from error
