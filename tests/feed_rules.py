"""What the W3C's feed validation service asks of a feed and of a list of blogs, as far as a file alone can tell.

Atom: RFC 4287; RSS 2.0: the specification and the Advisory Board's profile; OPML 2.0: the specification.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from email.utils import parsedate_to_datetime
from xml.etree.ElementTree import Element

from defusedxml import ElementTree

ATOM = "{http://www.w3.org/2005/Atom}"
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")
_MAIL_DATE = re.compile(
    r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d? (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} "
    r"\d\d:\d\d:\d\d (?:GMT|[+-]\d{4})"
)
_ABSOLUTE = re.compile(r"(?:https?://[^\s<>\"]+|urn:[a-z0-9-]+:[^\s]+)")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]+)*")
_ONCE = {"feed": ("id", "title", "updated"), "entry": ("id", "title", "updated")}
_AT_MOST = {
    "feed": ("subtitle", "generator", "icon", "logo", "rights"),
    "entry": ("content", "published", "summary", "rights", "source"),
}
_REPEATED = {"feed": ("author", "category", "contributor", "link", "entry"),
             "entry": ("author", "category", "contributor", "link")}  # fmt: skip
_CHANNEL = {"title", "link", "description", "language", "copyright", "managingEditor", "webMaster", "pubDate",
            "lastBuildDate", "category", "generator", "docs", "cloud", "ttl", "image", "textInput", "skipHours",
            "skipDays", "item"}  # fmt: skip
_ITEM = {"title", "link", "description", "author", "category", "comments", "enclosure", "guid", "pubDate", "source"}


def broken(data: bytes) -> list[str]:
    """The rules that a file does not keep, a line each. Raises ValueError for what is no feed and no OPML."""
    root = ElementTree.fromstring(data)
    rules = {f"{ATOM}feed": _atom, "rss": _rss, "opml": _opml}.get(root.tag)
    if rules is None:
        raise ValueError(root.tag)
    return list(rules(root))


def _atom(feed: Element) -> Iterator[str]:
    entries = feed.findall(f"{ATOM}entry")
    yield from _atom_element(feed, "feed")
    for entry in entries:
        yield from _atom_element(entry, "entry")
        content = entry.find(f"{ATOM}content")
        alternates = [e for e in entry.findall(f"{ATOM}link") if e.get("rel", "alternate") == "alternate"]
        if content is None and not alternates:
            yield "entry: neither content nor an alternate link"
        if content is not None and content.get("type", "text") not in ("text", "html", "xhtml"):
            yield f"content: type {content.get('type')}"
    if feed.find(f"{ATOM}author") is None and any(e.find(f"{ATOM}author") is None for e in entries):
        yield "feed: no author, and an entry without one"
    yield from _twice("entry id", [e.findtext(f"{ATOM}id", "") for e in entries])


def _atom_element(element: Element, kind: str) -> Iterator[str]:
    counted = Counter(child.tag.removeprefix(ATOM) for child in element)
    yield from (f"{kind}: {counted[name]} of {name}" for name in _ONCE[kind] if counted[name] != 1)
    yield from (f"{kind}: {counted[name]} of {name}" for name in _AT_MOST[kind] if counted[name] > 1)
    known = {*_ONCE[kind], *_AT_MOST[kind], *_REPEATED[kind]}
    yield from (f"{kind}: unknown {name}" for name in counted if name not in known)
    for name in ("updated", "published"):
        yield from (f"{name}: {e.text}" for e in element.findall(ATOM + name) if not _INSTANT.fullmatch(e.text or ""))
    if not _ABSOLUTE.fullmatch(element.findtext(f"{ATOM}id", "")):
        yield f"{kind}: id is no absolute address"
    for author in element.findall(f"{ATOM}author"):
        if not (author.findtext(f"{ATOM}name") or "").strip():
            yield f"{kind}: an author without a name"
    links = [(e.get("rel", "alternate"), e.get("type"), e.get("hreflang")) for e in element.findall(f"{ATOM}link")]
    yield from _twice(f"{kind} link", [link for link in links if link[0] in ("alternate", "self")])
    for link in element.findall(f"{ATOM}link"):
        if not _ABSOLUTE.fullmatch(link.get("href", "")):
            yield f"{kind}: link to {link.get('href')!r}"


def _rss(rss: Element) -> Iterator[str]:
    channels = rss.findall("channel")
    if rss.get("version") != "2.0" or len(channels) != 1:
        yield "rss: not version 2.0 with a single channel"
        return
    channel = channels[0]
    yield from _rss_element(channel, _CHANNEL, {"item", "category"})
    yield from (f"channel: no {name}" for name in ("title", "link", "description") if not channel.findtext(name))
    if not _LANGUAGE.fullmatch(channel.findtext("language", "en")):
        yield "channel: language"
    for item in channel.findall("item"):
        yield from _rss_element(item, _ITEM, {"category", "enclosure"})
        if not (item.findtext("title") or item.findtext("description")):
            yield "item: neither title nor description"
        guid = item.find("guid")
        permanent = guid is not None and guid.get("isPermaLink", "true") == "true"
        if guid is not None and permanent and not (guid.text or "").startswith(("http://", "https://")):
            yield "item: a guid that should be an address"
    yield from _twice("guid", [e.text for e in channel.iter("guid")])
    for own in channel.findall(f"{ATOM}link"):
        if own.get("rel") != "self" or not _ABSOLUTE.fullmatch(own.get("href", "")):
            yield "channel: atom:link is no address of its own"


def _rss_element(element: Element, known: set[str], repeated: set[str]) -> Iterator[str]:
    plain = Counter(child.tag for child in element if not child.tag.startswith("{"))
    yield from (f"{element.tag}: unknown {name}" for name in plain if name not in known)
    yield from (f"{element.tag}: {n} of {name}" for name, n in plain.items() if n > 1 and name not in repeated)
    for name in ("pubDate", "lastBuildDate"):
        yield from (f"{name}: {e.text}" for e in element.findall(name) if not _mail_date(e.text or ""))
    for link in element.findall("link"):
        if not (link.text or "").startswith(("http://", "https://")):
            yield f"{element.tag}: link to {link.text!r}"


def _opml(opml: Element) -> Iterator[str]:
    parts = [child.tag for child in opml]
    if opml.get("version") != "2.0" or parts != ["head", "body"]:
        yield f"opml: version {opml.get('version')}, {parts}"
        return
    head, body = opml
    known = {"title", "dateCreated", "dateModified", "ownerName", "ownerEmail", "ownerId", "docs"}
    yield from (f"head: unknown {child.tag}" for child in head if child.tag not in known)
    for name in ("dateCreated", "dateModified"):
        yield from (f"{name}: {e.text}" for e in head.findall(name) if not _mail_date(e.text or ""))
    for outline in body.iter("outline"):
        if not outline.get("text"):
            yield "outline: no text"
        address = {"rss": "xmlUrl", "link": "url", "include": "url"}.get(outline.get("type", ""))
        if address and not outline.get(address, "").startswith(("http://", "https://")):
            yield f"outline: {outline.get('type')} without {address}"


def _mail_date(text: str) -> bool:
    """Whether a date is of RFC 822 with a year of four digits, and the day of the week is its own."""
    return bool(_MAIL_DATE.fullmatch(text)) and parsedate_to_datetime(text).strftime("%a") == text[:3]


def _twice(name: str, values: Sequence[object]) -> Iterator[str]:
    yield from (f"{name}: {value} stands {n} times" for value, n in Counter(values).items() if n > 1)
