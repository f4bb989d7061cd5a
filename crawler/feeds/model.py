"""What all feed formats come to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a feed; texts as sent but for blanks around them, dates as written."""

    link: str = ""  # absolute where the feed gave any
    title: str = ""
    id: str = ""
    authors: tuple[str, ...] = ()
    published: str | None = None
    updated: str | None = None
    content: str = ""  # HTML
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed."""

    entries: tuple[Entry, ...]
    title: str = ""
    link: str = ""  # its home page
    language: str | None = None
    ttl_s: float | None = None
    next_url: str | None = None  # RFC 5005, JSON Feed's next_url
