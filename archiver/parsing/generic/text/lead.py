"""Finding the lead of an article: the lines that stand in an element of their own before the body."""

from archiver.parsing.generic.outline import LineSpan, Outline

SHORTEST_LEAD = 30
LONGEST_LEAD = 4000
# So many lines in an element of their own are a lead although they are a good part of the text.
MOST_LINES = 2


def find_lead(outline: Outline, chosen: tuple[int, ...], body: LineSpan) -> tuple[int, ...]:
    """Find the lines of the lead among those of an article: those of the first element before that of the body.

    ``body`` is the element that holds most of the text. Empty for an article whose text stands in one element.
    """
    if len(chosen) < 2:
        return ()
    root, branch = _branch(outline, chosen[0], chosen[-1])
    lead = tuple(index for index in chosen if index < branch)
    rest = chosen[len(lead) :]
    if not rest or (chosen[0] >= body.start and not _is_apart(outline, lead, rest, root)):
        return ()
    length = sum(len(outline.lines[index].text) for index in lead)
    return lead if SHORTEST_LEAD <= length <= LONGEST_LEAD else ()


def _branch(outline: Outline, first: int, last: int) -> tuple[LineSpan, int]:
    """Return the smallest element around two lines, and where the part of it with the first one ends."""
    *inner, root = _spans_up_to(outline, first, last)
    return root, inner[-1].end if inner else first + 1


def _spans_up_to(outline: Outline, first: int, last: int) -> list[LineSpan]:
    """Return the spans around the first line up to the one that holds the last line too."""
    spans = []
    for span in outline.around(first):
        spans.append(span)
        if span.end > last:
            break
    return spans


def _is_apart(outline: Outline, lead: tuple[int, ...], rest: tuple[int, ...], root: LineSpan) -> bool:
    """Say whether a few lines stand in an element of their own before more lines in another one."""
    if len(lead) > MOST_LINES or len(rest) < 2 or outline.lines[rest[0]].block is root.element:
        return False
    return _branch(outline, rest[0], rest[-1])[0].depth > root.depth
