"""The lines of an article stand in the order of the page, however they were found."""

from datetime import UTC, datetime

from archiver.html.links import Links
from archiver.parsing.generic.dates.info import InfoReader
from archiver.parsing.generic.outline import read_outline
from archiver.parsing.generic.text.region import choose_region
from archiver.parsing.pages.document import parse_html
from tests.real_portal import ZONE

URL = "https://phuong.example/tin/nha-van-hoa"
LEAD = (
    "Chiều mùng chín, phường khánh thành nhà văn hóa khu phố Bảy sau hơn một năm xây dựng.",
    "Ngôi nhà hai tầng được dựng trên nền kho cũ, gần một nửa kinh phí do nhân dân đóng góp.",
)
TEXT = (
    "Từ tuần sau, thư viện mở cửa vào các buổi tối để các cháu học sinh trong khu phố đến mượn sách.",
    "Dịp này, phường cũng trao ba mươi suất quà cho các gia đình đã hiến đất làm lối vào nhà văn hóa.",
)


def test_a_lead_that_an_extractor_left_out_is_read_from_above() -> None:
    lead, text = ("".join(f"<p>{paragraph}</p>" for paragraph in part) for part in (LEAD, TEXT))
    page = parse_html(f"<h1>Khánh thành nhà văn hóa</h1><div>{lead}</div><div>{text}</div>")
    outline = read_outline(page)
    infos = InfoReader(outline, ZONE, datetime(2024, 5, 1, tzinfo=UTC))
    extracted = tuple(index for index, line in enumerate(outline.lines) if line.text in TEXT)
    region = choose_region(outline, 0, infos, extracted, Links.of_page(URL, "", page))
    assert tuple(outline.lines[index].text for index in (*region.lead, *region.chosen)) == (*LEAD, *TEXT)
