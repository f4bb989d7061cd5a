"""Pieces: a page's body as a flat row of blocks in document order, each of which can be kept or left out."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from crawler.read.tree import Element


@dataclass(slots=True)
class Piece:
    """One block of a page, or one item of a list."""

    kind: str  # heading, paragraph, item, code, math, table, figure, footnote
    text: str  # Markdown, without list marks and quote signs
    element: Element = field(repr=False)
    marks: str = ""  # the marks of the runs that it was made of
    level: int = 0  # of a heading; depth of an item
    bullet: str = ""  # "- " or "3. "
    group: int = 0  # the list that an item belongs to, by number
    quote: int = 0  # the quotation that it stands in, by number
    links: float = 0.0  # share of its text in links


def fence(code: str, language: str) -> str:
    """A fenced block, its fence longer than any in the code."""
    longest = max((len(run) for run in re.findall(r"(?m)^\s*(`{3,})", code)), default=2)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{language}\n{code}\n{marks}"


def assemble(pieces: list[Piece]) -> str:
    """The Markdown of pieces in their order."""
    out: list[str] = []
    previous: Piece | None = None
    for piece in pieces:
        text = piece.text
        if piece.kind == "item":
            indent = "  " * (piece.level - 1)
            hang = indent + " " * (len(piece.bullet) or 2)
            text = (indent + piece.bullet if piece.bullet else hang) + text.replace("\n", "\n" + hang)
        elif piece.kind == "heading":
            text = "#" * piece.level + " " + text
        if piece.quote:
            text = "\n".join("> " + line if line else ">" for line in text.split("\n"))
        if previous is not None:
            together = piece.quote == previous.quote
            if together and piece.kind == previous.kind == "item" and piece.group == previous.group:
                gap = "\n" if piece.bullet else "\n\n" if not piece.quote else "\n>\n"
            elif together and piece.quote:
                gap = "\n>\n"
            else:
                gap = "\n\n"
            out.append(gap)
        out.append(text)
        previous = piece
    return "".join(out)
