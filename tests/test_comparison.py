"""Two states of an article, compared: what moved, what changed, how much it means, and how it is shown."""

import io
import json
import random
import time
import unicodedata
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.archive.history.content import COLUMNS, Content, find_changes
from archiver.cli.reading.differences import write_comparison
from archiver.compare.alignment import fold_text
from archiver.compare.edits import Comparison, Edit, Span, State
from archiver.compare.states import as_json, compare_states

MEETING = "Sáng nay, Đảng ủy trường tổ chức hội nghị sơ kết công tác sáu tháng đầu năm với sự tham gia của các chi bộ."
MEMBERS = "Toàn Đảng bộ hiện có 853 đảng viên sinh hoạt tại 27 chi bộ, tăng so với cùng kỳ."
SPEECH = "Phát biểu tại buổi lễ, đồng chí Nguyễn Văn Hùng đề nghị các đơn vị tiếp tục đổi mới cách làm."
CLOSING = "Hội nghị kết thúc trong không khí phấn khởi và thống nhất cao của mọi người."
BODY = (MEETING, MEMBERS, SPEECH, CLOSING)
HOST = "https://truong.example.vn"
BANNER = (f"{HOST}/image/journal/article?img_id=7101&t=1524800000000", "Quang cảnh hội nghị")
PRIZES = (f"{HOST}/image/journal/article?img_id=7102&t=1524800000000", "Trao thưởng cho sinh viên")
REPORT = (f"{HOST}/documents/10180/bao-cao.pdf?t=1", "Báo cáo sơ kết")
PLAN = (f"{HOST}/documents/10180/ke-hoach.pdf", "Kế hoạch")
ARTICLE = State(
    title="Hội nghị sơ kết công tác Đảng sáu tháng đầu năm",
    lead="Hội nghị diễn ra ngày 27/4 tại hội trường lớn.",
    paragraphs=BODY,
    author="Trần Thu Hà",
    published="2018-04-27T01:30:00+00:00",
    images=(BANNER, PRIZES),
    attachments=(REPORT, PLAN),
)


def edits_of(before, after):
    return compare_states(before, after).edits


def only_edit(before, after, field="body"):
    """Compare two texts of a field and expect one edit."""
    states = [State(paragraphs=(text,)) if field == "body" else State(**{field: text}) for text in (before, after)]
    (edit,) = edits_of(*states)
    return edit


def spans_of(edit):
    signs = {"equal": "=", "removed": "-", "added": "+"}
    return [signs[span.kind] + span.text for span in edit.words]


# Words


@pytest.mark.parametrize(
    ("before", "after", "spans"),
    [
        ("có 853 đảng viên", "có 835 đảng viên", ["=có", "- 853", "+ 835", "= đảng viên"]),
        ("tại hội nghị, các chi bộ", "tại hội nghị các chi bộ", ["=tại hội nghị", "-,", "= các chi bộ"]),
        ("Các chi bộ tham dự", "Chi bộ tham dự", ["-Các chi", "+Chi", "= bộ tham dự"]),
        ("thu 13.000 đồng mỗi vé", "thu 13.500 đồng mỗi vé", ["=thu", "- 13.000", "+ 13.500", "= đồng mỗi vé"]),
        ("các chi bộ tham dự", "các chi bộ tham dự đầy đủ", ["=các chi bộ tham dự", "+ đầy đủ"]),
    ],
)
def test_words_are_compared_with_punctuation_told_apart(before, after, spans):
    assert spans_of(only_edit(before, after)) == spans


def test_texts_that_differ_in_form_only_are_the_same():
    printed = "Hội nghị  sơ\xa0kết\ncông tác"
    assert not edits_of(
        State(title=printed, paragraphs=(printed,)),
        State(
            title=unicodedata.normalize("NFD", "Hội nghị sơ kết công tác"), paragraphs=("Hội ngh\xadị sơ kết công tác",)
        ),
    )


def test_a_field_that_was_rewritten_is_replaced_as_a_whole():
    edit = only_edit("Khai mạc hội thao sinh viên", "Thông báo tuyển dụng viên chức", "title")
    assert spans_of(edit) == ["-Khai mạc hội thao sinh viên", "+Thông báo tuyển dụng viên chức"]
    assert edit.size == "words"


# Sizes


