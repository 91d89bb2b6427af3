"""Signs that a listing goes on where no address leads; and what looks like one and is none (rule 9)."""

import pytest

from archiver.parsing.pages.document import parse_html
from archiver.parsing.unturned import find_unturned

GOES_ON = {
    "a button": '<button class="btn">Xem thêm</button>',
    "a button in English": '<button type="button">Load more</button>',
    "a link to nowhere": '<a href="#" id="more">Tải thêm tin</a>',
    "a script in the address": '<a href="javascript:void(0)">Xem thêm bài viết</a>',
    "what is clicked on": '<div onclick="more()">Xem thêm</div>',
    "numbers": '<ul class="pagination"><li class="active"><a>1</a></li><li><a href="#">2</a></li></ul>',
    "numbers with data": '<div class="paging"><a data-page="1">1</a><a data-page="2">2</a></div>',
    "numbers of a postback": "<div class=\"pager\"><a href=\"javascript:__doPostBack('p','2')\">2</a></div>",
    "the next page": '<div class="phan-trang"><a href="#">Trang sau</a></div>',
    "an arrow": '<div class="page-nav"><span onclick="turn(2)">›</span></div>',
    "an input": '<input type="button" value="Xem thêm">',
    "an input that sends": '<form><input type="submit" value="Xem thêm"></form>',
    "numbers without a name": '<div><b>1</b> <a href="#" onclick="di(2)">2</a> <a href="#" onclick="di(3)">3</a></div>',
    "numbers that are no links": '<ul><li>1</li><li data-so="2">2</li><li data-so="3">3</li></ul>',
    "a word for the next page": '<p><a href="javascript:toi()">Trang tiếp theo »</a></p>',
    "a word in a box": '<div class="them"><span>Xem thêm</span></div>',
    "many words": '<div id="nut">XEM THÊM TIN CŨ</div>',
    "German": "<button>Weitere Meldungen laden</button>",
    "Chinese": '<a href="javascript:;">点击加载更多</a>',
    "in the foot of a panel": '<div class="panel-footer"><button>Xem thêm</button></div>',
}
ENDS = {
    "nothing": "",
    "more with an address": '<a href="/tin/khac">Xem thêm</a>',
    "the only number": '<ul class="pagination"><li class="active"><a href="#">1</a></li></ul>',
    "the next page, off": '<ul class="pagination"><li class="disabled"><a href="#">Trang sau</a></li></ul>',
    "a button that is off": "<button disabled>Xem thêm</button>",
    "arrows of a carousel": '<div class="carousel"><div class="pager"><a href="#">›</a><a href="#">2</a></div></div>',
    "a calendar": '<div class="calendar pager"><a href="#">12</a></div>',
    "numbers elsewhere": '<td><a href="#">2</a></td>',
    "a menu": '<button class="navbar-toggle">Xem thêm</button>',
    "other buttons": "<button>Tìm kiếm</button><button>Gửi</button>",
    "digits of a counter": '<div class="pager"></div><p><i data-a="1">0</i><i data-a="2">1</i><i data-a="3">2</i></p>',
    "a word within a link": '<a href="/tin/khac"><span>Xem thêm</span></a>',
    "arrows beside nothing": '<p><a href="#">›</a></p>',
    "the foot of the page": '<div class="site-footer"><button>Xem thêm</button></div>',
    "tabs": '<ul class="tabs"><li data-a="1">1</li><li data-a="2">2</li></ul>',
    "comments": '<div id="comments"><a href="#">Xem thêm</a></div>',
}


def _page(middle: str) -> str:
    rows = "".join(f'<li><a href="/tin/{n}.html">Tin số {n} của xã</a></li>' for n in range(5))
    return find_unturned(parse_html(f"<html><body><div><ul>{rows}</ul>{middle}</div></body></html>"))


@pytest.mark.parametrize("name", GOES_ON)
def test_a_listing_that_goes_on(name: str) -> None:
    assert _page(GOES_ON[name]).endswith("is turned by a script")


def test_what_is_filled_when_it_comes_into_sight() -> None:
    assert _page('<div class="infinite-scroll"><img src="/cho.gif"></div>') == "'infinite-scroll' is filled by a script"


@pytest.mark.parametrize("name", ENDS)
def test_a_listing_that_ends(name: str) -> None:
    assert _page(ENDS[name]) == ""
