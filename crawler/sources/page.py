"""An HTML page: the post if it is one, the links in it, and what it turned out to be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from crawler import text, urls
from crawler.read import READER
from crawler.read.charset import decode
from crawler.read.classify import classify, is_home, names_a_list
from crawler.read.consent import asks
from crawler.read.content import content_of, feed_content
from crawler.read.days import guessed
from crawler.read.facts import facts_of
from crawler.read.head import Head, head_of
from crawler.read.language import language_of
from crawler.read.links import base_of, links_of
from crawler.read.looks import looks_of
from crawler.read.references import references_of
from crawler.read.stubs import moved_to
from crawler.read.tree import Element, parse_html
from crawler.read.walls import barrier
from crawler.sniff import is_binary, looks_like_markup
from crawler.types import Blog, Hint, Link, Page, Post, Verdict

_NOT_HTML = re.compile(
    r"^(?:image|audio|video|font)/|pdf|zip|octet-stream|javascript|css|json|x-tar|msword|officedocument", re.I
)


FEW_WORDS = 60  # a page that asks for a login and gives fewer gives no post
_BETWEEN = re.compile(r"\s+[-–—|·•]\s+")
_PAGE_NAMES = frozenset(
    ("home", "homepage", "home page", "index", "about", "about me", "blog", "posts", "articles", "archive", "welcome",
     "readme", "untitled", "首页", "主页", "博客", "关于")
)  # fmt: skip


def parse(page: Page, blog: Blog, hint: Hint | None) -> Iterator[Post | Link | Verdict]:
    """Yield the Post if the page is one, then its Links in document order, then one Verdict."""
    if not page.body.strip():
        yield Verdict("thin", ("empty body",))
        return
    labelled = page.content_type and _NOT_HTML.search(page.content_type) and not looks_like_markup(page.body)
    if labelled or page.body[:5] == b"%PDF-" or is_binary(page.body):
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
    hidden = "noindex" in asks(root, page.robots_tag)
    post, verdict = read(root, head, base, page, blog, hint)
    if post is not None and hidden:
        post, verdict = None, replace(verdict, kind="other", reasons=("noindex: asks to be in no index",))
    if post is not None:
        yield post
    yield from links
    yield verdict
    held.clear()


def read(
    root: Element, head: Head, base: str, page: Page, blog: Blog, hint: Hint | None
) -> tuple[Post | None, Verdict]:
    """The post and the verdict of a parsed page; the tree is used up."""
    shown = shown_text(root)
    if (verdict := without_reading(root, head, base, page.url, blog, hint, shown)) is not None:
        return None, verdict
    closed = barrier(root, head.title, shown)
    fetched = page.fetched_at.date().isoformat()
    facts = facts_of(root, head, page.url, blog, hint, fetched)
    looks = looks_of(root, page.url)
    published = facts.published
    if published is None and blog.alone:
        published = guessed(root, page.url, fetched)
    content = content_of(root, base, facts.title)
    text_from: Literal["page", "feed"] = "page"
    if hint is not None and hint.html:
        other = feed_content(hint.html, base, content.dollars, facts.title)
        if len(other.prose) > 1.5 * len(content.prose) + 200:
            content, text_from = other, "feed"
    in_prose = text.count_words(content.prose)
    n_words = in_prose + content.code_words
    kind, reasons = classify(page.url, blog, hint, head, looks, facts, content, n_words)
    if closed is not None and text_from == "page" and (kind in ("thin", "other") or n_words < FEW_WORDS):
        return None, Verdict(closed[0], (closed[1], f"{n_words} words of text"))
    language, confidence = language_of(content.prose or content.all_text, head.language, facts.title)
    if kind != "post":
        return None, Verdict(kind, tuple(reasons), language=language)
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
        text_from=text_from,
        quality=text.quality(content.markdown, confidence, in_prose),
        reader=READER,
    )
    return post, Verdict("post", tuple(reasons), language=language)


def without_reading(
    root: Element, head: Head, base: str, url: str, blog: Blog, hint: Hint | None, shown: str
) -> Verdict | None:
    """The verdict on a page that its address or a redirect in it decides, so that its text need not be looked for."""
    target = moved_to(root, base)
    if target is not None and len(shown) < 400:
        return Verdict("redirect", (f"leads to {target}",), moved_to=target)
    if is_home(url, blog, hint):
        title = head.site or blog_name(head.title or "")
        return Verdict("home", ("the blog's front page",), title=title, language=language_of(shown, head.language)[0])
    if listed := names_a_list(url, blog, hint):
        return Verdict("list", (listed,))
    return None


def shown_text(root: Element) -> str:
    """What a reader may see of a page, roughly: all text but that of scripts and styles."""
    body = root.find("body")
    if body is None:
        return ""
    parts = [body.text or ""]
    for element in body.iterdescendants():
        if element.tag not in ("script", "style", "noscript", "template"):
            parts.append(element.text or "")
        parts.append(element.tail or "")
    return " ".join("".join(parts).split())


def blog_name(title: str) -> str | None:
    """A blog's name from its front page's title, without the words that name the page; None when none is left."""
    parts = [part.strip() for part in _BETWEEN.split(title)]
    return " – ".join(part for part in parts if part and part.casefold() not in _PAGE_NAMES) or None
