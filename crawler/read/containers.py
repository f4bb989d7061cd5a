"""The element that a page's own markup names as the place of the text."""

from __future__ import annotations

import re

from crawler.read.tree import Element, tokens

_NAMED = frozenset(
    [
        "post-content",
        "entry-content",
        "article-content",
        "article-body",
        "article__body",
        "article__content",
        "post-body",
        "post__content",
        "post-text",
        "post_content",
        "postcontent",
        "markdown-body",
        "markdown_body",
        "e-content",
        "articlebody",
        "story-body",
        "single-content",
        "article-entry",
        "gh-content",
        "blog-content",
        "blog-post-content",
        "post-article",
        "articlecontent",
        "entry__content",
        "post-full-content",
        "post-entry",
        "content__article-body",
        "body-text",
        "rich-text",
        "article-text",
        "article_content",
        "entry-body",
        "blogpost-content",
        "blog-post-body",
        "available-content",
        "c-content",
        "post-single-content",
        "post__body",
        "single-post-content",
        "js_content",
        "quarto-document-content",
        "article-container",
        "post-container",
        "article_body",
        "articletext",
        "storytext",
        "story-content",
        "notebook-container",
    ]
)


def is_named(element: Element) -> bool:
    """Whether an element's own name says that it holds a post's text."""
    return (
        element.tag in ("d-article", "dt-article")
        or "articlebody" in (element.get("itemprop") or "").lower()
        or not _NAMED.isdisjoint(tokens(element).split())
    )


def named_container(body: Element) -> Element | None:
    """The element named as the text of the one post that the page holds, the largest where there are several."""
    best, size = None, 0
    for element in body.iter("div", "section", "article", "main", "d-article", "dt-article", "span"):
        if not is_named(element):
            continue
        length = sum(map(len, element.itertext()))
        # the innermost of two that hold much the same
        if length > size * (0.7 if best is not None and _holds(best, element) else 1.0):
            best, size = element, length
    return best


def loose_container(body: Element) -> Element | None:
    """What a page without such a name offers: its one article, its main part."""
    articles = [a for a in body.iter("article") if not any(p.tag == "article" for p in a.iterancestors())]
    if articles:
        return max(articles, key=lambda a: sum(map(len, a.itertext())))
    for element in body.iter("main", "div", "section", "td"):
        if (
            element.tag == "main"
            or element.get("role") == "main"
            or re.search(
                r" (?:content|main|main-content|content-main|page-content|post|container-main|"
                r"body-content|maincontent) ",
                tokens(element),
            )
        ):
            return element
    return None


def _holds(outer: Element, inner: Element) -> bool:
    return any(a is outer for a in inner.iterancestors())