@pytest.mark.parametrize(
    ("size", "before", "after"),
    [
        ("number", "có 853 đảng viên", "có 835 đảng viên"),
        ("number", "ủng hộ 13.000 đồng", "ủng hộ 13.500 đồng"),
        ("number", "khen thưởng 5 tập thể", "khen thưởng tập thể"),
        ("number", "tăng 8,5% so với năm ngoái", "tăng 9% so với năm ngoái"),
        ("number", "lúc 14h30 cùng ngày", "lúc 15h30 cùng ngày"),
        ("number", "sinh viên K62 của trường", "sinh viên K63 của trường"),
        ("number", "có 10 đến 12 người dự", "có 11 đến 13 người dự"),
        ("number", "theo công văn số 12/4 đã gửi", "theo công văn số 13/4 đã gửi"),
        ("number", "theo Quyết định số 12/2018/QĐ-ĐU", "theo Quyết định số 13/2018/QĐ-ĐU"),
        ("number", "cao 27.4 mét so với đường", "cao 27.5 mét so với đường"),
        ("number", "trong năm học 2017-2018 vừa qua", "trong năm học 2018-2019 vừa qua"),
        ("date", "diễn ra hôm 27/4 tại trường", "diễn ra hôm 28/4 tại trường"),
        ("date", "diễn ra hôm 27/04/2018, tại trường", "diễn ra hôm 28/04/2018, tại trường"),
        ("date", "diễn ra hôm 27/4 tại trường", "diễn ra hôm 27/4/2018 tại trường"),
        ("date", "diễn ra ngày 27 tháng 4 tại trường", "diễn ra ngày 28 tháng 4 tại trường"),
        ("date", "ngày 27 tháng 4 vừa qua", "ngày 27 tháng 5 vừa qua"),
        ("date", "ngày 27 tháng 4 vừa qua", "ngày 27 tháng 4 năm 2018 vừa qua"),
        ("date", "từ 27-28/4 tại trường", "từ 27-29/4 tại trường"),
        ("date", "diễn ra ngày 27.4 tại trường", "diễn ra ngày 28.4 tại trường"),
        ("date", "từ tháng 4/2018 trở đi", "từ tháng 5/2018 trở đi"),
        ("date", "kế hoạch năm 2018 của trường", "kế hoạch năm 2019 của trường"),
        ("name", "do đồng chí Nguyễn Văn Hùng chủ trì", "do đồng chí Nguyễn Văn Hưng chủ trì"),
        ("name", "do đồng chí Hùng chủ trì", "do đồng chí Lan chủ trì"),
        ("name", "cùng ông Nguyễn Văn Nam, Trưởng phòng", "cùng bà Trần Thị Hoa, Trưởng phòng"),
        ("name", "với sự có mặt của Lê Minh Tâm", "với sự có mặt của Lê Tâm"),
        ("name", "đến từ quận Ba Đình hôm nay", "đến từ quận Tây Hồ hôm nay"),
        ("name", "mời PGS. Đỗ Quang dự họp", "mời PGS. Võ Quang dự họp"),
        ("words", "Nam và các bạn cùng đến", "Hoa và các bạn cùng đến"),
        ("words", "họp xong. Riêng phòng này vắng", "họp xong. Cả phòng này vắng"),
        ("words", "họp xong. “Riêng Nam vắng mặt", "họp xong. “Thầy Nam vắng mặt"),
        ("words", "các đơn vị thuộc UBND thành phố", "các đơn vị thuộc HĐND thành phố"),
        ("typo", "tham dự hội nghi của trường", "tham dự hội nghị của trường"),
        ("typo", "tham dự Hội nghị của trường", "tham dự hội nghị của trường"),
        ("typo", "tham dự hội nghị, của trường", "tham dự hội nghị của trường"),
        ("typo", "công tác phattriển của trường", "công tác phát triển của trường"),
        ("typo", "các đòan viên của trường", "các đoàn viên của trường"),
        ("typo", "nhiệt liệt chào mừg các bạn", "nhiệt liệt chào mừng các bạn"),
        ("typo", "tuyên dương sinh viên nghiêgn cứu giỏi", "tuyên dương sinh viên nghiên cứu giỏi"),
        ("typo", "phong trào đuợc nhân rông ra", "phong trào được nhân rộng ra"),
        ("typo", "chủ đề “học tập” của năm", 'chủ đề "học tập" của năm'),
        ("words", "có năm chi bộ tham gia", "có tám chi bộ tham gia"),
        ("words", "tăng năm % so với trước", "tăng năm so với trước"),
        ("words", "đề nghị không tiếp tục làm", "đề nghị tiếp tục làm"),
        ("words", "là chi bộ vững mạnh", "và chi bộ vững mạnh"),
        ("words", "chi bộ đã hoàn thành việc", "chi bộ chưa hoàn thành việc"),
        ("number", "có 853 đảng viên dự hội nghi", "có 835 đảng viên dự hội nghị"),
        ("number", "khoảng 853 đaị biểu dự họp", "khoảng 835 đại biểu dự họp"),
        ("words", "ngày 27/4 có 853 người dự", "ngày 28/4 có 835 người dự"),
    ],
)
def test_size_of_a_replacement(size, before, after):
    assert only_edit(before, after).size == size
    assert only_edit(after, before).size == size


