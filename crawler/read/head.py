"""What a page says of itself to machines: meta elements, JSON-LD, front matter in scripts, links with a relation."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from html import unescape
from textwrap import dedent
from typing import Any

from crawler.read.tree import Element

_ARTICLE = re.compile(
    r"(?:Article|BlogPosting|Report|SocialMediaPosting|TechArticle|Posting|Review|HowTo|Book|Chapter)$"
)
_LIST = re.compile(r"(?:CollectionPage|Blog|WebSite|SearchResultsPage|ProfilePage|ItemList)$")
_CONTROL = re.compile(r"[\x00-\x1f]")


@dataclass(slots=True)
class Head:
    """The machine-readable side of a page."""

    meta: dict[str, list[str]] = field(default_factory=dict)  # name or property, lower case -> contents
    links: dict[str, list[str]] = field(default_factory=dict)  # rel -> hrefs
    article: dict[str, Any] = field(default_factory=dict)  # the JSON-LD object of the page's article
    kinds: tuple[str, ...] = ()  # all types named in JSON-LD
    front: dict[str, Any] = field(default_factory=dict)  # front matter in a script
    title: str = ""
    language: str = ""  # the html element's attribute
    people: dict[str, str] = field(default_factory=dict)  # JSON-LD @id -> name
    site: str = ""  # the site's name, where the page says it

    def first(self, *names: str) -> str:
        """The first content of these names that says something."""
        for name in names:
            for value in self.meta.get(name, ()):
                if value:
                    return value
        return ""


def head_of(root: Element) -> Head:
    """Collect the machine-readable side of a page; nothing in it is believed yet."""
    head = Head(language=(root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang") or "").strip())
    for element in root.iter("meta"):
        content = (element.get("content") or "").strip()
        for attribute in ("name", "property", "itemprop", "http-equiv"):
            if name := element.get(attribute):
                head.meta.setdefault(name.strip().lower(), []).append(content)
    for element in root.iter("link"):
        href = (element.get("href") or "").strip()
        for rel in (element.get("rel") or "").lower().split():
            if href:
                head.links.setdefault(rel, []).append(href)
    # a picture may have a title too
    title = next((t for t in root.iter("title") if not any(a.tag == "svg" for a in t.iterancestors())), None)
    if title is not None:
        head.title = " ".join("".join(title.itertext()).split())
    objects: list[dict[str, Any]] = []
    for script in root.iter("script"):
        kind = (script.get("type") or "").lower()
        text = script.text or ""
        if "ld+json" in kind:
            objects += _flatten(_json(text))
        elif kind == "text/front-matter":
            head.front.update(_yaml(text))
        elif kind == "text/json" and script.getparent() is not None and script.getparent().tag == "d-front-matter":
            given = _json(text)
            head.front.update(given if isinstance(given, dict) else {})
    _read_objects(head, objects)
    head.site = head.first("og:site_name", "application-name") or head.site
    return head


def _read_objects(head: Head, objects: list[dict[str, Any]]) -> None:
    kinds = [kind for o in objects for kind in types(o)]
    head.kinds = tuple(dict.fromkeys(kinds))
    for o in objects:
        if o.get("@id") and isinstance(o.get("name"), str):
            head.people[str(o["@id"])] = o["name"]
        if any(t in ("WebSite", "Blog") for t in types(o)) and isinstance(o.get("name"), str) and not head.site:
            head.site = unescape(o["name"])
    articles = [o for o in objects if any(_ARTICLE.search(t) for t in types(o))]
    if articles:
        head.article = max(articles, key=lambda o: sum(1 for k in ("headline", "datePublished", "author") if o.get(k)))


def types(o: dict[str, Any]) -> list[str]:
    """The schema.org types of an object."""
    given = o.get("@type")
    return [str(t).rsplit("/", 1)[-1] for t in (given if isinstance(given, list) else [given]) if t]


def _json(text: str) -> Any:
    text = text.strip().removeprefix("<!--").removesuffix("-->").strip()
    text = re.sub(r"^\s*(?://)?\s*<!\[CDATA\[|(?://)?\s*\]\]>\s*$", "", text).strip().rstrip(";")
    for attempt in (
        text,
        _CONTROL.sub(" ", text),
        re.sub(r",\s*([}\]])", r"\1", _CONTROL.sub(" ", text)),
        unescape(text),
    ):
        try:
            return json.loads(attempt, strict=False)
        except (ValueError, RecursionError):
            continue
    return None


def _flatten(value: Any, depth: int = 0) -> list[dict[str, Any]]:
    """All objects of a JSON-LD document, graphs and nested main entities included."""
    if depth > 6:
        return []
    if isinstance(value, list):
        return [o for item in value[:200] for o in _flatten(item, depth + 1)]
    if not isinstance(value, dict):
        return []
    found = [value]
    for name in (
        "@graph",
        "mainEntity",
        "mainEntityOfPage",
        "itemListElement",
        "hasPart",
        "author",
        "publisher",
        "isPartOf",
    ):
        if isinstance(value.get(name), dict | list) and name not in ("itemListElement",):
            found += _flatten(value[name], depth + 1)
    return found


def _yaml(text: str) -> dict[str, Any]:
    """The few forms of YAML that front matter in pages uses: `key: value`, and lists of `- key: value`."""
    out: dict[str, Any] = {}
    key = ""
    for line in dedent(text.expandtabs(2)).splitlines():
        if not line.strip() or line.strip().startswith("#"):
            continue
        if match := re.match(r"(\w[\w-]*):\s*(.*)$", line):
            key = match[1].lower()
            out[key] = _scalar(match[2]) if match[2].strip() else []
        elif (match := re.match(r"\s*-\s*(?:(\"[^\"]+\"|'[^']+'|\w[\w .-]*?):\s+)?(.*)$", line)) and isinstance(
            out.get(key), list
        ):
            name, value = _scalar(match[1] or ""), _scalar(match[2])
            if " " in name:  # "- Ada Example: https://ada.example"
                out[key].append({"author": name, "url": value})
            else:
                out[key].append({name: value} if name else value)
        elif (match := re.match(r"\s+(\w+):\s*(.*)$", line)) and isinstance(out.get(key), list) and out[key]:
            if isinstance(out[key][-1], dict):
                out[key][-1][match[1]] = _scalar(match[2])
        elif isinstance(out.get(key), str):
            out[key] += " " + line.strip()
    return out


def _scalar(text: str) -> str:
    text = text.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        return text[1:-1]
    return text
