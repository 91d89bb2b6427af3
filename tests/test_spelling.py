"""Spellings of one address are one key; what may lead to something else is another."""

import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.crawl.names import Names
from archiver.platforms.generic import read_address
from archiver.urls import spell_key

WORDS = st.text(st.sampled_from("abcdêếướđ0123-_"), min_size=1, max_size=8)
VALUES = st.dictionaries(st.sampled_from(("id", "trang", "muc", "Loai")), WORDS, max_size=3)


def _spell(url: str) -> object:
    return spell_key(read_address(url).key)


@given(steps=st.lists(WORDS, min_size=1, max_size=3), values=VALUES, chance=st.randoms(use_true_random=False))
def test_spellings_of_one_address(steps: list[str], values: dict[str, str], chance: object) -> None:
    shuffle = getattr(chance, "shuffle")  # noqa: B009 - hypothesis' own Random
    choose = getattr(chance, "choice")  # noqa: B009
    items = list(values.items())
    plain = f"http://vidu.vn/{'/'.join(map(quote, steps))}?{'&'.join(f'{n}={quote(v)}' for n, v in items)}"

    def vary(text: str) -> str:
        text = unicodedata.normalize(choose(("NFC", "NFD")), text)
        return choose(
            (text, quote(text), quote(text).lower(), f"%{ord(text[0]):02x}{text[1:]}" if text[0] < "{" else text)
        )

    shuffle(items)
    path = choose(("/", "//", "/./", "/x/../")).join(["", *map(vary, steps)])
    query = "&".join(f"{name}={vary(value)}" for name, value in items)
    host = choose(("vidu.vn", "www.vidu.vn", "VIDU.vn", "vidu.vn:80", "www.Vidu.VN:80"))
    end = choose(("", "/")) if not query else ""
    assert _spell(f"http://{host}{path}{end}?{query}") == _spell(plain)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://vidu.vn/a%2Fb", "http://vidu.vn/a/b"),
        ("http://vidu.vn/a?x=1%262", "http://vidu.vn/a?x=1&2"),
        ("http://vidu.vn/a", "http://vidu.vn/A"),
        ("http://vidu.vn/a?x=1", "http://vidu.vn/a?x=2"),
        ("http://vidu.vn/a?x=1&x=2", "http://vidu.vn/a?x=2&x=1"),
        ("http://vidu.vn/a", "http://khac.vn/a"),
        ("http://vidu.vn/a", "http://vidu.vn:8080/a"),
        ("http://vidu.vn/%E1", "http://vidu.vn/%E2"),
    ],
)
def test_what_is_no_spelling(one: str, other: str) -> None:
    assert _spell(one) != _spell(other)


def test_an_old_code_page_keeps_its_bytes() -> None:
    assert _spell("http://vidu.vn/b%e0i?x=%e1") == _spell("http://vidu.vn/b%E0i?x=%E1")


@pytest.mark.parametrize("key", ["4500101", "post-5", "", "tin"])
def test_a_key_that_is_no_address_has_no_spelling(key: str) -> None:
    assert spell_key(key) is None


def test_names_of_articles() -> None:
    names = Names(("vidu.vn/a%E1", "7001"), {"7101": "7001", "vidu.vn/b": "vidu.vn/a%E1"})
    assert [names.name(key) for key in ("7001", "7101", "7201")] == ["7001", "7001", "7201"]
    assert names.name("vidu.vn/a%e1") == names.name("vidu.vn//b") == "vidu.vn/a%E1"
    assert names.name("vidu.vn/c?y=1&x=2") == names.name("vidu.vn/./c?x=2&y=1") == "vidu.vn/c?y=1&x=2"
