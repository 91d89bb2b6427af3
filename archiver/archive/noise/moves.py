"""What moves between two looks at an article: blocks of its text, and addresses of its images and documents."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from archiver.archive.history.content import Content
from archiver.archive.noise.without_noise import list_blocks, list_items, list_links
from archiver.compare.noise import MOST_BETWEEN, QUIET, Noise

PARTS = ("blocks", "captions", "images", "titles", "attachments", "links")
FILES = ("images", "attachments")
ADDRESSES = (*FILES, "links")
MOST_REGIONS = 4
"""In so many places of its text an article may move at once; more are an edit."""
MOST_CHARACTERS = 1500
"""So many of the text, on either side, may move."""


@dataclass(frozen=True, slots=True)
class PageState:
    """An article at one look, as far as it can move: each of PARTS is a sequence of texts or addresses.

    ``still`` is what noise never moves.
    """

    parts: Mapping[str, tuple[str, ...]]
    still: tuple[str | None, ...]

    @classmethod
    def of_content(cls, content: Content, noise: Noise = QUIET) -> "PageState":
        """Take a content apart, without the noise that is known."""
        files = {field: list_items(content, field, noise) for field in FILES}
        parts = {
            "blocks": tuple(block.text for block in list_blocks(content, noise)),
            "captions": tuple(item.text for item in files["images"]),
            "images": tuple(item.identity for item in files["images"]),
            "titles": tuple(item.text for item in files["attachments"]),
            "attachments": tuple(item.identity for item in files["attachments"]),
            "links": tuple(item.identity for item in list_links(content, noise)),
        }
        return cls(parts, (content.comparable["title"], content.comparable["published"]))


@dataclass(frozen=True, slots=True)
class MovingRegion:
    """A stretch of one part that differs: from where to where before, and after."""

    before: range
    after: range

    @property
    def is_pairwise(self) -> bool:
        """Say whether each place before has its own after."""
        return len(self.before) == len(self.after)


def find_moves(before: PageState, after: PageState) -> dict[str, list[MovingRegion]]:
    """Find what moved between two looks, part by part; parts that stood still are left out."""
    moves = {part: list(_compare(before.parts[part], after.parts[part])) for part in PARTS}
    return {part: regions for part, regions in moves.items() if regions}


def is_small(before: PageState, after: PageState, moves: Mapping[str, Sequence[MovingRegion]]) -> bool:
    """Say whether a change may be noise: addresses, or few and short places of a text of which more stands still."""
    if not moves or before.still != after.still:
        return False
    regions = moves.get("blocks", ())
    if len(regions) > MOST_REGIONS or any(max(len(r.before), len(r.after)) > MOST_BETWEEN for r in regions):
        return False
    sides = [(look.parts["blocks"], side) for look, side in ((before, "before"), (after, "after"))]
    return not regions or all(
        _is_short(blocks, [getattr(region, side) for region in regions]) for blocks, side in sides
    )


def _is_short(blocks: tuple[str, ...], moved: list[range]) -> bool:
    places = {place for places in moved for place in places}
    return len(places) < len(blocks) and sum(len(blocks[place]) for place in places) <= MOST_CHARACTERS


def _compare(before: tuple[str, ...], after: tuple[str, ...]) -> Iterator[MovingRegion]:
    if before == after:
        return
    for tag, *(start, end, begin, stop) in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag != "equal":
            yield MovingRegion(range(start, end), range(begin, stop))
