"""The platforms that are known, by name, and those of a project's own package, by where they stand.

A platform of its own is known by its import path, ``package.module:NAME``: so it stands in the archive, and goes from
one process to another. An archive may come from a stranger, so a module is only imported if its text declares a
platform of that name. What such a platform is, is the source of its module and of what that imports of its package.
"""

import ast
import hashlib
import json
import re
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from importlib import import_module
from importlib.abc import InspectLoader
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec, resolve_name

from archiver.errors import SiteError
from archiver.html.elements import Element, elements_below, select_one
from archiver.platforms.dotnetnuke import DOTNETNUKE
from archiver.platforms.foreign import FOREIGN
from archiver.platforms.generic import GENERIC, make_generic
from archiver.platforms.joomla import JOOMLA
from archiver.platforms.layout import ArticleLayout, Platform, join_places
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from archiver.platforms.mat_tran import MAT_TRAN
from archiver.platforms.nukeviet import NUKEVIET
from archiver.platforms.sharepoint import SHAREPOINT
from archiver.platforms.ucoz import UCOZ
from archiver.platforms.vhv import VHV
from archiver.platforms.viettel_vcms import VIETTEL_VCMS
from archiver.platforms.vnpt_bentre import VNPT_BENTRE
from archiver.platforms.wordpress import WORDPRESS
from archiver.project import find_project
from archiver.site import Places, Site

# Recognised in this order: a family before the system that it is built on.
_VIETNAMESE = (LIFERAY_HANOI, VNPT_BENTRE, VIETTEL_VCMS, VHV, MAT_TRAN, NUKEVIET)
# A text copied out of SharePoint brings its mark with it, so the systems that such a text is pasted into go first.
_SYSTEMS = (WORDPRESS, JOOMLA, DOTNETNUKE, UCOZ, SHAREPOINT)
# A class or an id that a selector asks for, or the value of an attribute.
_WORD = re.compile(r'[.#]([\w-]+)(?![^\[]*\])|=\s*"?([^"\]]+?)"?\s*(?:i\s*)?\]')
PLATFORMS: dict[str, Platform] = {platform.name: platform for platform in (*_VIETNAMESE, *FOREIGN, *_SYSTEMS, GENERIC)}
_PATH = re.compile(r"[A-Za-z_]\w*(?:\.[A-Za-z_]\w*)*:[A-Za-z_]\w*", re.ASCII)


def platform_of(site: Site) -> Platform:
    """Return the platform a site names, with what the site says of its own places; SiteError where there is none."""
    platform = PLATFORMS.get(site.platform) or _load_own(site)
    selectors = site.declared_noise.places if site.noise else ()
    places = replace(site.places, boilerplate=(*site.places.boilerplate, *selectors)) if selectors else site.places
    return platform if places == Places() else _adapt(platform, places)


def recognise_platform(page: Element) -> Platform | None:
    """Recognise the platform of a page by its marks; None for a page of no known one."""
    said = _list_attributes(page)
    for platform in PLATFORMS.values():
        likely = (mark for mark in platform.marks if all(word in said for word in _words_of(mark)))
        if any(select_one(page, mark) is not None for mark in likely):
            return platform
    return None


def _list_attributes(page: Element) -> str:
    """Write down the values of all attributes of a page, in lower case."""
    values = (value for element in elements_below(page) for value in element.attrs.values())
    return "\n".join(value if isinstance(value, str) else " ".join(value or ()) for value in values).lower()


@lru_cache(maxsize=256)
def _words_of(mark: str) -> tuple[str, ...]:
    """List the names and values in a selector, without which no page has what it finds: most pages have not one."""
    return tuple((match[1] or match[2]).lower() for match in _WORD.finditer(mark))


def name_platform(site: str, platform: str | Platform) -> str:
    """Return the name by which a platform is known everywhere; SiteError for one that nobody else can import."""
    if not isinstance(platform, Platform):
        return platform
    try:
        path = _find_path(platform)
    except TypeError as error:  # it has no hash
        raise SiteError(f"site {site}: its platform holds a list or a dict; write tuples") from error
    if path is None:
        raise SiteError(f"site {site}: its platform has no name; write NAME = Platform(…) in a module of the project")
    return path


