"""Portals on Viettel's VCMS, a set of portlets for Liferay 5 and 6 (ministries, provinces).

From what such pages print and how their pagers work; no page of this family is saved among the samples. Sites have
themes of their own, so the names below are those of several.
"""

import re
from urllib.parse import urlsplit, urlunsplit

from archiver.html.addresses import resolve_address
from archiver.html.elements import Element, attribute_of, prose_of, select, select_any, select_one, text_of
from archiver.model import Form
from archiver.platforms.layout import Address, ArticleLayout, Layout, ListingLayout, Platform
from archiver.urls import parameters_of, strip_session

# /…/-/vcmsviewcontent/<instance>/<category>/<parent>[/<article>], or all of it as parameters of the portlet.
_FRIENDLY = re.compile(r"/-/vcmsviewcontent/(?P<instance>\w+)/(?P<numbers>\d+(?:/\d+)*)/?$", re.ASCII)
_CATEGORY_NUMBERS = 2
_PARAMETER = re.compile(r"^_vcmsviewcontent_INSTANCE_\w+?_(?P<name>articleId|categoryId|page)$")
# What a link of the pager calls, with the number of a page first.
_SUBMIT = re.compile(r"(_vcmsviewcontent_INSTANCE_\w{1,40}?_)submitForm\('([1-9]\d{0,6})'", re.ASCII)
_PORTLET = 'div[id^="p_p_id_vcmsviewcontent"]'
_BOLD_LEAD = 'td > div[align="justify"] > p:nth-of-type(2):has(> b:only-child)'
_BULLET = re.compile(r"^\s*[»›>]\s*")


def read_address(url: str) -> Address:
    """Read an address of the family; the article's id is the native key, whatever category it was opened in."""
    url = strip_session(url)
    parameters = {
        match["name"]: value for name, value in parameters_of(url).items() if (match := _PARAMETER.match(name))
    }
    if parameters.get("articleId", "").isdecimal():
        return Address("article", parameters["articleId"], url)
    path = urlsplit(url).path
    friendly = _FRIENDLY.search(path)
    numbers = friendly["numbers"].split("/") if friendly else []
    if len(numbers) > _CATEGORY_NUMBERS:
        return Address("article", numbers[-1], urlunsplit(urlsplit(url)._replace(query="")))
    category = parameters.get("categoryId") or "/".join(numbers)
    return Address("listing", f"{path.rstrip('/') or '/'}#{category}#{parameters.get('page') or 1}", url)


def _find_title(page: Element) -> str | None:
    """Find the title of an article; in a list it is a link, and a theme may put a bullet before it."""
    portlet = select_one(page, _PORTLET)
    titles = select_any(portlet, ("p.title01", "span.text_none2")) if portlet is not None else []
    title = next((title for title in titles if select_one(title, "a[href]") is None), None)
    return _BULLET.sub("", text_of(title)) if title is not None and title.find_parent("a") is None else None


def _find_byline(page: Element) -> str | None:
    places = ("span.time", "span.date", 'td > div[align="right"]')
    lines = (select_one(page, place) for place in places)
    line = next((found for found in lines if found is not None), None)
    return prose_of(line) if line is not None else None


def _find_lead(page: Element) -> str | None:
    lead = select_one(page, "b.hot-line") or select_one(page, _BOLD_LEAD)
    return prose_of(lead) if lead is not None else None


def _find_next_form(page: Element, url: str) -> Form | None:
    """Find the portlet's form, and fill in the page after the one it shows: the smallest later one of the pager."""
    steps = [_SUBMIT.search(attribute_of(link, "onclick")) for link in select(page, "a[onclick]")]
    prefix = next((match[1] for match in steps if match), None)
    form = _find_form(page, prefix) if prefix else None
    if prefix is None or form is None:
        return None
    fields = {attribute_of(field, "name"): attribute_of(field, "value") for field in select(form, "input[name]")}
    shown = fields.get(f"{prefix}page", "")
    later = [int(match[2]) for match in steps if match and int(match[2]) > (int(shown) if shown.isdecimal() else 1)]
    action = resolve_address(attribute_of(form, "action") or url, form, url)
    if not later or action is None:
        return None
    fields |= {f"{prefix}page": str(min(later))}
    return Form(action, tuple(fields.items()), str(min(later)))


def _find_form(page: Element, prefix: str) -> Element | None:
    field = select_one(page, f'form input[name="{prefix}page"]')
    return field.find_parent("form") if field is not None else select_one(page, f'form[name="{prefix}fm"]')


_FURNITURE = (
    _BOLD_LEAD,
    "p.title01",
    "p:has(> span.text_none2)",
    "span.text_none2",
    "span.time",
    "span.date",
    "b.hot-line",
)


def _make_list(entry: str, link: str, byline: str) -> ListingLayout:
    return ListingLayout(
        entry=entry,
        link=link,
        byline=byline,
        next_form=_find_next_form,
    )


VIETTEL_VCMS = Platform(
    name="viettel_vcms",
    title="Viettel VCMS on Liferay (ministries, provinces)",
    layouts=(
        Layout(
            articles=(
                ArticleLayout(
                    mark="vcmsviewcontent",
                    title=_find_title,
                    byline=_find_byline,
                    lead=_find_lead,
                    body=("table.chanel-news td", 'td > div[align="justify"]'),
                    sections=("p.bread-crum", "td.title_center"),
                    content=_PORTLET,
                    boilerplate=_FURNITURE,
                ),
            ),
            listings=(
                _make_list("div.smallpage div.clearfix", "a.fon6[href]", "span"),
                _make_list("div.title_v", "a[href]", "span.time"),
            ),
        ),
    ),
    read_address=read_address,
    marks=(_PORTLET,),
)
