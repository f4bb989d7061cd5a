"""XML written by hand of trees: everything that is put in is text, and what XML may not hold is taken out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape

from kb.rendering.marks import clean, clean_block


@dataclass(frozen=True, slots=True)
class Node:
    """An element; `text` stands before the children and keeps its lines where `block` is set."""

    name: str
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    children: Sequence[Node] = ()
    block: bool = False


def document(root: Node) -> bytes:
    """A whole document in UTF-8, an element a line."""
    return ('<?xml version="1.0" encoding="UTF-8"?>\n' + "\n".join(_lines(root, "")) + "\n").encode()


def _lines(node: Node, indent: str) -> Iterator[str]:
    told = "".join(f' {name}="{escape(clean(value), quote=True)}"' for name, value in node.attributes.items())
    text = escape(clean_block(node.text) if node.block else clean(node.text), quote=False)
    if not node.children:
        yield f"{indent}<{node.name}{told}>{text}</{node.name}>" if text else f"{indent}<{node.name}{told}/>"
        return
    yield f"{indent}<{node.name}{told}>{text}"
    for child in node.children:
        yield from _lines(child, indent + " ")
    yield f"{indent}</{node.name}>"
