"""Crawls over a web that is a dict, for tests: pages in a few words, and what a crawl told, sorted."""

import asyncio
from dataclasses import replace

from crawler.crawl import Options, crawl
from crawler.types import Blog, Outcome, Report, Robots, Visit
from crawler.urls import key
from tests.fakes import PlainReader, StillClock, Web

HOME = "https://a.example/"
FAST = Options(delay_s=0.0, retry_s=0.0, tries=3)


def article(*hrefs: str) -> str:
    return "<article>words</article>" + anchors(*hrefs)


def anchors(*hrefs: str) -> str:
    return "".join(f'<a href="{href}">x</a>' for href in hrefs)


def feed(*paths: str) -> str:
    items = "".join(f"<item><link>{path}</link></item>" for path in paths)
    return f"<rss version='2.0'><channel><title>A</title><link>{HOME}</link>{items}</channel></rss>"


def sitemap(*paths: str) -> str:
    return "<urlset>" + "".join(f"<url><loc>{HOME.rstrip('/')}{path}</loc></url>" for path in paths) + "</urlset>"


class Crawl:
    """What a crawl told, sorted."""

    def __init__(
        self,
        web: Web,
        *visits: Visit,
        options: Options = FAST,
        stop: asyncio.Event | None = None,
        robots: dict[str, Robots] | None = None,
    ) -> None:
        self.web, self.visits, self.known = web, visits, robots
        events = asyncio.run(self._run(options, stop))
        self._sort(events)

    def _sort(self, events: list[Outcome | Report | Robots]) -> None:
        self.events = events
        self.outcomes = [e for e in events if isinstance(e, Outcome)]
        self.reports = {e.source: e for e in events if isinstance(e, Report)}
        self.robots = {e.origin: e for e in events if isinstance(e, Robots)}
        self.posts = {o.post.url for o in self.outcomes if o.post}

    async def _run(self, options: Options, stop: asyncio.Event | None) -> list[Outcome | Report | Robots]:
        pool, clock = PlainReader(self.web.clock), self.web.clock
        told = crawl(self.visits, fetcher=self.web, parse_pool=pool, clock=clock, options=options, stop=stop,
                     robots=self.known)  # fmt: skip
        return [event async for event in told]

    def killed_after(self, n: int) -> "Crawl":
        """What a store would know had the program died after so many events."""
        self._sort(self.events[:n])
        return self

    def next_visit(self, visit: Visit) -> Visit:
        """The same blog as a store would hand it in next time."""
        blog = visit.blog
        report = self.reports.get(blog.url) or Report(blog.url, False, False, hosts=blog.hosts, patterns=blog.patterns)
        own = [o for o in self.outcomes if o.link.source == visit.blog.url]
        asked = {o.link.url for o in own}
        told = {link.url: link for o in own for link in (*o.links, *o.again)}
        told |= {link.url: link for link in visit.pending}
        return replace(
            visit,
            blog=replace(visit.blog, hosts=report.hosts, patterns=report.patterns),
            feed=report.feed,
            watch=report.watch,
            complete=visit.complete or report.complete,
            refresh=False,
            known=visit.known | {key(url) for url in asked | set(told)},
            pending=tuple(link for url, link in told.items() if url not in asked),
            posts={**visit.posts, **{o.post.url: "" for o in own if o.post}},
            indexes={
                **visit.indexes,
                **{
                    o.link.url: o.verdict.kind
                    for o in own
                    if o.page and o.verdict and o.verdict.kind in ("sitemap", "list")
                },
            },
            caching={**visit.caching, **{o.link.url: o.page.caching for o in own if o.page}},
        )


def web(pages: dict[str, object]) -> Web:
    return Web(
        StillClock(), {HOME.rstrip("/") + path if path.startswith("/") else path: body for path, body in pages.items()}
    )


VISIT = Visit(Blog(HOME))

BLOG = {
    "/": '<link rel="alternate" href="/feed.xml">' + anchors("/archive/"),
    "/feed.xml": feed("/p/one/", "/p/two/"),
    "/archive/": anchors("/p/three/"),
    **{f"/p/{n}/": article() for n in ("one", "two", "three", "four", "five")},
}
