"""Numbers with their nouns: no message says "1 findings"."""

import ast

import pytest

from archiver.text.counting import count
from archiver.web.language.messages import say
from tests.conftest import PROJECT


@pytest.mark.parametrize(
    ("number", "noun", "verbs", "written"),
    [
        (0, "finding", (), "0 findings"),
        (1, "finding", (), "1 finding"),
        (2, "known article", (), "2 known articles"),
        (1, "article", ("is", "are"), "1 article is"),
        (3, "article", ("is", "are"), "3 articles are"),
        (2, "address", (), "2 addresses"),
        (2, "match", (), "2 matches"),
        (1, "entry", (), "1 entry"),
        (2, "entry", (), "2 entries"),
        (2, "day", (), "2 days"),
    ],
)
def test_a_number_with_its_noun(number: int, noun: str, verbs: tuple[str, ...], written: str) -> None:
    assert count(number, noun, *verbs) == written


def test_the_browser_says_one_of_one() -> None:
    assert [say("en", "views_count", count=count) for count in ("0", "1", 1, "21")] == [
        *("0 views", "1 view", "1 view", "21 views")
    ]
    assert say("vi", "unchanged", count=1) == "1 đoạn không đổi"
    assert say("en", "unchanged", count=3) == "3 unchanged paragraphs"


def test_findings_are_counted_in_one_way() -> None:
    """No text has the plural of ``finding`` right behind a value."""
    paths = sorted((PROJECT / "archiver").rglob("*.py"))
    nodes = [node for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    strings = [ast.unparse(node) for node in nodes if isinstance(node, ast.JoinedStr)]
    assert [text for text in strings if "} findings" in text] == []
