"""What Datasette is told of an archive (docs.datasette.io, Metadata): which views are for people, and what they mean.

Ours and any other are told the same: ``archiver serve`` hands it over, ``archiver schema --datasette`` writes it down.
Nothing here needs Datasette itself.
"""

from html import escape
from typing import Any

from archiver.archive.queries.views import ALL_VIEWS, EXAMPLES, VIEWS
from archiver.archive.store.schema import list_tables
from archiver.archive.store.sql_files import Definition

CELL = 120
"""After so many characters a cell is cut: a text of an article stands in each row."""
_FACETS = ("site", "section", "state", "kind", "outcome")
# Counted whenever the view is shown: 0.4 s each of 100,000 articles. Of what costs more, readers may ask for facets.
_FACETED = frozenset(["current_articles", "events", "run_summary", "run_findings", "site_noise"])
# Where there are few rows; to sort all articles costs 2 s for 100,000.
_NEWEST_FIRST = {"run_summary": "run_id", "run_findings": "run_id"}
_MIGRATIONS = "_sqlite_migrations"  # in which sqlite-utils keeps what was migrated
_SAFE = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


def describe_archive(name: str, *, listed: bool = True) -> dict[str, Any]:
    """Describe an archive that Datasette serves under a name: that of its file, without the ending.

    ``listed`` has the views with what they are on the first page, for templates that do not show that themselves.
    """
    public = {view.name for view in VIEWS}
    hidden = {table: {"hidden": True} for table in (_MIGRATIONS, *(table.name for table in list_tables()))}
    # Datasette hides tables and no views; whom nobody may see is left out.
    inner = {view.name: {"allow": False} for view in ALL_VIEWS if view.name not in public}
    database = {
        "title": "Tables and SQL",
        "tables": {**{view.name: _describe_view(view) for view in VIEWS}, **hidden, **inner},
        "queries": {query.name: _describe_query(query.title, query.about, query.sql) for query in EXAMPLES},
    }
    told = {"description_html": _list_views(name)} if listed else {}
    return {"title": "News archive", "databases": {name: {**told, **database}}}


def _describe_view(view: Definition) -> dict[str, Any]:
    described: dict[str, Any] = {
        "description": f"One row: {describe_row(view)}.",
        "columns": {name: _plain(meaning) for name, meaning in view.columns.items()},
    }
    if view.name in _FACETED:
        described["facets"] = [column for column in _FACETS if column in view.columns]
    if view.name in _NEWEST_FIRST:
        described["sort_desc"] = _NEWEST_FIRST[view.name]
    return described


def describe_row(view: Definition) -> str:
    """Say what one row of a view is."""
    return _plain(view.about.removeprefix("one row "))


def _plain(text: str) -> str:
    return text.replace("`", "")


def _describe_query(title: str, about: str, sql: str) -> dict[str, str]:
    query = {"title": title, "sql": sql.removesuffix(";")}
    return {**query, "description": _plain(about)} if about else query


def _list_views(name: str) -> str:
    rows = "".join(
        f'<li><a href="{_encode(name)}/{view.name}">{view.name}</a>: {escape(describe_row(view))}</li>'
        for view in VIEWS
    )
    return f"<p>Views for people, and what one row of each is:</p><ul>{rows}</ul>"


def _encode(name: str) -> str:
    """Write a name as Datasette writes it in addresses."""
    return "".join(
        letter if letter in _SAFE else "".join(f"~{byte:02X}" for byte in letter.encode()) for letter in name
    ).replace("~20", "+")
