"""Lists of blogs for other programs: OPML with folders, CSV, TOML, or a URL a line; sourcelists.py reads each back."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from kb.blogs.sourcelists import FOLDERS
from kb.present import spreadsheet_safe
from kb.types import Source

FORMS = ("opml", "csv", "toml", "lines")
_COLUMNS = ("title", "url", "feed", "kind", "language", "folder")
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def write_list(sources: Sequence[Source], form: str, at: datetime) -> str:
    """The followed blogs as a list in a form, in the order they were added; at: when, for the OPML's head."""
    followed = [source for source in sources if source.status != "hand"]
    writers: dict[str, Callable[[Sequence[Source]], str]] = {"csv": _csv, "toml": _toml, "lines": _lines}
    return _opml(followed, at) if form == "opml" else writers[form](followed)


def _facts(source: Source) -> dict[str, str]:
    """What is worth telling; a kind that is the usual one is left out."""
    facts = {name: getattr(source, name) for name in _COLUMNS}
    facts["kind"] = None if source.kind == "blog" else source.kind
    return {name: " ".join(str(value).split()) for name, value in facts.items() if value}


def _lines(sources: Sequence[Source]) -> str:
    return "".join(f"{source.url}\n" for source in sources)


def _csv(sources: Sequence[Source]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for facts in map(_facts, sources):
        writer.writerow([spreadsheet_safe(facts.get(name, "")) for name in _COLUMNS])
    return out.getvalue()


def _toml(sources: Sequence[Source]) -> str:
    """As crawler/blogs.toml; a JSON string is a basic string of TOML."""
    rows = [", ".join(f"{name} = {_quoted(value)}" for name, value in _facts(s).items()) for s in sources]
    return "blogs = [\n" + "".join(f"  {{ {row} }},\n" for row in rows) + "]\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _opml(sources: Sequence[Source], at: datetime) -> str:
    from xml.etree import ElementTree

    root = ElementTree.Element("opml", version="2.0")
    head = ElementTree.SubElement(root, "head")
    ElementTree.SubElement(head, "title").text = "Blogs that kb follows"
    ElementTree.SubElement(head, "dateCreated").text = at.strftime("%a, %d %b %Y %H:%M:%S GMT")
    folders: dict[tuple[str, ...], Any] = {(): ElementTree.SubElement(root, "body")}
    for source in sources:
        parent = _folder(folders, tuple(filter(None, (source.folder or "").split(FOLDERS))))
        facts = {name: _NOT_IN_XML.sub("", value) for name, value in _facts(source).items()}
        words = {"text": facts.get("title") or source.url, "title": facts.get("title")}
        if source.kind == "feed":
            address: dict[str, str | None] = {"type": "rss", "xmlUrl": source.url}
        elif source.feed:
            address = {"type": "rss", "xmlUrl": source.feed, "htmlUrl": source.url, "kind": facts.get("kind")}
        else:
            address = {"type": "link", "url": source.url, "htmlUrl": source.url, "kind": facts.get("kind")}
        given = {**words, **address, "language": facts.get("language")}
        ElementTree.SubElement(parent, "outline", {name: value for name, value in given.items() if value})
    ElementTree.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ElementTree.tostring(root, encoding="unicode") + "\n"


def _folder(folders: dict[tuple[str, ...], Any], path: tuple[str, ...]) -> Any:
    """The outline of a folder, made with the ones around it where it is not there yet."""
    from xml.etree import ElementTree

    if path not in folders:
        name = _NOT_IN_XML.sub("", path[-1])
        folders[path] = ElementTree.SubElement(_folder(folders, path[:-1]), "outline", text=name, title=name)
    return folders[path]
