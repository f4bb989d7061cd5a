"""What a path of the sample web answers with, and the small helpers that all makes share."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from html import escape
from urllib.parse import quote

from crawler.sample.library import SamplePost, Site
from crawler.sample.markup import parser, slug

HTML = "text/html; charset=utf-8"
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
CC_BY = "https://creativecommons.org/licenses/by/4.0/"


@dataclass(frozen=True, slots=True)
class Resource:
    """An answer that never changes."""

    body: bytes = field(repr=False)
    content_type: str
    modified: datetime  # aware; sent as Last-Modified
    status: int = 200
    location: str | None = None  # where a 301 leads


def page(text: str, modified: datetime, content_type: str = HTML, status: int = 200) -> Resource:
    return Resource(text.encode(), content_type, modified, status)


def moved(location: str, modified: datetime) -> Resource:
    """A permanent redirect, with the few words that servers send along."""
    words = "<html><head><title>301 Moved Permanently</title></head><body>"
    body = f'{words}<a href="{escape(location)}">moved here</a></body></html>'
    return Resource(body.encode(), HTML, modified, 301, location)


def e(text: str) -> str:
    """Text, escaped for an element or an attribute."""
    return escape(text)


def long_date(day: date) -> str:
    """October 5, 2021"""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def chinese_date(day: date) -> str:
    """2021年10月5日"""
    return f"{day.year}年{day.month}月{day.day}日"


def changed(site: Site, post: SamplePost) -> datetime:
    """When a post's page was written last."""
    return site.moment(post.updated or post.published, post)


def years(site: Site) -> str:
    last = site.modified.year
    return f"{last}" if site.first_year == last else f"{site.first_year}–{last}"


def tag_path(tag: str, folder: str = "/tags/") -> str:
    """A tag's page, as a path that is not percent-encoded."""
    return f"{folder}{slug(tag)}/"


def href(path: str) -> str:
    """A path as it stands in an attribute."""
    return quote(path, safe="/:?&=#%")


def batches(posts: Sequence[SamplePost], size: int) -> list[Sequence[SamplePost]]:
    """The posts of each page of a list."""
    return [posts[i : i + size] for i in range(0, len(posts), size)]


def excerpt(post: SamplePost, limit: int = 180) -> str:
    """The beginning of a post's first paragraph as plain text, at most about `limit` characters."""
    start = post.markdown.split("\n\n", 1)[0]
    children = next((t.children for t in parser().parse(start) if t.children), None) or []
    words = "".join(" " if child.type == "softbreak" else child.content for child in children)
    if len(words) <= limit:
        return words
    return re.sub(r"[\s,;:，；：、]*\w*$", "", words[:limit], flags=re.ASCII) + "…"


def minutes(post: SamplePost) -> int:
    """Reading time as themes guess it."""
    words = len(re.findall(r"[\u4e00-\u9fff]", post.markdown)) / 2 + len(re.findall(r"[A-Za-z]+", post.markdown))
    return max(1, round(words / 200))


def note_of_copy(post: SamplePost, words: str) -> str:
    """The line with which a cross-post names its original, or nothing."""
    return f'<p><em>{words} <a href="{e(post.copy_of)}">{e(post.copy_of)}</a></em></p>\n' if post.copy_of else ""
