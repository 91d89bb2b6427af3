"""The site that ``archiver demo`` crawls, whatever the project declares."""

from archiver.crawl.spider import CommitteeSpider
from archiver.site import Expectations


class DemoSite(CommitteeSpider):
    """The committee whose portal ``archiver/demo_portal`` is a replica of."""

    name = "dukdhcd"
    title = "Đảng ủy Khối các trường Đại học, Cao đẳng Hà Nội"
    platform = "liferay_hanoi"
    expectations = Expectations(new_within_days=30)
