"""``archiver verify CASE``: whatever of a case is not as it was is named, and nothing that is handed over does harm."""

import hashlib
import json
import random
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archiver.exporting.cases.checking import CheckedCase
from archiver.exporting.cases.manifest import CaseError, write_json, write_sums
from archiver.exporting.cases.package import digest_files
from tests.conftest import Crawling
from tests.handing_over import crawl_documented, export, unpack

pytest.importorskip("jinja2", reason="the extra web is not installed")

SHARED = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("case")
    crawling, article, _ = crawl_documented(folder)
    return export(crawling, article, folder / "case.zip")


@pytest.fixture(scope="module")
def whole(case: Path) -> Path:
    return unpack(case, case.with_name("whole"))


@pytest.fixture
def folder(whole: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(whole, tmp_path / "case"))


def check(path: Path) -> list[str]:
    return list(CheckedCase(path).list_faults())


def refuse(path: Path) -> str:
    with pytest.raises(CaseError) as error:
        check(path)
    said = str(error.value)
    assert "\n" not in said
    assert len(said) < 500
    return said


def flip(path: Path, place: int, bit: int = 0) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1 << bit
    path.write_bytes(content)


def test_a_case_is_sound_in_any_shape(case: Path, folder: Path, tmp_path: Path) -> None:
    """As it was handed over, unpacked, and packed again by other programs, with or without a folder around it."""
    assert check(case) == []
    assert check(folder) == []
    for number, (packing, prefix) in enumerate(((zipfile.ZIP_STORED, ""), (zipfile.ZIP_DEFLATED, "hồ sơ/"))):
        again = tmp_path / f"again{number}.zip"
        with zipfile.ZipFile(again, "w", packing) as archive:
            for path in folder.rglob("*"):
                archive.write(path, prefix + path.relative_to(folder).as_posix())
        assert check(again) == []


def test_one_flipped_byte_of_any_file_is_named_in_one_line(folder: Path) -> None:
    chance = random.Random(1)
    names = [path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()]
    assert len(names) > 30
    for name in names:
        path = folder / name
        before = path.read_bytes()
        for place in {0, len(before) - 1, chance.randrange(len(before))}:
            flip(path, place, chance.randrange(8))
            lines = check(folder)
            path.write_bytes(before)
            assert [name in line for line in lines] == [True], (name, place, lines)
    assert check(folder) == []


def test_what_is_missing_and_what_is_too_much_is_named(folder: Path) -> None:
    (folder / "versions/1.html").unlink()
    (folder / "captures/0001/body.txt").unlink()
    (folder / "new.txt").write_text("x")
    (folder / "link.html").symlink_to("/etc/hostname")
    assert check(folder) == [
        "link.html: is damaged: it is a link, or no plain file",
        "captures/0001/body.txt: it is not there",
        "versions/1.html: it is not there",
        "new.txt: it is no part of the case",
        "captures/0001/body.txt: it is not there, so capture 1 cannot be checked",
    ]


def test_without_the_digests_it_goes_by_the_manifest(folder: Path) -> None:
    (folder / "SHA256SUMS").unlink()
    assert check(folder) == ["SHA256SUMS: it is not there"]


Change = Callable[[Path, dict[str, Any]], None]


def _forge(folder: Path, change: Change) -> list[str]:
    """Change a case as somebody would who knows how it is made, all digests included."""
    manifest = json.loads((folder / "manifest.json").read_bytes())
    change(folder, manifest)
    files = digest_files(folder)
    manifest["files"] = {name: value for name, value in files.items() if name not in ("manifest.json", "SHA256SUMS")}
    (folder / "manifest.json").write_bytes(write_json(manifest))
    files = {name: value for name, value in digest_files(folder).items() if name != "SHA256SUMS"}
    (folder / "SHA256SUMS").write_bytes(write_sums(files))
    return check(folder)


def _other_body(folder: Path, manifest: dict[str, Any]) -> None:
    capture = manifest["captures"][0]
    (folder / capture["body"]).write_bytes(b"other")
    capture["sha256"] = hashlib.sha256(b"other").hexdigest()


def _other_time(_: Path, manifest: dict[str, Any]) -> None:
    manifest["captures"][0]["fetched_at"] = "2020-01-01T00:00:00+00:00"


