"""The time zone that a site prints its dates in, guessed from where it is and what it speaks."""

import re

USUAL = "Asia/Ho_Chi_Minh"
# Countries with one zone, by the end of a host's name; languages that are official in one zone only.
_BY_COUNTRY = {
    "vn": USUAL,
    "th": "Asia/Bangkok",
    "kr": "Asia/Seoul",
    "cn": "Asia/Shanghai",
    "jp": "Asia/Tokyo",
    "de": "Europe/Berlin",
    "it": "Europe/Rome",
    "la": "Asia/Vientiane",
    "kh": "Asia/Phnom_Penh",
    "uk": "Europe/London",
}
_BY_LANGUAGE = {
    "vi": USUAL,
    "th": "Asia/Bangkok",
    "ko": "Asia/Seoul",
    "zh": "Asia/Shanghai",
    "ja": "Asia/Tokyo",
    "id": "Asia/Jakarta",
    "de": "Europe/Berlin",
    "it": "Europe/Rome",
    "lo": "Asia/Vientiane",
    "km": "Asia/Phnom_Penh",
}
_VIETNAMESE = re.compile("[ăđơưạảấầẩậắằẳặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ]", re.IGNORECASE)


def guess_zone(host: str, language: str, title: str) -> tuple[str, str]:
    """Return the name of a zone and a remark; the remark is empty where the host's country says it."""
    country = host.partition(":")[0].rpartition(".")[2]
    if country in _BY_COUNTRY:
        return _BY_COUNTRY[country], ""
    if len(_VIETNAMESE.findall(title)) > 1:
        language = "vi"
    if language in _BY_LANGUAGE:
        return _BY_LANGUAGE[language], f"the time zone is guessed from the language ({language})"
    return "UTC", "the time zone is not known, UTC is taken: dates are read as printed, in UTC"
