"""Noise: what a page prints otherwise at every look though nobody edits it, and how it is left out of a comparison.

A rule is a kind and a template. Of texts, ``*`` stands for anything and ``#`` for a number; of addresses, ``*`` stands
for what moves, ``{}`` for what does not, and ``<hash>`` and the like for what machines write into names.
"""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from archiver.text.templates import cut_template, match_glob, match_template
from archiver.urls import identify_file

Kind = Literal["block", "text", "address", "parameter", "folder", "region", "file"]
KINDS: tuple[Kind, ...] = ("block", "text", "address", "parameter", "folder", "region", "file")

FILE_KINDS: tuple[Kind, ...] = ("address", "parameter", "folder")
MOST_BLOCK = 300
"""Characters of a block of text that a learned template may leave out as a whole."""
MOST_BETWEEN = 10
"""Blocks of text that a region may hold."""
CLASSES = {
    "<hash>": "(?!(?:19|20)[0-9]{2}[01][0-9][0-3][0-9])[0-9a-fA-F]{6,}",
    "<time>": "[0-9]{8,}|[0-9]{4}(?:[-_.T][0-9]{2,6}){1,5}",
    "<size>": "[0-9]{1,5}x[0-9]{1,5}",
    "<uuid>": "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "<key>": "[0-9A-Za-z]{10,}",
}
"""What machines write into the names of files: a digest, a date or time, a size in pixels, random keys."""
_MOST_MARKS = 3
_MARK = re.compile(r"(\{\}|<(?:hash|time|size|uuid|key)>)")


@dataclass(frozen=True, slots=True, order=True)
class Rule:
    """One thing that is no content.

    ``block``: a block of text (a paragraph, a lead, a caption) that fits the template as a whole. ``text``: a part of
    one. ``address``: what the template marks in the path of a file. ``parameter``: of a file's address, after its
    path, the parameter behind the last ``?``. ``folder``: images that lie there. ``region``: what stands between two
    blocks, named by their digests. ``file``: a rule of files that holds in articles with the block of that digest.
    """

    kind: Kind
    template: str


@dataclass(frozen=True)  # without slots: its parts are sorted out once
class Noise:
    """The noise of one site; nothing of it is content."""

    rules: tuple[Rule, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rules)

    def cut(self, text: str) -> str:
        """Return a block of text without its noise; empty where it is nothing else."""
        if len(text) <= MOST_BLOCK and any(match_template(template, text) for template in self._kinds["block"]):
            return ""
        for template in self._kinds["text"]:
            text = cut_template(template, text)
        return text

    def mask(self, url: str) -> str:
        """Return what tells a file from another: its path and query without what moves."""
        path, _, query = identify_file(url).partition("?")
        kept = [item for item in query.split("&") if item and not self._drops(path, item.partition("=")[0])]
        for template in self._kinds["address"]:
            path = mask_path(template, path)
        return f"{path}?{'&'.join(kept)}" if kept else path

    def moves_from(self, url: str) -> int | None:
        """Return where in an address something moves first; None where nothing does."""
        identity, masked = identify_file(url), self.mask(url)
        begin = url.find("/", url.find("//") + 2)
        if masked == identity or not url.startswith(identity.partition("?")[0], begin):
            return None
        pairs = enumerate(zip(identity, masked, strict=False))
        return begin + next((at for at, (one, other) in pairs if one != other), len(masked))

    def drop_regions(self, blocks: list[str]) -> list[int]:
        """Return the places of the blocks that stand in no region of noise."""
        digests = ["", *map(digest_block, blocks), ""]
        dropped: set[int] = set()
        for start, digest in enumerate(digests[:-1]):
            ends = digests[start + 1 : start + MOST_BETWEEN + 2]
            found = (start + 1 + ends.index(after) for after in self._regions.get(digest, ()) if after in ends)
            dropped.update(range(start, min(found, default=start + 1) - 1))
        return [place for place in range(len(blocks)) if place not in dropped]

    def drops_image(self, identity: str) -> bool:
        """Say whether an image is noise as a whole."""
        return any(match_glob(glob, identity) for glob in self._kinds["folder"])

    def of_article(self, blocks: Iterable[str]) -> "Noise":
        """Return the noise of an article with these blocks: that of its site, and its own."""
        if not self._kinds["file"]:
            return self
        digests = {*map(digest_block, blocks)}
        own = [rule for anchor, rule in self._files if anchor in digests]
        return make_noise(frozenset((*self.rules, *own))) if own else self

    @cached_property
    def _kinds(self) -> dict[Kind, list[str]]:
        return {kind: [rule.template for rule in self.rules if rule.kind == kind] for kind in KINDS}

    @cached_property
    def _regions(self) -> dict[str, list[str]]:
        regions: dict[str, list[str]] = {}
        for template in self._kinds["region"]:
            before, _, after = template.partition("|")
            regions.setdefault(before, []).append(after)
        return regions

    @cached_property
    def _files(self) -> list[tuple[str, Rule]]:
        return [unpack_rule(template) for template in self._kinds["file"]]

    @cached_property
    def _parameters(self) -> list[tuple[str, str]]:
        return [(glob, name) for glob, _, name in (each.rpartition("?") for each in self._kinds["parameter"])]

    def _drops(self, path: str, name: str) -> bool:
        return any(name == moving and match_glob(glob, path) for glob, moving in self._parameters)


QUIET = Noise()
"""No noise at all."""


@lru_cache(maxsize=256)
def make_noise(rules: frozenset[Rule]) -> Noise:
    """Make the noise of some rules, in one order."""
    return Noise(tuple(sorted(rules)))


def pack_rule(anchor: str, rule: Rule) -> Rule:
    """Return a rule of files that holds in the articles with a block of text alone."""
    return Rule("file", f"{digest_block(anchor)} {rule.kind} {rule.template}")


def unpack_rule(template: str) -> tuple[str, Rule]:
    """Return the digest of the block and the rule of which a template of ``file`` is made."""
    anchor, _, inner = template.partition(" ")
    kind, _, template = inner.partition(" ")
    return anchor, Rule(next((known for known in FILE_KINDS if known == kind), "folder"), template)


def digest_block(text: str) -> str:
    """Return the digest by which a block of text is named in a rule; empty for none."""
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else ""


def mask_path(template: str, path: str) -> str:
    """Return a path with ``*`` for what a template marks in it; as it is where the template does not fit."""
    marks = [len(_MARK.findall(segment)) for segment in template.split("/")]
    if max(marks) > _MOST_MARKS:  # of nobody's making: to match it could take long
        return path
    if not any(marks):
        return template if match_glob(template, path) else path
    found = _compile_path(template).fullmatch(path)
    return "*".join(found.groups()) if found else path


@lru_cache(maxsize=512)
def _compile_path(template: str) -> re.Pattern[str]:
    """Write a path template as a pattern whose groups are what is kept."""
    pattern = "("
    for part in _MARK.split(template):
        pattern += "[^/]*?" if part == "{}" else f")(?:{CLASSES[part]})(" if part in CLASSES else _write_literal(part)
    return re.compile(f"{pattern})")


def _write_literal(part: str) -> str:
    """Write what is literal in a path; ``/#/`` is a folder named by a number."""
    return re.escape(part).replace(r"/\#/", "/[0-9]+/").replace(r"/\#/", "/[0-9]+/")
