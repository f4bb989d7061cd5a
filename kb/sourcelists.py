"""Lists of blogs from outside: OPML, CSV, TOML, or a URL a line; each becomes the same value."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from crawler.urls import crawlable
from kb.errors import UsageError
from kb.types import NewSource

MAX_BYTES = 20_000_000  # of a list; the largest known OPML of blogs has 3 MB


def new_source(url: str, title: str | None = None, feed: str | None = None, language: str | None = None,
               kind: str | None = None, folder: str | None = None) -> NewSource:  # fmt: skip
    """A source from what a person or a list gave. Raises UsageError for what is no web address."""
    text = url.strip()
    fetched = crawlable(text if "://" in text else f"https://{text}")
    if fetched is None or "." not in fetched.split("/")[2].strip(".") or " " in text:
        raise UsageError(f'not a web address: "{url}"', "give one such as https://colah.github.io/")
    kinds: dict[str, Literal["blog", "feed", "sitemap"]] = {"feed": "feed", "sitemap": "sitemap"}
    return NewSource(fetched, title or None, feed or None, kinds.get(kind or "", "blog"), language or None, folder)


def curated() -> list[NewSource]:
    """The list that comes with the program."""
    return _toml(files("crawler").joinpath("blogs.toml").read_text(encoding="utf-8"))


def read_list(file: Path) -> list[NewSource]:
    """The blogs of a file, by its ending; an unknown ending is read as a URL a line. Raises UsageError."""
    try:
        if file.stat().st_size > MAX_BYTES:
            raise UsageError(f"{file} is larger than {MAX_BYTES:,} bytes", "a list of blogs is smaller")
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {(error.strerror or '').lower()}") from None
    text = data.decode("utf-8-sig", "replace")
    readers: dict[str, Callable[[str], list[NewSource]]] = {".toml": _toml, ".csv": _csv, ".opml": _opml, ".xml": _opml}
    try:
        found = readers.get(file.suffix.lower(), _lines)(text)
    except UsageError as error:
        raise UsageError(f"{file}: {error}", error.hint) from None
    if not found:
        raise UsageError(f"{file} names no blog", "OPML, CSV with a url column, TOML like blogs.toml, or a URL a line")
    return found


def _toml(text: str) -> list[NewSource]:
    try:
        rows = tomllib.loads(text).get("blogs", [])
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"no valid TOML: {error}") from None
    return [_row(row) for row in rows if isinstance(row, dict)]


def _csv(text: str) -> list[NewSource]:
    rows = list(csv.DictReader(io.StringIO(text)))
    return [_row(row) for row in rows]


def _row(row: dict[str, Any]) -> NewSource:
    """A row by the names that lists use: url, site_url, home, html_url; feed, feed_url, xml_url."""
    named = {str(k).strip().lower(): v for k, v in row.items() if isinstance(v, str)}
    url = next((named[n] for n in ("url", "site_url", "home", "homepage", "html_url", "link") if named.get(n)), None)
    feed = next((named[n] for n in ("feed", "feed_url", "xml_url", "rss") if named.get(n)), None)
    if not (url or feed):
        raise UsageError(f"a row without a url: {row!r:.80}")
    kind = named.get("kind") or (None if url else "feed")
    return new_source(url or feed or "", named.get("title") or named.get("name"), feed, named.get("language"), kind)


def _opml(text: str) -> list[NewSource]:
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    try:
        root = ElementTree.fromstring(text)
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise UsageError(f"no valid OPML: {type(error).__name__}: {error}") from None
    found: list[NewSource] = []
    waiting: list[tuple[Any, str | None]] = []
    for body in root.iter("body"):
        waiting.extend((node, None) for node in list(body)[::-1])
    while waiting:
        outline, folder = waiting.pop()
        feed, home = outline.get("xmlUrl"), outline.get("htmlUrl")
        name = outline.get("title") or outline.get("text")
        if feed or home:
            kind = None if home else "feed"
            found.append(new_source(home or feed or "", name, feed, outline.get("language"), kind, folder))
        waiting.extend((child, folder if feed else name) for child in list(outline)[::-1])
    return found


def _lines(text: str) -> list[NewSource]:
    lines = (
        line.partition("#")[0].strip() if line.lstrip().startswith("#") else line.strip() for line in text.splitlines()
    )
    return [new_source(line) for line in lines if line]
