"""What our spiders add to a Scrapy project: settings and components of which a plain spider beside them knows nothing.

Only a crawl that holds the lock of its site records (``ARCHIVE_ENABLED``, which ``crawl_sites`` sets). Whatever else
Scrapy does with one of our spiders (parse, shell, check, fetch) is done with Scrapy's own components, and nothing is
written.
"""

import numbers
from collections.abc import Mapping
from typing import Any

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings
from scrapy.utils.misc import load_object
from scrapy.utils.python import global_object_name

from archiver.errors import SiteError

Components = dict[str, dict[Any, Any]]
"""Of each setting that lists components: the place of each by its import path or class, None where it is left out."""

# The ledger first: it opens the run of which the others tell.
COMPONENTS: Components = {
    "EXTENSIONS": {
        # Would undo a Crawl-delay with the first quick answer; HostThrottle is one with a floor for each host.
        "scrapy.extensions.throttle.AutoThrottle": None,
        "archiver.crawl.politeness.throttle.HostThrottle": 50,
        "archiver.crawl.run_extension.RunLedger": 100,
        "archiver.crawl.running.progress.Progress": 200,
        "archiver.crawl.running.logs.RunNotes": 300,
    },
    "ITEM_PIPELINES": {
        "archiver.crawl.pipelines.ArchivePipeline": 300,
        # Documents and images of what was recorded, as far as the site declares attachments.
        "archiver.crawl.documents.pipeline.ArticleFilesPipeline": 400,
    },
    "DOWNLOADER_MIDDLEWARES": {
        # Lets requests with dont_filter through, and all of ours have it; HostGuard has no exemption.
        "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
        "archiver.crawl.transport.hosts.HostGuard": 50,
        # Takes a robots.txt that cannot be read for one that allows everything.
        "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
        "archiver.crawl.politeness.robots.RobotsRules": 100,
    },
    "SPIDER_MIDDLEWARES": {
        # The first two have nothing to do: the spider takes every status, and Discovery knows no depth. What an answer
        # gives would pass through each of them.
        "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
        "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
        # Drops long addresses and tells nobody; Discovery has a bound of its own, and a reason for each.
        "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
    },
}

# Weaker than what a project sets, stronger than what Scrapy does by itself.
SETTINGS: dict[str, Any] = {
    # One line an article; Scrapy's own would print every record whole.
    "LOG_FORMATTER": "archiver.crawl.running.logformat.ArticleLogFormatter",
    "STATS_DUMP": False,
    # Hears how each request ended before it sends the next one; Scrapy's own cannot pause.
    "DOWNLOADER": "archiver.crawl.transport.downloader.PoliteDownloader",
    # Portals keep a session for every visitor that sends the cookie back; a reader of public pages needs none.
    "COOKIES_ENABLED": False,
    # Many portals lead from the address of a document to the document; to other hosts nothing leads.
    "MEDIA_ALLOW_REDIRECTS": True,
    # The spider tries busy answers again itself, since every answer is kept; lost connections are left to Scrapy.
    "RETRY_HTTP_CODES": [],
    "RETRY_GIVE_UP_LOG_LEVEL": "INFO",  # a finding says it
    # A page may send browsers on with a meta tag; the page itself is what is kept.
    "METAREFRESH_ENABLED": False,
    # Discovery knows every article by its native key before it becomes a request; a second filter would hide redirects.
    "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",
    # Only the web, no local files and no FTP; with guards against what Scrapy takes as it comes: answers cut short,
    # headers without end. They undo the content encoding themselves, since they have to see its end.
    "DOWNLOAD_HANDLERS": {
        "http": "archiver.crawl.transport.connections.Connections",
        "https": "archiver.crawl.transport.connections.Connections",
        "data": None,
        "file": None,
        "ftp": None,
        "s3": None,
    },
    "COMPRESSION_ENABLED": False,
    # What a page gives is recorded one after the other, before the next page is read; a hundred tasks for each answer
    # cost a quarter of the time.
    "CONCURRENT_ITEMS": 1,
    # Scrapy would read the spider's source text for every answer, and fail where an upgrade changes it under a crawl.
    "WARN_ON_GENERATOR_RETURN_VALUE": False,
}
# An error page is shown as what it is; Scrapy would say that nothing was downloaded.
_SHOWING = {"HTTPERROR_ALLOW_ALL": True}

