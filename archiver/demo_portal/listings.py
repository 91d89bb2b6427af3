"""The listing pages of the portal: abstracts or a table of titles, and the pager below."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from archiver.demo_portal.addresses import article_path, page_path, return_parameter
from archiver.demo_portal.articles import PortalArticle
from archiver.demo_portal.body import picture_source, summary
from archiver.demo_portal.boilerplate import Visit, frame
from archiver.demo_portal.channels import ChannelLook
from archiver.demo_portal.pages import byline, publisher
from archiver.demo_portal.spelling import spell

Counts = Mapping[int, int | None]


@dataclass(frozen=True, slots=True)
class ListingSlice:
    """One page of a channel's listing: the articles on it, and where in the whole they stand."""

    channel: str
    look: ChannelLook
    articles: Sequence[PortalArticle]
    page: int
    size: int
    total: int

    @property
    def last_page(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // self.size))


def listing_page(listing: ListingSlice, visit: Visit, counts: Counts) -> bytes:
    """Render one page of a listing: abstracts, or a table of titles in channels without dates."""
    look = listing.look
    if not listing.articles:
        inside = '<div class="portlet-msg-info"> Nội dung đang được cập nhật. </div>'
    elif look.shows_dates_on_listing:
        inside = "".join(_abstract(article, listing, visit, counts) for article in listing.articles)
    else:
        inside = _title_table(listing, visit)
    text = (
        '<div class="lfr-meta-actions add-asset-selector">\n</div>\n<div class="subscribe-action">\n</div>\n' + inside
    )
    return frame(visit, look.name, publisher(look, text + _iterator(listing, visit), visit))


def _link(article: PortalArticle, listing: ListingSlice, visit: Visit) -> str:
    session = f";jsessionid={visit.session}.node1" if listing.look.jsessionid_links else ""
    return article_path(article, listing.channel, prefix=visit.prefix) + session


def _abstract(article: PortalArticle, listing: ListingSlice, visit: Visit, counts: Counts) -> str:
    link = _link(article, listing, visit)
    picture = f'<img src="{picture_source(article.images[0][0], visit.stamp)}" alt=""/>' if article.images else ""
    image = f'<div class="asset-image">\n<a href="{link}">{picture}</a>\n</div>\n' if picture else ""
    return f"""	<div class="asset-bounddary">
	<div class="asset-abstract ">
	<!-- <div class="asset_actions_custom_style">
</div> -->
<div class="asset-content normal-news">
{image}<div class="asset-content-custom" >
<h3 class="asset-title">
<a href="{link}">{spell(article.title, article.spelling)}</a>
</h3>
<div class="assetPublishDate block_timer">
	{byline(article, listing.look, visit, counts[article.id], padded=True)}
</div>
<div class="asset-summary">
	{summary(article)}
</div>
</div>
</div>
<div class="asset-metadata">
</div>
</div>
</div>
"""


def _title_table(listing: ListingSlice, visit: Visit) -> str:
    back = escape(return_parameter(listing.channel, listing.look.portlet_id))
    rows = "\n".join(
        f'<tr>\n<td class="table-cell">\n<a href="{_link(article, listing, visit)}?{back}">'
        f"{spell(article.title, article.spelling)}</a>\n</td>\n</tr>"
        for article in listing.articles
    )
    return f"""<table class="table table-bordered table-hover table-striped">
<thead class="table-columns"> <tr> <th class="table-header table-sortable-column"> Tiêu đề </th> </tr> </thead>
<tbody class="table-data">
{rows}
</tbody>
</table>"""


def _iterator(listing: ListingSlice, visit: Visit) -> str:
    """Render the pager, which is there only if there is more than one page."""
    if listing.last_page == 1:
        return ""
    first = (listing.page - 1) * listing.size
    labels = visit.labels
    numbers = {"first": first + 1, "last": first + len(listing.articles), "total": listing.total}
    line = labels.results.format(**{name: labels.group(number) for name, number in numbers.items()})
    total = f'<small class="search-results"> {line} </small>\n' if listing.look.prints_total else ""
    return f"""<div class="taglib-page-iterator" id="_{listing.look.portlet_id}_ocerSearchContainerPageIterator">
<div class="clearfix lfr-pagination">
{_page_menu(listing, visit)}
{total}<ul class="pager lfr-pagination-buttons">
{_button(listing, visit, labels.first, 1, "first")}
{_button(listing, visit, labels.previous, listing.page - 1, "")}
{_button(listing, visit, labels.following, listing.page + 1, "")}
{_button(listing, visit, labels.last, listing.last_page, "last")}
</ul>
</div>
</div>"""


def _page_menu(listing: ListingSlice, visit: Visit) -> str:
    items = _page_items(listing.channel, listing.look.portlet_id, listing.last_page, listing.size, visit.prefix)
    return f"""<div class="lfr-pagination-config"> <div class="lfr-pagination-page-selector">
<div class="btn-group lfr-icon-menu current-page-menu custom-paging">
<a class="dropdown-toggle direction-down max-display-items-15 btn" href="javascript:;" title=" {listing.page} ">
<span class="lfr-icon-menu-text"> {listing.page} </span>
<i class="caret"></i>
</a>
<ul class="dropdown-menu lfr-menu-list direction-down">
{items}
</ul>
</div> </div>
<div class="lfr-pagination-delta-selector"> <div style="margin-right: 5px"> Trang </div> </div>
</div>"""


@lru_cache(maxsize=64)
def _page_items(channel: str, portlet_id: str, last_page: int, size: int, prefix: str) -> str:
    """Render the menu's links to all pages of a listing, of which there may be hundreds."""
    return "\n".join(
        '<li class="custom-paging" role="presentation">\n'
        f'<a href="{escape(page_path(channel, portlet_id, page, size, prefix=prefix))}" class=" taglib-icon"'
        f' role="menuitem" >\n<span class="taglib-text-icon">{page}</span>\n</a>\n</li>'
        for page in range(1, last_page + 1)
    )


def _page_link(listing: ListingSlice, visit: Visit, page: int) -> str:
    return escape(page_path(listing.channel, listing.look.portlet_id, page, listing.size, prefix=visit.prefix))


def _button(listing: ListingSlice, visit: Visit, word: str, page: int, place: str) -> str:
    """Render one of the four buttons; those that lead nowhere new are disabled."""
    if page == listing.page or not 1 <= page <= listing.last_page:
        state, link = "disabled", "javascript:;"
    else:
        state, link = "", _page_link(listing, visit, page)
    classes = f"{state} {place}" if place else state
    return f'<li class="{classes}">\n<a href="{link}" target="_self"> {word} </a>\n</li>'
