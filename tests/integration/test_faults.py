"""Each fault on each kind of document, by real HTTP into a store: visits end, the rest is stored, and it heals."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawler.crawl import Options, crawl
from crawler.http import Fetcher, Limits, user_agent
from crawler.parse import Read
from crawler.sniff import is_binary
from crawler.types import Blog, Failure, Link, Page, Robots, Verdict, Visit
from kb.ingest import Event, Tally, ingest
from kb.store.connect import Store, open_store
from kb.store.posts import all_posts
from kb.store.sources import add_source, list_sources
from kb.types import NewSource
from tests.fakes import PlainReader, StillClock
from tests.integration.test_http import answer

HOME = "http://DOCUMENT.example/"  # of the blog whose DOCUMENT misbehaves
LIMITS = Limits(page_bytes=150_000, feed_bytes=150_000, sitemap_bytes=150_000, redirects=3, connect_s=9, request_s=9)
FAST = Options(delay_s=0.0, retry_s=0.0, tries=2)
RUBBISH = hashlib.shake_256(b"rubbish").digest(20_000)


def _post(name: str) -> str:
    words = " ".join(f"{name} weighs value {n} by its key, and attends to it." for n in range(12))
    return f"<!doctype html><html><head><title>{name}</title></head><body><article><h1>{name}</h1><p>{words}</p>\
        <p>2026-09-01</p></article></body></html>"


def _links(*paths: str) -> str:
    return "".join(f'<li><a href="{path}">{path}</a></li>' for path in paths)


PAGES = {
    "/robots.txt": f"User-agent: *\nDisallow: /p/private/\nSitemap: {HOME}sitemap.xml",
    "/": "<!doctype html><html><head><title>Blog</title>"
    '<link rel="alternate" type="application/rss+xml" href="/feed.xml"></head><body><ul>'
    f"{_links('/p/one/', '/p/private/', '/archive/')}</ul></body></html>",
    "/feed.xml": f"<rss version='2.0'><channel><title>Blog</title><link>{HOME}</link>"
    + "".join(f"<item><title>{n}</title><link>{HOME}p/{n}/</link></item>" for n in ("one", "two"))
    + "</channel></rss>",
    "/sitemap.xml": "<urlset>" + "".join(f"<url><loc>{HOME}p/{n}/</loc></url>" for n in ("two", "three")) + "</urlset>",
    "/archive/": f"<!doctype html><html><body><h1>Archive</h1><ul>{_links('/p/two/', '/p/four/')}</ul></body></html>",
    **{f"/p/{name}/": _post(name) for name in ("one", "two", "three", "four", "private")},
}
DOCUMENTS = {"robots": "/robots.txt", "home": "/", "feed": "/feed.xml", "sitemap": "/sitemap.xml", "list": "/archive/",
             "post": "/p/one/"}  # fmt: skip
KINDS = ("status", "delay", "drop", "truncate", "slowloris", "redirect", "loop", "bomb", "endless", "trap", "mislabel",
         "garbage")  # fmt: skip
HARMLESS = ("delay", "mislabel")
NO_RULES = ("redirect", "loop", "bomb", "endless", "trap", "garbage")  # an answer, and nothing in it that forbids


class Faulty:
    """A blog for each kind of document; that of each misbehaves in one way, if there is a `kind`."""

    def __init__(self, kind: str | None) -> None:
        self.kind = kind
        self.asked: list[str] = []

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := (await reader.readuntil(b"\r\n\r\n")).decode():
                url = head.split(" ")[1]
                document = head.lower().partition("host: ")[2].partition(".example")[0]
                self.asked.append(f"{document} {url}")
                if self.kind and url.partition("?")[0] == DOCUMENTS[document]:
                    await self._misbehave(writer, document, url)
                else:
                    writer.write(_sent(document, url))
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    async def _misbehave(self, writer: asyncio.StreamWriter, document: str, url: str) -> None:
        path, number = DOCUMENTS[document], int(url.partition("=")[2] or 0)
        whole = _sent(document, path)
        if self.kind == "drop":
            raise ConnectionError
        if self.kind == "truncate":
            writer.write(whole[: -len(PAGES[path]) // 2])
            raise ConnectionError
        if self.kind == "slowloris":
            for n in range(len(whole)):
                writer.write(whole[n : n + 1])
                await asyncio.sleep(1)
        if self.kind == "endless":
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                writer.write(b"10000\r\n" + b"<p>more</p>\n"[:8] * 0x2000 + b"\r\n")
                await writer.drain()
        if self.kind == "delay":
            await asyncio.sleep(0.05)
        days = "".join(f'<a href="{path}?day={number + n}">day {number + n}</a> ' for n in range(1, 40))
        writer.write(
            {
                "status": answer(b"later", "503 Busy"),
                "redirect": answer(b"", "302 Found", Location="http://127.0.0.1:1/"),
                "loop": answer(b"", "302 Found", Location=f"{path}?day={number + 1}"),
                "bomb": answer(gzip.compress(bytes(30_000_000)), Content_Encoding="gzip"),
                "trap": answer(f"<!doctype html><title>Calendar</title><body>{days}</body>".encode()),
                "mislabel": whole.replace(b"text/html", b"image/png"),
                "garbage": answer(RUBBISH),
            }.get(self.kind or "", whole)
        )


def _sent(document: str, path: str) -> bytes:
    if path not in PAGES:
        return answer(b"no such page", "404 Not Found")
    return answer(PAGES[path].replace("DOCUMENT", document).encode())


def _posts(document: str, *names: str) -> set[str]:
    return {f"{_home(document)}p/{name}/" for name in names}


def _home(document: str) -> str:
    return HOME.replace("DOCUMENT", document)


def _reachable(document: str, kind: str) -> set[str]:
    """What can be found while a document misbehaves: all but what it alone names, or is."""
    every = _posts(document, "one", "two", "three", "four")
    if document == "robots" and kind in NO_RULES:
        return every | _posts(document, "private")
    if kind in HARMLESS or document == "feed":
        return every
    if document == "home" and kind in ("trap", "garbage"):
        return every - _posts(document, "four")  # robots.txt names a sitemap, and a feed is where feeds mostly are
    if document in ("robots", "home"):
        return set()
    return every - _posts(document, {"sitemap": "three", "list": "four", "post": "one"}[document])


class LightReader(PlainReader):
    """Reads in no time, so that nothing of it counts as a server's slowness."""

    async def read(self, page: Page, link: Link, blog: Blog) -> Read | Failure:
        if link.kind not in ("feed", "sitemap") and is_binary(page.body):
            return Read(Verdict("foreign", ("no text",)))
        return await super().read(page, link, blog)


