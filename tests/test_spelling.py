"""Spellings of one address are one key; what may lead to something else is another."""

import unicodedata
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.crawl.planning.names import Names
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


def _key(url: str) -> str:
    return read_address(url).key


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://vidu.vn/tin/h%E1%BB%99i", "http://vidu.vn/tin/h%e1%bb%99i"),
        ("http://vidu.vn/tin/hội", "http://vidu.vn/tin/h%E1%BB%99i"),
        ("http://vidu.vn/bai?id=5&lang=vi", "http://vidu.vn/bai?lang=vi&id=5"),
        ("http://vidu.vn/bai-2.html", "http://vidu.vn/bai-2.html?ref=home"),
        ("http://vidu.vn/tin/bai-2", "https://WWW.Vidu.vn:443/tin//bai-2/?utm_source=zalo&fbclid=x#dau"),
        ("http://vidu.vn/tin/", "http://vidu.vn/tin/index.html"),
        ("http://vidu.vn/", "http://vidu.vn/default.aspx"),
        ("http://vidu.vn/~a", "http://vidu.vn/%7Ea"),
    ],
)
def test_spellings_have_one_key(one: str, other: str) -> None:
    """So a listing that prints both leads to one article; what is asked for is what was printed."""
    assert _key(one) == _key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://vidu.vn/van-ban?ref=125", "http://vidu.vn/van-ban"),
        ("http://vidu.vn/xem.aspx?ref=quy-che", "http://vidu.vn/xem.aspx?ref=noi-quy"),
        ("http://vidu.vn/index.php?id=5", "http://vidu.vn/index.php?id=6"),
        ("http://vidu.vn/a?x=1&x=2", "http://vidu.vn/a?x=2&x=1"),
        ("http://vidu.vn/Bai", "http://vidu.vn/bai"),
        ("http://vidu.vn/a%2Fb", "http://vidu.vn/a/b"),
    ],
)
def test_what_may_be_another_page_has_another_key(one: str, other: str) -> None:
    assert _key(one) != _key(other)


@given(st.lists(WORDS, min_size=1, max_size=3), VALUES)
def test_the_key_of_a_plain_address_is_the_address(steps: list[str], values: dict[str, str]) -> None:
    query = "&".join(f"{name}={quote(values[name])}" for name in sorted(values, key=str.lower))
    address = f"vidu.vn/{'/'.join(map(quote, steps))}{f'?{query}' if query else ''}"
    assert unicodedata.is_normalized("NFC", "".join(steps))
    assert _key(f"http://{address}") == address
    assert spell_key(address) == spell_key(_key(f"http://{address}"))


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
