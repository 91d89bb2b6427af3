"""What stands around the content of every page and changes with every request."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from html import escape
from urllib.parse import quote

from archiver.demo_portal.channels import ENGLISH, VIETNAMESE, ChannelLook, Labels

SITE = "Đảng ủy Khối các trường Đại học, Cao đẳng Sông Nhuệ"
WRONG_NAME = "Cổng thông tin điện tử Phường Kẻ Chợ"
POLL = "59_INSTANCE_6cXaRpRqT2Kq"
STATIC_PAGES = {
    "gioi-thieu": "Giới thiệu",
    "co-cau-to-chuc": "Cơ cấu tổ chức",
    "lich-cong-tac": "Lịch công tác",
    "so-do-website": "Sơ đồ cổng",
    "lien-he": "Liên hệ",
}
_WEEKDAYS = ("Thứ Hai", "Thứ Ba", "Thứ Tư", "Thứ Năm", "Thứ Sáu", "Thứ Bảy", "Chủ Nhật")


@dataclass(frozen=True, slots=True)
class Visit:
    """One request as the boilerplate shows it.

    ``address`` is the page's own path, without query and session, ``number`` how many requests there were before,
    ``padding`` how many bytes of scripts, styles and menus to add.
    """

    address: str
    number: int
    at: datetime
    channels: Mapping[str, ChannelLook]
    prefix: str = ""
    padding: int = 0

    @property
    def labels(self) -> Labels:
        """The words of the language the address asks for."""
        return ENGLISH if self.prefix == "/en" else VIETNAMESE

    @property
    def token(self) -> str:
        """The ``p_auth`` of this request."""
        return hashlib.sha256(f"token {self.number}".encode()).hexdigest()[:8]

    @property
    def session(self) -> str:
        """The session that links carry for visitors without cookies."""
        return hashlib.sha256(f"session {self.number}".encode()).hexdigest()[:32].upper()

    @property
    def stamp(self) -> int:
        """The number that the addresses of pictures carry; it changes every few requests."""
        return 1_657_072_430_000 + self.number // 3


def frame(visit: Visit, title: str, main: str) -> bytes:
    """Put the head, the menu, the side column and the footer around the main column of a page."""
    html = f"""{_head(visit, title)}
<body class=" yui3-skin-sam controls-visible signed-out public-page site">
<a href="#main-content" id="skip-to-content">Truy cập nội dung luôn</a>
<div class="body">
{_header(visit)}
	<div class"after_main"></div>
	<div id="main">
{chr(10) * 60}
<div class="so_4thn" id="main-content" role="main">
<div class="portlet-layout row-fluid">
<div class="portlet-column portlet-column-first span9" id="column-1">
<div class="portlet-dropzone portlet-column-content portlet-column-content-first" id="layout-column_column-1">
{main}
</div>
</div>
<div class="portlet-column portlet-column-last span3" id="column-2">
<div class="portlet-dropzone portlet-column-content portlet-column-content-last" id="layout-column_column-2">
{_side_column(visit)}
</div>
</div>
</div>
</div>
<form action="#" id="hrefFm" method="post" name="hrefFm"> <span></span> </form>
	</div>
{_footer(visit)}
</div>
<script type="text/javascript">Liferay.Util.addInputFocus();</script>
<script type="text/javascript">$("ul.pager.lfr-pagination-buttons li:nth-child(3) a").text("Tiếp");</script>
</body>
</html>
"""
    return ("\ufeff" if visit.prefix == "/en" else "").encode() + html.encode()


def pop_up_frame(visit: Visit, title: str, main: str) -> bytes:
    """Put around a portlet what a pop-up window has around it: hardly anything."""
    return f"""{_head(visit, title)}
<body class="portal-popup yui3-skin-sam controls-visible signed-out public-page site">
<div class="columns-max" id="main-content" role="main">
	<div class="portlet-layout row-fluid">
		<div class="portlet-column portlet-column-only span12" id="column-1">
{main}
		</div>
	</div>
</div>
<form action="#" id="hrefFm" method="post" name="hrefFm"> <span></span> </form>
<script type="text/javascript">Liferay.Util.addInputFocus();print();</script>
</body>
</html>
""".encode()


def portlet(identifier: str, kind: str, inside: str, *, title: str | None = None) -> str:
    """Wrap a portlet's content in its boundary, with a head if it has a title."""
    outer = f"portlet-boundary portlet-boundary_{identifier.partition('_INSTANCE_')[0]}_  portlet-static"
    body = f'<div class="portlet-body">\n{inside}\n</div>'
    if title is None:
        kind = f"portlet-borderless {kind}"
        content = f'<div class="portlet-borderless-container" style="">\n{body}\n</div>'
    else:
        content = _titled(identifier, body, title)
    return f"""
	<div class="{outer} portlet-static-end {kind} " id="p_p_id_{identifier}_" >
		<span id="p_{identifier}"></span>
{content}
	</div>"""


def _titled(identifier: str, body: str, title: str) -> str:
    return f"""<section class="portlet" id="portlet_{identifier}">
<header class="portlet-topper">
	<h1 class="portlet-title">
<span class="portlet-title-icon"> &nbsp; </span>
<span class="portlet-title-text">{escape(title)}</span>
</h1>
	<menu class="portlet-topper-toolbar" id="portlet-topper-toolbar_{identifier}" type="toolbar"> </menu>
</header>
<div class="portlet-content"> <div class=" portlet-content-container" style="">
{body}
</div> </div>
</section>"""


