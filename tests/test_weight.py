"""Which part of an edit weighs most, and the excerpt that shows it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.compare.alignment import fold_text
from archiver.compare.edits import Edit, State
from archiver.compare.excerpts import excerpt_comparison
from archiver.compare.states import compare_states
from archiver.compare.weight import Rank, find_weightiest, weigh_edit

FIRST = "Đoàn công tác làm việc với nhà trường trong hai ngày và ghi nhận nhiều kết quả tốt trong công tác chuyên môn."
SECOND = "Tại buổi họp, lãnh đạo quận asked the board about the plan and listened to all of the answers they gave."
THIRD = "Kinh phí được lấy từ nguồn thu sự nghiệp của đơn vị, theo quy chế chi tiêu nội bộ đã được ban hành."
FOURTH = "Ban tổ chức gửi lời cảm ơn đến các thầy cô, phụ huynh và học sinh đã tham dự chương trình."


def _compare(before: tuple[str, ...], after: tuple[str, ...]) -> Edit:
    edit = excerpt_comparison(compare_states(State("Tên", None, before), State("Tên", None, after)))
    assert edit is not None
    return edit


def _words(edit: Edit, kind: str) -> str:
    return " ".join(span.text.strip() for span in edit.words if span.kind == kind)


def test_a_negation_outweighs_what_moved_and_what_went() -> None:
    asked = SECOND.replace("asked", "did not ask")
    edit = _compare((FIRST, SECOND, THIRD, FOURTH), (THIRD, asked, FIRST))
    assert (_words(edit, "removed"), _words(edit, "added")) == ("asked", "did not ask")


PAIRS = {
    "negation": (FIRST.replace("ghi nhận", "không ghi nhận"), Rank.NEGATION),
    "number in words": (FIRST.replace("hai ngày", "hơn 30 buổi"), Rank.NUMBER),
    "spelling": (FIRST.replace("trường", "trừong"), Rank.SPELLING),
    "words": (FIRST.replace("nhiều kết quả tốt", "một số tồn tại"), Rank.WORDS),
    "added words": (FIRST.replace("kết quả", "kết quả rất đáng mừng và"), Rank.ADDED),
}


@pytest.mark.parametrize("kind", PAIRS)
def test_parts_are_ranked_by_what_differs(kind: str) -> None:
    after, rank = PAIRS[kind]
    (edit,) = compare_states(State(None, None, (FIRST,)), State(None, None, (after,))).edits
    assert weigh_edit(edit).rank == rank


@pytest.mark.parametrize(
    ("before", "after", "rank"),
    [
        ("Có 30 người dự.", "Có 300 người dự.", Rank.NUMBER),
        ("Họp ngày 27/4/2018 tại hội trường.", "Họp ngày 28/4/2018 tại hội trường.", Rank.DATE),
        ("Do đồng chí Nguyễn Văn An chủ trì.", "Do đồng chí Trần Thị Bình chủ trì.", Rank.NAME),
        ("The council has approved it.", "The council hasn't approved it.", Rank.NEGATION),
        ("会议已批准该计划。", "会议未批准该计划。", Rank.NEGATION),
    ],
)
def test_numbers_dates_names_and_negations_weigh(before: str, after: str, rank: Rank) -> None:
    (edit,) = compare_states(State(None, None, (before,)), State(None, None, (after,))).edits
    assert weigh_edit(edit).rank == rank


def test_the_title_counts_first_among_equals() -> None:
    before, after = State("Họp quận", None, (FIRST,)), State("Họp phường", None, (PAIRS["words"][0],))
    found = find_weightiest(compare_states(before, after))
    assert found
    assert found[0].field == "title"


def test_a_removed_passage_shows_its_beginning() -> None:
    edit = _compare((FIRST, SECOND, THIRD * 20), (FIRST, SECOND))
    assert _words(edit, "removed").startswith(THIRD)
    assert len(_words(edit, "removed")) < 330


def test_what_is_shown_of_a_long_paragraph_is_near_the_heaviest_change() -> None:
    words = [f"từ{number}" for number in range(600)]
    before = [*words[:500], "đã", "duyệt", *words[500:]]
    after = [*words[:500], "chưa", "duyệt", *words[500:]]
    for place in range(0, 480, 6):
        after[place] = f"chữ{chr(97 + place % 26)}"
    edit = _compare((" ".join(before),), (" ".join(after),))
    assert "chưa" in _words(edit, "added")
    assert sum(len(span.text) for span in edit.words) < 1500


TEXTS = st.lists(st.sampled_from([FIRST, SECOND, THIRD, FOURTH, "Ngắn.", "", "30 người", "a" * 700]), max_size=6)


@given(TEXTS, TEXTS)
def test_excerpts_show_words_of_the_edit_and_are_short(before: list[str], after: list[str]) -> None:
    comparison = compare_states(State("x", None, tuple(before)), State("x", None, tuple(after)))
    edit = excerpt_comparison(comparison)
    if edit is None:
        assert comparison.edits == ()
        return
    texts = {"equal": (edit.before, edit.after), "removed": (edit.before,), "added": (edit.after,)}
    for span in edit.words:
        for piece in fold_text(span.text).split("…"):
            assert any(piece.strip() in (text or "") for text in texts[span.kind])
    assert any(span.text.strip("… ") for span in edit.words)
    assert sum(len(span.text) for span in edit.words) <= 2 * 640
