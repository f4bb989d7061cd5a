"""What of a page's tree tells lists from posts, counted while it is whole."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crawler import urls
from crawler.read.tree import Element, tokens, words

_COMMENTS = re.compile(r" (?:disqus_thread|giscus|utterances|gitalk\S*|comments?|valine|waline|vcomments|twikoo\S*) ")


@dataclass(frozen=True, slots=True)
class Looks:
    """Counts over the page's tree, taken while it is whole."""

    articles: int = 0  # <article> elements that stand beside each other
    list_links: int = 0  # headings and dated rows that are links to other pages of the site
    times: int = 0
    comments: bool = False
    body: str = "  "


def looks_of(root: Element, url: str) -> Looks:
    """Count what tells lists from posts."""
    body = root.find("body")
    if body is None:
        return Looks()
    articles = [a for a in body.iter("article") if not any(p.tag == "article" for p in a.iterancestors())]
    own = urls.key(url)
    linked = 0
    for heading in body.iter("h1", "h2", "h3", "h4"):
        link = next((a for a in heading.iter("a") if a.get("href") and not a.get("href").startswith("#")), None)
        if link is None or len(words(heading)) > 1.3 * len(words(link)) + 6 or not words(link):
            continue
        target = urls.crawlable(link.get("href"), url)
        if target and urls.key(target) != own and urls.same_site(target, [urls.host(url)]):
            linked += 1
    times = sum(1 for t in body.iter("time") if not any("comment" in tokens(a) for a in t.iterancestors()))
    comments = any(_COMMENTS.search(tokens(e)) for e in body.iter("div", "section"))
    return Looks(len(articles), linked, times, comments, tokens(body))