def test_size_of_an_author_and_of_a_date_follows_the_field():
    assert only_edit("Hường", "Lan", "author").size == "name"
    assert only_edit(None, "Trần Thu Hà", "author").size == "name"
    assert only_edit("Ban biên tập", "Phòng Đào tạo", "author").size == "words"
    assert only_edit("2018-04-27T01:30:00+00:00", "2018-04-28T01:30:00+00:00", "published").size == "date"


# Paragraphs


def test_a_changed_paragraph_is_paired_with_its_version():
    changed = MEMBERS.replace("853", "835")
    (edit,) = edits_of(ARTICLE, replace(ARTICLE, paragraphs=(MEETING, changed, SPEECH, CLOSING)))
    assert (edit.field, edit.kind, edit.size) == ("body", "replaced", "number")
    assert (edit.before, edit.after, edit.number_before, edit.number_after) == (MEMBERS, changed, 2, 2)


def test_paragraphs_are_added_and_removed():
    added = "Trường cũng công bố danh sách học bổng mới."
    changed = replace(ARTICLE, paragraphs=(MEETING, SPEECH, CLOSING, added))
    assert edits_of(ARTICLE, changed) == (
        Edit("body", "removed", "paragraph", MEMBERS, None, (Span("removed", MEMBERS),), 2, None),
        Edit("body", "added", "paragraph", None, added, (Span("added", added),), None, 4),
    )


def test_an_unchanged_paragraph_that_stands_elsewhere_has_moved():
    (edit,) = edits_of(ARTICLE, replace(ARTICLE, paragraphs=(SPEECH, MEETING, MEMBERS, CLOSING)))
    assert edit == Edit("body", "moved", "paragraph", SPEECH, SPEECH, (Span("equal", SPEECH),), 3, 1)


def test_unlike_paragraphs_in_one_place_are_no_versions():
    new = "Ban tổ chức thông báo lịch thi đấu bóng đá nam."
    kinds = [edit.kind for edit in edits_of(ARTICLE, replace(ARTICLE, paragraphs=(MEETING, new, SPEECH, CLOSING)))]
    assert kinds == ["removed", "added"]


def test_versions_are_found_beside_added_paragraphs():
    changed = SPEECH.replace("Hùng", "Hưng")
    new = "Ban tổ chức thông báo lịch thi đấu bóng đá nam."
    edits = edits_of(ARTICLE, replace(ARTICLE, paragraphs=(MEETING, MEMBERS, new, changed, CLOSING)))
    assert [(edit.kind, edit.size, edit.number_before, edit.number_after) for edit in edits] == [
        ("added", "paragraph", None, 3),
        ("replaced", "name", 3, 4),
    ]


def test_a_version_is_found_even_where_it_moved():
    changed = SPEECH.replace("Hùng", "Hưng")
    (edit,) = edits_of(ARTICLE, replace(ARTICLE, paragraphs=(changed, MEETING, MEMBERS, CLOSING)))
    assert (edit.kind, edit.size, edit.number_before, edit.number_after) == ("replaced", "name", 3, 1)


def test_rows_that_resemble_each_other_are_paired_with_their_own_versions():
    rows = tuple(f"Chi bộ {number}: có {number + 20} đảng viên dự sinh hoạt" for number in range(50))
    counted = tuple(row.replace(" dự", " đã dự") for row in rows)
    edits = edits_of(State(paragraphs=rows), State(paragraphs=("Kết quả như sau:", *counted)))
    assert [(edit.number_before, edit.number_after) for edit in edits] == [
        (None, 1),
        *((number, number + 1) for number in range(1, 51)),
    ]


