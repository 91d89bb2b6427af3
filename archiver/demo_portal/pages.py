"""The pages of the portal, as bytes."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape

from archiver.demo_portal.addresses import article_path
from archiver.demo_portal.articles import PortalArticle
from archiver.demo_portal.body import body, lead_box
from archiver.demo_portal.boilerplate import POLL, SITE, Visit, frame, pop_up_frame, portlet
from archiver.demo_portal.channels import ChannelLook
from archiver.demo_portal.spelling import spell


def article_page(
    article: PortalArticle,
    channel: str,
    visit: Visit,
    views: int | None,
    related: Sequence[PortalArticle],
    *,
    print_version: bool = False,
) -> bytes:
    """Render an article as it stands in a channel; its print version has no frame and no related articles."""
    look = visit.channels[channel]
    text = _article(article, look, visit, views)
    if print_version:
        return pop_up_frame(visit, f"{article.title} - {look.name}", portlet(look.portlet_id, _PUBLISHER, text))
    others = "\n".join(
        f'<li>\n<a href="{article_path(other, channel, prefix=visit.prefix)}">{spell(other.title, 0)}</a>\n</li>'
        for other in related
    )
    text += f"""<div class="asset-control-detail">
{_actions(article, channel, look, visit)}
</div>
<div class="related_asset">
<div class="related_asset_title">{visit.labels.related}</div>
<ul class="related_asset_list">
{others}
</ul>
</div>"""
    return frame(visit, f"{article.title} - {look.name}", publisher(look, text, visit))


def home_page(newest: Mapping[str, Sequence[PortalArticle]], visit: Visit) -> bytes:
    """Render the home page: the newest titles of each channel, without dates."""
    boxes = "".join(_home_box(channel, articles, visit) for channel, articles in newest.items())
    main = portlet("pointportalnewspublisher_WAR_pointportalnewspublisherportlet_INSTANCE_v4Bn1N", "news", boxes)
    return frame(visit, visit.labels.home, main)


def static_page(name: str, visit: Visit) -> bytes:
    """Render a page that is no news: an introduction, a map of the portal."""
    text = f'<div class="journal-content-article"><p>{escape(name)}: {SITE}.</p></div>'
    return frame(visit, name, portlet("56_INSTANCE_tRk2", "portlet-journal-content", text, title=name))


def login_page(visit: Visit) -> bytes:
    """Render the page that asks for a name and a password."""
    action = f"/dang-nhap?p_p_id=58&amp;p_p_lifecycle=1&amp;p_auth={visit.token}&amp;_58_struts_action=%2Flogin%2Flogin"
    form = f"""<form action="{action}" class="form sign-in-form " id="_58_fm" method="post" name="_58_fm">
<input name="_58_formDate" type="hidden" value="{visit.stamp}" />
<label class="control-label" for="_58_login"> Tên hiển thị </label>
<input class="field clearable" id="_58_login" type="text" value="" />
<label class="control-label" for="_58_password"> Mật khẩu </label>
<input class="field" id="_58_password" type="password" value="" />
<button class="btn btn-primary" type='submit' > Đăng nhập </button>
</form>"""
    return frame(visit, "Đăng nhập", portlet("58", "portlet-login", form, title="Đăng nhập"))


def poll_page(visit: Visit) -> bytes:
    """Render the poll in its pop-up window."""
    question = '<form class="form"><legend> Bạn thấy cổng thông tin có hữu ích không? </legend></form>'
    return pop_up_frame(visit, "Thăm dò ý kiến", portlet(POLL, "portlet-polls-display", question))


def not_found_page(visit: Visit) -> bytes:
    """Render what the portal says of an address it does not know."""
    text = f"""<div class="alert alert-error"> Không tìm thấy tài nguyên yêu cầu. </div>
<h3 class="alert alert-error"> Không tìm thấy </h3>
<code class="lfr-url-error">{escape(visit.address)}</code>"""
    return frame(visit, "Trạng thái", portlet("status", "portlet-status", text))


def maintenance_page(at: datetime, title: str | None = None) -> bytes:
    """Render what stands in for every page during maintenance.

    The nasty kind has an article's ``title`` in the right element, so that nearly everything looks right.
    """
    element = f'<div class="asset-full-content-title">{escape(title)}</div>' if title else ""
    return f"""<!DOCTYPE html> <html lang="vi-VN"><head><title>{SITE}</title></head>
