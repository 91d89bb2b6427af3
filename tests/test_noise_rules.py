"""How far a rule of noise reaches: it covers what moved, and hides no edit elsewhere."""

from pathlib import Path

import pytest

from archiver.archive.noise.generalising import describe_address, describe_text, generalise_address, generalise_text
from archiver.archive.noise.learned_rules import ENOUGH_ARTICLES, MOST_OF_SITE, keep_rules
from archiver.compare.noise import Rule, make_noise, mask_path
from archiver.urls import identify_file
from tests.noisy_portal import Story, Watch, mark

TEXTS = {
    ("Đã xem: 12", "Đã xem: 15", "Đã xem: 19"): ("block", "Đã xem: #"),
    ("Gió cấp 3, nắng", "Gió cấp 5, mưa to", "Gió cấp 2, râm"): ("block", "Gió cấp *"),
    ("Lúc 10:05 ngày 02/03/2026", "Lúc 10:07 ngày 02/03/2026", "Lúc 9:55 ngày 03/03/2026"): ("block", "Lúc # ngày #"),
    ("12", "13", "14"): None,
    ("Nắng đẹp", "Mưa to", "Gió mùa"): None,
    ("và a của b", "và c của d", "và e của f"): None,
    ("* mới", "** mới", "*** mới"): None,
}


@pytest.mark.parametrize("values", TEXTS)
def test_texts(values: tuple[str, str, str]) -> None:
    rule = TEXTS[values]
    assert generalise_text(values) == ((Rule(*rule),) if rule else ())  # type: ignore[arg-type]


ADDRESSES = {
    ("/a/b.jpg?v=1", "/a/b.jpg?v=2", "/a/b.jpg?v=3"): [("parameter", "/a/*.jpg?v")],
    ("/2026/03/b.jpg?w=5&v=1", "/2026/03/b.jpg?w=5&v=2", "/2026/03/b.jpg?w=5&v=3"): [("parameter", "/*/*/*.jpg?v")],
    ("/a/x-0a1b2c3d.jpg", "/a/x-1a1b2c3d.jpg", "/a/x-2a1b2c3d.jpg"): [("address", "/a/{}-<hash>.jpg")],
    ("/7/0a1b2c3d-x.jpg", "/7/1a1b2c3d-x.jpg", "/7/2a1b2c3d-x.jpg"): [("address", "/#/<hash>-{}.jpg")],
    ("/a/20260302.jpg", "/a/20260303.jpg", "/a/20260304.jpg"): [("address", "/a/<time>.jpg")],
    ("/a/hoa.jpg", "/a/bien.jpg", "/a/nui.jpg"): [],
    ("/a/anh-1.jpg", "/a/anh-2.jpg", "/a/anh-3.jpg"): [],
    ("/a/b.jpg", "/a/b.jpg?v=2", "/a/b.jpg?v=3"): [],
}


@pytest.mark.parametrize("values", ADDRESSES)
def test_addresses_without_a_proof(values: tuple[str, str, str]) -> None:
    assert generalise_address(values, is_proven=False) == tuple(Rule(*rule) for rule in ADDRESSES[values])  # type: ignore[arg-type]


def test_addresses_with_a_proof() -> None:
    numbered = ("/a/anh-1.jpg", "/a/anh-2.jpg", "/a/anh-3.jpg")
    assert generalise_address(numbered, is_proven=True) == (Rule("address", "/a/anh-*.jpg"),)
    assert generalise_address(("/a/b.jpg", "/a/b.jpg?v=2", "/a/b.jpg"), is_proven=True) == (
        Rule("parameter", "/a/*.jpg?v"),
    )


def test_lines_to_declare() -> None:
    assert describe_text(("Giá vàng: 80 triệu", "Giá vàng: 81 triệu")) == "Giá vàng: * triệu"
    assert describe_text(("Có chí thì nên", "Gần mực")) is None
    assert describe_address(("/a/b-1.jpg", "/a/b-23.jpg")) == "/a/b-*.jpg"
    assert describe_address(("/a/b.jpg?x=1&y=2", "/a/b.jpg?x=1&y=3")) == "/a/b.jpg?y=*"


