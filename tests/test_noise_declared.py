"""``noise`` in a site's declaration: what it means, what past versions become of it, and mistakes told in one line."""

import time
from pathlib import Path

import pytest

from archiver.archive.evidence.kept_captures import load_site
from archiver.compare.declared_noise import read_noise
from archiver.compare.noise import Rule, make_noise
from archiver.errors import SiteError
from archiver.ingest.reparse import reparse
from archiver.ingest.replay import replay
from archiver.ingest.verify import verify
from archiver.site import Site
from tests.conftest import Crawling
from tests.noise_kinds import PROVERBS
from tests.noisy_portal import LOOKS, Moment, Story, Watch, finish

LINES = ("Lãi suất hôm nay: * phần trăm", "/anh/c-*.jpg", "/tai/*?ban=*", ".loi-hay")


def _write_daily(moment: Moment) -> str:
    return (
        f"<p>Lãi suất hôm nay: {('bốn', 'năm', 'sáu', 'bảy', 'tám', 'chín')[moment.day]} phần trăm</p>"
        f'<p><img src="/anh/c-{("do", "xanh", "vang", "tim", "nau", "hong")[moment.day]}.jpg"></p>'
        f'<p><a href="/tai/ke-hoach.pdf?ban={("i", "ii", "iii", "iv", "v", "vi")[moment.day]}">Kế hoạch.pdf</a></p>'
        f'<div class="loi-hay"><p>{PROVERBS[moment.day]}</p></div>'
    )


@pytest.mark.parametrize("look", LOOKS)
def test_what_is_declared_makes_no_version(tmp_path: Path, look: str) -> None:
    watch = Watch(tmp_path / "archive.db", look, LINES)
    story = Story(1, below=_write_daily)
    for day in range(4):
        watch.run([story], day)
    assert watch.count(story) == 1
    assert (watch.learned(), [kind for kind, _ in watch.findings if kind.startswith("volatile")]) == ([], [])
    story.paragraphs[0] = story.paragraphs[0].replace("thảo luận", "bàn")
    watch.run([story], 4)
    assert watch.changes(story) == [None, '["body"]']


@pytest.mark.parametrize("look", LOOKS)
def test_declared_later_past_versions_vanish_and_come_back_without(tmp_path: Path, look: str) -> None:
    watch = Watch(tmp_path / "archive.db", look)
    story = Story(1, below=_write_daily)
    for day in range(3):
        watch.run([story], day)
    assert watch.count(story) == 3
    watch.site = Site("tin", "Tin", LOOKS[look], noise=LINES)
    watch.run([story], 3)
    list(reparse(watch.database, force=True))
    assert watch.count(story) == 1
    assert load_site(watch.database.conn, "tin").noise == LINES
    assert list(verify(watch.database)) == []
    watch.site = Site("tin", "Tin", LOOKS[look])
    watch.run([story], 4)
    finish(replay(watch.database))
    assert watch.count(story) == 5
    assert list(verify(watch.database)) == []


READ = {
    "Cập nhật * phút trước": Rule("text", "Cập nhật * phút trước"),
    "Tin  *  **": Rule("text", "Tin * *"),
    "TP.HCM mưa": Rule("text", "TP.HCM mưa"),
    "v.v. và *": Rule("text", "v.v. và *"),
    "/anh/c-*.jpg": Rule("address", "/anh/c-*.jpg"),
    "https://cdn.example/anh/*.jpg": Rule("address", "/anh/*.jpg"),
    "?Expires=*": Rule("parameter", "*?Expires"),
    "/tai/*.pdf?sig=*": Rule("parameter", "/tai/*.pdf?sig"),
}
PLACES = (".qc-banner", "#chan", "div.loi", "p.a.b", ".a .b", ".a > p", '[data-k="x"]', "section[hidden]", ".a h2.b")
WRONG = {
    "": "'' is no text; write a text or address with *, or a selector",
    "*": "'*' is nearly every text; give it three letters or more",
    "a*": "'a*' is nearly every text; give it three letters or more",
    "/*": "'/*' is every address; name a folder, or the beginning of a name",
    "/tai/*?sig=1": "'/tai/*?sig=1': write the parameters that move as name=*",
    "a * b * c * d * e * f * g *": "'a * b * c * d * e * f * g *': at most 6 times *, and no #",
    ".a[": "'.a[' is no selector of elements, classes, ids and attributes",
    "div.": "'div.' is no selector of elements, classes, ids and attributes",
    ".a >": "'.a >' is no selector of elements, classes, ids and attributes",
}


@pytest.mark.parametrize("line", READ)
def test_texts_and_addresses(line: str) -> None:
    assert read_noise([line]).rules == (READ[line],)


@pytest.mark.parametrize("line", PLACES)
def test_places(line: str) -> None:
    assert read_noise([line]).places == (line,)


@pytest.mark.parametrize("line", WRONG)
def test_a_mistake_is_one_line(line: str) -> None:
    with pytest.raises(SiteError) as raised:
        Site("tin", "Tin", "generic", noise=(line,))
    assert str(raised.value) == f"site tin: noise: {WRONG[line]}"


@pytest.mark.parametrize("noise", ["Cập nhật * phút", 5, ["a"]])
def test_it_is_a_tuple(noise: object) -> None:
    with pytest.raises(SiteError, match="write a tuple of at most 100 lines"):
        Site("tin", "Tin", "generic", noise=noise)  # type: ignore[arg-type]


CUT = {
    ("Cập nhật * phút trước", "Cập nhật 3 phút trước"): "",
    ("Cập nhật * phút trước", "Theo đài. Cập nhật 3 phút trước. Hết"): "Theo đài. . Hết",
    ("Cập nhật * phút trước", "Cập nhật thường xuyên"): "Cập nhật thường xuyên",
    ("Hôm nay là *", "Tin. Hôm nay là thứ hai"): "Tin.",
    ("* lượt xem", "12 lượt xem. Hết"): ". Hết",
    ("Xem * và * nữa", "Xem a và b nữa. Xem c và d nữa."): ". .",
    ("Xem * nữa", f"Xem {'a ' * 200}nữa"): f"Xem {'a ' * 200}nữa",
}


@pytest.mark.parametrize(("line", "text"), CUT)
def test_what_is_cut_of_a_text(line: str, text: str) -> None:
    assert make_noise(frozenset(read_noise([line]).rules)).cut(text) == CUT[line, text]


@pytest.mark.parametrize("star", ["*a" * 6, "xyz" + " * y" * 6, "* xyz"])
def test_no_text_takes_long(star: str) -> None:
    noise = make_noise(frozenset(read_noise([f"abc{star}"]).rules))
    started = time.process_time()
    noise.cut("abc" + "a y " * 50_000 + "!")
    assert time.process_time() - started < 2


def test_a_mistake_in_a_site_file(crawling: Crawling) -> None:
    text = (
        "from archiver.crawl.spider import CommitteeSpider\n\n\nclass Mot(CommitteeSpider):\n"
        '    name, title, platform, listings = "mot", "Một", "generic", ("http://a.example/",)\n    noise = ("/*",)\n'
    )
    (crawling.folder / "mot.py").write_text(text, encoding="utf-8")
    done = crawling.run(
        "scrapy", "crawl", "mot", "-s", "SPIDER_MODULES=mot", PYTHONPATH=str(crawling.folder), PYTHONUTF8="1"
    )
    line = "site mot: noise: '/*' is every address; name a folder, or the beginning of a name"
    assert (done.status, done.err, done.out) == (2, f"scrapy crawl: {line}\n", "")
