"""The one parse of a page, and the small questions that every reader of its tree asks."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import urljoin, urlsplit

from lxml import etree
from lxml import html as lxml_html

from crawler.sanitize import MAX_DEPTH, bound_depth, clean_text

Element = Any  # lxml has no types of its own

MAX_CHARS = 4_000_000  # of a page's text; the rest of a longer one is left unread

# One character each, taken from the private-use area, which bound_text() clears of other people's
INLINE_OPEN, INLINE_CLOSE, DISPLAY_OPEN, DISPLAY_CLOSE = "\ue000", "\ue001", "\ue002", "\ue003"
_TOO_DEEP = etree.XPath(f"boolean({'/*' * (MAX_DEPTH + 2)})")  # a level at a time: linear in the elements
# lxml.html asks Python for the class of every element that it meets, and nothing here needs a form's own class
_ONE_CLASS = etree.ElementDefaultClassLookup(element=lxml_html.HtmlElement)
_PRIVATE = re.compile("[\ue000-\ue0ff\U000f0000-\U0010ffff]")

BLOCK = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
        "hr",
        "legend",
        "li",
        "main",
        "menu",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "summary",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
        "d-article",
        "d-appendix",
        "d-code",
        "d-figure",
        "d-title",
        "d-byline",
        "d-abstract",
        "dt-article",
        "dt-appendix",
        "dt-code",
        "dt-byline",
        "d-contents",
        "d-front-matter",
    ]
)
HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))


def parse_html(text: str) -> Element | None:
    """The root of a page's tree, or None where there is no markup at all."""
    text = clean_text(text[:MAX_CHARS])
    if not text.isascii():
        text = _PRIVATE.sub("", text)
    if "<" not in text:
        return None
    root = _parsed(text)
    if root is not None and _TOO_DEEP(root):
        root = _parsed(bound_depth(text))
    return root


def _parsed(text: str) -> Element | None:
    parser = lxml_html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    parser.set_element_class_lookup(_ONE_CLASS)
    try:
        return lxml_html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None


def tokens(element: Element) -> str:
    """The class and id of an element, lower case, between spaces."""
    given, name = element.get("class"), element.get("id")
    if given is None:
        return f"  {name} ".lower() if name is not None else "  "
    return f" {given} {name or ''} ".lower()


def search(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    """Whether a pattern is found in an element's names; the spans of coloured code have the same few over and over."""

    @lru_cache(4096)
    def found(names: str) -> bool:
        return pattern.search(names) is not None

    return found


def around(element: Element, n: int) -> Iterator[Element]:
    """An element and the ones about it, n in all, innermost first."""
    node = element
    while node is not None and n > 0:
        yield node
        node, n = node.getparent(), n - 1


def is_longer(element: Element, n: int) -> bool:
    """Whether an element holds more than n characters; no more of it is looked through than that takes."""
    for text in element.itertext():
        n -= len(text)
        if n < 0:
            return True
    return False


def words(element: Element) -> str:
    """All text in an element, white space folded."""
    return " ".join("".join(element.itertext()).split())


def children(element: Element) -> Iterator[Element]:
    """The children that are elements, whatever an earlier step left there."""
    return (child for child in element if isinstance(child.tag, str))


def drop(element: Element) -> None:
    """Take an element out of its tree and leave its tail where it stood."""
    parent = element.getparent()
    if parent is None:
        return
    put_text_before(element, element.tail or "")
    element.tail = None
    parent.remove(element)


def put_text_before(element: Element, text: str) -> None:
    """Add text in front of an element."""
    if not text:
        return
    before = element.getprevious()
    if before is not None:
        before.tail = (before.tail or "") + text
    else:
        parent = element.getparent()
        parent.text = (parent.text or "") + text


def replace_with_text(element: Element, text: str) -> None:
    """Let an element's place be taken by text."""
    put_text_before(element, text)
    drop(element)


def rename(element: Element, tag: str, **attributes: str) -> None:
    """Make an element another one, with nothing but these attributes; its content stays."""
    element.tag = tag
    element.attrib.clear()
    for name, value in attributes.items():
        element.set(name.replace("_", "-"), value)


def blockish(root: Element) -> set[Element]:
    """Every element that is a block, or holds one."""
    found: set[Element] = set()
    for element in root.iter(*BLOCK):
        while element is not None and element not in found:
            found.add(element)
            element = element.getparent()
    return found


def absolute(base: str, href: str | None) -> str | None:
    """The http(s) address that a link or an image points to, or None."""
    if not href:
        return None
    href = "".join(href.split()) if "\n" in href or "\t" in href else href.strip()
    try:
        url = href if href.startswith(("https://", "http://")) else urljoin(base, href)
        parts = urlsplit(url)
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.netloc:
        return None
    return url.replace(" ", "%20")
