"""Lists of blogs from outside: OPML, CSV, TOML, or a URL a line; each becomes the same value."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from crawler.urls import crawlable
from kb.errors import UsageError
from kb.types import NewSource

MAX_BYTES = 20_000_000  # of a list; the largest known OPML of blogs has 3 MB
MAX_DEPTH = 50  # of an OPML's folders; people use two or three
FOLDERS = " > "  # between the names of folders in folders
_FEED_SCHEME = re.compile(r"feed:(?://)?(?=https?:)", re.I)  # feed:https://a/
_HOMES = ("url", "site_url", "home", "homepage", "html_url", "htmlurl", "link", "website")
_FEEDS = ("feed", "feed_url", "xml_url", "xmlurl", "rss")


def new_source(url: str, title: str | None = None, feed: str | None = None, language: str | None = None,
               kind: str | None = None, folder: str | None = None) -> NewSource:  # fmt: skip
    """A source from what a person or a list gave. Raises UsageError for what is no web address."""
    text = re.sub("^feed:(?=//)", "http:", _FEED_SCHEME.sub("", url.strip(), count=1), flags=re.I)
    fetched = crawlable(text if "://" in text else f"https://{text}")
    if fetched is None or "." not in fetched.split("/")[2].strip(".") or " " in text:
        raise UsageError(f'not a web address: "{url:.200}"', "give one such as https://colah.github.io/")
    kinds: dict[str, Literal["blog", "feed", "sitemap"]] = {"feed": "feed", "sitemap": "sitemap"}
    return NewSource(fetched, title or None, feed or None, kinds.get(kind or "", "blog"), language or None, folder)


def curated() -> list[NewSource]:
    """The list that comes with the program."""
    return list(_sources(_toml(files("crawler").joinpath("blogs.toml").read_text(encoding="utf-8")), None))


def read_list(file: Path, wrong: list[str] | None = None) -> list[NewSource]:
    """The blogs of a file, by its ending; an unknown ending is read as a URL a line. Raises UsageError.

    wrong: gets a line for each entry that is no blog's address; without it, such an entry raises as well.
    """
    try:
        if file.stat().st_size > MAX_BYTES:
            raise UsageError(f"{file} is larger than {MAX_BYTES:,} bytes", "a list of blogs is smaller")
        data = file.read_bytes()
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {(error.strerror or '').lower()}") from None
    readers: dict[str, Callable[[str], Iterator[dict[str, Any]]]] = {".toml": _toml, ".csv": _csv, ".tsv": _csv}
    try:
        if file.suffix.lower() in (".opml", ".xml"):
            rows = _opml(data)
        else:
            rows = readers.get(file.suffix.lower(), _lines)(_decoded(data))
        found = list(_sources(rows, wrong))
    except UsageError as error:
        raise UsageError(f"{file}: {error}", error.hint) from None
    if not found and not wrong:
        raise UsageError(f"{file} names no blog", "OPML, CSV with a url column, TOML like blogs.toml, or a URL a line")
    return found


def _sources(rows: Iterator[dict[str, Any]], wrong: list[str] | None) -> Iterator[NewSource]:
    for row in rows:
        try:
            yield _row(row)
        except UsageError as error:
            if wrong is None:
                raise
            wrong.append(str(error))


def _row(row: dict[str, Any]) -> NewSource:
    """A row by the names that lists use: url, site_url, home, html_url; feed, feed_url, xml_url."""
    named = {str(k).strip().lower(): v.strip() for k, v in row.items() if isinstance(v, str)}
    url = next((named[n] for n in _HOMES if named.get(n)), None)
    feed = next((named[n] for n in _FEEDS if named.get(n)), None)
    if not (url or feed):
        raise UsageError(f"a row without a url: {row!r:.80}")
    if url and not _is_address(url) and feed:  # lists leave the home empty or relative where a feed says all
        url = None
    kind = named.get("kind") or (None if url else "feed")
    title = named.get("title") or named.get("name")
    feed = feed if url and feed and _is_address(feed) else None if url else feed
    return new_source(url or feed or "", title and _unquoted(title), feed if url else None, named.get("language"), kind,
                      named.get("folder") or None)  # fmt: skip


def _is_address(text: str) -> bool:
    try:
        return bool(new_source(text))
    except UsageError:
        return False


def _unquoted(text: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from computing a text (kb.present.spreadsheet_safe)."""
    return text[1:] if text[0] == "'" and text[1:2] in tuple("=+-@\t\r") else text


