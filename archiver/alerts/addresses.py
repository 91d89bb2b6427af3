"""The addresses that alerts go to: as a user writes them, as they are called, as they may be shown.

``${NAME}`` in an address is filled in from the environment when something is sent, so a secret need not stand in a
file: percent-encoded where it is a part, as it is where it is the whole address.
"""

import hashlib
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, unquote, urlsplit

from archiver.text.display import escape_controls

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*(?=://)")
_PASSWORD = re.compile(r"(?<=//)([^/?#:@]*):[^/?#]*@")
_MAIL = ("mailto", "mailtos")
HOOKS = ("http", "https")
"""Schemes of addresses that get a POST of our own; apprise knows all others."""


@dataclass(frozen=True, slots=True)
class Address:
    """An address as it is written; of ``str`` is shown only what is no secret."""

    written: str

    @property
    def scheme(self) -> str:
        """The kind of service, ``mailto`` or ``https`` say; empty where a variable stands for all of it."""
        found = _SCHEME.match(self.written)
        return found.group().lower() if found else ""

    @property
    def key(self) -> str:
        """What an archive knows it by: a digest of it without the password, which may change."""
        bare = _PASSWORD.sub(r"\1@", self.written)
        return hashlib.sha256(bare.encode()).hexdigest()[:16]

    @property
    def variables(self) -> tuple[str, ...]:
        """The names that are filled in."""
        return tuple(dict.fromkeys(_VARIABLE.findall(self.written)))

    def list_missing(self) -> list[str]:
        """Name the variables that the environment does not have."""
        return [name for name in self.variables if not os.environ.get(name)]

    def fill(self, values: Mapping[str, str] = os.environ) -> str:
        """Fill in the variables; KeyError for one that is missing."""
        if whole := _VARIABLE.fullmatch(self.written):
            return values[whole[1]]
        return _VARIABLE.sub(lambda match: quote(values[match[1]], safe=""), self.written)

    def __str__(self) -> str:
        return escape_controls(_show(self.written, self.scheme))


def _show(written: str, scheme: str) -> str:
    """Show service, host and, of mail, who gets it; paths, and hosts that are none, may be tokens."""
    if not scheme:
        return written if _VARIABLE.fullmatch(written) else "…"
    try:
        parts = urlsplit(written)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return f"{scheme}://…"
    if not re.search(r"\.|:|^localhost$|^\$", host):
        return f"{scheme}://…"
    named = f"[{host}]" if ":" in host else host
    place = named if port is None else f"{named}:{port}"
    if scheme in _MAIL:
        return _show_mail(scheme, place, unquote(parts.username or ""), parts.query)
    return f"{scheme}://{place}{'/…' if parts.path.strip('/') or parts.query else ''}"


def _show_mail(scheme: str, place: str, user: str, query: str) -> str:
    to = parse_qs(query).get("to", [""])[0]
    sender = f"{user}@" if user and not to and "@" not in user else ""
    return f"{scheme}://{sender}{place}{f' to {to}' if to else ''}"
