"""The time zone that a site prints its dates in, guessed from where it is and what it speaks."""

import re

USUAL = "Asia/Ho_Chi_Minh"
# Countries with one zone, by the end of a host's name; languages that are official in one zone only.
_COUNTRIES = {
    USUAL: "vn",
    "Asia/Bangkok": "th",
    "Asia/Seoul": "kr",
    "Asia/Shanghai": "cn",
    "Asia/Taipei": "tw",
    "Asia/Hong_Kong": "hk",
    "Asia/Tokyo": "jp",
    "Asia/Vientiane": "la",
    "Asia/Phnom_Penh": "kh",
    "Asia/Yangon": "mm",
    "Asia/Kuala_Lumpur": "my",
    "Asia/Singapore": "sg",
    "Asia/Manila": "ph",
    "Asia/Kolkata": "in",
    "Asia/Colombo": "lk",
    "Asia/Dhaka": "bd",
    "Asia/Kathmandu": "np",
    "Asia/Karachi": "pk",
    "Asia/Jerusalem": "il",
    "Europe/Istanbul": "tr",
    "Europe/Berlin": "de",
    "Europe/Vienna": "at",
    "Europe/Zurich": "ch",
    "Europe/Rome": "it",
    "Europe/Paris": "fr",
    "Europe/Brussels": "be",
    "Europe/Amsterdam": "nl",
    "Europe/Warsaw": "pl",
    "Europe/Prague": "cz",
    "Europe/Bratislava": "sk",
    "Europe/Budapest": "hu",
    "Europe/Stockholm": "se",
    "Europe/Oslo": "no",
    "Europe/Copenhagen": "dk",
    "Europe/Helsinki": "fi",
    "Europe/Bucharest": "ro",
    "Europe/Sofia": "bg",
    "Europe/Athens": "gr",
    "Europe/Kyiv": "ua",
    "Europe/London": "uk",
    "Europe/Dublin": "ie",
    "Africa/Johannesburg": "za",
    "America/Bogota": "co",
    "America/Lima": "pe",
    "America/Montevideo": "uy",
}
_LANGUAGES = {
    USUAL: "vi",
    "Asia/Bangkok": "th",
    "Asia/Seoul": "ko",
    "Asia/Shanghai": "zh",
    "Asia/Tokyo": "ja",
    "Asia/Jakarta": "id",
    "Asia/Vientiane": "lo",
    "Asia/Phnom_Penh": "km",
    "Asia/Yangon": "my",
    "Europe/Istanbul": "tr",
    "Europe/Berlin": "de",
    "Europe/Rome": "it",
    "Europe/Warsaw": "pl",
    "Europe/Prague": "cs",
    "Europe/Bratislava": "sk",
    "Europe/Budapest": "hu",
    "Europe/Bucharest": "ro",
    "Europe/Sofia": "bg",
    "Europe/Athens": "el",
    "Europe/Kyiv": "uk",
}
_BY_COUNTRY = {country: zone for zone, country in _COUNTRIES.items()}
_BY_LANGUAGE = {language: zone for zone, language in _LANGUAGES.items()}
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
