"""The tree of a page is BeautifulSoup's, node by node, and is searched the same way."""

import gc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from bs4 import BeautifulSoup, PageElement, Tag
from hypothesis import example, given
from hypothesis import strategies as st

from archiver.demo_portal.portal import ZONE
from archiver.html.decoding import decode_page
from archiver.html.elements import beginning_of, elements_below, select, take_out, text_of
from archiver.html.tree import dispose_tree, parse_tree
from archiver.model import Article, Capture
from archiver.parsing.page import read_page
from archiver.platforms.liferay_hanoi import LIFERAY_HANOI
from tests.portal import article_path, demo_portal
from tests.real_portal import read_truth, unpack_mirror

PIECES = [
    *"<p> </p> <div> </div> <span> </span> <b> </a> <br> <br/> <img/> <hr> <ul> <li> </ul> <td> <tr> </table>".split(),
    *"<pre> </pre> <textarea> </textarea> <script> </script> <style> </style> <template> </template> <rt>".split(),
    *"<html> </html> <body> </body> <head> </head> <title> </title> <form> <noscript> <svg> <o:p> </o:p>".split(),
    *"<!-- --> <!----> <?php ?> <![CDATA[ ]]> <> </> < > &nbsp; &amp;lt; &#769; &# \ufeff \xa0".split(),
    '<p class="a b" id=x CLASS="c" hidden>',
    '<a href="/tin?a=1&b=2">',
    '<meta charset="utf-8">',
    " ", "\n\t", "\r\n", "Chi bộ", "họp", "\x0c",
]  # fmt: skip
DOCTYPES = [
    "",
    "<!DOCTYPE html>",
    '<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0//EN" "http://www.w3.org/TR/xhtml1.dtd">',
]
TABLE = "<table><tr><td>Một</td></tr></table>"


def grow_both(html: str) -> tuple[BeautifulSoup, BeautifulSoup]:
    return parse_tree(html), BeautifulSoup(html, "lxml", multi_valued_attributes=None)


def describe(soup: BeautifulSoup) -> list[object]:
    """List all nodes of the page with what they are, and with the places of the nodes around them; none for others."""
    root = soup.find("html", recursive=False)
    nodes: list[PageElement] = [root, *root.descendants] if root else []
    places = {id(node): place for place, node in enumerate(nodes)}
    return [(*_describe_node(node), *(places.get(id(other)) for other in _list_around(node))) for node in nodes]


def _describe_node(node: PageElement) -> tuple[object, ...]:
    if not isinstance(node, Tag):
        return type(node), str(node)
    names = (node.name, node.prefix, node.namespace, node.hidden, node.known_xml, node.sourceline)
    is_page = issubclass(node.parser_class, BeautifulSoup)
    return *names, list(node.attrs.items()), node.is_empty_element, node.interesting_string_types, is_page


def _list_around(node: PageElement) -> list[PageElement | None]:
    inside = list(node.contents) if isinstance(node, Tag) else []
    return [node.parent, node.next_element, node.previous_element, node.next_sibling, node.previous_sibling, *inside]


@given(st.sampled_from(DOCTYPES), st.lists(st.sampled_from(PIECES), max_size=25).map("".join))
@example("", "<pre>\n  <rt> x </rt>\n</pre>\n<template> <p> </p></template>")
@example("", "<p>a<!-- -->b</p></p></div>c")
@example("", "\ufeff")
def test_any_markup_grows_the_same_tree(doctype, html):
    ours, theirs = grow_both(doctype + html)
    assert describe(ours) == describe(theirs)
    assert str(ours) == str(theirs.html or "")


@pytest.mark.parametrize("selector", ["td", "p.a > b", "p + p", "p:nth-of-type(2)", "div:has(td) b", ":not(p)[href]"])
def test_it_is_searched_as_before(selector):
    html = f'<div><p class="a x"><b>1</b></p>\n<p class="a"><b>2</b><a href="/x">3</a></p>{TABLE}</div>'
    ours, theirs = grow_both(html)
    assert [str(found) for found in ours.select(selector)] == [str(found) for found in theirs.select(selector)]
    assert ours.select(selector)


def test_pages_of_the_replica():
    portal = demo_portal()
    for path in ["/", *(article_path(article) for article in portal.listed()[:10])]:
        ours, theirs = grow_both(portal.page(path).body.decode("utf-8-sig"))
        assert describe(ours) == describe(theirs)


@pytest.mark.parametrize("step", [60, pytest.param(1, marks=pytest.mark.slow)])
def test_real_pages(shared, tmp_path, step):
    mirror = unpack_mirror(shared, tmp_path)
    files = sorted(read_truth(shared))[::step]
    for name in files:
        ours, theirs = grow_both(decode_page((mirror / name).read_bytes(), ()))
        assert describe(ours) == describe(theirs), name
    assert len(files) > 20


def test_what_was_taken_out_is_found_no_more() -> None:
    page = parse_tree("<div id=a><p>Một</p></div><p>Hai</p>")
    assert [text_of(element) for element in select(page, "p")] == ["Một", "Hai"]
    take_out(page, page.find_all("div")[0])
    assert [text_of(element) for element in select(page, "p")] == ["Hai"]
    assert [element.name for element in elements_below(page)] == ["html", "body", "p"]


@given(st.lists(st.sampled_from(PIECES)).map("".join))
def test_texts_are_those_of_beautiful_soup(html: str) -> None:
    page = parse_tree(html)
    elements = list(elements_below(page))
    assert elements == page.find_all(True)
    for element in (page, *elements):
        text = element.get_text()
        assert (text_of(element), beginning_of(element, 8)) == (text, text[:8])


def test_threads_do_not_disturb_each_other():
    pages = [f"<p>{number}</p>" * 300 for number in range(40)]
    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda page: parse_tree(page).get_text(), pages))
    assert texts == [str(number) * 300 for number in range(40)]


@pytest.fixture
def no_search_for_garbage() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("no_search_for_garbage")
def test_a_page_that_was_read_leaves_no_tree() -> None:
    portal = demo_portal()
    path = article_path(portal.listed()[0])
    capture = Capture(
        f"https://portal.example{path}", datetime(2026, 1, 5, tzinfo=UTC), 200, (), portal.page(path).body
    )
    before = _count_nodes()
    assert isinstance(read_page(capture, LIFERAY_HANOI, ZONE), Article)
    assert _count_nodes() == before


@pytest.mark.usefixtures("no_search_for_garbage")
def test_a_tree_is_felled_whole() -> None:
    before = _count_nodes()
    tree = parse_tree(TABLE * 3)
    assert _count_nodes() > before + 9
    dispose_tree(tree)
    del tree
    assert _count_nodes() == before


def _count_nodes() -> int:
    return sum(issubclass(type(thing), PageElement) for thing in gc.get_objects())
