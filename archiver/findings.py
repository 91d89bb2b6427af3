"""The catalogue of findings: every kind that a run or a check can name; ``findings.toml`` says what each means.

An archive keeps the kinds of the versions that wrote it. One that is not known here is shown as it is.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal, cast

_Language = Literal["vi", "en"]
HTTP = "http_NNN"
"""The family of all statuses that have no line of their own."""

# mypy holds every kind in the code against these words. The order is that of findings.toml.
Kind = Literal[
    # On the way to a page
    "no_such_host",
    "connection_refused",
    "connection_failed",
    "timeout",
    "not_fetched",
    "not_http",
    "host_down",
    "retry_later",
    "tls_failed",
    "tls_expired",
    "tls_untrusted",
    "tls_wrong_host",
    "private_address",
    "not_allowed",
    "robots_unreachable",
    "crawl_delay_capped",
    "too_big",
    "headers_too_large",
    "decode_error",
    "address_too_long",
    "redirect_nowhere",
    "redirect_loop",
    "redirect_offsite",
    # What the server answers in the place of a page
    "http_206",
    "http_401",
    "http_403",
    "http_404",
    "http_410",
    "http_429",
    "truncated",
    "empty_page",
    "not_html",
    "too_deep",
    "captcha_page",
    "maintenance_page",
    "error_page",
    "login_page",
    "home_page",
    "redirect_to_home",
    "redirect_to_listing",
    "redirect_to_other_article",
    "listing_for_article",
    "article_for_listing",
    "scripted_page",
    # What was read of an article
    "no_layout",
    "no_article",
    "no_content",
    "layout_missed",
    "readers_disagree",
    "field_lost",
    "incomplete_article",
    "continues",
    "text_left_out",
    "old_encoding",
    "unreadable_date",
    "unreadable_count",
    "uncertain_title",
    "uncertain_published",
    "contradicted_published",
    "uncertain_views",
    # What was read of the listings
    "no_articles",
    "fewer_articles",
    "listings_shrunk",
    "listing_total",
    "unturned_pages",
    "endless_pager",
    "strange_entry",
    "listed_elsewhere",
    "not_articles",
    # What changed about the site
    "outage",
    "site_closed",
    "same_page",
    "host_renamed",
    "nothing_new",
    "blocked",
    "many_errors",
    "counters_back",
    "larger_pages",
    "archive_growth",
    "volatile_text",
    "volatile_address",
    "mostly_edited",
    # How the run went
    "request_budget",
    "internal_error",
    "unaccounted",
    "died_run",
    "run_died",
    "run_failed",
    "site_failing",
    "run_open",
    "not_run",
    "declaration_older",
    "run_unattested",
    "alert_failed",
    "broken_record",
    # Clocks
    "clock_ahead",
    "clock_differs",
]

_STATUS = re.compile(r"http_\d{3}")
_SENTENCES = {"en": ("means", "do"), "vi": ("means_vi", "do_vi")}


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a kind of finding means and what to do about it, in one language; ``topic`` groups the kinds (English)."""

    kind: str
    meaning: str
    advice: str
    topic: str


def name_status(status: int) -> Kind:
    """Return the kind of an answer that brought no page, by its HTTP status."""
    return cast("Kind", f"http_{status}")  # a family: no type has a name for each status


def explain(kind: str, language: _Language = "en") -> Explanation | None:
    """Explain a kind as an archive has it; None for one of another version, which is shown as it is."""
    catalogue = _load(language)
    return catalogue.get(kind) or (catalogue[HTTP] if _STATUS.fullmatch(kind) else None)


def list_explanations(language: _Language = "en") -> Iterator[Explanation]:
    """List the whole catalogue, topic by topic."""
    return iter(_load(language).values())


@cache
def _load(language: _Language) -> dict[str, Explanation]:
    topics = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    meaning, advice = _SENTENCES[language]
    return {
        kind: Explanation(kind, said[meaning], said[advice], topic["title"])
        for topic in topics.values()
        for kind, said in topic.items()
        if kind != "title"
    }
