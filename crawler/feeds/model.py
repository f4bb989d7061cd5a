"""What all feed formats come to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

# Marks that a title may hold; anything else between angle brackets (std::vector<int>) is its text
_MARK = re.compile(
    r"</?(?:a|abbr|acronym|b|big|br|cite|code|del|div|em|font|h[1-6]|i|img|ins|kbd|mark|p|q|s|small|span|strike|strong|sub|"
    r"sup|tt|u|var|li|ul|ol|blockquote|pre|table|tr|td)\b[^<>]*>",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed; dates as written."""

    link: str = ""  # absolute where the feed gave any
    title: str = ""  # plain text
    id: str = ""
    authors: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    content: str = ""  # HTML
    tags: tuple[str, ...] = ()

    @property
    def label(self) -> str:
        """What to call it: its title, else the beginning of its text, else its address."""
        return self.title or plain(self.content[:1000])[:100].strip() or self.link


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed."""

    entries: tuple[Entry, ...]
    title: str = ""
    link: str = ""  # its home page
    language: str | None = None
    ttl_s: float | None = None
    next_url: str | None = None  # RFC 5005, JSON Feed's next_url


def plain(html: str) -> str:
    """The text of a title that may be HTML, folded; a lone "<", as in "if a < b", is text."""
    if _MARK.search(html):
        from bs4 import BeautifulSoup

        return " ".join(BeautifulSoup(html, "html.parser").get_text().split())
    return " ".join((unescape(html) if "&" in html else html).split())
