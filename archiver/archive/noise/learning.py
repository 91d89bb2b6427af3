"""Learning what is noise from an article's own looks: what moved again although nobody can have edited it.

Proof is a second look in one run: what moved before it, and moved again within it while the rest stood still. What
moves by the day is proven so by nothing; of that, addresses that a machine made are taken for noise after three looks,
and texts that print the day of each look.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from archiver.archive.noise.generalising import generalise_address, generalise_text, is_exchanged
from archiver.archive.noise.moves import ADDRESSES, MovingRegion, PageState, find_moves, is_small
from archiver.compare.noise import Rule, digest_block, pack_rule

Proof = Literal["second look", "three looks"]

MOST_BETWEEN_LOOKS = timedelta(hours=12)
"""So long after the first look of a run the second proves anything: in a day somebody may have edited the page."""
_ANCHOR = 40
"""Characters of a block of text by which a place is known: long enough to stand in one article alone."""
_MOST_EXCHANGED = 1500
_DATE = re.compile(r"(?<!\d)(\d{1,2})(?:[/.-]| tháng )(\d{1,2})(?:[/.-]| năm )(\d{4})(?!\d)")
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class DatedState:
    """An article at a time, in a run; ``files`` are the digests of those of its files that were downloaded."""

    at: datetime
    run_id: int
    look: PageState
    files: Mapping[str, bytes] = field(default_factory=dict)


def learn_twice(before: DatedState, first: DatedState, second: DatedState) -> set[Rule]:
    """Learn from two looks of one run, and the look before them: what moved both times is noise."""
    moves = find_moves(first.look, second.look)
    if not is_small(first.look, second.look, moves):
        return set()
    earlier = find_moves(before.look, first.look)
    return {
        rule for part in moves for rule in _learn_part(part, earlier.get(part, []), moves[part], before, first, second)
    }


def learn_thrice(looks: tuple[DatedState, DatedState, DatedState]) -> set[Rule]:
    """Learn from looks of three runs: what differs in all of them while the rest stands still, and is no hand's."""
    one, two, three = (seen.look for seen in looks)
    earlier, moves = find_moves(one, two), find_moves(two, three)
    if not (is_small(one, two, earlier) and is_small(two, three, moves)):
        return set()
    rules: set[Rule] = set()
    for part in moves.keys() & earlier.keys():
        for values in list_triples(part, earlier[part], moves[part], one, two, three).values():
            if len(set(values)) == len(values):
                rules |= _generalise_daily(part, values, looks)
    return rules


def _learn_part(
    part: str,
    earlier: Sequence[MovingRegion],
    moves: Sequence[MovingRegion],
    before: DatedState,
    first: DatedState,
    second: DatedState,
) -> Iterator[Rule]:
    looks = before.look, first.look, second.look
    triples = list_triples(part, earlier, moves, *looks)
    moved = {place for region in (*(r.after for r in earlier), *(r.before for r in moves)) for place in region}
    for place, values in triples.items():
        rules = _generalise_addresses(values, is_proven=True) if part in ADDRESSES else generalise_text(values)
        yield from rules or _name_exchanged(part, looks, range(place, place + 1), moved, values)
    for region in moves:
        touching = [r for r in earlier if _touch(r.after, region.before)]
        if touching and not all(place in triples for place in region.before or (None,)):
            start = min(region.before.start, *(r.after.start for r in touching))
            stop = max(region.before.stop, *(r.after.stop for r in touching))
            shown = [(second.look, region.after), (first.look, range(start, stop))]
            shown += [(before.look, r.before) for r in touching]
            texts = [look.parts[part][place] for look, places in shown for place in places]
            yield from _name_place(part, looks, range(start, stop), moved, texts)


def _generalise_addresses(values: Sequence[str], *, is_proven: bool) -> tuple[Rule, ...]:
    """Write the rules for addresses of files, or of links if these lead to one host; what is no address has none."""
    hosts, paths = zip(*map(split_host, values), strict=True)
    if len(set(hosts)) > 1 or not all(path.startswith(("/", "img_id=")) for path in paths):
        return ()
    return generalise_address(paths, is_proven=is_proven)


def split_host(address: str) -> tuple[str, str]:
    """Split what identifies a link of another site (``//host/path``) before its path; a file's has no host."""
    start = address.find("/", 2) if address.startswith("//") else 0
    return (address, "") if start < 0 else (address[:start], address[start:])


def list_triples(
    part: str,
    earlier: Sequence[MovingRegion],
    moves: Sequence[MovingRegion],
    one: PageState,
    two: PageState,
    three: PageState,
) -> dict[int, tuple[str, str, str]]:
    """List what stood in a place at three looks, for the places that moved both times; by the place in the middle."""
    pairs = ((r.after, r.before) for r in earlier if r.is_pairwise)
    back = {after: before for region in pairs for after, before in zip(*region, strict=True)}
    forth = {before: after for r in moves if r.is_pairwise for before, after in zip(r.before, r.after, strict=True)}
    texts = one.parts[part], two.parts[part], three.parts[part]
    return {place: (texts[0][back[place]], texts[1][place], texts[2][forth[place]]) for place in back.keys() & forth}


