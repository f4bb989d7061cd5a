"""Reads XML that may be broken or hostile: no entities, no network, no document type, and a bound on depth."""

from __future__ import annotations

import re
from html.entities import name2codepoint
from typing import Any

from lxml import etree

_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>", re.S | re.I)
_AMPERSAND = re.compile(
    rb"<!\[CDATA\[.*?\]\]>|&(?!(?:amp|lt|gt|quot|apos|#\d{1,7}|#[xX][0-9a-fA-F]{1,6});)(?:([a-zA-Z]\w{1,30});)?", re.S
)
_WIDE = (b"\xff\xfe", b"\xfe\xff", b"\x00<", b"<\x00")


def root(data: bytes) -> Any:
    """The root element of an XML document, as much of it as can be read; None where there is nothing to read."""
    parser = etree.XMLParser(
        recover=True, resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True,
        remove_pis=True, encoding=None,
    )  # fmt: skip
    try:
        return etree.fromstring(tidy(data), parser)
    except (etree.LxmlError, ValueError):
        return None


def tidy(data: bytes) -> bytes:
    """The document without DOCTYPE and blanks before its declaration, lone ampersands escaped, entities as numbers."""
    if data.startswith(_WIDE):  # UTF-16: bytes cannot be edited as text
        return data
    data = _DOCTYPE.sub(b"", data.lstrip(b"\xef\xbb\xbf \t\r\n"), count=1)
    return _AMPERSAND.sub(_escaped, data)


def _escaped(match: re.Match[bytes]) -> bytes:
    """An HTML entity by its number, a lone ampersand as text; a CDATA section stays."""
    if match[0].startswith(b"<"):
        return match[0]
    code = name2codepoint.get(match[1].decode("ascii", "replace")) if match[1] else None
    return b"&#%d;" % code if code else b"&amp;" + match[0][1:]


def local(element: Any) -> str:
    """An element's name without its namespace, in lower case; "" for what is no element."""
    tag = element.tag
    return tag.rpartition("}")[2].lower() if isinstance(tag, str) else ""


def text_of(element: Any) -> str:
    """All text within an element, folded."""
    return " ".join("".join(element.itertext()).split())
