"""Where a post's text may be cut: its blocks with the heading path that each stands under."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

from crawler.blocks import Block, blocks
from crawler.text import plain, plain_inline

_REFERENCES = re.compile(
    r"^[\W\d]*(?:references?|bibliography|citations?|cited.*|further reading|acknowledge?ments?"
    r"|footnotes?|resources|links)\W*$"
    r"|参考|引用|致谢|延伸阅读|相关链接",
    re.I,
)
LEAST_SHARE = 8  # a section of under an eighth of a stretch, some 25 words, goes on into the next


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a post's Markdown, `markdown[start:end]`, and the heading path above it."""

    start: int
    end: int
    heading: str  # "Optimisers > Adam"; empty above the first heading
    also: tuple[str, ...] = ()  # the heading paths of the sections that it goes on into

    @property
    def headings(self) -> str:
        """All its heading paths."""
        return " · ".join((self.heading, *self.also))


@lru_cache(20_000)
def is_references(heading: str) -> bool:
    """Whether a heading, or the last of a heading path, is above a list of other people's titles, or thanks."""
    return bool(_REFERENCES.search(heading.rsplit(" > ", 1)[-1]))


def blocks_with_headings(markdown: str) -> Iterator[tuple[str, Block]]:
    """Each block with its heading path, headings themselves left out; one with nothing below it stands as a block."""
    path: list[tuple[int, str]] = []
    bare: Block | None = None
    for block in blocks(markdown):
        if block.kind == "heading":
            if bare is not None and bare.level >= block.level:
                yield _joined(path), bare
            while path and path[-1][0] >= block.level:
                path.pop()
            path.append((block.level, plain_inline(block.text).strip()))
            bare = block
        else:
            yield _joined(path), block
            bare = None
    if bare is not None:
        yield _joined(path), bare


def _joined(path: list[tuple[int, str]]) -> str:
    return " > ".join(title for _, title in path if title)


def stretches(markdown: str, size: int) -> list[Stretch]:
    """Stretches of some `size` bytes of UTF-8 that end where a block ends and hold blocks of one section each.

    Bytes, because a Chinese character, in three of them, says about as much as half an English word in six. A block
    of more than four sizes is cut at its lines, or anywhere when it has none. A section that says little, a picture or
    a bare heading, goes on into the next one, the last one with what is before it: BM25 takes a short text for telling.
    """
    found: list[Stretch] = []
    for stretch in _in_sections(markdown, size):
        if found and _says_little(markdown, found[-1], size):
            stretch = _joint(found.pop(), stretch)
        found.append(stretch)
    if len(found) > 1 and _says_little(markdown, found[-1], size):
        last = found.pop()
        found.append(_joint(found.pop(), last))
    return found


def _joint(one: Stretch, other: Stretch) -> Stretch:
    return replace(one, end=other.end, also=(*one.also, other.heading, *other.also))


def _says_little(markdown: str, stretch: Stretch, size: int) -> bool:
    if stretch.end - stretch.start > size:
        return False
    return len(plain(markdown[stretch.start : stretch.end]).encode("utf-8", "replace")) * LEAST_SHARE < size


def _in_sections(markdown: str, size: int) -> Iterator[Stretch]:
    """The stretches of each section."""
    start = end = weight = 0
    heading = ""
    for path, block in blocks_with_headings(markdown):
        for piece_start, piece_end in _pieces(markdown, block, 4 * size):
            more = len(markdown[piece_start:piece_end].encode("utf-8", "replace"))
            if weight and (path != heading or weight + more // 2 > size):
                yield Stretch(start, end, heading)
                weight = 0
            if not weight:
                start, heading = piece_start, path
            end = piece_end
            weight += more
    if weight:
        yield Stretch(start, end, heading)


def _pieces(markdown: str, block: Block, most: int) -> Iterator[tuple[int, int]]:
    """The block's span, in pieces of at most `most` characters where it is longer."""
    start = block.start
    while block.end - start > most:
        cut = markdown.rfind("\n", start + most // 2, start + most) + 1 or start + most
        yield start, cut
        start = cut
    if block.end > start:
        yield start, block.end
