"""The file of a site, written as a person would write it."""

import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace

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
    """Write the declaration of a site, 8 to 25 lines without the empty ones; listings that do not fit are left out."""
    text = "\n".join(_write_lines(site)) + "\n"
    if sum(bool(line.strip()) for line in text.splitlines()) > MOST_LINES and len(site.listings) > 1:
        return write_site_file(replace(site, listings=site.listings[:-1]))
    return text


def _write_lines(site: Site) -> Iterator[str]:
    usual = Site("usual", "usual", site.platform)
    imported = [name for name, is_used in _uses(site, usual) if is_used]
    host = host_of(site.listings[0])
    yield f'"""{_plain(site.title)[:80].rstrip(" .")}: {host}."""'
    yield ""
    yield "from archiver.crawl.spider import CommitteeSpider"
    if imported:
        yield f"from archiver.site import {', '.join(imported)}"
    yield from ("", "", f"class {_class_name(site.name)}(CommitteeSpider):")
    yield f'    """{_describe(site)}"""'
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
    return f'r"{value}"' if raw and '"' not in value and "\\" in value else _quote(value)


def _quote(text: str) -> str:
    """Write a string as ruff format does: in double quotes, unless it holds some and no single ones."""
    written = json.dumps(text, ensure_ascii=False)
    if '"' in text and "'" not in text:
        return "'" + written[1:-1].replace('\\"', '"') + "'"
    return written


def _plain(text: str) -> str:
    return text.replace('"', "'").replace("\\", "/")


def _class_name(name: str) -> str:
    parts = re.split(r"[_-]+", name)
    return "".join(part[:1].upper() + part[1:] for part in parts)


def _describe(site: Site) -> str:
    if site.platform == "generic":
        return "A portal of no known platform, read by the signs that all such pages share."
    return f"{_plain(PLATFORMS[site.platform].title)[:90]}."
