"""The project's settings, for programs other than ``scrapy``."""

import os

from scrapy.settings import Settings
from scrapy.utils.project import get_project_settings


def project_settings(**changes: object) -> Settings:
    """Return the project's settings with changes that win over everything, wherever the caller stands."""
    os.environ.setdefault("SCRAPY_SETTINGS_MODULE", "archiver.settings")
    settings = get_project_settings()
    for name, value in changes.items():
        settings.set(name, value, priority="cmdline")
    return settings