def _other_headers(folder: Path, manifest: dict[str, Any]) -> None:
    (folder / manifest["captures"][0]["headers"]).write_text('[["Date","never"]]')


def _other_lines(folder: Path, manifest: dict[str, Any]) -> None:
    path = folder / manifest["runs"][0]["lines"]
    path.write_bytes(path.read_bytes() + b"[]\n")


def _other_seal(folder: Path, manifest: dict[str, Any]) -> None:
    _other_lines(folder, manifest)
    run = manifest["runs"][0]
    run["seal"] = hashlib.sha256((folder / run["lines"]).read_bytes()).hexdigest()


def _other_token(folder: Path, manifest: dict[str, Any]) -> None:
    first, second = (run["tokens"][0]["file"] for run in manifest["runs"][:2])
    shutil.copy(folder / second, folder / first)


def _later_stamp(_: Path, manifest: dict[str, Any]) -> None:
    manifest["runs"][0]["tokens"][0]["stamped_at"] = "2020-01-01T00:00:00+00:00"


def _no_token(folder: Path, manifest: dict[str, Any]) -> None:
    (folder / manifest["runs"][0]["tokens"][0]["file"]).write_bytes(b"x" * 300)


def _no_run(_: Path, manifest: dict[str, Any]) -> None:
    del manifest["runs"][0]


def _no_capture(_: Path, manifest: dict[str, Any]) -> None:
    del manifest["captures"][0]


def _one_digest(_: Path, manifest: dict[str, Any]) -> None:
    manifest["captures"][0]["sha256"] = "0" * 64


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_other_body, ["no line of it is for capture 1"]),
        (_other_time, ["no line of it is for capture 1"]),
        (_other_headers, ["no line of it is for capture 1"]),
        (_other_lines, ["its SHA-256 is not the seal of the run"]),
        (_other_seal, ["the time stamp is for another seal"]),
        (_other_token, ["the time stamp is for another seal"]),
        (_later_stamp, ["the time stamp has another time"]),
        (_no_token, ["no time stamp"]),
        (_no_run, ["capture 1: its run is not in the case"]),
        (_no_capture, ["manifest.json: there is no capture 1"]),
        (_one_digest, ["its SHA-256 is not that of capture 1", "no line of it is for capture 1"]),
    ],
)
def test_what_was_forged_with_all_its_digests_is_named(folder: Path, change: Change, said: list[str]) -> None:
    """But not what has no witness outside: then seals and time stamps are made up, too."""
    lines = _forge(folder, change)
    assert [any(part in line for line in lines) for part in said] == [True] * len(said)
    assert len(lines) == len(said)


@pytest.mark.parametrize("count", [60, pytest.param(1500, marks=pytest.mark.slow)])
def test_a_flipped_bit_of_the_file_is_named_or_changes_nothing(case: Path, tmp_path: Path, count: int) -> None:
    """Or it is no ZIP file any more; what is told is one line each, whatever was hit."""
    chance, whole = random.Random(count), case.read_bytes()
    files = _read_all(case)
    path = tmp_path / "flipped.zip"
    for _ in range(count):
        path.write_bytes(whole)
        flip(path, chance.randrange(len(whole)), chance.randrange(8))
        try:
            lines = check(path)
        except CaseError:
            continue
        assert all("\n" not in line and len(line) < 500 for line in lines)
        assert lines or _read_all(path) == files


