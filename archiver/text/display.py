"""What may be shown, in a terminal or a log: no control characters, no passwords."""

import json
import re

# C0, C1, the marks that turn a line around (bidirectional controls), and what some programs take for a line's end.
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# The same without C0, which JSON escapes by itself.
_LATE_CONTROLS = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# A user with a password before a host. They end at the last @ before the path; of a password that somebody forgot to
# quote, with a slash in it, at the last @ of the word.
_ACCOUNTS = (
    re.compile(r"""(?<=//)[^\s/?#"'<>]*@"""),
    re.compile(r"""(?<=//)[^\s/?#:@\["'<>]*:(?!\d{1,5}(?:[/?#\s"'<>,)]|$))[^\s"'<>]*@"""),
    # Proxies are named without a scheme, too.
    re.compile(r"""(?<![^\s"'=,(<])(?!mailto:)[\w.+-]+:(?!//)[^\s"'<>]*@(?=[\w\[])"""),
)
# Settings as Scrapy lists them when a crawl begins.
_SETTINGS = re.compile(r"""('\w*(?:PASS|PASSWORD|SECRET|SECRET_ACCESS_KEY|TOKEN)': )(?:'[^']*'|"[^"]*")""")


def escape_controls(text: str) -> str:
    """Show control characters as escapes."""
    return _CONTROLS.sub(lambda match: match.group().encode("unicode_escape").decode(), text)


def dump_json(value: object, indent: int | None = None) -> str:
    """Write JSON with its letters as they are; of control characters, all of them, only their escapes."""
    written = json.dumps(value, ensure_ascii=False, indent=indent)
    return _LATE_CONTROLS.sub(lambda match: f"\\u{ord(match.group()):04x}", written)


def mask_passwords(text: str) -> str:
    """Put ``***`` in the place of every ``user:password`` of an address, and of settings that hold a secret."""
    for account in _ACCOUNTS:
        text = account.sub("***@", text)
    return _SETTINGS.sub(r"\1'***'", text)


def make_showable(text: str) -> str:
    """Mask passwords and escape control characters."""
    return escape_controls(mask_passwords(text))
