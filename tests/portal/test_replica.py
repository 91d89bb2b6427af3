"""The replica's pages, over HTTP, are those of the real portals: listings, pagers, addresses, the trap, boilerplate."""

import re
from dataclasses import replace
from datetime import datetime

import pytest

from tests.portal import (
    ChannelLook,
    Portal,
    PortalArticle,
    article_path,
    large_portal,
    page_path,
    serve,
    write_articles,
)
from tests.portal.browsing import Client, buttons, byline, crawl, first, ids, is_listing, links, text

CHANNEL = "hoat-dong-dang-uy-khoi"


def test_listing_prints_newest_first_with_date_and_count(portal: Portal, client: Client) -> None:
    page = client.page(f"/{CHANNEL}")
    assert ids(page) == [article.id for article in portal.listed(CHANNEL)[:10]]
    first = portal.listed(CHANNEL)[0]
    assert byline(page) == f"Ngày đăng 19/11/2021 | 04:03 PM | View count: {first.views}"


def test_page_one_has_two_addresses(portal: Portal, client: Client) -> None:
    bare = client.page(f"/{CHANNEL}")
    assert ids(bare) == ids(client.page(page_path(CHANNEL, "101", 1, 10)))


def test_pager_disables_what_leads_nowhere(client: Client) -> None:
    first, last = crawl(client, f"/{CHANNEL}")
    page_one, page_two = page_path(CHANNEL, "101", 1, 10), page_path(CHANNEL, "101", 2, 10)
    assert buttons(first) == [None, None, page_two, page_two]
    assert buttons(last) == [page_one, page_one, None, None]
    assert {link["href"] for link in first.select("li.disabled a")} == {"javascript:;"}
    assert first.select("ul.pager li")[2].get_text(strip=True) == "next"


def test_pages_together_hold_what_the_total_says(portal: Portal, client: Client) -> None:
    pages = crawl(client, f"/{CHANNEL}")
    found = [article_id for page in pages for article_id in ids(page)]
    assert found == [article.id for article in portal.listed(CHANNEL)]
    lines = [text(page, "small.search-results") for page in pages]
    assert lines[0] == f"Hiển thị 1 - 10 of {len(found)} kết quả."
    assert lines[1] == f"Hiển thị 11 - {len(found)} of {len(found)} kết quả."


def test_page_beyond_the_last_shows_the_last(client: Client) -> None:
    assert ids(client.page(page_path(CHANNEL, "101", 99, 10))) == ids(client.page(page_path(CHANNEL, "101", 2, 10)))


def test_parameters_of_another_portlet_do_not_page(client: Client) -> None:
    assert ids(client.page(page_path(CHANNEL, "101_INSTANCE_zzz", 2, 10))) == ids(client.page(f"/{CHANNEL}"))


def test_page_size_one_shows_a_whole_article(portal: Portal, client: Client) -> None:
    page = client.page(page_path(CHANNEL, "101", 2, 1))
    assert first(page, "div.asset-content[id]")["id"] == f"_101_{portal.listed(CHANNEL)[1].id}"


def test_channels_of_the_large_portal_look_different() -> None:
    portal = large_portal()
    with serve(portal) as base, Client(base) as client:
        pages = {channel: client.page(f"/{channel}") for channel in portal.channels}
        for channel, look in portal.channels.items():
            found = [article_id for page in crawl(client, f"/{channel}") for article_id in ids(page)]
            assert found == [article.id for article in portal.listed(channel)]
            assert bool(pages[channel].select("small.search-results")) == look.prints_total
            assert all((";jsessionid=" in link) == look.jsessionid_links for link in links(pages[channel]))
    assert not pages["van-ban"].select("div.assetPublishDate")
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \| \d\d:\d\d [AP]M", byline(pages["xay-dung-dang"]))
    assert byline(pages["thong-bao"]).startswith("Publish date ")
    assert "_101_INSTANCE_Wb7tB40mNqXz_cur=2" in str(buttons(pages["thong-bao"])[2])


