"""Đảng ủy Khối các trường Đại học, Cao đẳng Hà Nội: the party committee of Hà Nội's universities."""

from archiver.crawl.spider import CommitteeSpider
from archiver.site import Expectations


class Dukdhcd(CommitteeSpider):
    """A Liferay portal of the hanoi.gov.vn family; its public address is not known: give one with -a start=."""

    name = "dukdhcd"
    title = "Đảng ủy Khối các trường Đại học, Cao đẳng Hà Nội"
    platform = "liferay_hanoi"
    expectations = Expectations(new_within_days=30)
