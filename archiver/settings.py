"""Scrapy settings, each with its reason. Any of them can be set for one crawl with ``-s NAME=VALUE``."""

from archiver import __version__
from archiver.project import archive_path

# --- this project ---------------------------------------------------------------------------------------------------

BOT_NAME = "committee-news-archiver"
SPIDER_MODULES = ["spiders"]
NEWSPIDER_MODULE = "spiders"
# `scrapy crawl` with this project's checks and exit statuses.
COMMANDS_MODULE = "archiver.crawl.commands"

# The archive: in the project, wherever a command is called from; `-s ARCHIVE_DB=` and the environment win.
ARCHIVE_DB = str(archive_path())

EXTENSIONS = {"archiver.crawl.ledger.RunLedger": 100, "archiver.crawl.progress.Progress": 200}
ITEM_PIPELINES = {"archiver.crawl.pipelines.ArchivePipeline": 300}
DOWNLOADER_MIDDLEWARES = {
    # Lets requests with dont_filter through, and all of ours have it; HostGuard has no exemption.
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "archiver.crawl.hosts.HostGuard": 50,
}
# One line an article; Scrapy's own would print every record whole.
LOG_FORMATTER = "archiver.crawl.logformat.ArticleLogFormatter"
LOG_LEVEL = "INFO"
# A progress line for people; `archiver crawl` turns it on where it finds a terminal.
ARCHIVE_PROGRESS = False

# --- manners --------------------------------------------------------------------------------------------------------

# Says who asks and where to complain; put an address of your own here.
USER_AGENT = f"CommitteeNewsArchiver/{__version__} (keeps public news; contact: the operator of this archive)"
ROBOTSTXT_OBEY = True
# One request a second and one at a time: these are small servers, and nothing here is in a hurry.
DOWNLOAD_DELAY = 1.0
CONCURRENT_REQUESTS_PER_DOMAIN = 1
# Portals keep a session for every visitor that sends the cookie back; a reader of public pages needs none.
COOKIES_ENABLED = False

# --- robustness -----------------------------------------------------------------------------------------------------

# Seconds for a whole answer, body included; Scrapy's 180 would let one slow page hold up the crawl.
DOWNLOAD_TIMEOUT = 30
# Bytes after decompression: the largest real page seen has 0.4 MB, and a bomb must not fill the memory.
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
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
# Only the web: no local files, no FTP.
DOWNLOAD_HANDLERS = {"data": None, "file": None, "ftp": None, "s3": None}

# --- doors that stay shut -------------------------------------------------------------------------------------------

# Both would let anyone on the machine run code in the crawl.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# --- output ---------------------------------------------------------------------------------------------------------

FEED_EXPORT_ENCODING = "utf-8"
LOG_VERSIONS: list[str] = []
STATS_DUMP = False
LOGSTATS_INTERVAL = 60.0
"""Seconds between two lines of progress in the log."""
