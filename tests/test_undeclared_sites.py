"""``site -a url=…``: a site without a file of its own is crawled by its address, and has its history all the same."""

import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archiver.crawl.running.undeclared import name_site
from archiver.site import NAME
from tests.conftest import FAST, Crawling, Done
from tests.portal import Portal, demo_portal, serve
from tests.real_portal import serve_folder

CHANNEL = "cong-tac-doan-hoi"
PROGRAMS = {"scrapy": "scrapy crawl: ", "archiver": "archiver: "}

_LABEL = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=12)
_HOST = st.builds(
    lambda labels, port: ".".join(labels) + port,
    st.lists(_LABEL, min_size=1, max_size=5),
    st.sampled_from(["", ":80", ":8000"]),
)


@pytest.fixture
def portal() -> Portal:
    return demo_portal()


@pytest.fixture
def base(portal: Portal) -> Iterator[str]:
    with serve(portal) as address:
        yield address


def _crawl(crawling: Crawling, program: str, url: str, *more: str) -> Done:
    return crawling.run(program, "crawl", "site", "-a", f"url={url}", *FAST, *more)


def _name(base: str) -> str:
    return name_site(base.removeprefix("http://"))


@pytest.mark.parametrize("program", PROGRAMS)
def test_an_undeclared_portal_of_a_known_platform_is_read_as_one(
    crawling: Crawling, base: str, portal: Portal, program: str
) -> None:
    done = _crawl(crawling, program, f"{base}/{CHANNEL}")
    assert done.status == 0, done.err
    assert crawling.query("SELECT name, title, platform FROM sites") == [
        {"name": _name(base), "title": base.removeprefix("http://"), "platform": "liferay_hanoi"}
    ]
    read = crawling.query("SELECT site, article_id, snapshots, listed FROM current_articles ORDER BY article_id")
    shown = sorted(str(article.id) for article in portal.listed(CHANNEL))
    assert read == [{"site": _name(base), "article_id": key, "snapshots": 1, "listed": 1} for key in shown]
    assert (crawling.folder / f"archive.db.{_name(base)}.lock").exists()
    assert not (crawling.folder / "archive.db.site.lock").exists()


def test_a_later_crawl_goes_on_with_the_history(crawling: Crawling, base: str, portal: Portal) -> None:
    """Under another address of the host too; and what works on a declared site works on this one."""
    article = portal.listed(CHANNEL)[0]
    assert _crawl(crawling, "archiver", f"{base}/{CHANNEL}").status == 0
    portal.edit(article.id, title="Một tiêu đề khác hẳn")
    assert _crawl(crawling, "archiver", f"{base}/{CHANNEL},{base}/{CHANNEL}?a=1", "-a", "full=1").status == 0
    history = crawling.query(
        "SELECT site, snapshot, changed_fields FROM article_history WHERE article_id = ?", article.id
    )
    assert history == [
        {"site": _name(base), "snapshot": 1, "changed_fields": None},
        {"site": _name(base), "snapshot": 2, "changed_fields": '["title"]'},
    ]
    for command in (
        ["verify"],
        ["reparse", "--dry-run", "--site", _name(base)],
        ["show", f"{_name(base)}:{article.id}"],
    ):
        done = crawling.archiver(*command)
        assert done.status == 0, (command, done.err)


def test_it_is_no_site_that_should_run(crawling: Crawling, base: str) -> None:
    """Not for --all, the list of sites and cron; its log bears its own name."""
    assert _crawl(crawling, "archiver", f"{base}/{CHANNEL}", "-a", "max_pages=1").status == 0
    sites = crawling.archiver("sites", "--nl").out
    assert '"dukdhcd"' in sites
    assert _name(base) not in sites
    assert '"site": "site"' not in sites
    assert "crawl site" not in crawling.archiver("cron").out
    assert [path.name for path in (crawling.folder / "logs").iterdir()] == [f"{_name(base)}.log"]


REFUSALS = {
    "no address": (["site"], "site crawls the site at an address; give it: -a url=https://example.vn/tin-tuc"),
    "no address at all": (["site", "-a", "url=nowhere"], "url='nowhere' is no list of addresses; write url=https://"),
    "a start too": (
        ["site", "-a", "url=http://a.vn/", "-a", "start=http://a.vn/"],
        "url= says where the crawl starts;",
    ),
    "two hosts": (
        ["site", "-a", "url=http://a.vn/,http://b.vn/"],
        "url= names the hosts a.vn, b.vn; a site is one host: crawl them one after the other",
    ),
    "a declared host": (
        ["site", "-a", "url=https://www.sotttt.hanoi.gov.vn/tin"],
        "sotttt.hanoi.gov.vn belongs to the site sotttt, declared in spiders/; use: archiver crawl sotttt",
    ),
    "url for a declared site": (
        ["dukdhcd", "-a", "url=http://a.vn/"],
        "url= is for sites without a file in spiders/: scrapy crawl site -a url=https://HOST/CHANNEL; dukdhcd takes",
    ),
    "an unknown argument": (["site", "-a", "url=http://a.vn/", "-a", "sinc=2020-01-01"], "unknown argument 'sinc'"),
}


