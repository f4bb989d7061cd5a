"""From a page's tree to the Markdown of its main text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.blocks import figure
from crawler.read.choose import chosen
from crawler.read.clean import clean
from crawler.read.code import normalise_code
from crawler.read.formulas import mark_formulas
from crawler.read.inline import Inline
from crawler.read.marks import place_marks
from crawler.read.notes import mark_notes
from crawler.read.pieces import Piece, assemble
from crawler.read.tree import Element, parse_html, words
from crawler.read.trim import trim
from crawler.read.walk import Walker
from crawler.text import count_words, plain_inline, prose

_LINKED_HOST = re.compile(r"\]\(https?://([^/)\s]+)")
_SETS_DOLLARS = ("mathjax", "katex", "tex2jax", "$','$'")


@dataclass(frozen=True, slots=True)
class Content:
    """The main text of a page, and what its shape tells of the page."""

    markdown: str = ""
    prose: str = ""
    images: tuple[str, ...] = ()
    link_share: float = 0.0  # of the main text's characters, those in links
    own_link_share: float = 0.0
    code_words: int = 0
    technical: bool = False  # code, formulas or figures in it
    all_text: str = ""
    dollars: bool = False


# A formula's marks in a <pre> that is no code: nothing turns them into dollars there
_MARKS_LEFT = re.compile("[\ue000-\ue003]")


def sets_dollars(root: Element) -> bool:
    """Whether a page loads something that sets $..$ as formulas."""
    for script in root.iter("script", "link"):
        said = f"{script.get('src') or script.get('href') or ''}\n{(script.text or '')[:20000]}".lower()
        if any(mark in said for mark in _SETS_DOLLARS):
            return True
    return False


def content_of(root: Element, url: str, title: str = "") -> Content:
    """The main text, without the title; the tree is used up."""
    body = root.find("body") if root.tag == "html" else root
    if body is None:
        return Content()
    dollars = sets_dollars(root)
    mark_formulas(body)
    normalise_code(body)
    notes = mark_notes(body)
    clean(body)
    all_text = words(body)
    place_marks(body)
    pieces = trim(chosen(Walker(body, Inline(url, dollars, notes)).pieces, root, body), title)
    return _content(pieces, url, all_text, dollars)


def feed_content(html: str, url: str, dollars: bool, title: str = "") -> Content:
    """The text that a feed carries: all of it is main text."""
    root = parse_html(f"<html><body>{html}</body></html>")
    body = root.find("body") if root is not None else None
    if body is None:
        return Content()
    mark_formulas(body)
    normalise_code(body)
    notes = mark_notes(body)
    clean(body)
    return _content(trim(Walker(body, Inline(url, dollars, notes)).pieces, title), url, words(body), dollars)


def _content(pieces: list[Piece], url: str, all_text: str, dollars: bool) -> Content:
    markdown = _MARKS_LEFT.sub("", assemble(pieces))
    total = linked = own = 0.0
    for piece in pieces:
        size = len(plain_inline(piece.text)) if piece.kind in ("paragraph", "item", "heading") else len(piece.text)
        total += size
        linked += size * piece.links
        own += size * piece.links * _own_share(piece.text, url)
    images = dict.fromkeys(figure(p.text)[1] for p in pieces if p.kind == "figure")
    return Content(
        markdown=markdown,
        prose=prose(markdown),
        images=tuple(src for src in images if src),
        link_share=linked / total if total else 0.0,
        own_link_share=own / total if total else 0.0,
        code_words=sum(count_words(p.text) for p in pieces if p.kind in ("code", "math", "table")),
        technical=any(p.kind in ("code", "math", "figure") for p in pieces),
        all_text=all_text[:20_000],
        dollars=dollars,
    )


def _own_share(markdown: str, url: str) -> float:
    """Of a piece's links, the share that leads to pages of the same host."""
    hosts = [host.lower() for host in _LINKED_HOST.findall(markdown)]
    here = urlsplit(url).netloc.lower().removeprefix("www.")
    return sum(host.removeprefix("www.") == here for host in hosts) / len(hosts) if hosts else 0.0
