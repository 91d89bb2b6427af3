"""The rows that the archive is read as: what a key is called, and which values it may have.

Rows of the public views have the columns of these, whose meaning stands in views.sql; the others say what they have.
"""

from typing import Literal, TypedDict

State = Literal["live", "suspect", "gone", "moved"]


class Picture(TypedDict):
    """One of ``images``."""

    url: str
    caption: str | None
    alt: str | None


class Attachment(TypedDict):
    """One of ``attachments``."""

    url: str
    title: str | None


class Link(TypedDict):
    """One of ``links``."""

    url: str
    text: str | None
    kind: Literal["link", "media"]
    own: bool


class Mark(TypedDict):
    """One of ``marks``."""

    kind: Literal["struck", "inserted", "raised", "lowered"]
    text: str
    before: str


class ArticleRow(TypedDict):
    """A row of ``current_articles``; ``url`` is None only of the past, where an article may have had several."""

    site: str
    article_id: str
    url: str | None
    title: str
    section: str | None
    author: str | None
    lead: str | None
    body: str
    published_at: str | None
    published_raw: str | None
    published_precision: str | None
    views: int | None
    views_observed_at: str | None
    state: State
    listed: int
    snapshots: int
    first_seen_at: str
    last_seen_at: str
    changed_at: str | None
    body_html: str
    images: list[Picture]
    attachments: list[Attachment]
    content_digest: str
    links: list[Link]
    marks: list[Mark]


class PastArticleRow(ArticleRow):
    """An article as it stood at a time, with the snapshot that stood then."""

    snapshot: int
    seen_from: str
    seen_until: str
    changed_fields: list[str] | None
    cause: str


class SnapshotRow(TypedDict):
    """A row of ``article_history``."""

    site: str
    article_id: str
    url: str
    snapshot: int
    seen_from: str
    seen_until: str
    title: str
    lead: str | None
    body: str
    published_at: str | None
    changed_fields: list[str] | None
    cause: str
    content_digest: str
    author: str | None
    images: list[Picture]
    attachments: list[Attachment]
    published_raw: str | None
    published_precision: str | None
    body_html: str
    links: list[Link]
    marks: list[Mark]


class ObservationRow(TypedDict):
    """A row of ``view_history``."""

    site: str
    article_id: str
    url: str
    observed_at: str
    views: int
    source: Literal["article", "listing"]
    views_raw: str | None


class EventRow(TypedDict):
    """A row of ``events``."""

    site: str
    article_id: str
    url: str
    at: str
    kind: str
    detail: str | None


class RunRow(TypedDict):
    """A row of ``run_summary``."""

    run_id: int
    site: str
    kind: str
    started_at: str
    finished_at: str | None
    outcome: str | None
    requests: int
    captures: int
    articles_new: int
    articles_changed: int
    articles_unchanged: int
    observations: int
    errors: int
    findings: int
    scope: str
    articles_found: int
    articles_failed: int
    articles_skipped: int
    articles_pending: int
    articles_late: int
    resumes: int | None
    seal: str | None
    withdrawn: int


class FindingRow(TypedDict):
    """A row of ``run_findings``."""

    site: str
    run_id: int
    started_at: str
    kind: str
    url: str
    detail: str


class SummaryRow(TypedDict):
    """An article without its texts, for lists of commands."""

    site: str
    article_id: str
    published_at: str | None
    published_precision: str | None
    title: str
    views: int | None
    state: State
    snapshots: int
    changed_at: str | None
    url: str


class ListedRow(TypedDict):
    """An article as a list of the browser shows it: a row of ``listed_articles``."""

    id: int
    site: str
    article_id: str
    section: str | None
    state: State
    listed: int
    views: int | None
    content_id: int
    title: str
    beginning: str
    published_at: str | None
    published_precision: str | None
    published_raw: str | None
    snapshots: int
    changed_at: str | None


class CopiedRow(TypedDict):
    """An article as a list of a copy of the archive shows it; ``pieces`` are of searches, which a copy has none of."""

    site: str
    article_id: str
    title: str
    section: str | None
    views: int | None
    state: State
    snapshots: int
    published_at: str | None
    published_precision: str | None
    published_raw: str | None
    beginning: str
    pieces: None


class KnownArticleRow(TypedDict):
    """An article without what it shows: where it is, and what is believed of it."""

    id: int
    site: str
    article_id: str
    url: str | None
    section: str | None
    state: State
    listed: int
    views: int | None
    views_observed_at: str | None
    first_seen_at: str
    last_seen_at: str
    snapshots: int


class StateRow(TypedDict):
    """A snapshot of a known article without its texts."""

    snapshot: int
    seen_from: str
    seen_until: str
    cause: str
    changed_fields: list[str]
    title: str


class WholeStateRow(StateRow):
    """A snapshot of a known article with all that it shows."""

    lead: str | None
    author: str | None
    body: str
    body_html: str
    published_at: str | None
    published_precision: str | None
    published_raw: str | None
    images: list[Picture]
    attachments: list[Attachment]
    links: list[Link]
    marks: list[Mark]
    content_digest: str


class ChangeRow(TypedDict):
    """What happened to an article, with its title then.

    ``change_id`` is its place in the order in which the archive learned of changes; ``snapshot`` is the one that began
    with it; ``changed_fields`` are of edits. ``content_id`` is what the article showed then, ``content_before`` what it
    showed before an edit.
    """

    change_id: int
    at: str
    kind: str
    detail: str | None
    id: int
    site: str
    article_id: str
    url: str | None
    state: State
    views: int | None
    title: str
    snapshot: int | None
    changed_fields: list[str] | None
    content_id: int
    content_before: int | None


class ArticleEventRow(TypedDict):
    """What happened to one article."""

    at: str
    kind: str
    detail: str | None


class ShownRunRow(TypedDict):
    """A run as the browser shows it; ``outcome`` is ``withdrawn`` where it does not count."""

    id: int
    run_id: int
    site: str
    kind: str
    started_at: str
    finished_at: str | None
    outcome: str | None
    scope: str
    requests: int
    errors: int
    articles_found: int
    articles_new: int
    articles_changed: int
    articles_unchanged: int
    findings: int


class CountedRunRow(ShownRunRow):
    """A run, and how many answers it kept."""

    captures: int


class RunFindingRow(TypedDict):
    """What one run has to say."""

    kind: str
    url: str
    detail: str


class FateRow(TypedDict):
    """How many articles a run found and did not read, and why."""

    fate: str
    reason: str
    articles: int


class SiteRow(TypedDict):
    """A site of the archive: how many articles, and its last crawl."""

    name: str
    articles: int
    last_run: str | None
    outcome: str | None
