"""Texts as they leave the archive: one spelling of each letter."""

import unicodedata

from archiver.archive.store.values import Row


def compose_row(row: Row) -> Row:
    """Return a row with its texts in NFC; addresses stay as they are."""
    return {name: value if name == "url" else _compose(value) for name, value in row.items()}


def _compose(value: object) -> object:
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, list):
        return [_compose(item) for item in value]
    return compose_row(value) if isinstance(value, dict) else value
