"""The chart's changes as RSS 2.0."""

from __future__ import annotations

from email.utils import format_datetime

from kb.rendering.feed import Item, home, items, updated
from kb.rendering.marks import clean
from kb.rendering.wording import wording
from kb.rendering.xml import Node, document
from kb.types import Article
from kb.writing.layout import load_layout

SUFFIX = ".rss"
FILE = "rss.xml"  # within a site
_SPACES = {"xmlns:atom": "http://www.w3.org/2005/Atom", "xmlns:dc": "http://purl.org/dc/elements/1.1/"}


def render(article: Article) -> bytes:
    """A channel with an item an edition and an item for each post that came in."""
    layout, words = load_layout(), wording(article.language)
    head = [
        Node("title", f"{clean(article.title)}: {words['feed']}"),
        Node("link", home(article)),
        Node("description", words["feed_of"]),
        Node("language", article.language),
        Node("copyright", layout.words[article.language]["note"]),
        Node("lastBuildDate", format_datetime(updated(article))),
        Node("generator", article.about.program or "kb"),
        Node("docs", "https://www.rssboard.org/rss-specification"),
    ]
    if article.about.home:
        own = {"href": home(article) + FILE, "rel": "self", "type": "application/rss+xml"}
        head.append(Node("atom:link", attributes=own))
    channel = Node("channel", children=[*head, *(_item(item) for item in items(article, layout))])
    return document(Node("rss", attributes={"version": "2.0", **_SPACES}, children=[channel]))


def _item(item: Item) -> Node:
    parts = [Node("title", item.title)]
    if item.url:
        parts.append(Node("link", item.url))
    parts += [Node("dc:creator", ", ".join(item.authors))] if item.authors else []
    parts += [
        Node("description", item.html),
        Node("guid", item.id, {"isPermaLink": "false"}),
        Node("pubDate", format_datetime(item.at)),
    ]
    return Node("item", children=parts)
