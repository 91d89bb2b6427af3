"""Committee News Archiver: crawls committee news and keeps every article with its history."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("committee-news-archiver")
except PackageNotFoundError:  # read from a checkout that was not installed
    __version__ = "0.0.0"