# What Scrapy imports only to hear that it is switched off, and the switch: a web server, a terminal, a list of all
# domains. 0.15 s and 12 MB of every crawl.
SWITCHED = (
    ("EXTENSIONS_BASE", "scrapy.extensions.telnet.TelnetConsole", "TELNETCONSOLE_ENABLED"),
    ("EXTENSIONS_BASE", "scrapy.extensions.remote_control.RemoteControl", "REMOTE_CONTROL_ENABLED"),
    ("EXTENSIONS_BASE", "scrapy.extensions.memdebug.MemoryDebugger", "MEMDEBUG_ENABLED"),
    ("DOWNLOADER_MIDDLEWARES_BASE", "scrapy.downloadermiddlewares.cookies.CookiesMiddleware", "COOKIES_ENABLED"),
    ("DOWNLOADER_MIDDLEWARES_BASE", "scrapy.downloadermiddlewares.httpcache.HttpCacheMiddleware", "HTTPCACHE_ENABLED"),
)


def is_recording(settings: BaseSettings) -> bool:
    """Say whether a crawl records what it gets: it does where somebody holds the lock of its site."""
    return settings.getbool("ARCHIVE_ENABLED")


def add_settings(settings: BaseSettings) -> None:
    """Set what is ours; whatever a project or a site sets is stronger."""
    settings.setdict(SETTINGS if is_recording(settings) else _SHOWING, priority="addon")


def gather_components(settings: BaseSettings, site: str, custom: Mapping[str, Any]) -> Components:
    """Put together our components, the project's and a site's own; SiteError where the site takes out one of ours."""
    gathered = {}
    for name, ours in COMPONENTS.items():
        added = _read_components(name, settings[name]) | _read_own(site, name, custom.get(name, {}))
        others = {path: place for path, place in added.items() if path not in ours}
        gathered[name] = ours | added if is_recording(settings) else others
    return gathered


def add_components(settings: BaseSettings, components: Components) -> None:
    """Set what was gathered; what the command line lists is all there is, as ever in Scrapy."""
    for name, gathered in components.items():
        if settings.getpriority(name) != SETTINGS_PRIORITIES["cmdline"]:
            settings.set(name, gathered, priority="spider")
    if is_recording(settings):
        leave_out_unused(settings)


def leave_out_unused(settings: BaseSettings) -> None:
    """Leave out what is switched off (SWITCHED): the lists of Scrapy's own parts are the one place where that helps."""
    for parts, part, switch in SWITCHED:
        if not settings.getbool(switch):
            settings.set(parts, settings.getdict(parts) | {part: None}, priority="spider")


def _read_components(name: str, value: Mapping[Any, Any] | None) -> dict[Any, Any]:
    """Read a list of components; ours by their import paths, where the classes themselves are named too."""
    return {_find_ours(name, component) or component: place for component, place in (value or {}).items()}


def _find_ours(name: str, component: Any) -> str | None:
    path = component if isinstance(component, str) else global_object_name(component)
    return path if path in COMPONENTS[name] else None


def _read_own(site: str, name: str, value: object) -> dict[Any, Any]:
    """Read what a site adds; SiteError where it takes out one of ours, or cannot be what Scrapy wants."""
    if not isinstance(value, Mapping):
        raise SiteError(f"site {site}: {name} = {value!r}; write {{'package.module.Class': 500}}")
    own = _read_components(name, value)
    for component, place in own.items():
        if place is None and COMPONENTS[name].get(component) is not None:
            said = f"{name} takes out {component}, without which nothing is archived; leave that line out"
            raise SiteError(f"site {site}: {said}")
        if place is not None and not isinstance(place, numbers.Real):
            said = f"{name} has {place!r} for {component}; write a number, its place among the others"
            raise SiteError(f"site {site}: {said}")
        if place is not None:
            _load(site, name, component)
    return own


def _load(site: str, name: str, component: Any) -> None:
    try:
        load_object(component)
    except Exception as error:  # what is imported can raise anything
        said = " ".join(str(error).split())
        raise SiteError(f"site {site}: {name}: {component} cannot be loaded: {type(error).__name__}: {said}") from error
