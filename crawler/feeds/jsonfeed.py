"""JSON Feed 1.0 and 1.1, as it is sent: a missing URL, an author that is no list, blanks around values."""

from __future__ import annotations

import json
from typing import Any

from crawler import urls
from crawler.feeds.model import Entry, Feed


def read(data: bytes, url: str) -> Feed | None:
    """The feed in a JSON document, or None where it is none."""
    try:
        document = json.loads(data.decode("utf-8-sig", "replace"), strict=False)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("items"), list):
        return None
    home = urls.resolve(_text(document.get("home_page_url")), url) or url
    if not _text(document.get("home_page_url")):
        home = urls.resolve(_text(document.get("feed_url")) or url, url) or url
    everybody = _authors(document)
    entries = tuple(_entry(item, home, everybody) for item in document["items"] if isinstance(item, dict))
    return Feed(
        entries,
        title=_text(document.get("title")) or home,
        link=home,
        language=_text(document.get("language")) or None,
        next_url=_text(document.get("next_url")) or None,
    )


def _entry(item: dict[str, Any], base: str, everybody: tuple[str, ...]) -> Entry:
    link = _text(item.get("url")) or _text(item.get("external_url"))
    content = _text(item.get("content_html")) or _text(item.get("content_text")) or _text(item.get("summary"))
    title = _text(item.get("title"))
    link = (urls.resolve(link, base) or link) if link else ""
    return Entry(
        link=link,
        title=title,
        id=_text(item.get("id")),
        authors=_authors(item) or everybody,
        published=_text(item.get("date_published")) or _text(item.get("date_modified")) or None,
        updated=_text(item.get("date_modified")) or None,
        content=content,
        tags=tuple(tag for tag in map(_text, _list(item.get("tags"))) if tag),
    )


def _authors(holder: dict[str, Any]) -> tuple[str, ...]:
    """`authors` of 1.1, else `author` of 1.0; each may be an object or a list of them."""
    people = _list(holder.get("authors")) or _list(holder.get("author"))
    names = (_text(person.get("name")) if isinstance(person, dict) else _text(person) for person in people)
    return tuple(dict.fromkeys(name for name in names if name))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value.strip() if isinstance(value, str) else ""
