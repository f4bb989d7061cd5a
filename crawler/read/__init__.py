"""Reading: from the bytes of a page to the facts and the text of a post."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from crawler.read.facts import Facts

READER = "6"  # raised whenever the same page would give another post; stored with each


def main_text(body: bytes) -> str:
    """The main text of a page as plain text, a block a line."""
    from crawler.blocks import blocks
    from crawler.read.charset import decode
    from crawler.read.content import content_of
    from crawler.read.facts import own_url
    from crawler.read.head import head_of
    from crawler.read.title import title_of
    from crawler.read.tree import parse_html
    from crawler.text import plain

    root = parse_html(decode(body))
    if root is None:
        return ""
    head = head_of(root)
    url = own_url(head)
    title = title_of(root, head, url, (), None)
    markdown = content_of(root, url, title).markdown
    return "\n".join(plain(markdown[b.start : b.end]) for b in blocks(markdown) if b.kind != "figure")


def page_facts(body: bytes) -> Facts:
    """The facts of a page of which nothing else is known, not even its address."""
    from dataclasses import replace

    from crawler.read.charset import decode
    from crawler.read.days import guessed
    from crawler.read.facts import Facts, facts_of, own_url
    from crawler.read.head import head_of
    from crawler.read.tree import parse_html
    from crawler.types import Blog

    root = parse_html(decode(body))
    if root is None:
        return Facts("")
    head = head_of(root)
    url = own_url(head)
    facts = facts_of(root, head, url, Blog(url), None, None)
    return facts if facts.published else replace(facts, published=guessed(root, url, None))


def page_day(page: bytes | str) -> str | None:
    """The day of publication of a page, YYYY-MM-DD."""
    from crawler.read.charset import decode
    from crawler.read.days import guessed, published_of
    from crawler.read.facts import own_url
    from crawler.read.head import head_of
    from crawler.read.tree import parse_html

    root = parse_html(decode(page) if isinstance(page, bytes) else page)
    if root is None:
        return None
    head = head_of(root)
    url = own_url(head)
    return (published_of(root, head, url, None) or guessed(root, url, None) or "")[:10] or None
