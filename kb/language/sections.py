"""Where a post's text may be cut: its blocks with the heading path that each stands under."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from crawler.blocks import Block, blocks
from crawler.text import plain_inline


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a post's Markdown, `markdown[start:end]`, and the heading path above it."""

    start: int
    end: int
    heading: str  # "Optimisers > Adam"; empty above the first heading


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


def stretches(markdown: str, size: int) -> Iterator[Stretch]:
    """Stretches of some `size` bytes of UTF-8 that end where a block ends and hold blocks of one section each.

    Bytes, because a Chinese character, in three of them, says about as much as half an English word in six. A block
    of more than four sizes is cut at its lines, or anywhere when it has none.
    """
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
