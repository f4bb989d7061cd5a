"""Where a page that is no page sends its reader: meta refresh, and scripts that set the location."""

from __future__ import annotations

import re
from urllib.parse import unquote

from crawler import urls
from crawler.read.tree import Element

_REFRESH = re.compile(r"^\s*(\d*\.?\d*)\s*[;,]?\s*(?:url\s*=\s*)?['\"]?(.*?)['\"]?\s*$", re.I | re.S)
_SET = re.compile(
    r"""(?:window\.|document\.|self\.|top\.)?location(?:\.href)?\s*=\s*(["'])([^"'\s]{1,500})\1"""
    r"""|location\.(?:replace|assign)\(\s*(["'])([^"'\s]{1,500})\3\s*\)"""
)
_MAP = re.compile(r"""var\s+redirects\s*=\s*(\{.*?\})\s*;""", re.S)
_MAPPED = re.compile(r'"((?:[^"\\]|\\.)*)"\s*:\s*"((?:[^"\\]|\\.)*)"')


def moved_to(root: Element, base: str) -> str | None:
    """The address that the page leads to at once, or None."""
    for meta in root.iter("meta"):
        if (meta.get("http-equiv") or "").lower() == "refresh":
            match = _REFRESH.match(meta.get("content") or "")
            if match and match[2] and (target := urls.crawlable(match[2].strip(), base)):
                return target
    for script in root.iter("script"):
        code = script.text or ""
        if len(code) > 20_000 or "location" not in code:
            continue
        # Quarto's aliases: a table of fragments, "" for the page itself
        if table := _MAP.search(code):
            pairs = {unquote(k): v for k, v in _MAPPED.findall(table[1])}
            value = pairs.get("") or next(iter(pairs.values()), "")
            if value and (target := urls.crawlable(value.replace("\\/", "/"), base)):
                return target
        match = _SET.search(code)
        if match and len(code) < 3000 and (target := urls.crawlable(match[2] or match[4] or "", base)):
            return target
    return None