def test_totals_are_grouped_and_counts_are_not() -> None:
    day = datetime(2020, 5, 4, 9, 30)  # noqa: DTZ001 - the portal's own time
    article = PortalArticle(1, "tin", "Một", "Dẫn", ("Thân",), day, views=38_661)
    portal = Portal([replace(article, id=number) for number in range(1, 1102)], {"tin": ChannelLook("Tin")})
    with serve(portal) as base, Client(base) as client:
        vietnamese, english = client.page("/tin"), client.page("/en/tin")
    assert "of 1.101 kết quả" in text(vietnamese, "small.search-results")
    assert "Showing 1 - 20 of 1,101 results." in text(english, "small.search-results")
    assert byline(vietnamese) == "Ngày đăng 04/05/2020 | 09:30 AM | View count: 38661"


def test_article_answers_under_every_address_that_holds_its_id(portal: Portal, client: Client) -> None:
    article = portal.listed(CHANNEL)[2]
    path = article_path(article)
    printed = article_path(article, pop_up=True) + "?_101_viewMode=print"
    elsewhere = [article_path(article, channel) for channel in portal.channels]
    for address in [*elsewhere, f"/en{path}", f"/vi{path}", f"{path};jsessionid=0A1B.node1", f"{path}?x=1", printed]:
        page = client.page(address)
        assert str(first(page, "div.asset-content[id]")["id"]).endswith(f"_{article.id}")


def test_article_page_has_the_markup_of_the_real_ones(portal: Portal, client: Client) -> None:
    article = next(article for article in portal.listed() if article.author and len(article.images) == 1)
    page = client.page(article_path(article))
    look = portal.channels[article.channel]
    assert byline(page).startswith(f"{look.date_label} {article.published:%d/%m/%Y} | ")
    assert page.select("div.sapo-wrapper p.sapo strong")
    body = first(page, f"#_{look.portlet_id}_{article.id} div.journal-content-article")
    assert body.find_all("p")[-1]["class"] == ["view-content-author"]
    assert body.select('p[align=center] span[style*="color"] em')
    assert page.select("div.related_asset ul.related_asset_list li a")


@pytest.mark.parametrize(("no_time", "printed"), [(False, "4:03 PM"), (True, "12:00 AM")])
def test_article_prints_twelve_hours_without_leading_zero(
    portal: Portal, client: Client, no_time: bool, printed: str
) -> None:
    article = portal.edit(portal.listed()[0].id, no_time=no_time)
    assert f"| {printed} |" in byline(client.page(article_path(article)))


def test_section_stands_where_the_channel_has_it(client: Client) -> None:
    above, inside = client.page(f"/{CHANNEL}"), client.page("/cong-tac-doan-hoi")
    assert text(above, "div.dd_chuyenmuc span.tintuc p") == "Hoạt động của Đảng ủy Khối"
    assert not above.select("div.portlet-asset-publisher span.portlet-title-text")
    assert text(inside, "div.dd_chuyenmuc span.tintuc p") == ""
    assert text(inside, "div.portlet-asset-publisher span.portlet-title-text") == "Công tác Đoàn - Hội"


@pytest.mark.parametrize("behind", ["/en", "/vi", "/en/en/vi"])
def test_language_behind_an_article_answers_the_listing(portal: Portal, client: Client, behind: str) -> None:
    page = client.page(article_path(portal.listed(CHANNEL)[3], CHANNEL) + behind)
    assert is_listing(page)
    assert ids(page) == ids(client.page(f"/{CHANNEL}{behind}")) == ids(client.page(f"/{CHANNEL}"))


@pytest.mark.parametrize("path", ["/", f"/{CHANNEL}", "/gioi-thieu", "/dang-nhap", "/cong-tac-doan-hoi/en"])
def test_every_page_links_to_the_trap(client: Client, path: str) -> None:
    hrefs = {str(link["href"]) for link in client.page(path).select("a[href], link[href]")}
    assert {f"{path.rstrip('/')}/en", f"{path.rstrip('/')}/vi"} <= hrefs


