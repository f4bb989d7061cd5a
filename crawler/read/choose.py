"""Which of a page's pieces are the post: trafilatura's judgement of the prose, and ours of what belongs to it."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from itertools import chain, islice

from crawler.read.containers import loose_container, named_container
from crawler.read.inline import MARKS
from crawler.read.pieces import Piece
from crawler.read.tree import Element, search, tokens
from crawler.text import plain_inline

_KEPT_WITH_THE_PROSE = ("code", "math", "table", "figure", "footnote")
# Where trafilatura finds less than this share of what stands in the named container, the container is believed:
# it prunes lists of links, short lines and everything that its guards take for chrome
MIN_SHARE = 0.5
# On 482 pages of other people's this asks again for one in twelve, and finds what asking for all of them finds
LITTLE, LITTLE_SHARE, MORE = 900, 0.4, 1.3
_is_bibliography = search(re.compile(r" (?:csl-bib-body|bibliography|references) "))
OUTSIDE = 80  # characters from which a piece outside of the named container may be text


def judged(root: Element) -> frozenset[str]:
    """The marks of the runs that trafilatura takes for main text.

    Its other extractors take half of its time; they are asked only where it finds little, and little of what is there.
    """
    for head in root.findall("head"):
        root.remove(head)  # its scripts would be copied four times
    marks, size = _extracted(root, fast=True)
    if size < LITTLE and size < LITTLE_SHARE * sum(map(len, root.itertext())):
        more, more_size = _extracted(root, fast=False)
        if more_size > MORE * size:
            return more
    return marks


def _extracted(root: Element, fast: bool) -> tuple[frozenset[str], int]:
    """The marks in what trafilatura gives, and how many characters that has."""
    from trafilatura import bare_extraction

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    document = bare_extraction(
        root,
        include_comments=False,
        include_tables=True,
        include_images=False,
        include_formatting=False,
        output_format="xml",
        fast=fast,
    )
    if document is None or isinstance(document, dict) or document.body is None:
        return frozenset(), 0
    text = "".join(document.body.itertext())
    return frozenset(MARKS.findall(text)), len(text)


def chosen(pieces: list[Piece], root: Element, body: Element) -> list[Piece]:
    """The pieces of the post in order; the tree is the one that they were taken from, its runs of text marked."""
    named = named_container(body)
    inside_named = _membership(pieces, named)
    if _settled(pieces, inside_named):
        kept = list(inside_named)
    else:
        marks = judged(root)
        kept = [any(mark in marks for mark in piece.marks) for piece in pieces]
    wanted = [i for i, piece in enumerate(pieces) if inside_named[i] and piece.links < 0.5]
    if not any(kept) or (wanted and _size(pieces, [i for i in wanted if kept[i]]) < MIN_SHARE * _size(pieces, wanted)):
        place = named if named is not None else loose_container(body)
        inside = _membership(pieces, place if place is not None else body)
        _fill(pieces, kept, inside, lambda piece: piece.links < 0.8)
        if not any(kept) and named is not None:
            _fill(pieces, kept, inside_named, lambda piece: True)
    prose = [i for i, yes in enumerate(kept) if yes]
    if not prose:
        return []
    frame = _membership(pieces, _frame([pieces[i] for i in prose]))
    between = [prose[0] < i < prose[-1] for i in range(len(pieces))]
    belongs = [frame[i] or between[i] for i in range(len(pieces))]
    _fill(pieces, kept, belongs, lambda piece: piece.kind in _KEPT_WITH_THE_PROSE and piece.links < 0.6)
    # Among code and formulas a short or linked line is text; in the news it is a teaser
    if any(yes and piece.kind in ("code", "math") for piece, yes in zip(pieces, kept, strict=True)):
        _fill(pieces, kept, inside_named, lambda piece: piece.kind in ("item", "paragraph") and piece.links < 0.9)
    else:
        _fill(pieces, kept, inside_named, lambda piece: piece.kind == "item" and piece.links < 0.5)
    _fill(pieces, kept, belongs, lambda piece: piece.kind in ("paragraph", "item") and _cites(piece))
    _same_make(pieces, kept, frame)
    _lists(pieces, kept, inside_named if named is not None else between)
    for i in range(len(pieces) - 1, -1, -1):
        if (
            not kept[i]
            and pieces[i].kind == "heading"
            and i + 1 < len(pieces)
            and (between[i] or inside_named[i])
            and kept[i + 1]
        ):
            kept[i] = True
    return [piece for piece, yes in zip(pieces, kept, strict=True) if yes]


def _settled(pieces: list[Piece], inside_named: list[bool]) -> bool:
    """Whether the page's own name for its text leaves nothing to ask: code or formulas in it, no prose outside of it.

    Among code and formulas all that is named is kept anyway, and trafilatura takes a quarter of the time of reading.
    """
    technical = False
    for piece, inside in zip(pieces, inside_named, strict=True):
        if inside:
            technical = technical or piece.kind in ("code", "math")
        elif (
            piece.kind in ("paragraph", "item")
            and piece.links < 0.5
            and len(piece.text) >= OUTSIDE
            and len(plain_inline(piece.text)) >= OUTSIDE
        ):
            return False
    return technical


def _fill(pieces: list[Piece], kept: list[bool], where: list[bool], takes: Callable[[Piece], bool]) -> None:
    for i, piece in enumerate(pieces):
        if where[i] and not kept[i] and takes(piece):
            kept[i] = True


def _lists(pieces: list[Piece], kept: list[bool], where: list[bool]) -> None:
    """A list of links under a kept line that announces it is text: readings, papers, a series."""
    for i in range(1, len(pieces)):
        piece, before = pieces[i], pieces[i - 1]
        if kept[i] or not where[i] or piece.kind != "item" or not kept[i - 1]:
            continue
        announced = before.kind == "item" and before.group == piece.group
        if announced or before.text.rstrip("*").endswith((":", "：")) or before.kind == "heading":
            kept[i] = True


def _cites(piece: Piece) -> bool:
    """Whether a piece stands in a list of references, by the name that Pandoc and others give it."""
    around = chain((piece.element,), islice(piece.element.iterancestors(), 3))
    return any(e.get("role") == "doc-bibliography" or _is_bibliography(tokens(e)) for e in around)


def _same_make(pieces: list[Piece], kept: list[bool], frame: list[bool]) -> None:
    """A long paragraph in the frame, in the same kind of element as most of the kept text, is text."""
    weight: dict[tuple[object, ...], int] = {}
    for piece, yes in zip(pieces, kept, strict=True):
        if yes and piece.kind == "paragraph":
            weight[_make(piece)] = weight.get(_make(piece), 0) + len(piece.text)
    least = 0.3 * sum(weight.values())
    for i, piece in enumerate(pieces):
        if frame[i] and not kept[i] and piece.kind == "paragraph" and piece.links < 0.3 and len(piece.text) >= 100:
            kept[i] = weight.get(_make(piece), 0) >= least > 0


def _make(piece: Piece) -> tuple[object, ...]:
    """Tag and class of an element and of the two around it."""
    node = piece.element
    out: list[object] = []
    while node is not None and len(out) < 6:
        out += [node.tag, node.get("class")]
        node = node.getparent()
    return (piece.quote > 0, *out)


def _size(pieces: list[Piece], which: list[int]) -> int:
    return sum(len(pieces[i].text) for i in which)


def _membership(pieces: list[Piece], frame: Element | None) -> list[bool]:
    """Which pieces stand in an element."""
    if frame is None:
        return [False] * len(pieces)
    inside = set(frame.iter())
    return [piece.element in inside for piece in pieces]


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