@lru_cache(maxsize=256)
def _find_path(platform: Platform) -> str | None:
    if PLATFORMS.get(platform.name) is platform:
        return platform.name
    named = [
        (module, name)
        for module, loaded in sorted(sys.modules.items())
        for name, value in list(getattr(loaded, "__dict__", {}).items())
        if value is platform
    ]
    return next((f"{module}:{name}" for module, name in named if _declares(module, name)), None)


def _load_own(site: Site) -> Platform:
    if not _PATH.fullmatch(site.platform):
        known = ", ".join(sorted(PLATFORMS))
        raise SiteError(f"site {site.name}: there is no platform {site.platform!r}; known: {known}")
    try:
        return _import_platform(*site.platform.split(":"))
    except Exception as error:  # an own module can raise anything while it is imported
        said = " ".join(str(error).split())
        raise SiteError(f"site {site.name}: its platform {site.platform} cannot be loaded: {said}") from error


@lru_cache(maxsize=256)
def _import_platform(module: str, name: str) -> Platform:
    project = str(find_project())
    if project not in sys.path:
        sys.path.append(project)
    if not _declares(module, name):
        raise SiteError(f"no module {module} is here that declares a platform {name}")
    platform = getattr(import_module(module), name)
    if not isinstance(platform, Platform):
        raise SiteError(f"{name} is no Platform(…)")
    return replace(platform, digest=_digest_sources(module))


def _declares(module: str, name: str) -> bool:
    """Say whether the text of a module assigns a name and knows platforms; nothing is run."""
    source = _read_source(module) or ""
    return "archiver.platforms" in source and re.search(rf"^{name}\b[^=\n]*=", source, re.MULTILINE) is not None


def _digest_sources(module: str) -> str:
    """Return a digest of a module and of all that it imports, directly or not, of its own package."""
    sources: dict[str, str] = {}
    waiting = [module]
    while waiting:
        name = waiting.pop()
        source = None if name in sources else _read_source(name)
        if source is not None:
            sources[name] = source
            waiting += [found for found in _list_imports(name, source) if _package_of(found) == _package_of(module)]
    return hashlib.sha256(json.dumps(sources, sort_keys=True).encode()).hexdigest()[:12]


def _package_of(module: str) -> str:
    return module.partition(".")[0]


def _list_imports(module: str, source: str) -> Iterator[str]:
    """List the names that a module imports, of which some are modules."""
    spec = _find_spec(module)
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), spec.parent if spec else None)
            yield base
            yield from (f"{base}.{alias.name}" for alias in node.names)


def _read_source(module: str) -> str | None:
    spec = _find_spec(module)
    try:
        return spec.loader.get_source(module) if spec and isinstance(spec.loader, InspectLoader) else None
    except ImportError:  # of __main__
        return None


def _find_spec(module: str) -> ModuleSpec | None:
    """Find a module without importing anything, not even the packages it is in."""
    first, *rest = module.split(".")
    try:
        spec = find_spec(first)
    except ValueError:  # of __main__
        return None
    for part in rest:
        if spec is None or spec.submodule_search_locations is None:
            return None
        spec = PathFinder.find_spec(f"{spec.name}.{part}", spec.submodule_search_locations)
    return spec


@lru_cache(maxsize=256)
def _adapt(platform: Platform, places: Places) -> Platform:
    """Put the places that a site declares before those of its platform."""
    if platform == GENERIC:
        return make_generic(places)
    layouts = tuple(
        replace(layout, articles=tuple(_adapt_article(article, places) for article in layout.articles))
        for layout in platform.layouts
    )
    return replace(platform, layouts=layouts, places=places)


def _adapt_article(article: ArticleLayout, places: Places) -> ArticleLayout:
    return replace(
        article,
        title=places.title or article.title,
        byline=join_places(*places.byline) if places.byline else article.byline,
        lead=places.lead or article.lead,
        body=(places.body, *article.body) if places.body else article.body,
        author=places.author or article.author,
        sections=(places.section, *article.sections) if places.section else article.sections,
        boilerplate=(*article.boilerplate, *places.boilerplate),
    )