def test_breaks_between_paragraphs_are_white_space():
    assert not edits_of(ARTICLE, replace(ARTICLE, paragraphs=(f"{MEETING} {MEMBERS}", SPEECH, "", CLOSING)))


# Files


def test_a_file_is_what_its_address_says():
    moved_host = tuple(
        (url.replace(HOST, "http://old.example.vn").replace("t=15", "t=16"), c) for url, c in (BANNER, PRIZES)
    )
    assert not edits_of(ARTICLE, replace(ARTICLE, images=moved_host))


def test_a_new_caption_replaces_the_old_one():
    (edit,) = edits_of(ARTICLE, replace(ARTICLE, images=(BANNER, (PRIZES[0], "Trao thuởng cho sinh viên"))))
    assert (edit.field, edit.kind, edit.size, edit.number_after) == ("images", "replaced", "typo", 2)
    assert (edit.before, edit.after) == ("Trao thưởng cho sinh viên", "Trao thuởng cho sinh viên")


def test_files_are_added_removed_and_moved():
    new = (f"{HOST}/documents/10180/phu-luc.pdf", "")
    edits = edits_of(ARTICLE, replace(ARTICLE, images=(PRIZES, BANNER), attachments=(REPORT, new)))
    assert [(edit.field, edit.kind) for edit in edits] == [
        ("images", "moved"),
        ("attachments", "removed"),
        ("attachments", "added"),
    ]
    assert edits[1].before == f"Kế hoạch <{PLAN[0]}>"
    assert edits[2].after == f"<{new[0]}>"


def test_an_address_that_is_none_does_no_harm():
    assert [edit.kind for edit in edits_of(State(), State(images=(("http://[", None),)))] == ["added"]


# Whole states


def test_edits_come_in_reading_order():
    fields = [edit.field for edit in edits_of(State(), replace(ARTICLE, paragraphs=(MEETING,)))]
    assert fields == ["title", "lead", "body", "author", "published", "images", "images", "attachments", "attachments"]


def test_a_row_of_the_history_becomes_a_state():
    row = {
        "title": "Tin mới",
        "lead": None,
        "body": "Đoạn một.\n\nĐoạn hai.",
        "author": None,
        "published_at": "2018-04-27T01:30:00+00:00",
        "images": [{"url": BANNER[0], "caption": None, "alt": "ảnh"}],
        "attachments": [{"url": REPORT[0], "title": "Báo cáo"}],
        "links": [{"url": "#muc-2", "text": "mục hai", "kind": "link", "own": True}],
        "marks": [{"kind": "raised", "text": "2", "before": "m"}],
    }
    assert State.of_row(row) == State(
        title="Tin mới",
        paragraphs=("Đoạn một.", "Đoạn hai."),
        published="2018-04-27T01:30:00+00:00",
        images=((BANNER[0], None),),
        attachments=((REPORT[0], "Báo cáo"),),
        links=(("#muc-2", "mục hai", True),),
        marks=(("raised", "2", "m"),),
    )
    assert State.of_row(row | {"published_at": None, "published_raw": "hôm kia"}).published == "hôm kia"
    assert State.of_row(row | {"body": None, "images": None, "attachments": None}).images == ()


def test_a_comparison_is_written_as_json():
    comparison = compare_states(State(paragraphs=("có 853 đảng viên",)), State(paragraphs=("có 835 đảng viên",)))
    assert json.loads(json.dumps(as_json(comparison))) == [
        {
            "field": "body",
            "kind": "replaced",
            "size": "number",
            "before": "có 853 đảng viên",
            "after": "có 835 đảng viên",
            "words": [
                {"kind": "equal", "text": "có"},
                {"kind": "removed", "text": " 853"},
                {"kind": "added", "text": " 835"},
                {"kind": "equal", "text": " đảng viên"},
            ],
            "number_before": 1,
            "number_after": 1,
            "mark": None,
        }
    ]


# The terminal


def shown(before, after, colour=False):
    stream = io.StringIO()
    write_comparison(compare_states(before, after), stream, colour=colour)
    return stream.getvalue()