class SystemPace(StillClock):
    """Stands still as a date, and passes as a duration, so that what waits for its turn gets it."""

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()


def _crawl(store: Store, server: Faulty, at: datetime) -> Tally:
    """One visit of all blogs into the store."""
    clock = SystemPace(at)

    async def main() -> Tally:
        listening = await asyncio.start_server(server.serve, "127.0.0.1", 0)
        host, port = listening.sockets[0].getsockname()[:2]
        mapped = {f"{document}.example": (host, port) for document in DOCUMENTS}
        limits = replace(LIMITS, request_s=0.5) if server.kind == "slowloris" else LIMITS
        async with listening, Fetcher(clock=clock, agent=user_agent("1"), limits=limits, resolve=mapped) as fetcher:

            def begin(visits: Sequence[Visit], robots: dict[str, Robots]) -> AsyncIterator[Event]:
                pool = LightReader(clock)
                return crawl(visits, fetcher=fetcher, parse_pool=pool, clock=clock, options=FAST, robots=robots)

            due = [source.id for source in list_sources(store.reader)]
            return await ingest(store, due, begin, clock, retry=True, keep_bytes=0, progress=lambda _: None)

    return asyncio.run(main())


def _stored(store: Store) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {_home(document): set() for document in DOCUMENTS}
    for post in all_posts(store.reader):
        found[post.source].add(post.url)
    return found


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "kb.sqlite", create=True)
    with made.writing() as session:
        for document in DOCUMENTS:
            add_source(session, NewSource(_home(document)), StillClock().now())
    yield made
    made.close()


@pytest.mark.parametrize("kind", KINDS)
def test_a_fault_costs_what_it_hits_and_nothing_once_it_is_over(store: Store, kind: str) -> None:
    now = StillClock().now()
    server = Faulty(kind)
    _crawl(store, server, now)
    assert _stored(store) == {_home(document): _reachable(document, kind) for document in DOCUMENTS}
    assert len(server.asked) < 250
    told = {source.url for source in list_sources(store.reader) if source.failures or source.note or not source.posts}
    told |= {str(home) for (home,) in store.reader.execute(
        "SELECT s.url FROM source s JOIN link l ON l.source_id = s.id WHERE l.state = 'failed' AND l.reasons NOT LIKE '%forbids%'")}  # fmt: skip  # noqa: E501
    silent = {home for home, posts in _stored(store).items() if len(posts) < 4} - told
    # A calendar in place of an archive, or of a home page, is a list too
    assert silent <= ({_home("list"), _home("home")} if kind == "trap" else set())
    _crawl(store, Faulty(None), now + timedelta(days=8))
    healed = {_home(document): _posts(document, "one", "two", "three", "four") for document in DOCUMENTS}
    if kind in NO_RULES:
        healed[_home("robots")] |= _posts("robots", "private")
    assert _stored(store) == healed