def _decoded(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _toml(text: str) -> Iterator[dict[str, Any]]:
    try:
        rows = tomllib.loads(text).get("blogs", [])
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        words = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise UsageError(f"no valid TOML: {words}") from None
    yield from (row for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()


def _csv(text: str) -> Iterator[dict[str, Any]]:
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = csv.reader(io.StringIO(text), delimiter=delimiter)
        names = [name.strip().lower() for name in next(rows, [])]
        if not set(names) & {*_HOMES, *_FEEDS}:  # no line of names: the addresses stand in one of the columns
            rows = csv.reader(io.StringIO(text), delimiter=delimiter)
            for row in rows:
                if found := next((cell for cell in row if "://" in cell or _is_address(cell)), None):
                    yield {"url": found}
                elif any(cell.strip() for cell in row):
                    yield {"row": ", ".join(row)}
            return
        for row in rows:
            if any(cell.strip() for cell in row):
                yield dict(zip(names, row, strict=False))
    except csv.Error as error:
        raise UsageError(f"no valid CSV: {error}") from None


def _opml(data: bytes) -> Iterator[dict[str, Any]]:
    """Outlines with an address, in their order, each with the folders that it stands in; read piece by piece."""
    from defusedxml import ElementTree
    from defusedxml.common import DefusedXmlException

    folders: list[str | None] = []
    open_nodes: list[Any] = []
    in_body = False
    try:
        for event, node in ElementTree.iterparse(io.BytesIO(_as_utf8(data)), events=("start", "end")):
            if node.tag == "body":
                in_body = event == "start"
                open_nodes = [node]
            elif node.tag != "outline" or not in_body:
                continue
            elif event == "end":
                folders.pop()
                open_nodes.pop()
                open_nodes[-1].clear()  # or a long list would be kept whole as a tree
            elif len(folders) >= MAX_DEPTH:
                raise UsageError(f"no valid OPML: outlines are nested deeper than {MAX_DEPTH}")
            else:
                name = node.get("title") or node.get("text")
                feed, home = node.get("xmlUrl"), node.get("htmlUrl")
                url = node.get("url") if node.get("type") in ("link", "rss") else None
                open_nodes.append(node)
                folders.append(None if feed or home or url else name)
                if feed or home or url:
                    folder = FOLDERS.join(filter(None, folders))
                    yield {"url": home or url or "", "feed": feed or "", "title": name, "folder": folder,
                           "language": node.get("language"), "kind": node.get("kind")}  # fmt: skip
    except (ElementTree.ParseError, DefusedXmlException, ValueError) as error:
        raise UsageError(f"no valid OPML: {type(error).__name__}: {error}") from None


def _as_utf8(data: bytes) -> bytes:
    """The bytes of an XML file as UTF-8: its parser knows few of the encodings that such files name."""
    named = re.match(rb"\s*<\?xml[^>]*encoding=[\"']([\w.-]+)[\"']", data)
    text = _decoded(data)
    if named and not data.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        try:
            text = data.decode(named[1].decode("ascii"), "replace")
        except LookupError:
            text = data.decode("utf-8", "replace")
    return re.sub(r"^\s*<\?xml[^>]*\?>", "", text, count=1).lstrip("\ufeff").encode("utf-8", "replace")


def _lines(text: str) -> Iterator[dict[str, Any]]:
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            yield {"url": line.strip()}
