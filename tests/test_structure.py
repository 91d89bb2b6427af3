"""The shape of the project: which way imports point, how large things are, what sites declare, what lies where."""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from statistics import median

import pytest

from archiver.cli import COMMANDS
from archiver.crawl.running.execution import load_spiders
from archiver.crawl.running.project_settings import project_settings
from archiver.platforms import platform_of
from archiver.urls import host_of
from tests.conftest import PROJECT
from tests.documents import section_of

PACKAGES = ("archiver", "spiders")
# Each layer may see those below it and itself. What has no line here (model, urls, ...) may be seen from everywhere.
_GROUND = ("text", "html", "compare", "formats", "site")
_READING = ("parsing", "archive", "platforms", *_GROUND)
BELOW = {
    "demo_portal": (),
    "text": (),
    "html": ("text",),
    "compare": ("text",),
    "formats": ("compare", "text"),
    "site": ("compare",),
    "platforms": ("html", "text", "site"),
    "parsing": ("platforms", *_GROUND),
    "archive": _GROUND,
    "ingest": _READING,
    "checks": ("archive", "platforms", *_GROUND),
    "onboarding": ("ingest", *_READING),
    "alerts": ("web", "archive", *_GROUND),
    "web": ("ingest", "checks", *_READING),
    "exporting": ("web", "archive", *_GROUND),
    "crawl": ("onboarding", "ingest", "checks", *_READING),
    "backfill": ("crawl", "ingest", *_READING),
    "fleet": ("crawl", "ingest", "checks", *_READING),
    "cli": (
        "demo_portal",
        "backfill",
        "fleet",
        "crawl",
        "exporting",
        "onboarding",
        "alerts",
        "web",
        "ingest",
        "checks",
        *_READING,
    ),
    "settings": (),
    "spiders": ("crawl", "site"),
    "__main__": ("cli",),
}
OUTSIDERS = {
    "scrapy": {"crawl", "settings"},
    "twisted": {"crawl"},
    "scrapy_playwright": {"crawl"},
    "playwright": {"crawl"},
    "sqlite3": {"archive", "alerts", "backfill", "ingest", "checks", "cli", "crawl", "exporting", "fleet", "web"},
    "sqlite_utils": {"archive", "alerts", "backfill", "ingest", "checks", "cli", "crawl", "fleet", "web"},
    "bs4": {"parsing", "platforms", "html"},
    "trafilatura": {"parsing"},
    "click": {"cli", "web"},
    "rich": {"cli"},
    "datasette": {"web"},
    "jinja2": {"web"},
    "uvicorn": {"web"},
    "apprise": {"alerts"},
    "pyarrow": {"exporting"},
    "warcio": {"formats"},
    "surt": {"formats"},
    "pluggy": {"archive"},
    "psycopg": {"fleet", "cli"},
    "procrastinate": {"fleet", "cli"},
    "rfc3161_client": {"formats"},
}
TOP = set(
    "scrapy.cfg archiver spiders tests data docs README.md pyproject.toml Makefile requirements.txt "
    "requirements-dev.txt requirements-peers.txt LICENSE CHANGELOG.md CONTRIBUTING.md mkdocs.yml .ci".split()
)
MOST_LINES, MOST_FUNCTION_LINES, MEDIAN_FUNCTION_LINES, MOST_IN_A_ROOM = 400, 40, 8, 15


def _modules() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((PROJECT / package).rglob("*.py"))]


def _name_of(path: Path) -> str:
    return ".".join(path.relative_to(PROJECT).with_suffix("").parts).removesuffix(".__init__")


def _layer_of(module: str) -> str:
    parts = module.split(".")
    return parts[1] if parts[0] == "archiver" and len(parts) > 1 else parts[0]


@cache
def _tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _imports_of(path: Path) -> tuple[str, ...]:
    """Return the full names of the modules that a module imports, wherever in it the import stands."""
    return tuple(_find_imports(path))