@pytest.mark.parametrize(
    ("template", "path", "masked"),
    [
        ("/a/{}-<hash>.jpg", "/a/le-hoi-0a1b2c3d.jpg", "/a/le-hoi-*.jpg"),
        ("/a/{}-<hash>.jpg", "/a/le-hoi.jpg", "/a/le-hoi.jpg"),
        ("/a/{}-<hash>.jpg", "/b/le-hoi-0a1b2c3d.jpg", "/b/le-hoi-0a1b2c3d.jpg"),
        ("/a/{}-<hash>.jpg", "/a/hop-bao-20260305.jpg", "/a/hop-bao-20260305.jpg"),
        ("/#/<hash>/{}", "/12/0a1b2c3d/x.jpg", "/12/*/x.jpg"),
        ("/a/c-*.jpg", "/a/c-moi.jpg", "/a/c-*.jpg"),
        ("/a/c-*.jpg", "/a/d-moi.jpg", "/a/d-moi.jpg"),
        ("/" + "{}-" * 40, "/" + "-" * 200, "/" + "-" * 200),
    ],
)
def test_what_is_masked_of_a_path(template: str, path: str, masked: str) -> None:
    assert mask_path(template, path) == masked


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("/tai/vb.pdf?sid=11", "/tai/vb.pdf?sid=12", False),
        ("/tai/vb.pdf?token=a", "/tai/vb.pdf?token=b", False),
        ("/tai/vb.pdf?t=1", "/tai/vb.pdf?t=2", False),
        ("/documents/1/2/vb.pdf?t=1512345678901", "/documents/1/2/vb.pdf?t=1612345678901", True),
        ("/tai/vb.pdf?p_auth=a", "/tai/vb.pdf?p_auth=b", True),
        ("http://a.example/tai/vb.pdf", "https://b.example/tai/vb.pdf", True),
    ],
)
def test_what_is_told_apart_before_anything_is_learned(one: str, other: str, same: bool) -> None:
    assert (identify_file(one) == identify_file(other)) is same


def _picture(number: int, name: str) -> str:
    return f'<p><img src="/upload/{name}-{mark(number, name)}.jpg"></p>'


def test_pictures_that_are_exchanged_elsewhere_are_edits(tmp_path: Path) -> None:
    """One article shows another picture each day, and all pictures of the site are named by digests."""
    watch = Watch(tmp_path / "archive.db", "gen")
    daily = Story(1, below=lambda moment: _picture(moment.day, "hang-ngay"))
    other = Story(2, below=lambda moment: _picture(int(moment.day >= 4), "khac"))
    for day in range(6):
        watch.run([daily, other], day)
    assert (watch.count(daily), watch.count(other)) == (1, 2)
    assert [kind for kind, _, _ in watch.learned()] == ["file"]


def test_what_many_articles_teach_holds_for_the_site(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "archive.db", "gen")
    stories = [Story(n, below=lambda moment: _picture(moment.day, "bia")) for n in range(ENOUGH_ARTICLES)]
    for day in range(3):
        watch.run(stories, day)
    assert ("address", "/upload/{}-<hash>.jpg", "three looks") in watch.learned()
    late = Story(50, below=lambda moment: _picture(moment.day, "tre"))
    for day in range(3, 5):
        watch.run([*stories, late], day)
    assert [watch.count(story) for story in (*stories, late)] == [1] * (ENOUGH_ARTICLES + 1)


def test_a_site_learns_no_more_than_it_may(tmp_path: Path) -> None:
    watch = Watch(tmp_path / "archive.db", "gen")
    watch.run([Story(1)], 0)
    rules = [(Rule("block", f"Số {n} là #"), "second look", 1) for n in range(MOST_OF_SITE + 5)]
    assert len(keep_rules(watch.database.conn, "tin", rules)) == MOST_OF_SITE  # type: ignore[arg-type]
    assert keep_rules(watch.database.conn, "tin", rules) == frozenset()  # type: ignore[arg-type]


def test_a_paragraph_is_not_left_out_for_a_number_in_it() -> None:
    """It may be taken away by an editor: only what moves is cut out of it."""
    values = tuple(
        f"Hội thi năm nay thu hút {n} lượt xem trực tuyến, nhiều hơn hẳn mọi năm, theo ban tổ chức và các trường."
        for n in (120, 125, 131)
    )
    noise = make_noise(frozenset(generalise_text(values)))
    (left,) = {noise.cut(value) for value in values}
    assert left.startswith("Hội thi năm")
    assert left.endswith("theo ban tổ chức và các trường.")
