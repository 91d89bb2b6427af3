"""The documents of the project as tests read them: pages, their blocks of code, headings and links.

``python -m tests.documents`` writes the columns of the views, and the queries of examples.sql, into docs/sql.md.
"""

import re
import textwrap
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from archiver.archive.queries.views import EXAMPLES, VIEWS
from archiver.archive.store.sql_files import Definition, ExampleQuery
from tests.conftest import PROJECT

SQL, QUERIES, COLUMNS = "docs/sql.md", "## Fifteen queries", "## Views and columns"
PAGES = (PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").glob("*.md")))
_FENCED = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^()\s]+)\)")


@cache
def read_document(name: str) -> str:
    """Return the text of a document of the project."""
    return (PROJECT / name).read_text(encoding="utf-8")


def name_of(path: Path) -> str:
    """Return a document's name as links from the project's folder write it."""
    return path.relative_to(PROJECT).as_posix()


def blocks_of(name: str, language: str) -> list[str]:
    """Return the blocks of code of one language."""
    return [code for kind, code in _FENCED.findall(read_document(name)) if kind == language]


def section_of(name: str, heading: str) -> str:
    """Return the text below a heading, up to the next one of its level or above."""
    level = len(heading) - len(heading.lstrip("#"))
    _, found, rest = read_document(name).partition(f"{heading}\n")
    assert found, f"{name} has no heading {heading!r}"
    return re.split(rf"^#{{1,{level}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def links_of(name: str) -> list[str]:
    """Return where the links and pictures of a document lead, without those to the web."""
    prose = _FENCED.sub("", read_document(name))
    return [target for target in _LINK.findall(prose) if not re.match(r"https?://|mailto:", target)]


def anchors_of(name: str) -> set[str]:
    """Return the anchors that GitHub gives the headings of a document."""
    return set(_write_anchors(name))


def _write_anchors(name: str) -> Iterator[str]:
    for heading in re.findall(r"^#{1,6} (.+)$", _FENCED.sub("", read_document(name)), re.MULTILINE):
        yield re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def write_columns() -> str:
    """Write what `archiver schema` prints as Markdown."""
    return "\n\n".join(_write_view(view) for view in VIEWS) + "\n"


def _write_view(view: Definition) -> str:
    rows = "\n".join(f"| `{name}` | {meaning} |" for name, meaning in view.columns.items())
    about = f"{view.about[0].upper()}{view.about[1:]}."
    return f"### `{view.name}`\n\n{about}\n\n| column | meaning |\n|---|---|\n{rows}"


def write_queries() -> str:
    """Write the example queries as Markdown."""
    return "\n\n".join(_write_query(number, query) for number, query in enumerate(EXAMPLES, 1)) + "\n"


def _write_query(number: int, query: ExampleQuery) -> str:
    about = f"{textwrap.fill(query.about, 120)}\n\n" if query.about else ""
    return f"### {number}. {query.title}\n\n{about}```sql\n{query.sql}\n```"


if __name__ == "__main__":
    before, _, _ = read_document(SQL).partition(f"{QUERIES}\n")
    text = f"{before}{QUERIES}\n\n{write_queries()}\n{COLUMNS}\n\n{write_columns()}"
    (PROJECT / SQL).write_text(text, encoding="utf-8")
