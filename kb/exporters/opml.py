"""The blogs of the chart as OPML 2.0, for a feed reader or for `kb sources import`."""

from __future__ import annotations

from collections import Counter
from email.utils import format_datetime

from kb.rendering.feed import home, updated
from kb.rendering.marks import clean, safe_url
from kb.rendering.wording import wording
from kb.rendering.xml import Node, document
from kb.types import Article

SUFFIX = ".opml"


def render(article: Article) -> bytes:
    """An outline a blog, those with most posts in the chart first; a blog whose feed is not known is a link."""
    words = wording(article.language)
    head = [
        Node("title", f"{clean(article.title)}: {words['blogs']}"),
        Node("dateCreated", format_datetime(updated(article))),
        Node("docs", "http://opml.org/spec2.opml"),
    ]
    if article.about.home:
        head.insert(2, Node("ownerId", home(article)))
    blogs = _blogs(article)
    body = [_outline(*blog) for blog in blogs if blog[1]]
    return document(Node("opml", attributes={"version": "2.0"}, children=[Node("head", children=head),
                                                                         Node("body", children=body)]))  # fmt: skip


def _blogs(article: Article) -> list[tuple[str, str | None, str | None, str | None]]:
    """(title, home page, feed, language) of the charted blogs."""
    if article.about.blogs:
        return [(clean(b.title or b.url), safe_url(b.url), safe_url(b.feed or ""), b.language)
                for b in article.about.blogs]  # fmt: skip
    counted = Counter((line.post.source, line.post.source_title) for line in article.top)
    return [(clean(title or url), safe_url(url), None, None) for (url, title), _ in counted.most_common()]


def _outline(title: str, url: str | None, feed: str | None, language: str | None) -> Node:
    told = {"text": title or url or "", "title": title or url or ""}
    if feed:
        told |= {"type": "rss", "xmlUrl": feed, "htmlUrl": url or ""}
    else:
        told |= {"type": "link", "url": url or "", "htmlUrl": url or ""}
    if language:
        told["language"] = language
    return Node("outline", attributes=told)
