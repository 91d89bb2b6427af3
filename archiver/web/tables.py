"""Datasette's own pages as we show them: with a way back to ours, and from each article in a row to its page."""

from datasette import hookimpl
from datasette.app import Datasette
from datasette.utils.asgi import Request
from markupsafe import Markup

from archiver.archive.queries.views import VIEWS
from archiver.archive.store.values import Row
from archiver.web.language.messages import choose_language, say
from archiver.web.links import ServedLinks
from archiver.web.metadata import describe_row
from archiver.web.plugin import Reader
from archiver.web.rendering import HERE

TEMPLATES = HERE / "templates" / "datasette"
"""What replaces templates of Datasette."""
_LINK = Markup('<a href="{}">{}</a>')


@hookimpl
def extra_template_vars(datasette: Datasette, request: Request | None) -> dict[str, object]:
    """Give those templates what they say that Datasette does not know."""
    if not isinstance(datasette, Reader) or request is None:
        return {}
    language = choose_language(request.headers.get("accept-language", ""))
    views = {view.name: describe_row(view) for view in VIEWS}
    return {"archive_back": say(language, "tables_back"), "archive_views": views}


@hookimpl
def render_cell(datasette: Datasette, row: Row, value: object, column: str) -> Markup | None:
    """Show the id of an article as a link to its page, where the row says of which site it is."""
    if column != "article_id" or not value or not isinstance(datasette, Reader) or "site" not in dict(row):
        return None
    return _LINK.format(ServedLinks("/", (), None).article(str(row["site"]), str(value)), value)
