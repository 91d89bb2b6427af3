"""Telling the name of an account, which portals print below an article, from the signature of its author."""

from archiver.html.elements import attribute_of
from archiver.parsing.body.article_body import is_signature
from archiver.parsing.body.blocks import Block
from archiver.parsing.generic.outline import Line
from archiver.parsing.generic.words import ACCOUNT

# A label, or brackets around a source: the line belongs to the signature above it.
_LABELS = frozenset(":：(（")


def drop_account(blocks: list[Block], ending: list[Line]) -> None:
    """Drop the name of the account that closes the blocks of a body; ``ending`` are the last two lines of the body.

    An account is known by its words, or it is a second name right behind a signature, without a label, and written
    another way: outside the element of the signature, or aligned by a style where that is by an attribute. Authors sign
    where they write, the template of the portal prints what it knows behind that. Seen on the Liferay portals of Hà
    Nội. A name that is alone stays.
    """
    if not blocks:
        return
    if ACCOUNT.fullmatch(blocks[-1].text):
        while blocks and ACCOUNT.fullmatch(blocks[-1].text):
            blocks.pop()
    elif _ends_in_account(blocks[-2:], ending):
        blocks.pop()


def _ends_in_account(blocks: list[Block], ending: list[Line]) -> bool:
    """Say whether the last two blocks are a signature and a name that was not written with it."""
    if len(blocks) < 2 or [block.text for block in blocks] != [line.text for line in ending]:
        return False
    if not all(is_signature(block, last=True) for block in blocks) or _LABELS & set(blocks[-1].text):
        return False
    signature, name = ending
    return signature.block.parent is not name.block.parent or _read_aligning(signature) != _read_aligning(name)


def _read_aligning(line: Line) -> tuple[bool, bool]:
    """Read by what the element of a line is aligned: an attribute, a style, both or neither."""
    return line.block.has_attr("align"), "text-align" in attribute_of(line.block, "style")
