"""From what stood in one place at several looks to the rule that covers it; pure. None where none is safe."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher

from archiver.compare.noise import CLASSES, MOST_BLOCK, Rule
from archiver.text.templates import MOST_GAP, match_template

_TOKEN = re.compile(
    r"\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}|\d{1,2}:\d{2}(?::\d{2})?|\d+(?:[.,]\d+)*|[^\W\d_]+|\s+|.", re.DOTALL
)
_NUMBER = re.compile(r"\d+(?:[.,:/-]\d+)*")
_LETTERS = re.compile(r"[^\W\d_]+")
_MOST_WILD = 6
_MOST_WORDS = 12
"""Words of a line that a counter, a clock or an advert prints; what has more is a paragraph with something in it."""
_CONTEXT = 3
_WILD = re.compile(r"([*#])")
_TOKENS_OF_NAME = re.compile(r"([-_.])")
_CLASSES = {mark: re.compile(pattern) for mark, pattern in CLASSES.items()}


def generalise_text(values: Sequence[str]) -> tuple[Rule, ...]:
    """Return the rules for a block of text: a template of all of it where it is a line, else of the words around."""
    template = _find_template(values)
    if template is None or not _WILD.search(template):
        return ()
    is_line = max(map(len, values)) <= MOST_BLOCK and len(_LETTERS.findall(template)) <= _MOST_WORDS
    if is_line and _is_safe(template, values):
        return (Rule("block", template),)
    return tuple(Rule("text", inline) for inline in _take_contexts(template))


def describe_text(values: Sequence[str]) -> str | None:
    """Return the template to declare for a block of text, where its values have enough in common."""
    template = _find_template(values)
    said = template.replace("#", "*") if template else None
    return said if said and sum(map(len, _LETTERS.findall(said))) >= 3 else None


def generalise_address(values: Sequence[str], *, is_proven: bool) -> tuple[Rule, ...]:
    """Return the rules for the address of a file; what is not proven must be plainly made by a machine."""
    paths, queries = zip(*(value.partition("?")[::2] for value in values), strict=True)
    moving = _find_moving_parameters(queries, is_proven=is_proven)
    if moving is None:
        return ()
    if len(set(paths)) == 1:
        return tuple(Rule("parameter", f"{_write_folder(paths[0])}?{name}") for name in moving)
    template = _find_path(paths, is_proven=is_proven)
    if template is None:
        return ()
    rules = [Rule("address", template)]
    return (*rules, *(Rule("parameter", f"{_write_folder(paths[-1])}?{name}") for name in moving))


def describe_address(values: Sequence[str]) -> str:
    """Return the line to declare for the address of a file."""
    paths, queries = zip(*(value.partition("?")[::2] for value in values), strict=True)
    if len(set(paths)) == 1:
        moving = _find_moving_parameters(queries, is_proven=True) or ()
        return f"{paths[0]}?{'&'.join(f'{name}=*' for name in moving)}"
    return "*".join(_split_around(paths))


def _find_template(values: Sequence[str]) -> str | None:
    """Find the words that all values share, in their order; ``#`` for numbers and ``*`` for all else between them."""
    if any(mark in value for value in values for mark in "*#"):
        return None
    skeleton: list[str | None] = list(_TOKEN.findall(values[0]))
    for value in values[1:]:
        skeleton = _align(skeleton, _TOKEN.findall(value))
    template = _write_template(skeleton, values)
    return template if template and all(match_template(template, value) for value in values) else None


def _align(skeleton: list[str | None], tokens: list[str]) -> list[str | None]:
    """Keep what both have; None stands for a stretch that differs."""
    aligned: list[str | None] = []
    for tag, start, end, _, _ in SequenceMatcher(None, skeleton, tokens, autojunk=False).get_opcodes():
        aligned += skeleton[start:end] if tag == "equal" else [None]
    return aligned


def _write_template(skeleton: list[str | None], values: Sequence[str]) -> str | None:
    """Write the shared words with their gaps; gaps with no letter between them are one, unless all are numbers."""
    numeric = _join("#", skeleton)
    if all(match_template(numeric, value) for value in values):
        return numeric if numeric.count("#") <= _MOST_WILD else None
    template = _join("*", skeleton)
    template = re.sub(r"\*(?:[^\w*]*\*)+", "*", template)
    return template if template.count("*") <= _MOST_WILD else None


def _join(wild: str, skeleton: Iterable[str | None]) -> str:
    return re.sub(rf"\{wild}+", wild, "".join(wild if token is None else token for token in skeleton))


def _is_safe(template: str, values: Sequence[str]) -> bool:
    """Say whether a template of a whole block covers nothing but what it was learned of."""
    words = _LETTERS.findall(template)
    letters = sum(map(len, words))
    if "*" not in template:
        return letters >= 4
    head = _LETTERS.findall(template.partition("*")[0])
    most = max(sum(map(len, _LETTERS.findall(value))) for value in values)
    return len(head) >= 2 and sum(map(len, head)) >= 6 and letters * 5 >= most * 2


def _take_contexts(template: str) -> list[str]:
    """Return each gap of a paragraph with the words beside it; none where they are too few to tell one."""
    parts = _WILD.split(template)
    ends = [place for place in range(2, len(parts) - 1, 2) if len(parts[place].split()) > 2 * _CONTEXT]
    spans = zip([0, *ends], [*ends, len(parts) - 1], strict=True)
    contexts = [_take_context(parts[start : end + 1]) for start, end in spans]
    return [context for context in contexts if context] if all(contexts) else []


