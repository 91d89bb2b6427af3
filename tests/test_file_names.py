"""The name that a server gives a file is read from every way of writing it, and leads nowhere."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.crawl.documents.file_names import read_file_name
from archiver.text.cleaning import clean_text


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="So muon 7.pdf"', "So muon 7.pdf"),
        ("attachment; filename=so-muon.pdf; size=9", "so-muon.pdf"),
        ("attachment; filename=x.pdf; filename*=UTF-8''S%E1%BB%95%20m%C6%B0%E1%BB%A3n.pdf", "Sổ mượn.pdf"),
        ("attachment; filename*=utf-8'vi'S%E1%BB%95.pdf; filename=\"x.pdf\"", "Sổ.pdf"),
        ("INLINE; FILENAME*=\"UTF-8''S%E1%BB%95.pdf\"", "Sổ.pdf"),
        ("attachment; filename*=iso-8859-1'de'B%FCcher.doc", "Bücher.doc"),
        ("attachment; filename*=gb2312''%CA%E9.doc", "书.doc"),
        ("attachment; filename*=khong-co''%E9t.doc", "ét.doc"),
        ('attachment; filename="Sổ mượn.pdf"', "Sổ mượn.pdf"),
        ('attachment; filename="S%E1%BB%95%20m.pdf"', "Sổ m.pdf"),
        ('attachment; filename="=?UTF-8?B?U+G7lS5wZGY=?="', "Sổ.pdf"),
        (r'attachment; filename="So \"7\".pdf"', 'So "7".pdf'),
        ('attachment; filename="../../bi/mat.pdf"', "mat.pdf"),
        (r'attachment; filename="C:\\tam\\so.doc"', "so.doc"),
        ('attachment; filename="So\u00adMuon\u202e.pdf"', "SoMuon.pdf"),
        ("attachment", ""),
        ("", ""),
        ('attachment; filename=""', ""),
        ("attachment; filename=" + "a" * 300, ""),
        ('form-data; name="filename"', ""),
    ],
)
def test_the_name(header, name):
    assert read_file_name(header.encode()) == name


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=80))
def test_what_is_written_by_the_standard_is_read_back(name):
    plain = clean_text(name.replace("/", "_").replace("\\", "_"))
    assert read_file_name(f"attachment; filename*=UTF-8''{quote(plain, safe='')}".encode()) == plain


@given(st.binary(max_size=300))
def test_no_header_is_an_error_or_a_path(header):
    name = read_file_name(b"attachment; filename=" + header)
    assert "/" not in name
    assert "\\" not in name
