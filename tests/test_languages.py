"""Bylines in the languages that portals and their neighbours use: date, time, count, and what is beside."""

from datetime import UTC, datetime

import pytest

from archiver.parsing.fields.byline import read_byline
from archiver.parsing.fields.counts import find_count

CAPTURED = datetime(2026, 1, 2, 5, tzinfo=UTC)

LINES = """
vi|Ngày đăng: 12/03/2021 08:05 ¦ Lượt xem: 1.204 ¦ Tác giả: Minh An|2021-03-12T08:05|1204
vi|Thứ 5, 18/06/2020 ¦ 16:10 ¦ 3,4 nghìn lượt xem|2020-06-18T16:10|3400
vi|Cập nhật lúc: 18:00 ¦22/05/2022 ¦ Đã xem: 77 ¦ Bình luận: 5|2022-05-22T18:00|77
vi|Tác giả: Lan Hạ - Đăng lúc: 09:47, 15/03/2021 (số lượt xem: 640)|2021-03-15T09:47|640
vi|Thứ ba, 25 Tháng 1 2022 16:22 ¦ Số lần đọc: 1 204|2022-01-25T16:22|1204
en|Published: 5 March 2021, 14:30 ¦ Views: 184 ¦ 0 comments|2021-03-05T14:30|184
en|3304 views ¦ Posted on April 21, 2022 10:11 pm|2022-04-21T22:11|3304
en|Author: Ann Hill ¦ Date: 2021-03-05 ¦ Hits: 152759|2021-03-05|152759
en|Friday, 05 March 2021 14:30 ¦ Read 912 times|2021-03-05T14:30|912
en|Post Views: 1.2K ¦ Mar 5, 2021 ¦ 13 mins|2021-03-05|1200
zh|来源：本站 作者：李明 时间：2021年3月5日 14:30 浏览：３３|2021-03-05T14:30|33
zh|发表于 2021-03-05 14:30 ¦ 1164次阅读 ¦ 12 条评论|2021-03-05T14:30|1164
zh|发布时间：2021-03-05 浏览次数: 2168|2021-03-05|2168
zh|日期：2021/03/05 阅读： 1.2万|2021-03-05|12000
zh|發佈日期：2021-03-05 瀏覽 7 評論：3|2021-03-05|7
zh|發佈時間：2021年3月5日 點閱：85|2021-03-05|85
ru|5 марта 2021 в 14:30, просмотров: 237|2021-03-05T14:30|237
ru|Опубликовано: 05.03.2021 14:30 ¦ Просмотры: 1 204 ¦ Комментарии: 3|2021-03-05T14:30|1204
ru|05.03.2021 ¦ Прочитано 84 раза ¦ Автор: Ирина|2021-03-05|84
ru|вчера в 05:46, просмотров: 12|2026-01-01T05:46|12
ru|Автор: Ирина ¦ Дата: 05.03.2021 ¦ Просмотров: 3,4 тыс.|2021-03-05|3400
id|Diterbitkan: 5 Maret 2021, 14:30 WIB ¦ Dibaca 12.768 kali|2021-03-05T07:30|12768
id|Jumat, 05/03/2021, 14:30 WIB ¦ Dilihat: 91|2021-03-05T07:30|91
id|Diposting 5 Agustus 2021 ¦ Dilihat 1,2 ribu|2021-08-05|1200
id|Penulis: Sari ¦ 5 Mei 2021 ¦ Dibaca: 40 kali|2021-05-05|40
id|Dilihat 18 kali ¦ Dipublikasikan 05-03-2021 ¦ 2 Komentar|2021-03-05|18
ko|작성일 2021-03-05 14:30 ¦ 조회수 1,204|2021-03-05T14:30|1204
ko|등록일: 2021.03.05 ¦ 조회 88|2021-03-05|88
ko|2021년 3월 5일 오후 2:30 ¦ 조회수 1.2만|2021-03-05T14:30|12000
ko|작성자: 김민 ¦ 작성일: 2021-03-05 ¦ 조회수: 9|2021-03-05|9
ko|조회수 15회 ¦ 게시일 2021-03-05 ¦ 댓글 3|2021-03-05|15
th|วันที่ 5 มีนาคม 2564 14:30 ¦ เปิดอ่าน 912 ครั้ง|2021-03-05T14:30|912
th|เผยแพร่เมื่อ 5 มี.ค. 2564 ¦ จำนวนผู้เข้าชม 85|2021-03-05|85
th|โพสต์เมื่อ 05/03/2021 14:30 น. ¦ เปิดอ่าน 1,204|2021-03-05T14:30|1204
th|โดย สมชาย ¦ 5 มีนาคม 2564 ¦ เปิดอ่าน 7 ครั้ง|2021-03-05|7
th|เปิดอ่าน 61 ครั้ง ¦ วันศุกร์ที่ 5 มีนาคม 2564|2021-03-05|61
de|21. Jan. 2015 ¦ 5343 mal gelesen ¦ 32 Kommentare|2015-01-21|5343
de|Veröffentlicht am 5. März 2021 um 14:30 Uhr ¦ Aufrufe : 1120|2021-03-05T14:30|1120
de|Freitag, 05. März 2021 ¦ Zugriffe: 1.432|2021-03-05|1432
de|Quelle: Rathaus ¦ Datum: 05.03.2021 ¦ Aufrufe: 6|2021-03-05|6
de|Zugriffe: 90 ¦ Erstellt am 05.03.2021 ¦ Autor: Karl|2021-03-05|90
es|02 Ago 2017 ¦ 45 lecturas|2017-08-02|45
es|Publicado el 5 de marzo de 2021 ¦ Leído 912 veces|2021-03-05|912
es|Fecha: 05/03/2021 14:30 ¦ Visitas: 1.204 ¦ 3 comentarios|2021-03-05T14:30|1204
es|viernes, 5 de marzo de 2021 ¦ Autor: Ana ¦ visitas: 8|2021-03-05|8
es|Visualizaciones: 77 ¦ Publicado 05/03/2021|2021-03-05|77
it|23 Nov 2017 ¦ 3.409 letture|2017-11-23|3409
it|Pubblicato il 5 marzo 2021 alle 14:30 ¦ Visite: 152|2021-03-05T14:30|152
it|venerdì 5 marzo 2021 ¦ Letto 84 volte|2021-03-05|84
it|Autore: Pia ¦ Data: 05/03/2021 ¦ Visualizzazioni: 9|2021-03-05|9
it|Visite: 31 ¦ Pubblicato 05/03/2021 ¦ 2 commenti|2021-03-05|31
pt|Publicado em 5 de março de 2021 ¦ 84 visualizações|2021-03-05|84
pt|Acessos: 912 ¦ Data: 05/03/2021|2021-03-05|912
tr|05.03.2021 14:30 ¦ Okunma: 61|2021-03-05T14:30|61
ar|05/03/2021 ¦ مشاهدات: 12|2021-03-05|12
"""
ROWS = [row.replace("¦", "\0").split("|") for row in LINES.strip().splitlines()]

