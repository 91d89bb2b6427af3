"""Scrapy settings, each with its reason. Any of them can be set for one crawl with ``-s NAME=VALUE``."""

import os

from archiver import __version__
from archiver.project import archive_path, find_sites

# --- this project ---------------------------------------------------------------------------------------------------

BOT_NAME = "committee-news-archiver"
# The sites of the project that a command is called in; without one there is none.
SPIDER_MODULES = ["spiders"] if find_sites() else []
# Knows the spider for sites that nobody declared, too.
SPIDER_LOADER_CLASS = "archiver.crawl.site_loader.SiteLoader"
NEWSPIDER_MODULE = "spiders"
# `scrapy crawl` with this project's checks and exit statuses.
COMMANDS_MODULE = "archiver.crawl.commands"

# The archive: in the project, wherever in it a command is called from, else in the current folder; `-s ARCHIVE_DB=` and
# the environment win.
ARCHIVE_DB = str(archive_path())

# The ledger first: it opens the run of which the others tell.
EXTENSIONS = {
    # Would undo a Crawl-delay with the first quick answer; HostThrottle is one with a floor for each host.
    "scrapy.extensions.throttle.AutoThrottle": None,
    "archiver.crawl.politeness.throttle.HostThrottle": 50,
    "archiver.crawl.run_extension.RunLedger": 100,
    "archiver.crawl.running.progress.Progress": 200,
    "archiver.crawl.running.logs.RunNotes": 300,
}
ITEM_PIPELINES = {
    "archiver.crawl.pipelines.ArchivePipeline": 300,
    # Documents and images of what was recorded, as far as the site declares attachments.
    "archiver.crawl.documents.pipeline.ArticleFilesPipeline": 400,
}
DOWNLOADER_MIDDLEWARES = {
    # Lets requests with dont_filter through, and all of ours have it; HostGuard has no exemption.
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "archiver.crawl.transport.hosts.HostGuard": 50,
    # Takes a robots.txt that cannot be read for one that allows everything.
    "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
    "archiver.crawl.politeness.robots.RobotsRules": 100,
}
SPIDER_MIDDLEWARES = {
    # The first two have nothing to do: the spider takes every status, and Discovery knows no depth. What an answer
    # gives would pass through each of them.
    "scrapy.spidermiddlewares.httperror.HttpErrorMiddleware": None,
    "scrapy.spidermiddlewares.depth.DepthMiddleware": None,
    # Drops long addresses and tells nobody; Discovery has a bound of its own, and a reason for each.
    "scrapy.spidermiddlewares.urllength.UrlLengthMiddleware": None,
}
# One line an article; Scrapy's own would print every record whole.
LOG_FORMATTER = "archiver.crawl.running.logformat.ArticleLogFormatter"
LOG_LEVEL = "INFO"
# A progress line for people; `archiver crawl` turns it on where it finds a terminal.
ARCHIVE_PROGRESS = False
# Reading and recording in a second process: auto (once 48 pages came in at more than ten a second), always, never.
ARCHIVE_RECORDING_PROCESS = "auto"
# Seconds to wait for another run of the same site, which holds its lock; "inf" waits as long as it takes.
ARCHIVE_WAIT = 0

# --- manners --------------------------------------------------------------------------------------------------------