def _take_context(parts: Sequence[str]) -> str | None:
    left = "".join(re.findall(r"\S+\s*", parts[0])[-_CONTEXT:])
    right = "".join(re.findall(r"\s*\S+", parts[-1])[:_CONTEXT])
    words = _LETTERS.findall(f"{left} {right}")
    is_open = (not left and parts[1] == "*") or (not right and parts[-2] == "*")  # it would reach too far
    is_told = len(words) >= 2 and sum(map(len, words)) >= 8
    return f"{left}{''.join(parts[1:-1])}{right}" if is_told and not is_open else None


def is_exchanged(values: Sequence[str]) -> bool:
    """Say whether texts in one place have little in common, or are short: then the place itself is what moves."""
    if max(map(len, values)) <= MOST_GAP:
        return True
    shared = min(_share(values[0], value) for value in values[1:])
    return shared < 0.5


def _share(one: str, other: str) -> float:
    words, others = one.split(), other.split()
    return SequenceMatcher(None, words, others, autojunk=False).ratio() if words and others else 0.0


def _find_moving_parameters(queries: Sequence[str], *, is_proven: bool) -> list[str] | None:
    """Name the parameters whose values move; None where one comes, goes, or moved only once."""
    named = [dict(item.partition("=")[::2] for item in query.split("&") if item) for query in queries]
    names = sorted(set().union(*named))
    if is_proven:
        return [name for name in names if named[-1].get(name) != named[-2].get(name)]
    if any(named[0].keys() != each.keys() for each in named):
        return None
    counts = {name: len({each[name] for each in named}) for name in names}
    return None if any(1 < count < len(queries) for count in counts.values()) else [n for n in names if counts[n] > 1]


def _write_folder(path: str) -> str:
    """Write where files lie that are served as one is: its folder, without numbers, and its extension."""
    folder, _, name = path.rpartition("/")
    folder = "/".join("*" if part.isdigit() else part for part in folder.split("/"))
    _, dot, extension = name.rpartition(".")
    return f"{folder}/*{dot}{extension if dot else ''}"


def _find_path(paths: Sequence[str], *, is_proven: bool) -> str | None:
    """Find the template for paths that differ in names a machine wrote, or in one name for which there is a proof."""
    split = [path.split("/") for path in paths]
    if len({len(each) for each in split}) != 1:
        return None
    columns = list(zip(*split, strict=True))
    differing = [place for place, parts in enumerate(columns) if len(set(parts)) > 1]
    named = {place: _find_segment(columns[place]) for place in differing}
    if all(named.values()):
        return "/".join(_write_segment(place, columns[place][0], named) for place in range(len(columns)))
    plain = _find_plain(columns[differing[0]]) if is_proven and len(differing) == 1 else None
    place = differing[0]
    return "/".join((*split[0][:place], plain, *split[0][place + 1 :])) if plain else None


def _write_segment(place: int, segment: str, named: Mapping[int, str | None]) -> str:
    """Write one part of a path: what moves, a folder before it (without numbers), or whatever stands behind it."""
    if place > min(named):
        return named.get(place) or "{}"
    return named.get(place) or ("#" if segment.isdigit() else segment)


def _find_segment(segments: Sequence[str]) -> str | None:
    """Find the token of names that a machine wrote: all else in them is kept, whatever it is."""
    tokens = [_TOKENS_OF_NAME.split(segment) for segment in segments]
    if len({len(each) for each in tokens}) != 1:
        return None
    columns = list(zip(*tokens, strict=True))
    moving = [place for place, column in enumerate(columns) if len(set(column)) > 1]
    spans = _widen(columns, moving[0], moving[-1] + 1)
    marks = ((_classify("".join(each[start:end]) for each in tokens), start, end) for start, end in spans)
    mark, start, end = next((found for found in marks if found[0]), (None, 0, 0))
    if mark is None:
        return None
    before, after = tokens[0][:start], tokens[0][end:]
    extension = "".join(after[-2:]) if after[-2:-1] == ["."] else ""
    rest = f"{after[0]}{{}}" if len(after) > (2 if extension else 0) else ""
    return f"{'{}' + before[-1] if before else ''}{mark}{rest}{extension}"


def _widen(columns: Sequence[Sequence[str]], start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield where something moves, and that with the numbers beside it: of a time, only the last ones may move."""
    yield start, end
    while end + 1 < len(columns) and all(token.isdigit() for token in (*columns[end + 1], *columns[end - 1])):
        end += 2
        yield start, end
    while start >= 2 and all(token.isdigit() for token in (*columns[start - 2], *columns[start])):
        start -= 2
        yield start, end


def _classify(tokens: Iterable[str]) -> str | None:
    """Name what a machine wrote: all of a class, and words of no language among them."""
    values = list(tokens)
    for mark, pattern in _CLASSES.items():
        if all(pattern.fullmatch(value) for value in values) and all(re.search(r"\d", value) for value in values):
            return mark
    return None


def _find_plain(segments: Sequence[str]) -> str | None:
    """Write names that differ in one stretch, with at least two letters before it and an extension behind."""
    start, end = _split_around(segments)
    return f"{start}*{end}" if len(re.findall(r"[^\W\d_]", start)) >= 2 and "." in end else None


def _split_around(texts: Sequence[str]) -> tuple[str, str]:
    """Return what texts have in common at their begin and at their end."""
    start, end = _common(texts), _common([text[::-1] for text in texts])[::-1]
    room = min(map(len, texts)) - len(start)
    return start, end[max(0, len(end) - room) :]


def _common(texts: Sequence[str]) -> str:
    shortest = min(texts, key=len)
    differs = (n for n, letters in enumerate(zip(*texts, strict=False)) if len(set(letters)) > 1)
    return shortest[: next(differs, len(shortest))]
