"""Sở Thông tin và Truyền thông Hà Nội: the city's department of information and communications."""

from archiver.crawl.spider import CommitteeSpider
from archiver.site import Expectations


class Sotttt(CommitteeSpider):
    """A Liferay portal of the hanoi.gov.vn family; channels as its menu showed them in August 2022."""

    name = "sotttt"
    title = "Sở Thông tin và Truyền thông Hà Nội"
    platform = "liferay_hanoi"
    listings = (
        "https://sotttt.hanoi.gov.vn/tin-tuc-su-kien",
        "https://sotttt.hanoi.gov.vn/hoat-ong-ang-oan-the",
        "https://sotttt.hanoi.gov.vn/thanh-tra",
        "https://sotttt.hanoi.gov.vn/buu-chinh-vien-thong",
        "https://sotttt.hanoi.gov.vn/cong-nghe-thong-tin",
        "https://sotttt.hanoi.gov.vn/pctn",
    )
    expectations = Expectations(new_within_days=30)
