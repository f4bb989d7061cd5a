"""What a page's author asks of robots, in its meta elements and in the X-Robots-Tag of its answer."""

from __future__ import annotations

import re

from crawler.read.tree import Element
from crawler.robots import PRODUCT

_WITH_VALUE = ("unavailable_after", "max-snippet", "max-image-preview", "max-video-preview")


def asks(root: Element, robots_tag: str | None) -> frozenset[str]:
    """The directives that speak to us, in lower case; `none` counts as noindex and nofollow."""
    found: set[str] = set()
    for meta in root.iter("meta"):
        if (meta.get("name") or "").strip().lower() in ("robots", PRODUCT):
            found.update(re.split(r"[\s,]+", (meta.get("content") or "").lower()))
    for line in (robots_tag or "").lower().splitlines():
        found.update(_of_header(line))
    return frozenset(found | ({"noindex", "nofollow"} if "none" in found else set()))


def _of_header(line: str) -> set[str]:
    """The directives of one X-Robots-Tag: `noindex, nofollow`, or after an agent's name, which holds until the next."""
    found: set[str] = set()
    ours = True
    for part in line.split(","):
        agent, colon, rest = part.partition(":")
        if colon and agent.strip() not in _WITH_VALUE:
            ours, part = agent.strip() in (PRODUCT, "*"), rest
        if ours:
            found.add(part.strip())
    return found
