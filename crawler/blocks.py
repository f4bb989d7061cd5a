"""The normal form of a stored post's Markdown, and the one parser of it: a flat list of blocks with offsets.

Normal form: blocks stand apart by one blank line. Headings are `## ` to `###### ` (the title is no block); code is
fenced by ``` (or a longer run where the code holds one) with its language; a display formula stands between lines of
`$$`; a table is a pipe table; a figure is a paragraph of its own `![alt](src)` with its caption as the image's title;
quotes begin with `> `, list items with `- ` or `1. `; footnotes are `[^n]: text`. Inline formulas are `$tex$`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["heading", "paragraph", "list", "quote", "code", "math", "table", "figure", "footnote"]


@dataclass(frozen=True, slots=True)
class Block:
    """A block and where it stands: `markdown[start:end]` is the block as stored, without the blank line after it."""

    kind: BlockKind
    text: str  # inner text: a heading without its marks, code without its fence, a formula without its dollars
    start: int
    end: int
    level: int = 0  # of a heading, 2 to 6
    language: str | None = None  # of code


_FENCE = re.compile(r"(`{3,}|~{3,})[ \t]*([^\s`]*)")
_HEADING = re.compile(r"(#{1,6})[ \t]+(.*?)[ \t]*#*$")
_FIGURE = re.compile(r'!\[((?:\\.|[^\]\\])*)\]\(((?:\\.|[^\s()\\])*)(?:\s+"((?:\\.|[^"\\])*)")?\)$')
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_LIST = re.compile(r"(?:[-*+]|\d{1,9}[.)])[ \t]")
_FOOTNOTE = re.compile(r"\[\^[^\]\s]+\]:")


def blocks(markdown: str) -> list[Block]:
    """The blocks of a Markdown text in the order they stand in; any text is taken, and none raises."""
    found: list[Block] = []
    lines = markdown.split("\n")
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line) + 1)
    i = 0
    while i < len(lines):
        if not lines[i].strip():
            i += 1
            continue
        kind, last, text, level, language = _block_at(lines, i)
        found.append(Block(kind, text, starts[i], starts[last] + len(lines[last]), level, language))
        i = last + 1
    return found


def figure(text: str) -> tuple[str, str, str]:
    """The alt text, address and caption of a figure block, each plain; three empty strings when it is none."""
    match = _FIGURE.match(text.strip())
    if match is None:
        return "", "", ""
    alt, src, caption = (_ESCAPE.sub(r"\1", part or "") for part in match.groups())
    return alt, src, caption


def _block_at(lines: list[str], i: int) -> tuple[BlockKind, int, str, int, str | None]:
    """The block that begins at line i: its kind, last line, inner text, level and language."""
    line = lines[i]
    if fence := _FENCE.match(line):
        end = _closing(lines, i, lambda s: s.startswith(fence[1]) and not s.strip(fence[1][0]).strip())
        return "code", min(end, len(lines) - 1), "\n".join(lines[i + 1 : end]), 0, fence[2] or None
    if line.strip() == "$$":
        end = _closing(lines, i, lambda s: s.strip() == "$$")
        return "math", min(end, len(lines) - 1), "\n".join(lines[i + 1 : end]), 0, None
    if heading := _HEADING.match(line):
        return "heading", i, heading[2], len(heading[1]), None
    last = i
    # A list or a footnote goes on over a blank line when what follows is indented or another item
    while last + 1 < len(lines) and (
        lines[last + 1].strip() and not _HEADING.match(lines[last + 1]) and not _opens(lines[last + 1])
    ):
        last += 1
    stretch = lines[i : last + 1]
    if _LIST.match(line):
        last = _list_end(lines, i)
        return "list", last, "\n".join(lines[i : last + 1]), 0, None
    if line.startswith(">"):
        return "quote", last, "\n".join(re.sub(r"^> ?", "", s) for s in stretch), 0, None
    if line.startswith("|") and len(stretch) > 1:
        return "table", last, "\n".join(stretch), 0, None
    if len(stretch) == 1 and _FIGURE.match(line.strip()):
        return "figure", last, line.strip(), 0, None
    if _FOOTNOTE.match(line):
        return "footnote", last, "\n".join(stretch), 0, None
    return "paragraph", last, "\n".join(stretch), 0, None


def _opens(line: str) -> bool:
    return bool(_FENCE.match(line)) or line.strip() == "$$"


def _closing(lines: list[str], i: int, closes: Callable[[str], bool]) -> int:
    """The line that closes what line i opened, or the one after the last where none does."""
    for j in range(i + 1, len(lines)):
        if closes(lines[j]):
            return j
    return len(lines)


def _list_end(lines: list[str], i: int) -> int:
    """The last line of the list that begins at line i: items, their indented lines, blank lines between them."""
    last = i
    j = i + 1
    while j < len(lines):
        line = lines[j]
        if line.strip():
            belongs = line[0] in " \t" or _LIST.match(line) or (lines[j - 1].strip() and not _opens(line))
            if not belongs or _HEADING.match(line):
                break
            last = j
        elif (
            j + 1 < len(lines) and lines[j + 1].strip() and not (lines[j + 1][0] in " \t" or _LIST.match(lines[j + 1]))
        ):
            break
        j += 1
    return last
