"""What crosses the layers: captures as received, and what a parser reads of them.

Everything here is frozen. Times are aware and in UTC; the site's own zone is used only where text is read or shown.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from archiver.findings import Kind

Precision = Literal["day", "minute"]
Headers = tuple[tuple[str, str], ...]
MarkKind = Literal["struck", "inserted", "raised", "lowered"]


@dataclass(frozen=True, slots=True)
class Capture:
    """One fetched page as received.

    ``url`` is the address that answered, ``body`` the bytes after the transfer and content encodings were undone.
    ``headers`` keep their order and repetitions. ``tls`` is ``tolerant`` where the certificate was not verified.
    """

    url: str
    fetched_at: datetime
    status: int
    headers: Headers
    body: bytes
    tls: Literal["tolerant"] | None = None


@dataclass(frozen=True, slots=True)
class Purpose:
    """What an address was asked for, and whether its answer was the last word; kept with the capture (rule 1).

    ``kind`` is None where nobody noted it. ``expected`` is the native key of the article that was asked for. An answer
    is not ``final`` if another try follows: a redirect that is followed, a busy server. ``refused`` is the kind of the
    problem for which a redirect was not followed.
    """

    kind: Literal["article", "listing", "robots"] | None = None
    expected: str | None = None
    final: bool = True
    refused: Kind | None = None


@dataclass(frozen=True, slots=True)
class PublishedDate:
    """A printed date of publication.

    ``raw`` is what is printed, without its label. ``at`` is None when ``raw`` cannot be understood. A ``relative``
    date (``2 giờ trước``) was measured from the time of its capture, so it moves with every capture.
    """

    raw: str
    at: datetime | None = None
    precision: Precision | None = None
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Count:
    """A printed view count: ``value`` is None when ``raw`` (the count without its label) is no number."""

    raw: str
    value: int | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """An image of an article: its absolute address, the caption printed with it, its alternative text."""

    url: str
    caption: str | None = None
    alt: str | None = None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document that an article links to: its absolute address and the text of the link."""

    url: str
    title: str


@dataclass(frozen=True, slots=True)
class Link:
    """Where the text of an article leads: the target of a link, or of an embedded film, map or document (``media``).

    ``url`` is absolute, or a place on the page itself (``#place``). An ``own`` one leads within the site. ``text`` is
    that of the link.
    """

    url: str
    text: str = ""
    kind: Literal["link", "media"] = "link"
    own: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A stretch of text with a meaning that its words alone do not have: struck out, inserted, raised, lowered.

    ``before`` are the letters that raised or lowered text stands right behind: ``10`` of 10².
    """

    kind: MarkKind
    text: str
    before: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a parser could not read; it becomes a finding of the run.

    ``kind`` is one of the catalogue (see ``archiver schema findings``), ``detail`` is for people.
    """

    kind: Kind
    detail: str


@dataclass(frozen=True, slots=True)
class Origin:
    """How the generic reader found a field: by which sign, and how sure that is (0 to 1)."""

    field: str
    how: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Article:
    """What one article page prints.

    ``native_key`` is the portal's own id of the article, ``paragraphs`` the body in reading order without lead,
    captions and signature, ``body_html`` the same as clean HTML with the images and captions in their places.
    ``links`` are those of lead and body, without documents, which are attachments; ``marks`` those of the title too.
    ``origins`` are those of the fields that the generic reader found; a platform knows where they stand.
    ``keys`` are what the page prints about itself: ids, and the native keys of the addresses that it calls its own.
    They may be wrong. ``next_url`` is where the text goes on; None where this is its end.
    """

    native_key: str
    url: str
    title: str
    section: str | None = None
    author: str | None = None
    lead: str | None = None
    paragraphs: tuple[str, ...] = ()
    body_html: str = ""
    published: PublishedDate | None = None
    views: Count | None = None
    images: tuple[Image, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    problems: tuple[Problem, ...] = ()
    origins: tuple[Origin, ...] = ()
    links: tuple[Link, ...] = ()
    marks: tuple[Mark, ...] = ()
    keys: tuple[str, ...] = ()
    next_url: str | None = None

    @property
    def body(self) -> str:
        """The body as text: its paragraphs with an empty line between them."""
        return "\n\n".join(self.paragraphs)


@dataclass(frozen=True, slots=True)
class ListingEntry:
    """One article as a listing prints it."""

    native_key: str
    url: str
    title: str
    published: PublishedDate | None = None
    views: Count | None = None


@dataclass(frozen=True, slots=True)
class ResultCount:
    """The line ``Hiển thị 1 - 20 of 26 kết quả``: first and last entry of this page, and the total."""

    first: int
    last: int
    total: int


@dataclass(frozen=True, slots=True)
class Form:
    """A form to be sent (POST) for the next page of a listing: its address and fields, in the order of the page.

    ``page`` tells the pages of one listing apart, which all have the same address.
    """

    url: str
    fields: tuple[tuple[str, str], ...]
    page: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What one listing page prints; ``next_url`` is None on the last page.

    ``next_form`` is there instead where the pager sends a form. ``more`` are other ways to the same site's articles
    that the page names: feeds, the maps of a sitemap index.
    ``non_articles`` counts entries that lead to no article of it; the printed total counts them too. ``kind`` tells
    the pages of a channel from what only leads to articles: a feed shows the newest, a sitemap everything, so being
    there or not says nothing about being listed. ``unturned`` says by what the listing seems to go on though no next
    page can be asked for. ``is_piece``: a script asks for it and puts it into its page, and may know by itself what
    follows.
    """

    url: str
    section: str | None = None
    entries: tuple[ListingEntry, ...] = ()
    non_articles: int = 0
    next_url: str | None = None
    results: ResultCount | None = None
    next_form: Form | None = None
    more: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    kind: Literal["page", "feed", "sitemap"] = "page"
    unturned: str = ""
    is_piece: bool = False


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A page that is neither an article nor a listing, and why.

    ``stands_in`` is what a whole page is known again by that shows something else than an article (see
    text/sketches.py); empty for errors, and for pages that speak of a state that ends.
    """

    url: str
    problem: Problem
    stands_in: str = ""


Page = Article | Listing | Unreadable