@pytest.mark.parametrize("name", REFUSALS)
@pytest.mark.slow
def test_what_cannot_be_meant_is_refused_in_one_line(crawling: Crawling, name: str) -> None:
    arguments, line = REFUSALS[name]
    program = list(PROGRAMS)[len(name) % 2]
    done = crawling.run(program, "crawl", *arguments)
    assert (done.status, done.out, done.err.count("\n")) == (2, "", 1), done.err
    assert done.err.startswith(PROGRAMS[program] + line)
    assert not crawling.path.exists()


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("vidu.gov.vn", "vidu-gov-vn"),
        ("www.vidu.gov.vn", "vidu-gov-vn"),
        ("dang-uy.vidu.gov.vn", "dang_uy-vidu-gov-vn"),
        ("dang.uy.vidu.gov.vn", "dang-uy-vidu-gov-vn"),
    ],
)
def test_the_host_can_be_told_from_the_name(host: str, name: str) -> None:
    assert name_site(host) == name


@pytest.mark.parametrize("host", ["127.0.0.1:8000", "site", "[::1]:80", "vidu.gov.vn:8080", "xn--vd-jma.vn", "a" * 60])
def test_any_host_has_a_name_that_a_site_may_have(host: str) -> None:
    name = name_site(host)
    assert NAME.fullmatch(name)
    assert "__" in name


@given(_HOST, _HOST)
def test_two_hosts_never_share_a_name(one: str, other: str) -> None:
    assert NAME.fullmatch(name_site(one))
    same = one.removeprefix("www.") == other.removeprefix("www.")
    assert same or name_site(one) != name_site(other)


ROW = '<li><a href="/bai-{0}.html">{1} của thôn Hạ Vy, lần thứ {0}</a> <span>0{0}/03/2026</span></li>'
PAGE = """<html><head><title>{1} của thôn Hạ Vy, lần thứ {0}</title></head><body>
<h1>{1} của thôn Hạ Vy, lần thứ {0}</h1><p>Ngày đăng: 0{0}/03/2026 08:15 | Lượt xem: 1{0}</p>
<p>Sáng nay bà con cả thôn ra nhà văn hóa từ rất sớm, ngồi kín mấy dãy ghế, nghe ban công tác mặt trận nói về việc
chung, rồi góp ý từng khoản thu chi một cho đến tận trưa mới về.</p></body></html>"""


def test_robots_txt_names_a_way_in(crawling: Crawling, tmp_path: Path) -> None:
    """What the listing no longer shows, the sitemap that robots.txt names still leads to."""
    folder = tmp_path / "trang"
    folder.mkdir()
    titles = {1: "Buổi họp", 2: "Hội cờ tướng", 3: "Đêm văn nghệ", 4: "Phiên chợ quê"}
    rows = "".join(ROW.format(number, titles[number]) for number in (4, 3, 2))
    (folder / "tin.html").write_text(f"<title>Tin</title><h1>Tin thôn</h1><ul>{rows}</ul>", encoding="utf-8")
    for number, title in titles.items():
        (folder / f"bai-{number}.html").write_text(PAGE.format(number, title), encoding="utf-8")
    with serve_folder(folder) as base:
        (folder / "robots.txt").write_text(f"User-agent: *\nDisallow:\nSitemap: {base}/map.xml\n")
        (folder / "map.xml").write_text(
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>{base}/bai-1.html</loc></url></urlset>'
        )
        crawling.run("scrapy", "crawl", "site", "-a", f"url={base}/tin.html", *FAST)
    assert crawling.query("SELECT title, views, listed FROM current_articles ORDER BY views") == [
        {"title": f"{title} của thôn Hạ Vy, lần thứ {number}", "views": 10 + number, "listed": int(number > 1)}
        for number, title in titles.items()
    ]


KOREAN = (
    "<html lang=ko><head><title>{0}</title></head><body><h1>{0}</h1><div>등록일 2024.01.05 08:10 | 조회수 8{1}</div>"
    "<p>위원회는 지난해 사업 결과를 주민에게 알리고 올해 계획을 설명하는 자리를 마련하였으며 많은 주민이 왔다.</p>"
    "<p>주민들은 마을 도서관의 운영 시간을 늘려 달라고 요청하였고 위원회는 다음 달까지 답한다.</p></body></html>"
)


def test_the_time_zone_is_guessed_from_the_first_page(crawling: Crawling, tmp_path: Path) -> None:
    """As for a site that is declared; the next run goes on with it."""
    folder = tmp_path / "site"
    folder.mkdir()
    titles = [f"마을 위원회 지난해 사업 결과 보고회를 {number}번째로 개최" for number in range(1, 5)]
    rows = "".join(f"<li><a href=/b{n}.html>{title}</a> 2024.01.05</li>" for n, title in enumerate(titles))
    (folder / "list.html").write_text(
        f"<html lang=ko><title>소식</title><h1>소식</h1><ul>{rows}</ul></html>", encoding="utf-8"
    )
    for number, title in enumerate(titles):
        (folder / f"b{number}.html").write_text(KOREAN.format(title, number), encoding="utf-8")
    with serve_folder(folder) as base:
        for _ in range(2):
            crawling.run("scrapy", "crawl", "site", "-a", f"url={base}/list.html", *FAST)
            assert crawling.query("SELECT timezone FROM sites") == [{"timezone": "Asia/Seoul"}]
    dates = crawling.query("SELECT DISTINCT published_at FROM current_articles")
    assert dates == [{"published_at": "2024-01-04T23:10:00+00:00"}]
