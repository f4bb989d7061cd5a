"""RSS, RDF and Atom through feedparser, which knows what two decades of broken feeds look like."""

from __future__ import annotations

import io
from typing import Any

from crawler import urls, xml
from crawler.feeds.model import Entry, Feed, plain


def read(data: bytes, url: str, content_type: str | None) -> Feed | None:
    """The feed in an XML document, or None where it is none."""
    import feedparser

    # No Content-Location: feedparser would resolve links against the feed, and they mean the home page
    headers = {"content-type": content_type or "application/xml"}
    parsed = feedparser.parse(
        io.BytesIO(xml.tidy(data)), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )
    feed: Any = parsed.feed
    if not parsed.get("version") and not parsed.entries:
        return None
    home = urls.resolve(_text(feed.get("link")), url) or url
    entries = tuple(_entry(entry, home, feed) for entry in parsed.entries)
    links = feed.get("links") or []
    return Feed(
        entries,
        title=plain(_text(feed.get("title"))),
        link=home,
        language=_text(feed.get("language")) or None,
        ttl_s=_ttl_s(feed),
        next_url=next((_text(e.get("href")) for e in links if e.get("rel") in ("next", "prev-archive")), None),
    )


def _entry(entry: Any, base: str, feed: Any) -> Entry:
    link = _text(entry.get("feedburner_origlink")) or _text(entry.get("link"))
    updated = _text(dict.get(entry, "updated"))  # FeedParserDict.get would give `published` for it, with a warning
    texts = [_text(entry.get("summary")), *(_text(c.get("value")) for c in entry.get("content") or ())]
    return Entry(
        link=(urls.resolve(link, base) or link) if link else "",
        title=plain(_text(entry.get("title"))),
        id=_text(entry.get("id")),
        authors=_authors(entry) or _authors(feed),
        published=_text(entry.get("published")) or updated or None,
        updated=updated or None,
        content=max(texts, key=len) or _text(entry.get("subtitle")),
        tags=tuple(dict.fromkeys(t for tag in entry.get("tags") or () if (t := _text(tag.get("term"))))),
    )


def _authors(holder: Any) -> tuple[str, ...]:
    """Names, as written; the address of whoever keeps the feed where it names nobody else."""
    whole = _text(holder.get("author"))
    names = [_text(person.get("name")) for person in holder.get("authors") or () if person]
    names = [name for name in names if name]
    if names and all(name.count("(") == name.count(")") for name in names):
        return tuple(plain(name) for name in dict.fromkeys(names))
    others = (whole, _text(holder.get("googleplay_author")), _text((holder.get("publisher_detail") or {}).get("email")))
    return tuple(plain(name) for name in filter(None, others))[:1]


def _ttl_s(feed: Any) -> float | None:
    """How long the feed asks to be left alone."""
    minutes = _text(feed.get("ttl"))
    return float(minutes[:6]) * 60 if minutes.isdecimal() else None


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""
