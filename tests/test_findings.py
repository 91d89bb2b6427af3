"""The catalogue of findings: what is made is in it, what is in it is made, and each is explained in plain sentences."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest
from mypy import api

from archiver import findings
from archiver.findings import HTTP, Explanation, Kind, explain, list_explanations, name_status
from tests.conftest import PROJECT

KINDS = frozenset(get_args(Kind))
STATUSES = {kind for kind in KINDS if kind.startswith("http_")}
# A finding is made by one of these, its kind the first that is given.
MAKERS = {"Problem", "Finding", "LogRemark", "RefusedError", "explain_refusal"}
LONGEST = 110


def _modules() -> list[Path]:
    return [path for path in (PROJECT / "archiver").rglob("*.py") if path.name != "findings.py"]


def _trees() -> list[ast.Module]:
    return [ast.parse(path.read_text(encoding="utf-8")) for path in _modules()]


def _text_of(node: ast.AST | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _list_given(tree: ast.Module) -> Iterator[str]:
    """List the kinds that a module gives to a maker as they are."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in MAKERS and node.args:
            yield from filter(None, [_text_of(node.args[0])])


def _list_in_tables(tree: ast.Module) -> Iterator[str]:
    """List the words of constants and tables that kinds are taken from; sets are what findings are looked up in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and node.value and "Kind" in (said := ast.unparse(node.annotation)):
            is_table = not said.startswith(("frozenset", "tuple[Kind, ..."))
            yield from filter(None, map(_text_of, ast.walk(node.value) if is_table else ()))


def test_what_is_in_the_catalogue_is_made_and_what_is_made_is_in_it() -> None:
    trees = _trees()
    given = {kind for tree in trees for kind in _list_given(tree)}
    assert given <= KINDS
    made = given | {word for tree in trees for word in _list_in_tables(tree)}
    assert (KINDS - STATUSES) - made == set()
    assert {name_status(int(kind.removeprefix("http_"))) for kind in STATUSES} == STATUSES


def test_where_mypy_looks_at_no_kind_there_is_no_other_word_among_kinds() -> None:
    """It takes a set of words for one of any, and lets any word be looked for in kinds."""
    nodes = [node for tree in _trees() for node in ast.walk(tree)]
    sets = [{text for part in node.elts if (text := _text_of(part))} for node in nodes if isinstance(node, ast.Set)]
    named = [names for names in sets if names & KINDS]
    assert len(named) > 5
    assert [names - KINDS for names in named if names - KINDS] == []
    compared = [node for node in nodes if isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.In | ast.NotIn)]
    looked_for = [node for node in compared if ast.unparse(node.comparators[0]).endswith(".kinds")]
    assert [ast.unparse(node) for node in looked_for if _text_of(node.left)] == []
    asked = {
        kind for path in _modules() for kind in re.findall(r"\bf\.kind = '(\w+)'", path.read_text(encoding="utf-8"))
    }
    assert asked
    assert asked <= KINDS


TYPOS = """
from archiver.archive.runs.health import RunFigures
from archiver.archive.runs.run_log import Finding
from archiver.findings import Kind
from archiver.model import Problem

def look(problem: Problem, run: RunFigures) -> bool:
    Problem("timeuot", "")
    Finding("timeuot", "", "")
    some: frozenset[Kind] = frozenset({"timeuot"})
    run.tells("timeuot")
    return problem.kind == "timeuot"
"""


@pytest.mark.slow
def test_mypy_finds_a_typo_wherever_a_kind_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(PROJECT)
    options = [
        "--config-file=",
        "--strict",
        "--no-error-summary",
        "--cache-dir",
        str(tmp_path),
        "--follow-imports=silent",
    ]
    printed, _, status = api.run([*options, "-c", TYPOS])
    assert status == 1
    places = [int(line.split(":")[1]) for line in printed.splitlines() if "timeuot" in line and "error:" in line]
    assert places == [8, 9, 10, 11, 12]


def test_the_catalogue_and_its_sentences_have_the_same_kinds_in_the_same_order() -> None:
    kinds = [said.kind for said in list_explanations()]
    assert [kind for kind in kinds if kind != HTTP] == list(get_args(Kind))
    assert [said.kind for said in list_explanations("vi")] == kinds
    path = Path(findings.__file__).with_suffix(".toml")
    topics = tomllib.loads(path.read_text(encoding="utf-8")).values()
    assert len(kinds) == sum(len(topic) - 1 for topic in topics)  # no kind stands under two topics


@pytest.mark.parametrize("language", ["en", "vi"])
def test_each_is_explained_in_short_plain_sentences(language: str) -> None:
    said = [text for one in list_explanations(language) for text in (one.meaning, one.advice)]
    assert [text for text in said if not re.fullmatch(r"[A-ZĐ][^\n]*[^ .?!]\.", text)] == []
    assert [text for text in said if re.search(r"[.?!] ", text)] == []  # one sentence
    assert [text for text in said if len(text) > LONGEST] == []
    assert [text for text in said if re.search(r"[a-z]+_[a-z]+", text.replace("robots.txt", ""))] == []


def test_both_languages_say_something_of_their_own() -> None:
    for one, other in zip(list_explanations("en"), list_explanations("vi"), strict=True):
        assert one.topic == other.topic
        assert {one.meaning, one.advice}.isdisjoint({other.meaning, other.advice})
        assert re.search(r"[À-ỹ]", other.meaning), other


def test_a_status_has_the_sentence_of_its_own_or_that_of_the_family() -> None:
    assert explain("http_404") != explain("http_503")
    assert explain("http_503") == explain("http_418") == explain(HTTP)


@pytest.mark.parametrize("kind", ["http_", "http_5030", "http_503 ", "a_kind_of_another_version", "", "title"])
def test_a_kind_that_nobody_knows_is_not_explained(kind: str) -> None:
    assert explain(kind) is None


def test_explanations_are_what_the_file_says() -> None:
    assert explain("timeout") == Explanation(
        "timeout",
        "The server did not send a complete answer in time.",
        "Do nothing the first time, for the next run asks again; if it lasts, crawl more slowly.",
        "On the way to a page",
    )
