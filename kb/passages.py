"""Cuts a post's Markdown into the passages that are embedded: along headings and paragraphs, within the model's limit.

A figure, formula, table or piece of code stays with the paragraph before it, which explains it, and a formula with
what goes on after it, as long as they fit together. The offsets are those of the stored text, to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from crawler.blocks import Block
from crawler.text import plain, sentences
from kb.language.sections import blocks_with_headings
from kb.types import Passage

VERSION = "cut1"  # part of made_by: raise it when passages come out differently
SPECIAL_TOKENS = 2
SLACK = 4  # tokens of pieces do not quite add up to those of their sum
HEAD_SHARE = 4  # title and headings take at most a quarter of the room
LEAST_SHARE = 5  # a passage under a fifth of the room goes on into the next section
MOST_PASSAGES = 400  # a post; the rest of a longer text (a pasted log, a book) is found by its words alone

Count = Callable[[list[str]], list[int]]


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    heading: str
    kind: str  # of its block
    cost: int  # tokens
    glued: bool = False  # belongs to the piece before it


def cut(title: str, markdown: str, *, count: Count, max_tokens: int) -> list[Passage]:
    """The passages of a post, in order; for a post without text one that is its title alone.

    count: tokens of each text as the model will see it, special ones left out (for a glossed text: of the gloss).
    max_tokens: the model's limit, special tokens included.
    """
    room = max_tokens - SPECIAL_TOKENS - SLACK
    heads = _Heads(title, count, room // HEAD_SHARE)
    pieces = _pieces(markdown, count, heads, room)
    found = [
        _passage(i, heads, group, markdown) for i, group in enumerate(_packed(pieces, heads, room)) if i < MOST_PASSAGES
    ]
    return found or [Passage(0, 0, 0, "", heads.text(""), 0, 0)]


class _Heads:
    """What stands before a passage's text: the title, and the heading path below it, within a share of the room."""

    def __init__(self, title: str, count: Count, room: int) -> None:
        self._title, self._count, self._room = title.strip(), count, room
        self._seen: dict[str, tuple[str, int]] = {}

    def text(self, heading: str) -> str:
        return self._of(heading)[0]

    def cost(self, heading: str) -> int:
        return self._of(heading)[1]

    def _of(self, heading: str) -> tuple[str, int]:
        if heading not in self._seen:
            last = heading.rsplit(" > ", 1)[-1]
            full = f"{self._title}: {heading}" if heading else self._title
            short = f"{self._title}: {last}" if heading else self._title
            for text in (full, short, self._title, self._title[: 3 * self._room], ""):
                cost = self._count([text])[0] if text else 0
                if cost <= self._room:
                    break
            self._seen[heading] = (text, cost)
        return self._seen[heading]


def _pieces(markdown: str, count: Count, heads: _Heads, room: int) -> list[_Piece]:
    """The blocks, those that are too long for one passage cut further."""
    found = list(blocks_with_headings(markdown))
    costs = count([plain(markdown[b.start : b.end]) for _, b in found]) if found else []
    pieces: list[_Piece] = []
    before: Block | None = None
    for (heading, block), cost in zip(found, costs, strict=True):
        room_here = room - heads.cost(heading)
        glued = before is not None and bool(pieces) and pieces[-1].heading == heading and _goes_on(before, block)
        if cost > room_here:
            # the first part leaves room for a short explanation before it
            explained = glued and pieces[-1].cost * 2 < room_here
            first = room_here - pieces[-1].cost if explained else room_here
            parts = list(_parts(markdown, heading, block, count, first, room_here))
            pieces += [replace(parts[0], glued=explained), *parts[1:]]
        else:
            pieces.append(_Piece(block.start, block.end, heading, block.kind, cost, glued))
        before = block
    return pieces


def _goes_on(before: Block, block: Block) -> bool:
    """Whether a block belongs to the one before it."""
    if before.kind == "heading":
        return False
    if block.kind in ("code", "math", "table", "figure"):
        return True
    return before.kind == "math" and bool(re.match(r"[a-z其这即为是,，.。]|where\b|(?:式|其)中", block.text))


def _parts(markdown: str, heading: str, block: Block, count: Count, first: int, room: int) -> Iterator[_Piece]:
    """A block that is too long, in parts: at its lines (code, formulas, tables), or where a sentence ends.

    first: tokens that the first part may have, where that is less than `room`.
    """
    text = markdown[block.start : block.end]
    if block.kind in ("code", "math", "table"):
        spans = [m.span() for m in re.finditer(r"[^\n]+", text)]
    else:
        spans = sentences(text)
    spans = [part for span in spans for part in _halves(text, span, count, min(first, room))]
    costs = count([text[a:b] for a, b in spans]) if spans else []
    start = end = total = 0
    for (a, b), cost in zip(spans, costs, strict=True):
        if total and total + cost > first:
            yield _Piece(block.start + start, block.start + end, heading, block.kind, total)
            total, first = 0, room
        if not total:
            start = a
        end, total = b, total + cost
    if total or not spans:
        yield _Piece(block.start + start, block.start + end, heading, block.kind, total)


def _halves(text: str, span: tuple[int, int], count: Count, room: int) -> list[tuple[int, int]]:
    """A span in halves of halves until each fits; cut at a space where there is one."""
    start, end = span
    if end - start <= room or count([text[start:end]])[0] <= room:  # a token has at least one character
        return [span]
    middle = (start + end) // 2
    space = text.rfind(" ", start + 1, middle)
    middle = space if space > start + (end - start) // 4 else middle
    return [*_halves(text, (start, middle), count, room), *_halves(text, (middle, end), count, room)]


def _packed(pieces: Sequence[_Piece], heads: _Heads, room: int) -> Iterator[list[_Piece]]:
    """Pieces in groups that fit: within a section as many as there is room for, glued ones together if they fit."""
    group: list[_Piece] = []
    used = 0
    for unit in _units(pieces, heads, room):
        cost = sum(piece.cost for piece in unit)
        if group:
            fits = heads.cost(group[0].heading) + used + cost <= room
            if fits and (unit[0].heading == group[0].heading or used * LEAST_SHARE < room):
                group += unit
                used += cost
                continue
            yield group
        group, used = list(unit), cost
    if group:
        yield group


def _units(pieces: Sequence[_Piece], heads: _Heads, room: int) -> Iterator[list[_Piece]]:
    """Glued pieces as one, where they fit as one."""
    unit: list[_Piece] = []
    for piece in pieces:
        cost = heads.cost(piece.heading) + sum(p.cost for p in unit) + piece.cost
        if unit and piece.glued and cost <= room:
            unit.append(piece)
            continue
        if unit:
            yield unit
        unit = [replace(piece, glued=False)]
    if unit:
        yield unit


def _passage(position: int, heads: _Heads, group: Sequence[_Piece], markdown: str) -> Passage:
    start, end, heading = group[0].start, group[-1].end, group[0].heading
    code = sum(p.end - p.start for p in group if p.kind == "code")
    head = heads.text(heading)
    text = plain(markdown[start:end])
    return Passage(
        0, 0, position, heading, f"{head}\n{text}" if head else text, start, end,
        "code" if 2 * code > end - start else "prose",
    )  # fmt: skip
