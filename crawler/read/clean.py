"""What is no part of a post, taken out of the tree before anything looks for the text."""

from __future__ import annotations

import re

from crawler.read.chrome import is_chrome, is_side
from crawler.read.contents import drop_contents
from crawler.read.tree import HEADINGS, Element, drop

_ALWAYS = (
    "script", "style", "link", "template", "button", "input", "select", "option", "textarea", "iframe", "object",
    "embed", "canvas", "svg",
    "audio", "video", "noscript", "nav", "dialog", "d-bibliography", "d-citation-list", "d-footnote-list",
    "dt-bibliography", "meta", "progress", "map", "area",
    "d-contents", "d-front-matter", "frameset", "applet", "label", "datalist", "optgroup",
)  # fmt: skip

_ANCHOR = re.compile(r"[#¶§🔗⚓︎\s\u200b\u2003]*|permalink|link to heading|anchor", re.I)


def clean(root: Element) -> None:
    """Drop scripts, widgets, navigation, share bars, comments, tables of contents, licence boxes and other chrome."""
    for element in list(root.iter(*_ALWAYS)):
        if element.tag == "label" and element.find(".//p") is not None:
            continue
        if element.tag == "noscript" and len(element) and element.find(".//p") is not None and _is_all(element, root):
            element.drop_tag()
            continue
        drop(element)
    total = sum(map(len, root.itertext()))
    for element in list(root.iter()):
        if (
            not isinstance(element.tag, str)
            or element.getparent() is None
            or element.tag in ("html", "body", "article", "main", "pre", "code", "tr", "tbody")
        ):
            continue
        if is_side(element, total) if element.tag == "td" else is_chrome(element, total):
            drop(element)
    drop_contents(root)
    _drop_anchors(root)


def _is_all(element: Element, root: Element) -> bool:
    """A page whose text is in <noscript> alone."""
    return sum(map(len, element.itertext())) > 0.6 * sum(map(len, root.itertext()))


def _drop_anchors(root: Element) -> None:
    """The "#" and "¶" beside headings."""
    for heading in root.iter(*HEADINGS):
        for link in list(heading.iter("a")):
            if _ANCHOR.fullmatch("".join(link.itertext()).strip()) and link.find(".//img") is None:
                drop(link)
