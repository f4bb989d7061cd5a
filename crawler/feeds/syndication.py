"""RSS, RDF and Atom through feedparser, which knows what two decades of broken feeds look like."""

from __future__ import annotations

import io
from typing import Any

from crawler import urls, xml
from crawler.feeds.model import Entry, Feed


def read(data: bytes, url: str, content_type: str | None) -> Feed | None:
    """The feed in an XML document, or None where it is none."""
    import feedparser

    headers = {"content-location": url, "content-type": content_type or "application/xml"}
    parsed = feedparser.parse(
        io.BytesIO(xml.tidy(data)), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    feed: Any = parsed.feed
    if not parsed.version and not parsed.entries:
        return None
    home = urls.resolve(_text(feed.get("link")), url) or url
    entries = tuple(_entry(entry, home, feed) for entry in parsed.entries)
    links = feed.get("links") or []
    return Feed(
        entries,
        title=_text(feed.get("title")),
        link=home,
        language=_text(feed.get("language")) or None,
        ttl_s=_ttl_s(feed),
        next_url=next((_text(e.get("href")) for e in links if e.get("rel") in ("next", "prev-archive")), None),
    )


def _entry(entry: Any, base: str, feed: Any) -> Entry:
    link = _text(entry.get("feedburner_origlink")) or _text(entry.get("link"))
    content = max((_text(c.get("value")) for c in entry.get("content") or ()), key=len, default="")
    return Entry(
        link=(urls.resolve(link, base) or link) if link else "",
        title=_text(entry.get("title")),
        id=_text(entry.get("id")),
        authors=_authors(entry) or _authors(feed),
        published=_text(entry.get("published")) or _text(entry.get("updated")) or None,
        updated=_text(entry.get("updated")) or None,
        content=content or _text(entry.get("summary")),
        tags=tuple(dict.fromkeys(t for tag in entry.get("tags") or () if (t := _text(tag.get("term"))))),
    )


def _authors(holder: Any) -> tuple[str, ...]:
    names = [_text(person.get("name")) for person in holder.get("authors") or () if person]
    return tuple(dict.fromkeys(name for name in names if name)) or tuple(filter(None, [_text(holder.get("author"))]))


def _ttl_s(feed: Any) -> float | None:
    """How long the feed asks to be left alone."""
    minutes = _text(feed.get("ttl"))
    return float(minutes[:6]) * 60 if minutes.isdecimal() else None


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