def _find_imports(path: Path) -> Iterator[str]:
    for node in ast.walk(_tree_of(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            assert node.module
            names = (f"{node.module}.{alias.name}" for alias in node.names)
            yield from (name if _is_module(name) else node.module for name in names)


@cache
def _is_module(name: str) -> bool:
    path = PROJECT.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or (path / "__init__.py").is_file()


def _functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(_tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _length_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _leaves() -> set[str]:
    """Return the layers without a place of their own in the order: they may be seen from everywhere."""
    return {_layer_of(_name_of(path)) for path in _modules()} - BELOW.keys()


def test_imports_point_down() -> None:
    leaves = _leaves() | {"archiver"}
    wrong = []
    for path in _modules():
        layer = _layer_of(_name_of(path))
        allowed = {layer, *leaves, *BELOW.get(layer, ())}
        own = [name for name in _imports_of(path) if name.split(".")[0] in PACKAGES]
        wrong += [f"{_name_of(path)} imports {name}" for name in own if _layer_of(name) not in allowed]
    assert wrong == []


_IMPORTED_FIRST = """
import os, sys
from importlib import import_module
import click, dateparser, filelock, lxml.html, rich.table, scrapy.cmdline, scrapy.crawler, sqlite_utils, trafilatura
for name in sys.argv[1:]:
    if not os.fork():
        import_module(name)
        os._exit(0)
    if os.wait()[1]:
        print(name)
"""


def test_every_command_can_be_the_first_to_import_what_it_needs() -> None:
    """Each in a process in which nothing of ours was imported; most tests run in one where all was (starting.py)."""
    command = [sys.executable, "-c", _IMPORTED_FIRST, *sorted({*COMMANDS.values(), "archiver.settings"})]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False, timeout=120)
    assert (done.returncode, done.stdout) == (0, ""), done.stderr


def test_the_order_of_layers_is_no_dead_letter() -> None:
    """The rule above sees imports, and the layers that the order names are there."""
    imports = set(_imports_of(PROJECT / "archiver" / "ingest/record.py"))
    assert {"archiver.parsing.page", "archiver.archive.runs.run_log", "sqlite_utils"} <= imports
    layers = {_layer_of(_name_of(path)) for path in _modules()}
    assert BELOW.keys() <= layers
    leaves = {"model", "urls", "errors", "clock", "processes", "project", "signals", "findings"}
    assert leaves == _leaves() - {"archiver"}


def test_parsing_and_archive_never_meet() -> None:
    for one, other in (("parsing", "archive"), ("archive", "parsing")):
        names = [name for path in (PROJECT / "archiver" / one).rglob("*.py") for name in _imports_of(path)]
        assert names
        assert [name for name in names if name.startswith(f"archiver.{other}")] == []


@pytest.mark.parametrize("package", OUTSIDERS)
def test_who_may_know_what(package: str) -> None:
    knowing = {
        _layer_of(_name_of(path))
        for path in _modules()
        if any(name.split(".")[0] == package for name in _imports_of(path))
    }
    assert knowing <= OUTSIDERS[package]


def test_the_package_stands_alone() -> None:
    """What is installed knows neither the sites of this checkout nor its tests."""
    names = {name for path in _modules() if path.is_relative_to(PROJECT / "archiver") for name in _imports_of(path)}
    assert {name.split(".")[0] for name in names} & {"spiders", "tests"} == set()


def test_no_import_cycles() -> None:
    graph = {_name_of(path): {name for name in _imports_of(path) if _is_module(name)} for path in _modules()}
    done: set[str] = set()

    def visit(module: str, above: tuple[str, ...]) -> None:
        assert module not in above, f"cycle: {' -> '.join((*above, module))}"
        if module not in done:
            for name in sorted(graph.get(module, ())):
                visit(name, (*above, module))
            done.add(module)

    for module in graph:
        visit(module, ())
    assert len(done) >= len(graph)


@pytest.mark.parametrize("path", _modules(), ids=_name_of)
def test_modules_and_functions_are_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES
    long = {node.name: _length_of(node) for node in _functions_of(path) if _length_of(node) > MOST_FUNCTION_LINES}
    assert long == {}


def test_the_usual_function_is_short() -> None:
    assert median(_length_of(node) for path in _modules() for node in _functions_of(path)) <= MEDIAN_FUNCTION_LINES


@pytest.mark.parametrize("path", _modules(), ids=_name_of)
def test_public_names_have_docstrings(path: Path) -> None:
    tree = _tree_of(path)
    assert ast.get_docstring(tree), "the module"
    silent = [node.name for node in _public_names(tree) if not ast.get_docstring(node)]
    assert silent == []


def _public_names(tree: ast.Module | ast.ClassDef) -> Iterator[ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in tree.body:
        if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not node.name.startswith("_"):
            yield node
            if isinstance(node, ast.ClassDef):
                yield from _public_names(node)


def _site_files() -> list[Path]:
    return [path for path in sorted((PROJECT / "spiders").glob("*.py")) if path.name != "__init__.py"]


@pytest.mark.parametrize("path", _site_files(), ids=lambda path: path.stem)
def test_a_site_is_a_declaration(path: Path) -> None:
    """One class, 8 to 25 lines, no methods, no parsing."""
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    classes = [node for node in _tree_of(path).body if isinstance(node, ast.ClassDef)]
    assert 8 <= len(lines) <= 25
    assert len(classes) == 1
    assert list(_functions_of(path)) == []
    assert path.stem == importlib.import_module(f"spiders.{path.stem}").__dict__[classes[0].name].name


def test_all_sites_load_and_no_two_claim_a_host() -> None:
    spiders = load_spiders(project_settings())
    assert sorted(spiders) == [path.stem for path in _site_files()]
    owners: dict[str, str] = {}
    for name, spider in spiders.items():
        site = spider.declare_site()
        assert platform_of(site).name == site.platform
        for host in {host_of(url) for url in site.listings}:
            assert owners.setdefault(host, name) == name


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-dev.txt", "requirements-peers.txt"])
def test_pins_have_hashes_and_name_no_index(name: str) -> None:
    text = (PROJECT / name).read_text(encoding="utf-8")
    pins = re.split(r"\n(?=[A-Za-z0-9])", re.sub(r"(?m)^\s*#.*\n?", "", text).strip())
    assert len(pins) > 20
    assert [pin for pin in pins if not re.match(r"[\w.\[\]-]+==\S+.*\\\n\s+--hash=sha256:[0-9a-f]{64}", pin)] == []
    assert not re.search(r"://|--(?:extra-)?index-url|--find-links", text)


def test_the_top_level_holds_what_it_should() -> None:
    listed = subprocess.run(["git", "ls-files"], cwd=PROJECT, capture_output=True, text=True, check=False, timeout=60)
    if listed.returncode:
        pytest.skip("not a checkout")
    top = {line.split("/")[0] for line in listed.stdout.splitlines()}
    assert {name for name in top if not name.startswith(".")} | {".ci"} == TOP
    assert {line for line in listed.stdout.splitlines() if line.startswith("data/")} == {"data/.gitkeep"}


def _rooms() -> list[Path]:
    return sorted({path.parent for path in _modules() if path.is_relative_to(PROJECT / "archiver")})


def _modules_in(room: Path) -> list[Path]:
    return [path for path in sorted(room.glob("*.py")) if path.name != "__init__.py"]


@pytest.mark.parametrize("room", _rooms(), ids=lambda room: str(room.relative_to(PROJECT)))
def test_a_room_holds_about_a_dozen_modules(room: Path) -> None:
    assert len(_modules_in(room)) <= MOST_IN_A_ROOM


@pytest.mark.parametrize("room", _rooms()[1:], ids=lambda room: str(room.relative_to(PROJECT)))
def test_every_module_is_on_the_map(room: Path) -> None:
    """docs/architecture.md says room by room where things are."""
    lines = section_of("docs/architecture.md", "## The map").splitlines()
    name = f"`{room.relative_to(PROJECT / 'archiver')}/`"
    own = [line for line in lines if name in line]
    named = set(re.findall(r"\w+", " ".join(own)))
    assert {path.stem for path in _modules_in(room)} - named == set()


def test_planning_sees_no_scrapy() -> None:
    names = {name for path in _modules_in(PROJECT / "archiver" / "crawl" / "planning") for name in _imports_of(path)}
    assert names
    assert {name.split(".")[0] for name in names} & {"scrapy", "twisted"} == set()