def test_language_in_front_changes_the_labels_only(portal: Portal, client: Client) -> None:
    article = portal.listed(CHANNEL)[0]
    assert byline(client.page(f"/en{article_path(article)}")).startswith("Publish date 19/11/2021 | 4:03 PM")
    listing = client.page(f"/en/{CHANNEL}")
    assert listing.select("ul.pager li")[2].get_text(strip=True) == "Next"
    assert all(link.startswith(f"/en/{CHANNEL}/-/") for link in links(listing))


def test_print_version_has_no_boilerplate(portal: Portal, client: Client) -> None:
    article = portal.listed(CHANNEL)[0]
    for query in ("?_101_viewMode=print", "?p_p_id=101&p_p_state=pop_up"):
        page = client.page(article_path(article, pop_up="view" in query) + query)
        assert page.select("body.portal-popup")
        assert not page.select("#navigation, #footer, div.related_asset")


def test_boilerplate_changes_with_every_request(client: Client) -> None:
    pages = [client.get("/gioi-thieu")[1].decode() for _ in range(2)]
    tokens = [re.findall(r"p_auth=(\w+)", page)[0] for page in pages]
    visitors = [
        int(re.findall(r"Tổng lượt truy cập.*?([\d.]+) </span>", page, re.DOTALL)[0].replace(".", "")) for page in pages
    ]
    assert tokens[0] != tokens[1]
    assert visitors[1] == visitors[0] + 1


def test_related_articles_and_picture_stamps_change_with_time(portal: Portal, client: Client) -> None:
    article = next(article for article in portal.listed() if article.images)
    seen = [client.get(article_path(article))[1].decode() for _ in range(12)]
    assert len({page.partition("related_asset_list")[2].partition("</ul>")[0] for page in seen}) > 1
    assert len({re.findall(r"[?;]t=(\d+)", page.partition("asset-full-content")[2])[0] for page in seen}) > 1


@pytest.mark.parametrize(
    "path", ["/khong-co", "/khong-co/-/view_content/1-a.html", f"/{CHANNEL}/-/view_content/1-a.html"]
)
def test_unknown_addresses_answer_404(client: Client, path: str) -> None:
    status, body = client.get(path)
    assert status == 404
    assert "Không tìm thấy" in body.decode()


def test_side_pages_answer(client: Client) -> None:
    for path in ("/", "/trang-chu", "/so-do-website", "/dang-nhap?redirect=%2F", "/lich-cong-tac?p_p_id=8"):
        assert not client.page(path).select("div.asset-full-content-title, div.asset-bounddary")
    poll = next(str(link["href"]) for link in client.page("/").select("a[href]") if "59_INSTANCE" in link["href"])
    assert client.page(poll).select("body.portal-popup")


def test_files_have_their_content_types(portal: Portal, client: Client) -> None:
    article = next(article for article in portal.listed() if article.attachments and article.images)
    kinds = {"PDF": "application/pdf", "doc": "application/msword", "xls": "application/vnd.ms-excel"}
    for path, _ in article.attachments:
        client.connection.request("GET", path)
        response = client.connection.getresponse()
        assert response.headers["Content-Type"] == kinds[path.rpartition("/")[0].rpartition(".")[2]]
        assert response.read()
    assert client.get(article.images[0][0])[1].startswith(b"\x89PNG")


def test_robots_is_missing_until_it_is_set(portal: Portal, client: Client) -> None:
    assert client.get("/robots.txt")[0] == 404
    portal.robots = "User-agent: *\nDisallow: /dang-nhap\n"
    assert client.get("/robots.txt") == (200, portal.robots.encode())


def test_padding_makes_pages_as_large_as_real_ones() -> None:
    articles = write_articles(24, ["tin"])
    portal = Portal(articles, {"tin": ChannelLook("Tin")}, padding=72_000)
    sizes = [len(portal.page(article_path(article)).body) for article in articles]
    assert min(sizes) > 78_000
    assert max(sizes) < 97_000
