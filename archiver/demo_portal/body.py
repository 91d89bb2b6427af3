"""The inside of an article: lead, paragraphs, pictures with captions, tables, attachments, signature."""

from collections.abc import Iterator
from html import escape

from archiver.demo_portal.articles import PortalArticle
from archiver.demo_portal.spelling import spell

EDITOR = "Bien tap vien Khoi"
_PARAGRAPHS = (
    '<p style="text-align: justify;">{text}</p>',
    "<p>{text}</p>",
    '<div style="text-align: justify;">{text}</div>\n</p>',
    '<p style="text-indent: 0.5in; text-align: justify;"><span style="font-family: arial;">{text}</span></p>',
    '<p style="text-align: justify;">&nbsp; &nbsp; {text}</p>\n<p>&nbsp;</p>',
)
_SIGNATURES = (
    '<p align="right"><strong>{text}</strong></p>',
    '<p style="text-align: right;"><strong><em>{text}</em></strong></p>',
    '<p align="right">&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;&nbsp;<strong>{text}</strong></p>',
)
_OFFICE_COMMENT = "<!--[if gte mso 9]><xml><w:WordDocument><w:View>Normal</w:View></w:WordDocument></xml><![endif]-->"


def lead_box(article: PortalArticle, stamp: int) -> str:
    """Render the lead's own place, empty where the lead is in the body."""
    text = "" if article.lead_in_body else spell(article.lead, article.spelling)
    return f"""
<div class="sapo-wrapper clearfix">
	{_lead_picture(article, stamp)}
	<p class="sapo">
		<strong>{text}</strong>
	</p>
</div>"""


def body(article: PortalArticle, stamp: int) -> str:
    """Render the body; ``stamp`` is the number that the addresses of its pictures carry this time."""
    parts = [*_opening(article), *_content(article, stamp), *_attachments(article), *_signature(article)]
    return (
        "\n".join(parts) + f'\n<p align="right" class="view-content-author">\n<strong><em>{EDITOR}</em></strong>\n</p>'
    )


def summary(article: PortalArticle) -> str:
    """Render the start of an article as listings do: cut with three dots where it is long."""
    text = article.lead or " ".join(article.paragraphs[:1])
    if len(text) <= 150:
        return spell(text, article.spelling)
    return spell(text[:150].rsplit(" ", 1)[0], article.spelling) + "..."


def picture_source(path: str, stamp: int) -> str:
    """Write the address of a picture with the volatile parameter that the portal adds."""
    return escape(f"{path}{'&' if '?' in path else '?'}t={stamp}")


def _opening(article: PortalArticle) -> Iterator[str]:
    if article.spelling % 3 == 2:
        yield f'<p style="text-align: left;">{_OFFICE_COMMENT}&nbsp;</p>'
    if article.lead_in_body and article.lead:
        yield f'<p style="text-align: justify;"><strong>{spell(article.lead, article.spelling)}</strong></p>'


def _content(article: PortalArticle, stamp: int) -> Iterator[str]:
    """Render paragraphs with a picture after each as long as there are any; rows of a table stay together."""
    pictures = [_picture(path, caption, article.spelling, stamp) for path, caption in _body_pictures(article)]
    for kind, lines in _group_rows(article.paragraphs):
        yield _table(lines, article.spelling) if kind == "table" else _paragraph(lines[0], article.spelling)
        if pictures and kind == "text":
            yield pictures.pop(0)
    yield from pictures


def _group_rows(paragraphs: tuple[str, ...]) -> Iterator[tuple[str, list[str]]]:
    rows: list[str] = []
    for paragraph in paragraphs:
        if "\t" in paragraph:
            rows.append(paragraph)
            continue
        if rows:
            yield "table", rows
            rows = []
        yield "text", [paragraph]
    if rows:
        yield "table", rows


def _paragraph(text: str, spelling: int) -> str:
    html = spell(text, spelling)
    first, _, rest = html.partition(" ")
    if rest and spelling % 4 == 1:
        html = f"<em>{first}</em> {rest}"
    elif rest and spelling % 4 == 3 and first.isalpha():
        html = f"<span>{first[:1]}</span><span>{first[1:]}</span> {rest}"
    return _PARAGRAPHS[(spelling + len(text)) % len(_PARAGRAPHS)].format(text=html)


def _table(rows: list[str], spelling: int) -> str:
    cells = (
        "".join(f'<td style="width: 210.0px;">\n<p>{spell(cell, spelling)}</p>\n</td>' for cell in row.split("\t"))
        for row in rows
    )
    inside = "\n".join(f"<tr>{row}</tr>" for row in cells)
    return f'<table border="1" cellpadding="0" cellspacing="0">\n<tbody>\n{inside}\n</tbody>\n</table>'


def _body_pictures(article: PortalArticle) -> tuple[tuple[str, str], ...]:
    first_is_leads = bool(article.images) and not article.images[0][1]
    return article.images[1:] if first_is_leads else article.images


def _lead_picture(article: PortalArticle, stamp: int) -> str:
    if not article.images or article.images[0][1]:
        return ""
    source = picture_source(article.images[0][0], stamp)
    style = "margin-right: 5px; width: 250px; padding: 0 10px 10px 0;"
    return f'<img src="{source}" alt="" class="pull-left" style="{style}">'


def _picture(path: str, caption: str, spelling: int, stamp: int) -> str:
    image = f'<img alt="" src="{picture_source(path, stamp)}" style="width: 500.0px;height: 333.0px;" />'
    lines = [
        f'<p align="center"><span style="color: rgb(0,0,255);"><em>{spell(line, spelling)}</em></span></p>'
        for line in caption.split("\n")
        if line
    ]
    return "\n".join([f'<p style="text-align: center;">{image}</p>', *lines, '<p align="center">&nbsp;</p>'])


def _attachments(article: PortalArticle) -> Iterator[str]:
    for path, title in article.attachments:
        yield f'<p><a href="{escape(path)}">{spell(title, article.spelling)}</a></p>'


def _signature(article: PortalArticle) -> Iterator[str]:
    markup = _SIGNATURES[article.spelling % len(_SIGNATURES)]
    for line in (article.author or "").split("\n"):
        if line:
            yield markup.format(text=spell(line, article.spelling))