def test_edits_are_shown_as_git_shows_words():
    before = State(title="Công tác Đảng sáu tháng đầu năm", paragraphs=(*BODY, "Ảnh: Phòng Tổng hợp."))
    changed = (SPEECH, MEETING, MEMBERS.replace("853", "835"), CLOSING, "Tin thêm sẽ có sau.")
    assert shown(before, State(title="Công tác đảng sáu tháng đầu năm", paragraphs=changed)) == (
        "title: typo\n"
        "  Công tác [-Đảng-]{+đảng+} sáu tháng đầu năm\n"
        "\n"
        "body, paragraph 1: moved from 3\n"
        "  Phát biểu tại buổi lễ, đồng … tiếp tục đổi mới cách làm.\n"
        "\n"
        "body, paragraph 3: number\n"
        "  Toàn Đảng bộ hiện có [-853-]{+835+} đảng viên sinh hoạt tại 27 …\n"
        "\n"
        "body, former paragraph 5: removed\n"
        "  [-Ảnh: Phòng Tổng hợp.-]\n"
        "\n"
        "body, paragraph 5: added\n"
        "  {+Tin thêm sẽ có sau.+}\n"
    )


def test_files_are_shown_by_number_and_address():
    assert shown(ARTICLE, replace(ARTICLE, attachments=(REPORT,))) == (
        f"former attachment 2: removed\n  [-Kế hoạch <{PLAN[0]}>-]\n"
    )


def test_long_unchanged_stretches_are_folded_between_changes():
    middle = " ".join(f"từ{letter}" for letter in "abcdefghijklm")
    text = shown(State(lead=f"hai {middle} ba"), State(lead=f"bốn {middle} năm"))
    assert text == "lead: words\n  [-hai-]{+bốn+} từa từb từc từd từe từf … từh từi từj từk từl từm [-ba-]{+năm+}\n"


def test_colours_stand_for_the_marks():
    text = shown(State(title="có 853 đảng viên"), State(title="có 835 đảng viên"), colour=True)
    assert text == ("\x1b[1mtitle: number\x1b[0m\n  có\x1b[0m \x1b[31m853\x1b[0m \x1b[32m835\x1b[0m đảng viên\x1b[0m\n")


def test_control_characters_are_escaped():
    text = shown(State(title="Tin"), State(title="Tin \x1b[2J\u202enóng"))
    assert text == "title: words\n  [-Tin-]{+Tin \\x1b[2J\\u202enóng+}\n"


def test_nothing_is_shown_of_equal_states():
    assert shown(ARTICLE, ARTICLE) == ""


# Laws

WORDS = st.sampled_from(
    "hội nghị Nghị nghị, nghi, 853 835 27/4 28/4 ngày tháng 4 13.000 ông Nguyễn Văn Nam . , “ % năm tám - A".split()
) | st.sampled_from("\u0301\xad")
TEXTS = st.lists(WORDS, max_size=12).map(" ".join) | st.text(max_size=20)
ADDRESSES = st.sampled_from([BANNER[0], PRIZES[0], REPORT[0], "http://[", "", "//a?img_id=7101"]) | st.text(max_size=5)
TARGETS = st.sampled_from([f"{HOST}/gioi-thieu", "https://khac.example/1", "mailto:a@b.example", "#muc-2", "http://["])
LINKS = st.lists(st.tuples(TARGETS, TEXTS, st.booleans()), max_size=4).map(tuple)
MARKS = st.lists(
    st.tuples(
        st.sampled_from(["struck", "inserted", "raised", "lowered"]),
        st.sampled_from(["2", "3", "[1]", "mức thu cũ", "er", "2+"]),
        st.sampled_from(["", "10", "m"]),
    ),
    max_size=4,
).map(tuple)
FILES = st.lists(st.tuples(ADDRESSES, st.none() | TEXTS), max_size=4).map(tuple)


def states(texts, files):
    return st.builds(
        State,
        title=st.none() | texts,
        lead=st.none() | texts,
        paragraphs=st.lists(texts | st.sampled_from(BODY), max_size=6).map(tuple),
        author=st.none() | texts,
        published=st.none() | texts,
        images=files,
        attachments=files,
        links=LINKS,
        marks=MARKS,
    )


STATES = states(TEXTS, FILES)
KEPT_TEXTS = st.lists(WORDS.filter(str.isprintable), max_size=12).map(" ".join)
KEPT_STATES = states(
    KEPT_TEXTS,
    st.lists(st.tuples(st.sampled_from([BANNER[0], PRIZES[0], REPORT[0]]), KEPT_TEXTS), max_size=4).map(tuple),
)
OPPOSITE = {"added": "removed", "removed": "added", "equal": "equal", "moved": "moved", "replaced": "replaced"}


