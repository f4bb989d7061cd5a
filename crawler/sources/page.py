"""An HTML page: the post if it is one, the links in it, and what it turned out to be."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler import shapes, text, urls
from crawler.read import READER
from crawler.read.charset import decode
from crawler.read.classify import classify, looks_of
from crawler.read.content import content_of, feed_content
from crawler.read.days import guessed
from crawler.read.facts import facts_of
from crawler.read.head import Head, head_of
from crawler.read.language import language_of
from crawler.read.links import base_of, links_of
from crawler.read.references import references_of
from crawler.read.stubs import moved_to
from crawler.read.tree import Element, parse_html
from crawler.types import Blog, Hint, Link, Page, Post, Verdict

_NOT_HTML = re.compile(
    r"^(?:image|audio|video|font)/|pdf|zip|octet-stream|javascript|css|json|x-tar|msword|officedocument", re.I
)


def parse(page: Page, blog: Blog, hint: Hint | None) -> Iterator[Post | Link | Verdict]:
    """Yield the Post if the page is one, then its Links in document order, then one Verdict."""
    if not page.body.strip():
        yield Verdict("thin", ("empty body",))
        return
    if page.content_type and _NOT_HTML.search(page.content_type) or page.body[:5] == b"%PDF-":
        yield Verdict("foreign", (f"content type {page.content_type}",))
        return
    root = parse_html(decode(page.body, page.content_type))
    if root is None:
        yield Verdict("foreign", ("no HTML in it",))
        return
    # lxml makes a new proxy each time that an element is met, unless somebody holds the one before
    held = list(root.iter())
    head = head_of(root)
    base = base_of(root, page.url)
    links = list(links_of(root, base, page, blog))
    post, verdict = read(root, head, base, page, blog, hint)
    if post is not None:
        yield post
    yield from links
    yield verdict
    held.clear()


def read(
    root: Element, head: Head, base: str, page: Page, blog: Blog, hint: Hint | None
) -> tuple[Post | None, Verdict]:
    """The post and the verdict of a parsed page; the tree is used up."""
    fetched = page.fetched_at.date().isoformat()
    target = moved_to(root, base)
    facts = facts_of(root, head, page.url, blog, hint, fetched)
    looks = looks_of(root, page.url)
    published = facts.published
    if published is None and shapes.guess(page.url) == "post" and looks.list_links < 4 and target is None:
        published = guessed(root, page.url, fetched)
    content = content_of(root, base, facts.title)
    told = hint.html if hint else None
    text_from = "page"
    if told:
        other = feed_content(told, base, content.dollars, facts.title)
        if len(other.prose) > 1.5 * len(content.prose) + 200:
            content, text_from = other, "feed"
    n_words = text.count_words(content.prose) + content.code_words
    if target is not None and (n_words < 60 or content.page_chars < 400):
        return None, Verdict("stub" if target == page.url else "redirect", (f"leads to {target}",), moved_to=target)
    kind, reasons = classify(
        page.url,
        blog,
        hint,
        head,
        looks,
        facts.title,
        facts.published,
        n_words,
        content.link_share,
        content.own_link_share,
    )
    language, confidence = language_of(content.prose or content.all_text, head.language)
    if kind != "post":
        own_title = (facts.title or head.title) if kind == "home" else None
        if kind == "home":
            own_title = head.site or head.title or own_title
        return None, Verdict(kind, tuple(reasons), title=own_title or None, language=language)
    if not content.markdown.strip():
        return None, Verdict("thin", ("no text could be read", *reasons))
    hosts = (urls.host(page.url), urls.host(blog.url), *blog.hosts)
    post = Post(
        url=page.url,
        title=facts.title or head.title or page.url,
        markdown=content.markdown,
        source=blog.url,
        authors=facts.authors,
        published=published,
        updated=facts.updated,
        language=language,
        tags=facts.tags,
        canonical=facts.canonical,
        licence=facts.licence,
        series=facts.series,
        references=references_of(content.markdown, hosts),
        images=content.images,
        text_from="feed" if text_from == "feed" else "page",
        quality=text.quality(content.markdown, confidence),
        reader=READER,
    )
    return post, Verdict("post", tuple(reasons), moved_to=None, language=language)

