"""Footnotes: the mark in the text and the note it leads to, however a generator writes them."""

from __future__ import annotations

import re

from lxml import etree

from crawler.read.tree import BLOCK, Element, drop, tokens, words

NOTE = "data-kb-note"  # on the element that holds a note's text: its label
_TARGET = re.compile(
    r"#(?:user-content-)?(?:fn|footnote|_?ftn|easy-footnote-bottom|sdfootnote|endnote|_edn|note|sn|"
    r"foot)[-_:.]?[\w:.-]*$",
    re.I,
)
_BACK = re.compile(
    r"#(?:user-content-)?(?:fnref|footnote-ref|ref|_ftnref|easy-footnote|fnr|cite_ref|ednref|rf)[-_:.]?", re.I
)
_BACK_CLASS = re.compile(r"backref|back-ref|reversefootnote|footnote-back|footnote-return|footnoteback")
_ARROWS = re.compile(r"[\s↩↑⏎↵⤴^\ufe0e\ufe0f\u21a9\[\]()]*|back(?: to (?:text|top|content))?|return", re.I)
_INLINE_NOTES = ("d-footnote", "dt-fn")
MAX_NOTES = 2_000


def mark_notes(body: Element) -> dict[str, str]:
    """Give each note's element its label; the labels by the id that marks in the text lead to."""
    labels: dict[str, str] = {}
    used: set[str] = set()
    by_id = {e.get("id"): e for e in body.iter() if isinstance(e.tag, str) and e.get("id")}
    for link in list(body.iter("a")):
        href = link.get("href") or ""
        if len(labels) > MAX_NOTES or not _TARGET.match(href) or _BACK_CLASS.search(tokens(link)):
            continue
        if _BACK.match(href) and not _is_raised(link):
            continue
        key = href[1:]
        place = _place(by_id.get(key), link)
        text = words(link).strip("[]() ^")
        if place is None or len(text) > 6 or key in labels:
            continue
        label = text if re.fullmatch(r"[\w*†‡]{1,4}", text) and text not in used else str(len(used) + 1)
        used.add(label)
        labels[key] = label
        place.set(NOTE, label)
        _drop_back_links(place)
    for element in list(body.iter(*_INLINE_NOTES, "span")):
        if element.tag == "span" and not re.search(
            r" (?:sidenote|marginnote|footnote-text|footnote-content) ", tokens(element)
        ):
            continue
        if len(used) < MAX_NOTES and element.getparent() is not None and words(element):
            number = len(used) + 1
            while str(number) in used:
                number += 1
            _move_out(element, str(number), body)
            used.add(str(number))
            labels[f"kb-note-{number}"] = str(number)
    return labels


def _is_raised(link: Element) -> bool:
    """Whether a link stands as a mark: raised, or of a class that says so."""
    parent = link.getparent()
    return (parent is not None and parent.tag == "sup") or link.find("sup") is not None or "footnote" in tokens(link)


def _place(target: Element | None, link: Element) -> Element | None:
    """The block that holds the note's text, or None where there is none."""
    if target is None or target is link:
        return None
    node = target
    while node is not None and node.tag not in ("li", "p", "div", "dd", "aside", "td", "section", "tr", "dt"):
        node = node.getparent()
    if (
        node is None
        or any(a is node for a in link.iterancestors())
        or (node.tag in ("section", "td") and node.get("id") is None)
    ):
        return None
    if node.tag == "tr":
        return None
    text = words(node)
    return node if 0 < len(text) < 4000 and node.find(".//h2") is None else None


def _drop_back_links(place: Element) -> None:
    for link in list(place.iter("a")):
        href = link.get("href") or ""
        if (
            _BACK_CLASS.search(tokens(link))
            or (href.startswith("#") and _ARROWS.fullmatch(words(link)))
            or (_BACK.match(href) and len(words(link)) <= 4)
        ):
            drop(link)
    for sup in list(place.iter("sup")):
        if not words(sup):
            drop(sup)


def _move_out(element: Element, label: str, body: Element) -> None:
    """A note that stands in the text itself goes to the end of what holds it; a mark stays."""
    tail, element.tail = element.tail, None
    mark = etree.SubElement(element.getparent(), "a")
    mark.set("href", f"#kb-note-{label}")
    mark.text, mark.tail = label, tail
    parent = element.getparent()
    parent.replace(element, mark)
    holder = parent
    while holder is not body and holder.tag not in ("article", "d-article", "dt-article", "main", "section"):
        holder = holder.getparent()
    element.tag = "p"
    for inner in element.iter(*BLOCK):
        if inner is not element:
            inner.tag = "span"
    element.attrib.clear()
    element.set(NOTE, label)
    holder.append(element)
