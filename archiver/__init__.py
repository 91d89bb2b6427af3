"""Committee News Archiver: crawls committee news and keeps every article with its history."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    __version__: str


def __getattr__(name: str) -> str:
    """Read ``__version__`` when it is asked for: what it needs takes a third of the time of ``archiver --help``."""
    if name != "__version__":
        raise AttributeError(f"module 'archiver' has no attribute {name!r}")
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    try:
        return version("committee-news-archiver")
    except PackageNotFoundError:  # read from a checkout that was not installed
        return "0.0.0"
