"""How the channels of a portal look, and the words it prints in each of its languages."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class ChannelLook:
    """How one channel is set up; no two channels of a real portal agree.

    ``name`` is the section as printed, in the breadcrumb or in the head of the portlet. ``portlet_id`` is ``101`` or
    ``101_INSTANCE_xxxx``; the parameters of its pager are named after it. Without ``shows_dates_on_listing`` the
    listing is a table of titles. ``date_label`` is ``Ngày đăng``, ``Publish date`` or nothing.
    """

    name: str
    portlet_id: str = "101"
    date_label: str = "Ngày đăng"
    shows_dates_on_listing: bool = True
    shows_views: bool = True
    section_in: Literal["breadcrumb", "portlet"] = "breadcrumb"
    prints_total: bool = True
    jsessionid_links: bool = False


@dataclass(frozen=True, slots=True)
class Labels:
    """The words of the portal's own boilerplate in one language."""

    locale: str
    home: str
    results: str
    first: str
    previous: str
    following: str
    last: str
    print: str
    mail: str
    related: str
    thousands: str
    date_label: str | None = None

    def group(self, number: int) -> str:
        """Write a number with its thousands apart, as totals are written."""
        return f"{number:,}".replace(",", self.thousands)


VIETNAMESE = Labels(
    locale="vi-VN",
    home="Trang chủ",
    results="Hiển thị {first} - {last} of {total} kết quả.",
    first="&larr; Đầu tiên",
    previous="Trước",
    following="next",
    last="Cuối cùng &rarr;",
    print="In bài viết",
    mail="Gửi mail",
    related="Các tin khác",
    thousands=".",
)
ENGLISH = Labels(
    locale="en-US",
    home="Home",
    results="Showing {first} - {last} of {total} results.",
    first="&larr; First",
    previous="Previous",
    following="Next",
    last="Last &rarr;",
    print="Print",
    mail="Send email",
    related="Other News",
    thousands=",",
    date_label="Publish date",
)
