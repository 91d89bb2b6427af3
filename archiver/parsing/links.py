"""The links of a page, made absolute."""

from dataclasses import dataclass

from archiver.urls import is_download, join_url, path_of, strip_session, undo_mirroring

_MIRROR_MARK = "by HTTrack Website Copier"


@dataclass(frozen=True, slots=True)
class Links:
    """Resolves the links of one page; ``base`` is its address.

    ``mirrored`` pages were saved by HTTrack, which renames files that have a query; that is undone.
    """

    base: str
    mirrored: bool = False

    @classmethod
    def of_page(cls, base: str, html: str) -> "Links":
        """Look into a page for the comment that HTTrack leaves at its head."""
        return cls(base, _MIRROR_MARK in html[:4096])

    def resolve(self, href: str) -> str | None:
        """Return the absolute address of a link as it is printed, without a session in its path and a fragment.

        Every parameter stays: what looks like a session may be all that tells two documents apart, or open one.
        None if it leads nowhere, or back to the page itself (as an empty ``src`` does).
        """
        url = join_url(self.base, href)
        if url is None or (path_of(url) == path_of(self.base) and not is_download(url)):
            return None
        return strip_session(undo_mirroring(url) if self.mirrored else url)