def _head(visit: Visit, title: str) -> str:
    """Render a head that cannot be trusted: another body's name, a canonical link with a session, the trap."""
    own = escape(visit.address)
    return f"""<!DOCTYPE html> <html class="aui ltr" dir="ltr" lang="{visit.labels.locale}">
<head> <title>{escape(title)} - {WRONG_NAME}</title>
<meta content="text/html; charset=UTF-8" http-equiv="content-type" />
<link href="{own};jsessionid={visit.session}" rel="canonical" />
<link href="{own.rstrip("/")}/en" hreflang="en-US" rel="alternate" />
<link href="{own}" hreflang="x-default" rel="alternate" />
<link href="{own.rstrip("/")}/vi" hreflang="vi-VN" rel="alternate" />
<link class="lfr-css-file" href="/dangbo-theme/css/aui.css?browserId=other&amp;b=6201" rel="stylesheet" />
<script type="text/javascript">var Liferay={{authToken:"{visit.token}",currentURL:"{own}"}};</script>
{_padding(visit.padding)}
</head>"""


@lru_cache(maxsize=4)
def _padding(size: int) -> str:
    """Write scripts, styles and blank lines of about ``size`` bytes."""
    lines: list[str] = []
    written = 0
    while written < size:
        number = len(lines) * 7919 % 100_003
        lines.append(f'#p_p_id_85_INSTANCE_{number:x}_ .portlet{{border-width:{number % 5}px;font-family:"Arial"}}')
        lines.append(f'Liferay.Portlet.onLoad({{columnPos:{number % 9},portletId:"2_WAR_lienket_{number}"}});\n\t\n\n')
        written += len(lines[-1]) + len(lines[-2]) + 2
    styles, scripts = "\n".join(lines[::2]), "\n".join(lines[1::2])
    return (
        f'<style type="text/css">{styles}</style>\n<script type="text/javascript">{scripts}</script>' if lines else ""
    )


def _header(visit: Visit) -> str:
    own = escape(visit.address.rstrip("/"))
    links = [(f"/{slug}", look.name) for slug, look in visit.channels.items()]
    links += [(f"/{slug}", name) for slug, name in STATIC_PAGES.items()]
    menu = "\n".join(
        f'<li class="">\n<a href="{visit.prefix}{path}" >{escape(name)}</a>\n</li>' for path, name in links
    )
    clock = f"{_WEEKDAYS[visit.at.weekday()]}, {visit.at:%d/%m/%Y | %H:%M:%S}"
    return f"""<div id="header"> <div class="boder_top1"> <div id="contentheader">
<a class="lang_us" href="{own}/en"></a>
<a class="lang_vi" href="{own}/vi"></a>
<div class="egov_date">
<div id="point_portal_egov_date">{clock}</div>
<div id="point_portal_egov_clock"></div>
</div> </div> </div> </div>
<div> <nav id="navigation" role="navigation"> <div id="menu"> <div class="center clearfix">
<ul class="navi">
<li class="" ><a href="/" >{visit.labels.home}</a></li>
{menu}
</ul>
</div> </div> </nav> </div>"""


def _side_column(visit: Visit) -> str:
    poll = f"/so-do-website?p_p_id={POLL}&p_p_lifecycle=0&p_p_state=pop_up&p_p_mode=view&_{POLL}_flagRedirect=true"
    calendar = f"/lich-cong-tac?p_p_id=8&p_p_lifecycle=0&p_p_state=maximized&_8_month={visit.at.month}"
    links = f"""<ul>
<li><a href="{escape(poll)}&amp;entryId=712203">Thăm dò ý kiến</a></li>
<li><a href="{escape(calendar)}">Lịch công tác tuần</a></li>
</ul>"""
    banner = f'<img alt="" src="/documents/530005/0/phapdien.png/pbpl?t={visit.stamp}" style="width: 228.0px;" />'
    banners = f"""<div class="journal-content-article">
<table border="0" cellpadding="0" cellspacing="0" style="width: 250.0px;"> <tbody>
<tr> <td> <a href="https://phapdien.example.org/">{banner}</a></td> </tr>
<tr> <td> <p>Đường dây nóng: 0900 000 000</p> </td> </tr>
</tbody> </table>
</div>"""
    return portlet("85_INSTANCE_RfuHXNTJwaGy", "portlet-site-map", links, title="Tiện ích") + portlet(
        "56_INSTANCE_qCD4ARZFzb9m", "portlet-journal-content", banners
    )


def _footer(visit: Visit) -> str:
    back = quote(visit.address, safe="")
    sign_in = f"/dang-nhap?p_p_id=58&amp;p_p_lifecycle=0&amp;p_auth={visit.token}&amp;redirect={back}"
    return f"""<div class="footer-wrapper">
<div id="footer" class="clearfix">
<p class="vetrang"><a style="color: #0D03E6;" href="#">| Về đầu trang |</a>
<a style="color: #0D03E6;" href="{sign_in}"> Đăng nhập |</a>
<div class="footleft">
<h3>{SITE.upper()}</h3>
<p>&#272;&#7883;a ch&#7881;: S&#7889; 1, ph&#7889; Gi&#7843;ng &#272;&#432;&#7901;ng</p><br>
</div>
<div class="visitor-tracking-wraper">
<div class="current-visitor-online">
<span class="online-lable">Đang truy cập: </span>
<span style="font-weight: bold;color: blue;">{visit.number % 41 + 3} </span>
</div>
<div class="total-visitor">
<span class="online-lable">Tổng lượt truy cập: </span>
<span style="font-weight: bold;color: red;">{visit.labels.group(4_798_809 + visit.number)} </span>
</div>
</div>
</div>
</div>"""
