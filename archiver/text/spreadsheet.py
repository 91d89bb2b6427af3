"""Cells of tables that a spreadsheet opens: a text stays a text there."""

import re

# What Excel, LibreOffice and Google Sheets take for the beginning of a formula: these signs, also full-width, and TAB
# or CR; white space, invisible signs and quotes before them are dropped by one program or another (owasp.org, "CSV
# Injection").
_FORMULA = re.compile(
    "[\\s\"'`\u2018-\u201d\u200b-\u200f\u2060\ufeff\x00-\x1f]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|\\s*[\t\r]"
)


def defuse(text: str) -> str:
    """Put an apostrophe before a text that a spreadsheet would run as a formula; others stay as they are."""
    return f"'{text}" if _FORMULA.match(text) else text