LABELS = """View count: 7|Lượt xem: 7|Lượt xem : 7|7 lượt xem|(số lượt xem: 7)|Số lượt xem 7|Số lượng xem: 7|Lượt đọc: 7
Số lần đọc: 7|Số lần xem: 7|7 lần xem|Đã xem: 7|Lượt người xem: 7|浏览：7
浏览次数: 7|阅读： 7|7次阅读|阅读数( 7 ）|人气： 7 次|瀏覽 7
点击数：7|访问量：7|點閱：7|просмотров: 7|Просмотры: 7
Прочитано 7 раз|7 mal gelesen|Aufrufe : 7|Zugriffe: 7|Views: 7|7 views
Post Views: 7|Hits: 7|Read 7 times|7 letture|Visite: 7
7 lecturas|7 visitas|Leído 7 veces|Dibaca 7 kali|Dilihat 7|조회수 7
เปิดอ่าน 7 ครั้ง|จำนวนผู้เข้าชม 7|7 visualizações|Acessos: 7|Okunma: 7|مشاهدات: 7"""
NO_COUNTS = """Lượt truy cập: 7|Tổng truy cập: 7|Tổng lượt truy cập: 7
Số lượt truy cập: 7|Đang truy cập: 7|Đang online: 7
Khách: 7|Hôm nay: 7|Hôm qua: 7|Tuần này: 7|Tháng này: 7
Số lượt tải về: 7|7 lượt tải|(30-lượt)|Bình luận: 7|Tin xem nhiều|Đọc nhiều
Xem|Xem chi tiết|Xem tiếp|编辑次数：7|评论：7|回應：7|13 mins|0 comments"""


@pytest.mark.parametrize(("language", "line", "published", "views"), ROWS, ids=[f"{row[0]}-{row[2]}" for row in ROWS])
def test_lines(language, line, published, views):
    found = read_byline(line.replace("\0", "|"), UTC, CAPTURED)
    at = datetime.fromisoformat(published).replace(tzinfo=UTC)
    read = found.published and (found.published.at, found.published.precision)
    assert (read, found.views and found.views.value) == ((at, "minute" if "T" in published else "day"), int(views))


@pytest.mark.parametrize("text", LABELS.replace("\n", "|").split("|"))
def test_labels_of_views(text):
    found = find_count(text)
    assert found is not None
    assert found.value == 7


@pytest.mark.parametrize("text", NO_COUNTS.replace("\n", "|").split("|"))
def test_what_is_no_count(text):
    assert find_count(text) is None
