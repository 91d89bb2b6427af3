"""Scrapy settings, each with its reason. Any of them can be set for one crawl with ``-s NAME=VALUE``.

What only our own spiders need is not here: they add it themselves (archiver/crawl/components.py), so that a plain
``scrapy.Spider`` beside them runs as it would in any project that is polite.
"""

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
# `scrapy crawl` with this project's checks and exit statuses; parse, shell, bench and genspider for its sites.
COMMANDS_MODULE = "archiver.crawl.commands"

# The archive: in the project, wherever in it a command is called from, else in the current folder; `-s ARCHIVE_DB=` and
# the environment win.
ARCHIVE_DB = str(archive_path())
# A progress line for people; `archiver crawl` turns it on where it finds a terminal.
ARCHIVE_PROGRESS = False
LOG_LEVEL = "INFO"
# Reading and recording in a second process: auto (once 48 pages came in at more than ten a second), always, never.
ARCHIVE_RECORDING_PROCESS = "auto"
# Seconds to wait for another run of the same site, which holds its lock; "inf" waits as long as it takes.
ARCHIVE_WAIT = 0
# What whoever starts a crawl has to say of its run as findings (Problem): of any run, and of one that fails.
ARCHIVE_FINDINGS = ()
ARCHIVE_FINDINGS_IF_FAILED = ()
# An authority (RFC 3161) that attests the seal of each run when it has ended: its address, http or https; else nobody.
ARCHIVE_TSA = os.environ.get("ARCHIVE_TSA", "")

# --- politeness -------------------------------------------------------------------------------------------------------

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
# Requests of one run, retries counted: a trap of endless pages must not keep it busy for days. What is left over waits
# for the next run. 0 is no bound.
ARCHIVE_MAX_REQUESTS = 20_000

# --- robustness -----------------------------------------------------------------------------------------------------

# Seconds for a whole answer, body included; Scrapy's 180 would let one slow page hold up the crawl.
DOWNLOAD_TIMEOUT = 30
# Bytes after decompression: the largest real page seen has 0.4 MB, and a bomb must not fill the memory.
DOWNLOAD_MAXSIZE = 16 * 1024 * 1024
DOWNLOAD_WARNSIZE = 0
# Which files of articles are downloaded: none, documents, all (images too); empty: as the site declares.
ARCHIVE_ATTACHMENTS = ""
# Bytes of a document or an image of an article, which is held in memory until it is on disk; larger ones are not kept.
ARCHIVE_MAX_FILE = 50 * 1024 * 1024
# Scrapy takes any certificate by default; an archive must know whom it heard.
DOWNLOAD_VERIFY_CERTIFICATES = True
RETRY_TIMES = 2
# A crawl connects to no private address, whatever name leads there; a start address may be one itself.
TWISTED_DNS_RESOLVER = "archiver.crawl.transport.resolver.PublicResolver"

# --- doors that stay shut -------------------------------------------------------------------------------------------

# Both would let anyone on the machine run code in the crawl. Switched off they are not even imported, see
# archiver/crawl/components.py.
TELNETCONSOLE_ENABLED = False
REMOTE_CONTROL_ENABLED = False

# --- output ---------------------------------------------------------------------------------------------------------

FEED_EXPORT_ENCODING = "utf-8"
# `scrapy crawl` logs to stderr, or to `-s LOG_FILE=`; `archiver crawl` also to logs/SITE.log beside the archive, in
# UTC and never more than 12 MB a site (archiver/crawl/running/logs.py). In all of them passwords are masked and control
# characters escaped.
ARCHIVE_LOGS = True
LOG_VERSIONS: list[str] = []
