"""Tables of contents: links into the page itself, with or without a heading that says so."""

from __future__ import annotations

import re

from crawler.read.tree import Element, drop, is_longer

_TOC_HEADING = re.compile(
    r"\W*(?:table of )?contents?(?: of this (?:post|page))?\W*|\W*on this page\W*|\W*目\s*录\W*|\W*目次\W*|"
    r"\W*목차\W*|\W*indice\W*|\W*inhalt(?:sverzeichnis)?\W*",
    re.I,
)
_NOTE = re.compile(r"#(?:fn|cite|ref|bib|footnote)")


def drop_contents(root: Element) -> None:
    """A heading "Contents" followed by a list of links into the page itself, and such a list at the top without one."""
    for heading in list(root.iter("h1", "h2", "h3", "h4", "h5", "p", "summary", "strong", "div", "span")):
        if len(heading) > 2 or heading.getparent() is None or is_longer(heading, 300):
            continue
        text = "".join(heading.itertext()).strip()
        if not text or len(text) > 30 or not _TOC_HEADING.fullmatch(text):
            continue
        place = _alone_with(heading, len(text))
        following = place.getnext()
        for candidate in (place, following):
            if candidate is not None and _is_contents(candidate):
                drop(candidate)
                if heading.getparent() is not None:
                    drop(heading)
                break
    for listing in list(root.iter("ul", "ol")):
        if listing.getparent() is not None and _is_contents(listing) and len(list(listing.iter("a"))) >= 3:
            drop(listing)


def _alone_with(heading: Element, size: int) -> Element:
    """The outermost element that ends with the heading and has no other text, or the first that has."""
    place = heading
    while (
        place.getnext() is None
        and place.getparent() is not None
        and place.getparent().tag not in ("body", "article", "main")
    ):
        place = place.getparent()
        if len("".join(place.itertext()).strip()) > size:
            break
    return place


def _is_contents(element: Element) -> bool:
    """Whether an element is links to places in the page, and little else."""
    links = list(element.iter("a"))
    if len(links) < 2:
        return False
    local = [a for a in links if (a.get("href") or "").startswith("#") and not _NOTE.match(a.get("href") or "")]
    text = len("".join(element.itertext()).strip())
    return len(local) >= 0.9 * len(links) and sum(len("".join(a.itertext()).strip()) for a in local) >= 0.7 * text
