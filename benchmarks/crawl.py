"""Crawls given blogs through crawler.crawl into JSON lines, and counts what it cost: requests, pages a second, memory.

    python benchmarks/crawl.py URL... [--urls FILE] [--out posts.jsonl] [--state STATE] [--delay 0] [--workers 2]

FILE holds a URL a line, or JSON lines with `base_url`. A STATE (a pickle) is read before and written after, so that a
second run is a later visit. Proxies and SSL_CERT_FILE are taken from the environment.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import pickle
import resource
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from crawler import urls
from crawler.clock import SystemClock
from crawler.crawl import Options, crawl
from crawler.http import Fetcher, user_agent
from crawler.pool import ProcessPool
from crawler.retry import transient
from crawler.types import Blog, Caching, Link, LinkKind, Outcome, Report, Robots, Visit


class State:
    """What a store would keep, in memory."""

    def __init__(self, visits: list[Visit]) -> None:
        self.visits = {visit.blog.url: visit for visit in visits}
        self.robots: dict[str, Robots] = {}
        self._known: dict[str, set[str]] = {v.blog.url: set(v.known) for v in visits}
        self._pending: dict[str, dict[str, Link]] = {v.blog.url: {p.url: p for p in v.pending} for v in visits}
        self._caching: dict[str, dict[str, Caching]] = {v.blog.url: dict(v.caching) for v in visits}
        self._indexes: dict[str, dict[str, LinkKind]] = {v.blog.url: dict(v.indexes) for v in visits}
        self._posts: dict[str, dict[str, str]] = {v.blog.url: dict(v.posts) for v in visits}

    def take(self, outcome: Outcome) -> None:
        """What a store does with an outcome."""
        source = outcome.link.source
        self._known[source].update(urls.key(link.url) for link in (outcome.link, *outcome.links))
        self._pending[source].update((link.url, link) for link in outcome.links)
        if not (outcome.failure and transient(outcome.failure)):
            self._pending[source].pop(outcome.link.url, None)
        page, verdict = outcome.page, outcome.verdict
        if page is not None and verdict is not None and verdict.kind in ("sitemap", "list"):
            self._indexes[source][outcome.link.url] = verdict.kind
        if page is not None and not page.not_modified and page.caching != Caching():
            self._caching[source][outcome.link.url] = page.caching
        if outcome.post is not None:
            self._posts[source][outcome.post.url] = (outcome.post.published or "")[:10]

    def end(self, report: Report) -> None:
        """What a store does with a report: the visit to begin with next time."""
        source = report.source
        visit = self.visits[source]
        blog = replace(visit.blog, title=report.title, hosts=report.hosts, patterns=report.patterns)
        self.visits[source] = replace(
            visit, blog=blog, feed=report.feed, watch=report.watch, indexes=self._indexes[source],
            known=frozenset(self._known[source]), posts=self._posts[source],
            pending=tuple(self._pending[source].values()), caching=self._caching[source],
            complete=(report.complete or visit.complete) and not self._pending[source],
        )  # fmt: skip


async def run(args: argparse.Namespace) -> dict[str, Any]:
    """Crawl, write the posts, and give the figures."""
    clock = SystemClock()
    homes = [*args.urls_given, *(_urls(args.urls) if args.urls else ())]
    old = pickle.loads(args.state.read_bytes()) if args.state and args.state.exists() else {}
    visits = [old.get("visits", {}).get(home) or Visit(Blog(home)) for home in homes]
    state = State([replace(visit, refresh=args.refresh) for visit in visits])
    state.robots = old.get("robots", {})
    counts: Counter[str] = Counter()
    began, reports = clock.monotonic(), list[Report]()
    options = Options(delay_s=args.delay, time_limit_s=args.time_limit)
    agent = user_agent("0", "https://example.org/kb")
    with args.out.open("w") as out, args.log.open("w") as log:
        async with (
            Fetcher(clock=clock, agent=agent, environ=os.environ) as fetcher,
            ProcessPool(args.workers, clock) as pool,
        ):
            async for event in crawl(
                list(state.visits.values()), fetcher=fetcher, parse_pool=pool, clock=clock, options=options,
                robots=state.robots,
            ):  # fmt: skip
                if isinstance(event, Robots):
                    state.robots[event.origin] = event
                elif isinstance(event, Report):
                    reports.append(event)
                    state.end(event)
                else:
                    state.take(event)
                    counts[_what(event)] += 1
                    log.write(json.dumps(_line(event), ensure_ascii=False) + "\n")
                    if event.post is not None:
                        out.write(json.dumps(_post(event), ensure_ascii=False) + "\n")
    if args.state:
        args.state.write_bytes(pickle.dumps({"visits": state.visits, "robots": state.robots}))
    seconds = clock.monotonic() - began
    requests, posts = sum(r.requests for r in reports), counts["post"]
    for report in sorted(reports, key=lambda r: r.source):
        if args.verbose or not report.ok or report.note or not report.complete:
            words = f"posts={report.posts} requests={report.requests} failed={report.failed} complete={report.complete}"
            print(
                report.source,
                "" if report.ok else "FAILED",
                words,
                f"feed={report.feed}",
                report.note,
                report.failure or "",
            )
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    pages = sum(n for what, n in counts.items() if what not in ("left out", "failure", "nothing there"))
    return {
        "seconds": round(seconds, 1), "requests": requests, "pages": pages, "pages_a_second": round(pages / seconds, 1),
        "posts": posts, "requests_a_post": round(requests / posts, 3) if posts else None, "outcomes": dict(counts),
        "cpu_s": round(own.ru_utime + own.ru_stime, 1),
        "cpu_of_workers_s": round(children.ru_utime + children.ru_stime, 1),
        "peak_mib": own.ru_maxrss >> 10, "peak_mib_of_a_worker": children.ru_maxrss >> 10,
    }  # fmt: skip


def _urls(path: Path) -> list[str]:
    lines = [line.strip() for line in path.read_text().splitlines() if line.strip()]
    return [json.loads(line)["base_url"] if line.startswith("{") else line for line in lines]


def _what(outcome: Outcome) -> str:
    if outcome.failure is not None:
        return "failure"
    if outcome.page is None:
        return "nothing there" if outcome.verdict and outcome.verdict.kind in ("error", "foreign") else "left out"
    return "not modified" if outcome.page.not_modified else outcome.verdict.kind if outcome.verdict else "?"


def _line(outcome: Outcome) -> dict[str, Any]:
    return {
        "url": outcome.link.url, "kind": outcome.link.kind, "via": outcome.link.via, "what": _what(outcome),
        "end": outcome.page.url if outcome.page else None, "new": len(outcome.links),
        "why": outcome.failure.detail if outcome.failure else outcome.verdict.reasons if outcome.verdict else None,
    }  # fmt: skip


def _post(outcome: Outcome) -> dict[str, Any]:
    post = outcome.post
    assert post is not None
    return {"url": post.url, "title": post.title, "authors": post.authors, "published": post.published,
            "language": post.language}  # fmt: skip


def main() -> int:
    """Parse the words, crawl, print the figures as one line of JSON."""
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("urls_given", nargs="*", metavar="URL")
    p.add_argument("--urls", type=Path)
    p.add_argument("--out", type=Path, default=Path("out/crawl-posts.jsonl"))
    p.add_argument("--log", type=Path, default=Path("out/crawl-log.jsonl"))
    p.add_argument("--state", type=Path)
    p.add_argument("--delay", type=float, default=0.0)
    p.add_argument("--workers", type=int, default=2)
    p.add_argument("--time-limit", type=float)
    p.add_argument("--refresh", action="store_true")
    p.add_argument("--verbose", action="store_true")
    args = p.parse_args()
    for path in (args.out, args.log):
        path.parent.mkdir(parents=True, exist_ok=True)
    print(json.dumps(asyncio.run(run(args))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
