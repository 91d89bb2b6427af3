"""The words of printed dates, casefolded: months, weekdays, parts of the day, days and spans counted from now.

From the forms that were seen on real portals, completed per language. A word that is not here makes a date
unreadable; it is never skipped.
"""

from datetime import timedelta

_MONTHS_BY_LANGUAGE = (
    "january february march april may june july august september october november december",
    "jan feb mar apr may jun jul aug sep oct nov dec",
    "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "ene feb mar abr may jun jul ago sept oct nov dic",
    "januar februar märz april mai juni juli august september oktober november dezember",
    "jän feb mär apr mai jun jul aug sep okt nov dez",
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "gen feb mar apr mag giu lug ago set ott nov dic",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "янв фев мар апр май июн июл авг сен окт ноя дек",
    "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "janv févr mars avr mai juin juil août sept oct nov déc",
    "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
    "jan fev mar abr mai jun jul ago set out nov dez",
    "januari februari maret april mei juni juli agustus september oktober november desember",
    "jan feb mar apr mei jun jul agu sep okt nov des",
    "มกราคม กุมภาพันธ์ มีนาคม เมษายน พฤษภาคม มิถุนายน กรกฎาคม สิงหาคม กันยายน ตุลาคม พฤศจิกายน ธันวาคม",
    "มค กพ มีค เมย พค มิย กค สค กย ตค พย ธค",
    "stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia",
    "ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık",
    "ledna února března dubna května června července srpna září října listopadu prosince",
    "januari februari mars april maj juni juli augusti september oktober november december",
    "januar februar marts april maj juni juli august september oktober november december",
    "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie",
    "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
    "ιαν φεβ μαρ απρ μαϊ ιουν ιουλ αυγ σεπ οκτ νοε δεκ",
    "januari februari mac april mei jun julai ogos september oktober november disember",
    "jan feb mrt apr mei jun jul aug sept okt nov dec",
    "jänner feber märz april mai juni juli august september oktober november dezember",
)
# What follows "tháng"; "năm" is May here, though it also means year.
_VIETNAMESE_MONTHS = {
    "một": 1, "giêng": 1, "hai": 2, "ba": 3, "tư": 4, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "bẩy": 7, "tám": 8,
    "chín": 9, "mười": 10, "mười một": 11, "mười hai": 12, "chạp": 12,
}  # fmt: skip
MONTHS = {word: number for names in _MONTHS_BY_LANGUAGE for number, word in enumerate(names.split(), 1)}
MONTHS |= {f"tháng {word}": number for word, number in _VIETNAMESE_MONTHS.items()}
MONTHS |= {f"tháng {number}": number for number in range(1, 13)}
MONTHS |= {f"tháng 0{number}": number for number in range(1, 10)}

# Words beside a date that say nothing more than the date does.
_WEEKDAY_NAMES = """
    monday tuesday wednesday thursday friday saturday sunday mon tue tues wed thu thur thurs fri sat sun
    lunes martes miércoles miercoles jueves viernes sábado sabado domingo lun mié jue vie sáb dom
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so
    lunedì martedì mercoledì giovedì venerdì sabato domenica mer gio ven sab
    понедельник вторник среда среду четверг пятница пятницу суббота субботу воскресенье пн вт ср чт пт сб вс
    lundi mardi mercredi jeudi vendredi samedi dimanche jeu sam dim
    feira segunda terça quarta quinta sexta
    senin selasa rabu kamis jumat jum sabtu minggu ahad
    星期一 星期二 星期三 星期四 星期五 星期六 星期日 星期天 周一 周二 周三 周四 周五 周六 周日
    週一 週二 週三 週四 週五 週六 週日
    월요일 화요일 수요일 목요일 금요일 토요일 일요일 월 화 수 목 금 토 일
    จันทร์ อังคาร พุธ พฤหัสบดี ศุกร์ เสาร์ อาทิตย์ วันจันทร์ วันอังคาร วันพุธ วันพฤหัสบดี วันศุกร์ วันเสาร์ วันอาทิตย์
    วันจันทร์ที่ วันอังคารที่ วันพุธที่ วันพฤหัสบดีที่ วันศุกร์ที่ วันเสาร์ที่ วันอาทิตย์ที่
"""
_CONNECTIVES = """
    ngày lúc vào hồi at on of t the um uhr am den ore alle il del a las el h hs hrs в г года pukul jam tanggal
    เวลา น วันที่ ที่ à le as às em om kl klo kell o godz saat
"""
# Words beside a date that say nothing more than the date does.
PLAIN_WORDS = frozenset((_WEEKDAY_NAMES + _CONNECTIVES).split())
# Those that may as well connect the date with what stands beside it.
CONNECTIVES = frozenset(_CONNECTIVES.split()) - frozenset(("uhr", "h", "hs", "hrs", "г", "года", "น"))