<body>{element}<h2>Hệ thống đang bảo trì, nâng cấp</h2>
<p>Mời bạn quay lại sau. Bây giờ là {at:%H:%M:%S} ngày {at:%d/%m/%Y}.</p></body></html>
""".encode()


_PUBLISHER = "portlet-asset-publisher"


def publisher(look: ChannelLook, text: str, visit: Visit) -> str:
    """Put the section's name where this channel has it: above the portlet, or in its head."""
    above = look.section_in == "breadcrumb"
    crumb = f"""<div class="dd_chuyenmuc">
	<span class="trangchu"><a href="/">{visit.labels.home}</a></span>
	<span class="tintuc"><p>{escape(look.name) if above else ""}</p></span>
</div>"""
    return portlet("ddlk_WAR_pointportalddlkportlet_INSTANCE_4IClHdGLGKFU", "ddlk-portlet", crumb) + portlet(
        look.portlet_id, _PUBLISHER, text, title=None if above else look.name
    )


def _article(article: PortalArticle, look: ChannelLook, visit: Visit, views: int | None) -> str:
    info = byline(article, look, visit, views, padded=False)
    return f"""	<div>
{chr(10) * 20}
<div class="asset-full-content-title">{spell(article.title, article.spelling)}</div>

<div class="assetPublishDate block_timer">
	{info}
</div>

<div class="asset-full-content show-asset-title">
	<div class="asset-content" id="_{look.portlet_id}_{article.id}">
{lead_box(article, visit.stamp)}

<div class="journal-content-article">
{body(article, visit.stamp)}
</div>
	</div>
</div>
"""


def byline(article: PortalArticle, look: ChannelLook, visit: Visit, views: int | None, *, padded: bool) -> str:
    """Render label, date and count; articles print the hour without a leading zero, listings with one."""
    hour = f"{(article.published.hour % 12) or 12}".rjust(2 if padded else 1, "0")
    half = "AM" if article.no_time or article.published.hour < 12 else "PM"
    time = "12:00" if article.no_time else f"{hour}:{article.published:%M}"
    label = (visit.labels.date_label or look.date_label) if look.date_label else ""
    count = f"\n\t&nbsp;|&nbsp;View count: {views}" if look.shows_views and views is not None else ""
    return f"{label}\n\n\t{article.published:%d/%m/%Y} | {time} {half}\n\t\n{count}"


def _actions(article: PortalArticle, channel: str, look: ChannelLook, visit: Visit) -> str:
    printed = f"{article_path(article, channel, prefix=visit.prefix, pop_up=True)}?_{look.portlet_id}_viewMode=print"
    opened = f"{article_path(article, channel, prefix=visit.prefix)}?p_p_id={look.portlet_id}&amp;p_p_state=pop_up"
    return f"""<span class="print-action" >
<a href="{printed}" class=" taglib-icon" >
<span class="taglib-text ">{visit.labels.print}</span>
</a>
</span>
<span class="mailto-action" >
<a href="mailto:" class=" taglib-icon" >
<span class="taglib-text ">{visit.labels.mail}</span>
</a>
</span>
<span class="popup-action" >
<a href="{opened}" class=" taglib-icon" target="_blank">
<span class="taglib-text ">+</span>
</a>
</span>"""


def _home_box(channel: str, articles: Sequence[PortalArticle], visit: Visit) -> str:
    rows = "\n".join(
        f'<li class="tin_tiep nobo">\n<a href="{article_path(article, channel, prefix=visit.prefix)}">'
        f" {spell(article.title, 0)} </a>\n</li>"
        for article in articles
    )
    name = escape(visit.channels[channel].name)
    return f"""<div class="folderright">
<h3 class="tlecmh3"> <a class="hdCM" href="{visit.prefix}/{channel}"><i class="tlecm"></i>{name}</a> </h3>
<ul class="box_tp bgxam">
{rows}
</ul>
</div>
"""
