"""The form of the addresses of articles, told from those of a listing's entries."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import parse_qsl, urlsplit

FEWEST_ENTRIES = 3
# Slugs are whole sentences; the names of channels have a word or two.
_SENTENCE = r"(?:[^/?#-]+-){3,}[^/?#]*"
_END = r"(?:[?#]|$)"
_EXTENSION = re.compile(r"\.[A-Za-z]{2,5}$")
_DEEPEST = 8


def infer_article(entries: Sequence[str], others: Sequence[str]) -> str:
    """Return a regular expression found in the addresses of all entries and in no other; empty where there is none.

    It has a group for the native key where a number tells the entries apart. The most general expression is taken:
    one listing shows one channel, and the articles of the others differ in what stands before.
    """
    entries = tuple(dict.fromkeys(entries))
    if len(entries) < FEWEST_ENTRIES:
        return ""
    foreign = set(others) - set(entries)
    return next((form for form in _propose(entries) if _holds(form, entries, foreign)), "")


def _holds(form: str, entries: Sequence[str], others: set[str]) -> bool:
    pattern = re.compile(form)
    found = [pattern.search(url) for url in entries]
    if not all(found) or any(pattern.search(url) for url in others):
        return False
    keys = {match[1] for match in found if match} if pattern.groups else set(entries)
    return len(keys) == len(entries)


def _propose(entries: Sequence[str]) -> Iterator[str]:
    """Yield expressions for the end of the path, longer and longer, then with what stands in the query."""
    paths = [urlsplit(url).path.strip("/").split("/") for url in entries]
    slash = "/?" if all(urlsplit(url).path.endswith("/") for url in entries) else ""
    deepest = min(_DEEPEST, *map(len, paths))
    if not any(urlsplit(url).query for url in entries):
        for depth in range(1, deepest + 1):
            columns = list(zip(*(path[-depth:] for path in paths), strict=True))
            for last in _generalise(columns[-1]):
                first = [next(_generalise(column)).replace("(", "(?:") for column in columns[:-1]]
                yield "/" + "/".join([*first, last]) + slash + _END
    yield from _propose_query(entries)


def _generalise(column: Sequence[str]) -> Iterator[str]:
    """Yield expressions for one segment of the paths, those with a number to tell them apart first."""
    extensions = {match[0] if (match := _EXTENSION.search(segment)) else "" for segment in column}
    extension = extensions.pop() if len(extensions) == 1 else ""
    names = [segment.removesuffix(extension) for segment in column]
    end = re.escape(extension)
    if all(name.isdigit() and name.isascii() for name in names):
        yield from (rf"(\d+){end}", rf"\d+{end}")
    elif len(set(names)) == 1:
        yield re.escape(names[0]).replace(r"\-", "-") + end
    else:
        yield from (form + end for form in _FORMS if all(re.fullmatch(form, name) for name in names))


_FORMS = (
    r"(\d+)[-_.][^/?#]*",
    r"[^/?#]*[-_.](\d+)",
    r"[^/?#]*[a-z](\d+)",
    r"\d+[-_.][^/?#]*",
    r"[^/?#]*[-_.]\d+",
    _SENTENCE,
    r"[^/?#]+",
)


def _propose_query(entries: Sequence[str]) -> Iterator[str]:
    queries = [dict(parse_qsl(urlsplit(url).query, keep_blank_values=True)) for url in entries]
    shared = [name for name in queries[0] if all(name in query for query in queries)]
    for name in shared:
        values = [query[name] for query in queries]
        if all(value.isdigit() and value.isascii() for value in values) and len(set(values)) == len(values):
            yield rf"[?&]{re.escape(name)}=(\d+)"
            yield from (
                rf"[?&]{re.escape(other)}={re.escape(queries[0][other])}&(?:[^#]*&)?{re.escape(name)}=(\d+)"
                for other in shared
                if len({query[other] for query in queries}) == 1
            )
