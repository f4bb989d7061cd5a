"""Which of a page's pieces are the post: trafilatura's judgement of the prose, and ours of what belongs to it."""

from __future__ import annotations

import logging

from crawler.read.inline import MARKS
from crawler.read.pieces import Piece
from crawler.read.tree import Element

_KEPT_WITH_THE_PROSE = ("code", "math", "table", "figure", "footnote")


def judged(root: Element) -> frozenset[str]:
    """The marks of the runs that trafilatura takes for main text."""
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    document = bare_extraction(
        root,
        include_comments=False,
        include_tables=True,
        include_images=False,
        include_formatting=False,
        output_format="xml",
        fast=False,
    )
    if document is None or isinstance(document, dict) or document.body is None:
        return frozenset()
    return frozenset(MARKS.findall("".join(document.body.itertext())))


def chosen(pieces: list[Piece], marks: frozenset[str]) -> list[Piece]:
    """The pieces of the post in order: what was judged to be text, and code, formulas, tables and figures among it."""
    kept = [any(mark in marks for mark in piece.marks) for piece in pieces]
    if not any(kept):
        return []
    prose = [i for i, yes in enumerate(kept) if yes]
    first, last = prose[0], prose[-1]
    frame = _frame([pieces[i] for i in prose])
    for i, piece in enumerate(pieces):
        if kept[i]:
            continue
        inside = first < i < last
        if piece.kind in _KEPT_WITH_THE_PROSE and piece.links < 0.6 and (inside or _within(piece.element, frame)):
            kept[i] = True
        elif piece.kind == "heading" and inside and i + 1 < len(pieces) and _leads(pieces, kept, i):
            kept[i] = True
    return [piece for piece, yes in zip(pieces, kept, strict=True) if yes]


def _leads(pieces: list[Piece], kept: list[bool], i: int) -> bool:
    """Whether something kept, or something that will be, follows a heading."""
    return kept[i + 1] or pieces[i + 1].kind in _KEPT_WITH_THE_PROSE or pieces[i + 1].kind == "heading"


def _frame(pieces: list[Piece]) -> Element:
    """The innermost element that holds nine tenths of the text of these pieces."""
    weight: dict[Element, int] = {}
    total = 0
    for piece in pieces:
        size = len(piece.text)
        total += size
        node = piece.element
        while node is not None:
            weight[node] = weight.get(node, 0) + size
            node = node.getparent()
    best = pieces[0].element
    while best is not None and weight.get(best, 0) < 0.9 * total:
        best = best.getparent()
    return best


def _within(element: Element, frame: Element) -> bool:
    node = element
    while node is not None:
        if node is frame:
            return True
        node = node.getparent()
    return False

