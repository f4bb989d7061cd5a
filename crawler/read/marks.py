"""Marks: a private character in front of each run of a page's text, by which a piece tells what it was made of."""

from __future__ import annotations

from collections.abc import Iterator

from crawler.read.inline import MARK_FIRST, MARK_LAST
from crawler.read.tree import Element, blockish


def place_marks(root: Element) -> int:
    """Put one private character in front of every run of text; the number of runs. A line break begins a new run."""
    held = blockish(root)
    n = 0
    for element in list(held) if root not in held else root.iter(*{e.tag for e in held}):
        if element not in held:
            continue
        fresh = True
        for spot, where in _spots(element, held):
            if spot is None:
                fresh = True
                continue
            value = spot.text if where == "text" else spot.tail
            if not fresh or not value or value.isspace():
                continue
            if MARK_FIRST + n > MARK_LAST:
                return n
            # behind the white space, so that trimming does not meet it
            lead = len(value) - len(value.lstrip())
            value = value[:lead] + chr(MARK_FIRST + n) + value[lead:]
            if where == "text":
                spot.text = value
            else:
                spot.tail = value
            n += 1
            fresh = False
    return n


def _spots(element: Element, held: set[Element]) -> Iterator[tuple[Element | None, str]]:
    """The places of an element's own text in order, with (None, "") where a run ends."""
    yield element, "text"
    for child in element:
        if child in held:
            yield None, ""
        else:
            yield from _inline_spots(child)
        yield child, "tail"


def _inline_spots(element: Element) -> Iterator[tuple[Element | None, str]]:
    if element.tag == "br":
        yield None, ""
    elif isinstance(element.tag, str):
        yield element, "text"
        for child in element:
            yield from _inline_spots(child)
            yield child, "tail"