def _read_all(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def _write_zip(path: Path, *entries: tuple[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", packing) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


MANIFEST = ("manifest.json", b"{}")


@pytest.mark.parametrize("name", ["../out.txt", "/etc/x", "a/../../b", "a//b", "C:/x", "a\\..\\b", "./a"])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: str) -> None:
    said = refuse(_write_zip(tmp_path / "x.zip", MANIFEST, (name, b"x")))
    assert "is no name of a file in it" in said


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_is_no_case_is_refused_in_one_line(tmp_path: Path, case: Path) -> None:
    assert "there is no such file" in refuse(tmp_path / "none.zip")
    (tmp_path / "text.zip").write_text("a text")
    assert "neither a ZIP file nor a folder" in refuse(tmp_path / "text.zip")
    (tmp_path / "cut.zip").write_bytes(case.read_bytes()[:-30])
    assert "neither a ZIP file nor a folder" in refuse(tmp_path / "cut.zip")
    (tmp_path / "empty").mkdir()
    assert "it has no manifest.json" in refuse(tmp_path / "empty")
    assert "it has no manifest.json" in refuse(_write_zip(tmp_path / "a.zip", ("b.txt", b"")))
    assert "two files of one name" in refuse(_write_zip(tmp_path / "b.zip", MANIFEST, ("x", b"1"), ("x", b"2")))
    packed = _write_zip(tmp_path / "c.zip", MANIFEST, packing=zipfile.ZIP_LZMA)
    assert "packed in a way that no case is" in refuse(packed)
    assert "is not that of a case" in refuse(_write_zip(tmp_path / "d.zip", MANIFEST))
    assert "cannot be read" in refuse(_write_zip(tmp_path / "e.zip", ("manifest.json", b"[" * 100_000)))
    newer = write_json({"format": "committee-news-archiver case", "version": 2})
    assert "use a newer program" in refuse(_write_zip(tmp_path / "f.zip", ("manifest.json", newer)))


def test_an_archive_is_told_from_a_case(tmp_path: Path) -> None:
    crawling = Crawling(tmp_path)
    crawling.path.write_bytes(b"SQLite format 3\0" + bytes(100))
    done = crawling.archiver("verify", str(crawling.path))
    assert done.status == 1
    assert f"archiver --db {crawling.path} verify" in done.err


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    """A file that says that it is huge, and one that is larger than it says."""
    path = _write_zip(tmp_path / "bomb.zip", MANIFEST, ("zeros", bytes(10_000_000)))
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02", content.index(b"PK\x01\x02") + 4)
    content[place + 24 : place + 28] = struct.pack("<I", 0xFFFFFFF0)
    entries = content[place:].split(b"PK\x05\x06")[0]
    del entries
    path.write_bytes(content)
    assert "is not that of a case" in refuse(path)
    content[place + 24 : place + 28] = struct.pack("<I", 10)
    path.write_bytes(content)
    assert "is not that of a case" in refuse(path)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@SHARED
@given(data=st.data())
def test_a_manifest_may_say_anything(
    data: st.DataObject, whole: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever stands in the place of whatever: lines, or one line that it is no case."""
    manifest = json.loads((whole / "manifest.json").read_bytes())
    place: Any = manifest
    for _ in range(data.draw(st.integers(0, 3))):
        if not isinstance(place, dict | list) or not place:
            break
        parent, key = place, data.draw(st.sampled_from(sorted(place) if isinstance(place, dict) else range(len(place))))
        place = parent[key]
    else:
        parent, key = {"": None}, ""
    parent[key] = data.draw(JSON)
    folder = tmp_path_factory.mktemp("said")
    (folder / "manifest.json").write_bytes(write_json(manifest))
    (folder / "SHA256SUMS").write_bytes(write_sums({"manifest.json": digest_files(folder)["manifest.json"]}))
    try:
        lines = check(folder)
    except CaseError as error:
        lines = [str(error)]
    assert lines
    assert all("\n" not in line for line in lines)


def test_lines_and_manifests_without_end_take_no_time_without_end(folder: Path) -> None:
    """Ten thousand captures that one run is said to have, and as many lines with the digest of all of them."""

    def change(folder: Path, manifest: dict[str, Any]) -> None:
        manifest["captures"] *= 2_000
        run = manifest["runs"][0]
        path = folder / run["lines"]
        path.write_bytes(path.read_bytes().splitlines(keepends=True)[0] * 10_000)

    assert len(set(_forge(folder, change))) < 20


def test_the_exit_status_says_what_was_found(case: Path, folder: Path, tmp_path: Path) -> None:
    crawling = Crawling(tmp_path / "none")
    done = crawling.archiver("verify", str(case))
    assert (done.status, done.out) == (0, "")
    assert done.err == f"{case}: all is well; 3 versions, 6 captures, 4 sealed runs, 4 time stamps\n"
    flip(folder / "index.html", 100)
    done = crawling.archiver("verify", str(folder))
    assert done.status == 3
    assert done.out == "index.html: its SHA-256 is not the one that it had when the case was made\n"
    done = crawling.archiver("verify", str(tmp_path / "nothing.zip"))
    assert (done.status, done.out) == (1, "")
    assert len(done.err.splitlines()) == 1
    assert not crawling.path.exists()
