"""The list as CSL-JSON, which Zotero, pandoc and citeproc read."""

from __future__ import annotations

import json

from kb.rendering.citing import date_parts, keys, person
from kb.rendering.marks import blog_name, clean, safe_url
from kb.types import Article, ChartLine
from kb.writing.counting import label
from kb.writing.layout import Layout, load_layout

SUFFIX = ".csl.json"


def render(article: Article) -> bytes:
    """An array of items of type post-weblog, by rank; the format knows no header, so each names its edition."""
    layout, names = load_layout(), keys(article.top)
    items = [_item(line, names[line.post.id], article, layout) for line in article.top]
    return (json.dumps(items, ensure_ascii=False, indent=1) + "\n").encode()


def _item(line: ChartLine, key: str, article: Article, layout: Layout) -> dict[str, object]:
    post = line.post
    edition = layout.words[article.language]["edition"].format(number=article.edition, date=article.made_at[:10])
    facts: dict[str, object] = {
        "id": key,
        "type": "post-weblog",
        "title": clean(post.title) or clean(post.url),
        "author": [_name(author) for author in post.authors if clean(author)],
        "container-title": blog_name(post),
        "issued": {"date-parts": [list(date_parts(post))]} if date_parts(post) else None,
        "URL": safe_url(post.url),
        "language": clean(post.language or ""),
        "keyword": clean(label(line, article.language, layout)),
        "note": clean(f"{article.title}: {edition}: {line.entry.rank or '–'}"),
    }
    return {name: value for name, value in facts.items() if value}


def _name(author: str) -> dict[str, str]:
    if parts := person(author):
        return {"given": parts[0], "family": parts[1]}
    return {"literal": clean(author)}
