"""The chart's changes as Atom (RFC 4287)."""

from __future__ import annotations

from kb.rendering.feed import Item, feed_id, home, items, updated
from kb.rendering.marks import clean
from kb.rendering.wording import wording
from kb.rendering.xml import Node, document
from kb.types import Article
from kb.writing.layout import load_layout

SUFFIX = ".atom"
FILE = "atom.xml"  # within a site


def render(article: Article) -> bytes:
    """A feed with an entry an edition and an entry for each post that came in."""
    layout, words = load_layout(), wording(article.language)
    head = [
        Node("id", feed_id(article)),
        Node("title", f"{clean(article.title)}: {words['feed']}"),
        Node("subtitle", words["feed_of"]),
        Node("updated", updated(article).isoformat()),
        Node("author", children=[Node("name", article.about.program or "kb")]),
        Node("generator", article.about.program or "kb"),
        Node("rights", layout.words[article.language]["note"]),
        Node("link", attributes={"rel": "alternate", "type": "text/html", "href": home(article)}),
    ]
    if article.about.home:
        own = {"rel": "self", "type": "application/atom+xml", "href": home(article) + FILE}
        head.append(Node("link", attributes=own))
    space = {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": article.language}
    entries = [_entry(item, article) for item in items(article, layout)]
    return document(Node("feed", attributes=space, children=[*head, *entries]))


def _entry(item: Item, article: Article) -> Node:
    parts = [
        Node("id", item.id),
        Node("title", item.title),
        Node("updated", item.at.isoformat()),
        *(Node("author", children=[Node("name", name)]) for name in item.authors),
        Node("link", attributes={"rel": "alternate", "type": "text/html", "href": item.url or home(article)}),
        Node("content", item.html or item.title, {"type": "html"}),
    ]
    return Node("entry", children=parts)