def _touch(one: range, other: range) -> bool:
    """Say whether two stretches overlap; of two empty ones, whether they are in one place."""
    return one == other or (one.start < other.stop and other.start < one.stop)


def _name_exchanged(
    part: str, looks: tuple[PageState, PageState, PageState], place: range, moved: set[int], values: Sequence[str]
) -> Iterator[Rule]:
    """Write the rule for a place whose texts have little in common: a word that moves in a long one names no place."""
    if part in ADDRESSES or is_exchanged(values):
        yield from _name_place(part, looks, place, moved, values)


def _name_place(
    part: str, looks: tuple[PageState, PageState, PageState], place: range, moved: set[int], values: Sequence[str]
) -> Iterator[Rule]:
    """Write the rule for a place of one article: what stands between two blocks, or the images of a folder."""
    if part == "images":
        yield from _name_folders(looks, values)
    if part != "blocks" or sum(map(len, values)) > _MOST_EXCHANGED * len(looks):
        return
    blocks = looks[1].parts["blocks"]
    start = next((at for at in range(place.start - 1, -1, -1) if at not in moved), None)
    end = next((at for at in range(place.stop, len(blocks)) if at not in moved), None)
    sides = [blocks[at] if at is not None else "" for at in (start, end)]
    if max(map(len, sides)) >= _ANCHOR:
        yield Rule("region", "|".join(map(digest_block, sides)))


def _name_folders(looks: tuple[PageState, PageState, PageState], values: Sequence[str]) -> Iterator[Rule]:
    """Write the rule for images that come and go, if none that stays lies in their folder."""
    stable = {_folder_of(image) for image in _intersect(looks, "images")}
    for folder in sorted({_folder_of(image) for image in values} - stable - {""}):
        yield from _confine(looks, Rule("folder", f"{folder}/*"))


def _confine(looks: tuple[PageState, PageState, PageState], rule: Rule) -> Iterator[Rule]:
    """Confine a rule of files to one article: that with the longest block of text that stood still."""
    anchor = max(_intersect(looks, "blocks"), key=lambda text: (len(text), text), default="")
    if len(anchor) >= _ANCHOR:
        yield pack_rule(anchor, rule)


def _intersect(looks: tuple[PageState, PageState, PageState], part: str) -> set[str]:
    return set.intersection(*({*look.parts[part]} for look in looks))


def _folder_of(image: str) -> str:
    return image.partition("?")[0].rpartition("/")[0]


def _generalise_daily(part: str, values: tuple[str, str, str], looks: Sequence[DatedState]) -> set[Rule]:
    """Write the rules for a place that moves by the day; a file whose bytes were exchanged too is no noise.

    Somebody may have exchanged a picture three times: so of files such a rule holds for this article alone.
    """
    if part in ADDRESSES:
        digests = {seen.files.get(value) for seen, value in zip(looks, values, strict=True)} - {None}
        rules = _generalise_addresses(values, is_proven=False) if len(digests) <= 1 else ()
        three = looks[0].look, looks[1].look, looks[2].look
        return {confined for rule in rules for confined in _confine(three, rule)}
    return set(generalise_text(values)) if follows_clock(values, [seen.at for seen in looks]) else set()


def follows_clock(values: Sequence[str], times: Sequence[datetime]) -> bool:
    """Say whether texts print the days of their looks, or one number that grows as the days between them."""
    if all(_prints_day(value, time) for value, time in zip(values, times, strict=True)):
        return True
    numbers = [[int(number) for number in _NUMBER.findall(value)] for value in values]
    if any(len(each) != 1 for each in numbers):
        return False
    steps = zip(numbers, numbers[1:], times, times[1:], strict=False)
    return all(
        after[0] - before[0] == round((end - start) / timedelta(days=1)) > 0 for before, after, start, end in steps
    )


def _prints_day(text: str, at: datetime) -> bool:
    """Say whether a text prints the day of a time, in whichever zone."""
    days = {(at + timedelta(days=shift)).date() for shift in (-1, 0, 1)}
    found = {(int(year), int(month), int(day)) for day, month, year in _DATE.findall(text)}
    return any((day.year, day.month, day.day) in found for day in days)


def list_learned(seen: Sequence[DatedState]) -> Iterator[tuple[Rule, Proof, int]]:
    """List what the looks at one article teach, in the order of their time: the rule, its proof, the last look."""
    for number in range(2, len(seen)):
        before, first, second = seen[number - 2 : number + 1]
        if first.run_id == second.run_id and second.at - first.at <= MOST_BETWEEN_LOOKS:
            yield from ((rule, "second look", number) for rule in sorted(learn_twice(before, first, second)))
    last = {one.run_id: number for number, one in enumerate(seen)}
    numbers = sorted(last.values())
    for three in zip(numbers, numbers[1:], numbers[2:], strict=False):
        rules = learn_thrice((seen[three[0]], seen[three[1]], seen[three[2]]))
        yield from ((rule, "three looks", three[2]) for rule in sorted(rules))
