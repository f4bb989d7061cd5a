"""Says what a URL offers, by a short crawl that nobody stores: robots, feeds, sitemaps, archives, and some posts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from crawler import robots, urls
from crawler.clock import Clock
from crawler.crawl import Options, crawl
from crawler.http import Fetching
from crawler.pool import ParsePool
from crawler.types import Blog, Failure, Outcome, Post, Report, Robots, Visit

REQUESTS = 15


@dataclass(slots=True)
class Checked:
    """What was found at a URL."""

    url: str
    ok: bool = False
    title: str | None = None
    language: str | None = None
    robots: str = "not asked"  # one line for a person
    feeds: list[tuple[str, str]] = field(default_factory=list)  # URL, how much is in it
    sitemaps: list[tuple[str, str]] = field(default_factory=list)
    archives: list[str] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)  # a few, newest first as far as known
    waiting: int = 0  # links found and not asked for in so short a crawl
    watched: str | None = None  # the feed that later visits would ask
    failure: Failure | None = None
    note: str = ""


async def check(
    url: str, *, fetcher: Fetching, parse_pool: ParsePool, clock: Clock, options: Options | None = None
) -> Checked:
    """Look at a URL with at most 15 requests, as politely as a crawl does."""
    found = Checked(url)
    limits = replace(options or Options(), max_requests=REQUESTS)
    asked, told = set[str](), set[str]()
    async for event in crawl([Visit(Blog(url))], fetcher=fetcher, parse_pool=parse_pool, clock=clock, options=limits):
        if isinstance(event, Robots):
            if urls.same_site(event.origin, [urls.host(url)]):
                found.robots = _robots(event, url)
        elif isinstance(event, Report):
            found.ok, found.failure, found.watched = event.ok, event.failure, event.feed
            found.title, found.language, found.note = event.title, event.language, event.note
        else:
            asked.add(event.link.url)
            told.update(link.url for link in event.links)
            _take(found, event)
    found.waiting = len(told - asked)
    return found


def _take(found: Checked, outcome: Outcome) -> None:
    verdict, page = outcome.verdict, outcome.page
    if verdict is None or page is None:
        return
    size = verdict.reasons[0] if verdict.reasons else ""
    if outcome.post is not None:
        found.posts.append(outcome.post)
    elif verdict.kind == "feed":
        found.feeds.append((page.url, size))
    elif verdict.kind == "sitemap":
        found.sitemaps.append((page.url, size))
    elif verdict.kind == "list":
        found.archives.append(page.url)


def _robots(answer: Robots, url: str) -> str:
    rules = robots.rules_of(answer)
    if answer.status is None or answer.status >= 500:
        return f"could not be had ({answer.status or 'no answer'}): nothing may be fetched until it can"
    if answer.status >= 400:
        return "there is none: everything may be fetched"
    words = ["allows this URL" if rules.allowed(robots.PRODUCT, url) else "forbids this URL"]
    if (delay_s := rules.delay_s(robots.PRODUCT)) is not None:
        words.append(f"asks for {delay_s:g} s between requests")
    if rules.sitemaps:
        words.append(f"names {len(rules.sitemaps)} sitemaps")
    return ", ".join(words)