# Says who asks; with ARCHIVE_CONTACT, an e-mail address or a URL, also whom to complain to. `-s USER_AGENT=` wins.
ARCHIVE_CONTACT = os.environ.get("ARCHIVE_CONTACT", "")
USER_AGENT = f"CommitteeNewsArchiver/{__version__} (keeps public news)"
ROBOTSTXT_OBEY = True
# One request a second and one at a time: these are small servers, and nothing here is in a hurry. A host that needs
# longer for its answers is asked less often still. `-s DOWNLOAD_DELAY=0` takes all of this away, AUTOTHROTTLE_ENABLED
# and the two pauses below too unless they are given with it; what a host asks for itself, with Crawl-delay or
# Retry-After, always counts.
DOWNLOAD_DELAY = 1.0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# Scrapy varies the delay by half so that it does not look like a program; this is one, and a floor is a floor.
DOWNLOAD_DELAY_JITTER = 0.0
AUTOTHROTTLE_ENABLED = True
AUTOTHROTTLE_START_DELAY = 0.0  # DOWNLOAD_DELAY, that is; Scrapy would begin with 5 s
AUTOTHROTTLE_MAX_DELAY = 60.0
AUTOTHROTTLE_TARGET_CONCURRENCY = 1.0
# Seconds for which a host is left alone after a failure; doubled with every further one, up to a minute.
ARCHIVE_BACKOFF = 5.0
# Seconds before the last try at a host that failed ten times in a row; the crawl ends if that fails too.
ARCHIVE_HOST_PAUSE = 600.0
# Hears how each request ended before it sends the next one; Scrapy's own cannot pause.
DOWNLOADER = "archiver.crawl.transport.downloader.PoliteDownloader"
# Requests of one run, retries counted: a trap of endless pages must not keep it busy for days. What is left over waits
# for the next run. 0 is no bound.
ARCHIVE_MAX_REQUESTS = 20_000
# Portals keep a session for every visitor that sends the cookie back; a reader of public pages needs none.
COOKIES_ENABLED = False

# --- robustness -----------------------------------------------------------------------------------------------------

# Seconds for a whole answer, body included; Scrapy's 180 would let one slow page hold up the crawl.
DOWNLOAD_TIMEOUT = 30
# Bytes after decompression: the largest real page seen has 0.4 MB, and a bomb must not fill the memory.
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
# Which files of articles are downloaded: none, documents, all (images too); empty: as the site declares.
ARCHIVE_ATTACHMENTS = ""
# Many portals lead from the address of a document to the document; to other hosts nothing leads.
MEDIA_ALLOW_REDIRECTS = True
# Bytes of a document or an image of an article, which is held in memory until it is on disk; larger ones are not kept.
ARCHIVE_MAX_FILE = 50 * 1024 * 1024
# Scrapy takes any certificate by default; an archive must know whom it heard.
DOWNLOAD_VERIFY_CERTIFICATES = True
# The spider tries busy answers again itself, since every answer is kept; lost connections are left to Scrapy.
RETRY_HTTP_CODES: list[int] = []
RETRY_TIMES = 2
RETRY_GIVE_UP_LOG_LEVEL = "INFO"  # a finding says it
# A page may send browsers on with a meta tag; the page itself is what is kept.
METAREFRESH_ENABLED = False
# Discovery knows every article by its native key before it becomes a request; a second filter would hide redirects.
DUPEFILTER_CLASS = "scrapy.dupefilters.BaseDupeFilter"
# Only the web, no local files and no FTP; with guards against what Scrapy takes as it comes: answers cut short, headers
# without end. They undo the content encoding themselves, since they have to see its end.
DOWNLOAD_HANDLERS = {
    "http": "archiver.crawl.transport.connections.Connections",
    "https": "archiver.crawl.transport.connections.Connections",
    "data": None,
    "file": None,
    "ftp": None,
    "s3": None,
}
COMPRESSION_ENABLED = False
# No connection to a private address, whatever name leads there; a start address may be one itself.
TWISTED_DNS_RESOLVER = "archiver.crawl.transport.resolver.PublicResolver"

# What a page gives is recorded one after the other, before the next page is read; a hundred tasks for each answer cost
# a quarter of the time.
CONCURRENT_ITEMS = 1
# Scrapy would read the spider's source text for every answer, and fail where an upgrade changes it under a crawl.
WARN_ON_GENERATOR_RETURN_VALUE = False

# --- doors that stay shut -------------------------------------------------------------------------------------------

# Both would let anyone on the machine run code in the crawl. Switched off they are not even imported, see
# archiver/crawl/running/project_settings.py.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# --- output ---------------------------------------------------------------------------------------------------------

FEED_EXPORT_ENCODING = "utf-8"
# `scrapy crawl` logs to stderr, or to `-s LOG_FILE=`; `archiver crawl` also to logs/SITE.log beside the archive, in
# UTC and never more than 12 MB a site (archiver/crawl/running/logs.py). In all of them passwords are masked and control
# characters escaped.
ARCHIVE_LOGS = True
LOG_VERSIONS: list[str] = []
STATS_DUMP = False
LOGSTATS_INTERVAL = 60.0
"""Seconds between two lines of progress in the log."""
