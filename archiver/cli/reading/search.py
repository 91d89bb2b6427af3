"""``archiver search``: finding articles by their words."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import click

from archiver.archive.queries.article_filter import ArticleFilter
from archiver.archive.search.engine import RANKED, Order, has_more_matches, search_articles
from archiver.archive.search.query_language import Query, parse_query
from archiver.archive.search.results import SearchResult
from archiver.archive.store.file import open_for_reading
from archiver.cli.printing.options import check_site, with_archive, with_filters, with_limit, with_output
from archiver.cli.printing.output import Marked, Output, Row, choose_zones, show_published, show_time
from archiver.text.display import escape_controls

COLUMNS = (
    "site article_id published_at published_precision title views state snapshots changed_at url snapshot current "
    "seen_from seen_until exact snippet"
).split()
_SHOWN = ("site", "article_id", "published_at", "title", "state", "snippet")
_SHOWN_HISTORY = ("article_id", "snapshot", "seen_from", "seen_until", "title", "snippet")
_EXCLUSION = re.compile(r"-[^-].+", re.DOTALL)


class SearchCommand(click.Command):
    """A command that takes ``-word`` for what it is in a search: a word that must not be there, and no option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read the arguments; ``-o`` and ``-h`` alone are options."""
        return super().parse_args(ctx, [f" {word}" if _EXCLUSION.fullmatch(word) else word for word in args])


@click.command("search", cls=SearchCommand)
@click.argument("words", metavar="QUERY...", nargs=-1, required=True)
@click.option("--history", is_flag=True, help="Past snapshots too: what was removed, and when it stood.")
@click.option("--order", type=click.Choice(("newest", "relevance")), default="newest", show_default=True)
@with_filters
@with_limit(20)
@with_output
@with_archive
def search_command(
    db: Path, output: Output, words: tuple[str, ...], history: bool, order: Order, limit: int, wanted: ArticleFilter
) -> None:
    """Find articles by their words.

    Typed without marks, words find all (dang uy); typed with marks, exact matches come first (đảng ủy). "Words in
    quotes" stand together, begin* stands for any ending, -word must not be there. Filters: site:NAME
    since:2022-05-17 before:2022-06 state:gone.
    """
    connection = open_for_reading(db).conn
    own = check_site(connection, wanted.site)
    query = parse_query(" ".join(words))
    query = replace(query, articles=wanted.over(query.articles))  # options count more than filters among the words
    results = search_articles(connection, query, order=order, history=history)
    found = list(islice(results, limit + 1))
    if found or output.form != "table":
        shown = _SHOWN_HISTORY if history else _SHOWN
        output.write(
            _write_rows(found[:limit], output.form, own, choose_zones(own, query.articles.site)), COLUMNS, shown
        )
    if not found:
        click.echo(_explain_nothing(query, words, own), err=True)
    elif len(found) > limit:
        click.echo(f"There are more; these are the first {limit} (--limit).", err=True)
    if order == "relevance" and has_more_matches(connection, query):
        click.echo(f"Only the newest {RANKED:,} matches were weighed; more words or since: make them fewer.", err=True)


def _write_rows(
    results: list[SearchResult], form: str, own: Mapping[str, ZoneInfo], zones: Mapping[str, ZoneInfo]
) -> Iterator[Row]:
    for result in results:
        row = asdict(result) | {"snippet": result.snippet.mark()}
        if form == "table":
            zone = zones.get(result.site) or own[result.site]
            row |= {
                "snippet": Marked(tuple((text, "bold" if found else "") for text, found in result.snippet.pieces)),
                "published_at": show_published(row, own, zones),
            }
            row |= {name: show_time(row[name], zone) for name in ("seen_from", "seen_until")}
        yield row


def _explain_nothing(query: Query, words: tuple[str, ...], zones: Mapping[str, ZoneInfo]) -> str:
    site = query.articles.site
    if site and site not in zones:
        return f"Nothing found: the archive holds no site {site}; it holds: {', '.join(zones) or 'none yet'}."
    told = " ".join(words).strip().encode("utf-8", "replace").decode()
    return f"Nothing found for {escape_controls(told)[:200]}"
