"""The file of a site, written as a person would write it."""

import ast
import re
from collections.abc import Iterator
from dataclasses import fields, replace

from archiver.errors import SiteError
from archiver.platforms import PLATFORMS
from archiver.site import NAME, Expectations, Places, Site
from archiver.urls import host_of, strip_tracking

WIDTH = 120
MOST_LINES = 25
_GENERAL = frozenset("gov edu org com net ac co www portal web".split())


def suggest_name(host: str) -> str:
    """Derive a site's name from its host: ``vidu`` of ``www.vidu.gov.vn``; ``portal`` where the host is a number."""
    labels = [label for label in host.partition(":")[0].lower().split(".") if label not in _GENERAL]
    name = re.sub(r"[^a-z0-9_]", "_", labels[0] if labels else "").strip("_")[:40]
    return name if NAME.fullmatch(name) else "portal"


def write_site_file(site: Site) -> str:
    """Write the declaration of a site, 8 to 25 lines without the empty ones; listings that do not fit are left out.

    Whatever title, host and listings are, it is a declaration and nothing else: SiteError for what cannot be one.
    """
    text = "\n".join(_write_lines(site)) + "\n"
    _check_file(site, text)
    if sum(bool(line.strip()) for line in text.splitlines()) > MOST_LINES and len(site.listings) > 1:
        return write_site_file(replace(site, listings=site.listings[:-1]))
    return text


def _write_lines(site: Site) -> Iterator[str]:
    usual = Site("usual", "usual", site.platform)
    imported = [name for name, is_used in _uses(site, usual) if is_used]
    host = host_of(site.listings[0])
    yield _document(f"{site.title[:80].rstrip(' .')}: {host}.")
    yield ""
    yield "from archiver.crawl.spider import CommitteeSpider"
    if imported:
        yield f"from archiver.site import {', '.join(imported)}"
    yield from ("", "", f"class {_class_name(site.name)}(CommitteeSpider):")
    yield f"    {_document(_describe(site))}"
    yield ""
    yield f"    name = {_quote(site.name)}"
    yield from _assign("title", [_quote(site.title)], "", "")
    yield f"    platform = {_quote(site.platform)}"
    yield from _assign("listings", [_quote(strip_tracking(url)) for url in site.listings], "(", ")")
    if site.timezone != usual.timezone:
        yield f"    timezone = {_quote(site.timezone)}"
    if site.expectations != usual.expectations:
        yield from _assign("expectations", list(_arguments(site.expectations, Expectations())), "Expectations(", ")")
    if site.places != usual.places:
        yield from _assign("places", list(_arguments(site.places, Places())), "Places(", ")")


def _uses(site: Site, usual: Site) -> tuple[tuple[str, bool], ...]:
    return ("Expectations", site.expectations != usual.expectations), ("Places", site.places != usual.places)


def _assign(name: str, values: list[str], opening: str, closing: str) -> Iterator[str]:
    """Write an assignment on one line if it fits, else one value a line, as ruff format leaves it."""
    comma = "," if len(values) == 1 and opening == "(" else ""
    line = f"    {name} = {opening}{', '.join(values)}{comma}{closing}"
    if len(line) <= WIDTH or not opening:
        yield line
        return
    yield f"    {name} = {opening}"
    yield from (f"        {value}," for value in values)
    yield f"    {closing}"


def _arguments(value: Places | Expectations, usual: Places | Expectations) -> Iterator[str]:
    for field in fields(value):
        given = getattr(value, field.name)
        if given != getattr(usual, field.name):
            yield f"{field.name}={_write_value(given, raw=field.name == 'article')}"


def _write_value(value: str | int | tuple[str, ...], *, raw: bool) -> str:
    if isinstance(value, int):
        return str(value)
    if isinstance(value, tuple):
        return f"({', '.join(map(_quote, value))}{',' if len(value) == 1 else ''})"
    is_raw = raw and "\\" in value and value.isprintable() and '"' not in value and not value.endswith("\\")
    return f'r"{value}"' if is_raw else _quote(value)


def _quote(text: str) -> str:
    """Write a string as ruff format does: in double quotes, unless it holds some and no single ones.

    The one way in which text of others gets into a file. What nobody would see (control characters, also those that
    change the direction of writing) is written as an escape.
    """
    mark = "'" if '"' in text and "'" not in text else '"'
    return mark + "".join(map(_escape, text)).replace(mark, f"\\{mark}") + mark


def _escape(character: str) -> str:
    if character == "\\":
        return "\\\\"
    if character.isprintable():
        return character
    return character.encode("unicode_escape").decode("ascii")


def _document(text: str) -> str:
    """Write a docstring: plain text on one line, without what would have to be escaped there."""
    plain = "".join(character for character in text if character.isprintable())
    return f'""{_quote(plain.replace(chr(34), chr(39)).replace(chr(92), "/"))}""'


def _check_file(site: Site, text: str) -> None:
    """Read back what was written; SiteError where it is not this declaration, and nothing else.

    A lone surrogate, which a word of the command line can hold, stands in no file and in no archive.
    """
    try:
        text.encode()
        statements = ast.parse(text).body
        values = dict(_read_values(statements[-1]))
    except (ValueError, SyntaxError, TypeError) as error:
        raise SiteError(f"site {site.name}: {error}; name another title, or other listings") from error
    shape = [type(statement) for statement in statements if not isinstance(statement, ast.ImportFrom)]
    written = (values.get("name"), values.get("title"), values.get("platform"))
    if shape != [ast.Expr, ast.ClassDef] or written != ([site.name], [site.title], [site.platform]):
        raise SiteError(f"site {site.name}: no file can be written for this title and these listings; name others")


def _read_values(statement: ast.stmt) -> Iterator[tuple[str, object]]:
    """Yield what a class assigns, in words that run nothing; SyntaxError, ValueError for a statement that does more."""
    for part in statement.body[1:] if isinstance(statement, ast.ClassDef) else ():
        target, value = (part.targets[0], part.value) if isinstance(part, ast.Assign) else (None, None)
        if not isinstance(target, ast.Name) or value is None:
            raise SyntaxError("more than a declaration would stand in its file")
        words = [word.value for word in value.keywords] if isinstance(value, ast.Call) else [value]
        yield target.id, [ast.literal_eval(word) for word in words][:1]


def _class_name(name: str) -> str:
    parts = re.split(r"[_-]+", name)
    return "".join(part[:1].upper() + part[1:] for part in parts)


def _describe(site: Site) -> str:
    if site.platform == "generic":
        return "A portal of no known platform, read by the signs that all such pages share."
    return f"{PLATFORMS[site.platform].title[:90]}."