def join(edit, kind):
    return fold_text("".join(span.text for span in edit.words if span.kind in ("equal", kind)))


def mirror(edit):
    """Turn an edit around; removed words come before added ones, so only their sides can be compared."""
    return replace(
        edit,
        kind=OPPOSITE[edit.kind],
        before=edit.after,
        after=edit.before,
        words=frozenset(Counter((OPPOSITE[span.kind], span.text) for span in edit.words).items()),
        number_before=edit.number_after,
        number_after=edit.number_before,
    )


def count_words(edit):
    return replace(edit, words=frozenset(Counter((span.kind, span.text) for span in edit.words).items()))


@given(STATES)
def test_a_state_equals_itself(state):
    assert compare_states(state, state) == Comparison()


@given(STATES, STATES)
def test_spans_join_to_both_texts(before, after):
    for edit in edits_of(before, after):
        assert join(edit, "removed") == (edit.before or "")
        assert join(edit, "added") == (edit.after or "")


@given(STATES, STATES)
def test_comparing_backwards_mirrors_every_edit(before, after):
    there, back = edits_of(before, after), edits_of(after, before)
    assert Counter(map(mirror, there)) == Counter(map(count_words, back))


def content_of(state):
    """Write a state as the archive keeps it: in NFC, as the parsers read it."""
    row = dict.fromkeys(COLUMNS) | {"title": state.title, "lead": state.lead, "author": state.author}
    row |= {"body": "\n\n".join(state.paragraphs), "published_raw": state.published, "published_relative": 0}
    row["images"] = json.dumps([{"url": url, "caption": caption, "alt": None} for url, caption in state.images])
    row["attachments"] = json.dumps([{"url": url, "title": title} for url, title in state.attachments])
    links = [{"url": url, "text": text, "kind": "link", "own": own} for url, text, own in state.links]
    marks = [{"kind": kind, "text": text, "before": before} for kind, text, before in state.marks]
    row |= {"links": json.dumps(links), "marks": json.dumps(marks)}
    return Content.of_row(
        {name: unicodedata.normalize("NFC", v) if isinstance(v, str) else v for name, v in row.items()}
    )


@given(KEPT_STATES, KEPT_STATES)
def test_there_are_edits_where_the_archive_sees_a_change(before, after):
    changed = find_changes(content_of(before), content_of(after))
    assert tuple(dict.fromkeys(edit.field for edit in edits_of(before, after))) == changed


@given(STATES, STATES)
def test_every_paragraph_is_accounted_for(before, after):
    edits = [edit for edit in edits_of(before, after) if edit.field == "body"]
    for numbers in ([edit.number_before for edit in edits], [edit.number_after for edit in edits]):
        known = [number for number in numbers if number]
        assert len(known) == len(set(known))
    removed = sum(edit.kind == "removed" for edit in edits) - sum(edit.kind == "added" for edit in edits)
    counts = [sum(bool(fold_text(text)) for text in state.paragraphs) for state in (before, after)]
    assert not edits or counts[0] - counts[1] == removed


@given(STATES, STATES, st.booleans())
def test_whatever_is_compared_can_be_shown(before, after, colour):
    comparison = compare_states(before, after)
    json.dumps(as_json(comparison))
    stream = io.StringIO()
    write_comparison(comparison, stream, colour)
    assert bool(stream.getvalue()) == bool(comparison.edits)


def unrelated_bodies(paragraphs, words, vocabulary=2000):
    draw = random.Random(1)
    known = [f"từ{number}" for number in range(vocabulary)]
    return [
        State(paragraphs=tuple(" ".join(draw.choices(known, k=words)) for _ in range(paragraphs))) for _ in range(2)
    ]


@pytest.mark.parametrize(
    ("paragraphs", "words", "vocabulary"), [(300, 100, 2000), (300, 100, 30), (3000, 3, 40), (1, 30_000, 50)]
)
def test_long_texts_are_compared_in_bounded_time(paragraphs, words, vocabulary):
    states = unrelated_bodies(paragraphs, words, vocabulary)
    start = time.process_time()
    compare_states(*states)
    assert time.process_time() - start < 10  # an idle machine needs under 2 s


def test_many_dates_are_compared_in_bounded_time():
    start = time.process_time()
    edit = only_edit("ngày 1 " * 20_000, "ngày 2 " * 20_000)
    assert (edit.size, time.process_time() - start < 10) == ("date", True)