DAY_PARTS = {
    "am": "am", "sa": "am", "上午": "am", "오전": "am", "pm": "pm", "ch": "pm", "下午": "pm", "오후": "pm",
    "sáng": "morning", "trưa": "noon", "chiều": "afternoon", "tối": "evening", "đêm": "night",
}  # fmt: skip
# The hours of the day that each part of the day may name: "10 giờ trưa" is 10:00, "1 giờ trưa" is 13:00.
HOURS_OF_PART = {
    "am": frozenset(range(12)),
    "pm": frozenset(range(12, 24)),
    "morning": frozenset(range(12)),
    "noon": frozenset(range(10, 15)),
    "afternoon": frozenset(range(12, 19)),
    "evening": frozenset(range(17, 24)),
    "night": frozenset((*range(18, 24), *range(6))),
}

DAYS_AGO = {
    "hôm nay": 0, "hôm qua": 1, "hôm kia": 2, "today": 0, "yesterday": 1, "сегодня": 0, "вчера": 1, "позавчера": 2,
    "今天": 0, "昨天": 1, "前天": 2, "오늘": 0, "어제": 1, "heute": 0, "gestern": 1, "vorgestern": 2, "hoy": 0,
    "ayer": 1, "oggi": 0, "ieri": 1, "hoje": 0, "ontem": 1, "aujourd'hui": 0, "сьогодні": 0, "вчора": 1, "dzisiaj": 0,
    "wczoraj": 1, "vandaag": 0, "gisteren": 1, "bugün": 0, "dün": 1, "hari ini": 0, "kemarin": 1, "วันนี้": 0, "เมื่อวาน": 1,
}  # fmt: skip
# What zones are called whose name means one zone only, in hours from UTC. CST is three zones, IST and BST two: such a
# time is read as the site's own.
ZONES = {
    "est": -5, "edt": -4, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
    "nst": -3.5, "brt": -3, "cet": 1, "cest": 2, "mez": 1, "mesz": 2, "wet": 0, "west": 1, "eet": 2, "eest": 3,
    "msk": 3, "мск": 3, "trt": 3, "pkt": 5, "npt": 5.75, "mmt": 6.5, "ict": 7, "wib": 7, "wita": 8, "wit": 9, "myt": 8,
    "sgt": 8, "hkt": 8, "pht": 8, "awst": 8, "jst": 9, "kst": 9, "acst": 9.5, "aest": 10, "aedt": 11, "nzst": 12,
    "nzdt": 13,
}  # fmt: skip
# What stands for either of the two zones of a year, behind a time of day only.
ZONES_OF_YEAR = {
    "et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles",
}  # fmt: skip
JUST_NOW = frozenset(("vừa xong", "vừa mới đăng", "vừa đăng", "just now", "только что", "刚刚", "剛剛", "방금"))

_UNITS = (
    (timedelta(seconds=1), "giây second seconds sec secs секунду секунды секунд 秒 초 detik segundos sekunden"),
    (
        timedelta(minutes=1),
        "phút minute minutes min mins минуту минуты минут 分钟 分鐘 분 menit minuto minutos minuten",
    ),
    (timedelta(hours=1), "giờ tiếng hour hours hr hrs час часа часов 小时 小時 시간 jam hora horas stunde stunden"),
    (timedelta(days=1), "ngày day days день дня дней 天 일 hari día días tag tagen"),
    (timedelta(weeks=1), "tuần week weeks неделю недели недель 周 週 주 minggu semana semanas woche wochen"),
)
UNITS = {word: span for span, words in _UNITS for word in words.split()}
AMOUNTS = {
    "một": 1, "hai": 2, "ba": 3, "bốn": 4, "năm": 5, "sáu": 6, "bảy": 7, "tám": 8, "chín": 9, "mười": 10,
    "a": 1, "an": 1, "one": 1, "un": 1, "una": 1, "einer": 1, "einem": 1,
}  # fmt: skip
