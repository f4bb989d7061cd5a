"""Doubles with verbs, for what tests must not have for real."""

from __future__ import annotations

import hashlib
import json
import re
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.parse import urljoin

import numpy as np

from crawler import urls
from crawler.parse import Read, source_of
from crawler.pool import InlinePool
from crawler.types import Blog, Caching, Failure, Link, Page, Post, Verdict


class StillClock:
    """A clock that stands until it is told to pass."""

    def __init__(self, at: datetime | None = None) -> None:
        self.at = at or datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.seconds

    def pass_s(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.seconds += seconds


@dataclass
class Web:
    """A web that is a dict: URL -> body, or (status, body or location). What is not in it is a 404."""

    clock: StillClock
    pages: dict[str, object] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)  # every request, robots.txt included, in order
    conditional: list[str] = field(default_factory=list)
    failing: dict[str, int] = field(default_factory=dict)  # URL -> how many requests fail before it answers
    mapped: dict[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def times(self) -> Counter[str]:
        return Counter(self.asked)

    async def address_of(self, url: str) -> str | None:
        return None

    async def fetch(self, what, caching=None, *, gate=None, kind="page", cut=None):
        asked = url = what.url if isinstance(what, Link) else what
        hops: list[tuple[int, str]] = []
        while True:
            if gate is not None and (refusal := await gate.refusal(url)) is not None:
                return refusal
            if gate is not None:
                async with gate.turn(url):
                    answer = self._answer(url, asked, caching, hops)
            else:
                answer = self._answer(url, asked, caching, hops)
            if not isinstance(answer, tuple):
                return answer
            hops.append(answer)
            url = answer[1]

    def _answer(self, url: str, asked: str, caching: Caching | None, hops: list) -> Page | Failure | tuple[int, str]:
        self.asked.append(url)
        if self.failing.get(url, 0) > 0:
            self.failing[url] -= 1
            return Failure(asked, "network", "the connection broke", self.clock.now())
        found = self.pages.get(url)
        status, body = found if isinstance(found, tuple) else (404 if found is None else 200, found or "")
        if status in (301, 302):
            return status, urljoin(url, body)
        if status != 200:
            return Failure(asked, "status", f"answered {status}", self.clock.now(), status)
        data = body if isinstance(body, bytes) else str(body).encode()
        etag = '"' + hashlib.sha1(data).hexdigest() + '"'
        if caching is not None and caching.etag:
            self.conditional.append(url)
            if caching.etag == etag:
                return Page(url, asked, 304, None, b"", self.clock.now(), caching, tuple(hops))
        return Page(url, asked, 200, "text/html", data, self.clock.now(), Caching(etag), tuple(hops))


class HashingEmbedder:
    """An embedder without a model: words are hashed into a few dimensions, so that texts that share words are near."""

    def __init__(self, name: str = "hashing", dim: int = 64, languages: frozenset[str] = frozenset()) -> None:
        self.name, self.dim, self.languages, self.max_tokens = name, dim, languages, 64
        self.seen: list[str] = []  # every text that was encoded, in order

    def encode(self, texts: list[str], kind: str = "doc") -> np.ndarray:
        self.seen += texts
        rows = np.full((len(texts), self.dim), 1e-3, np.float32)
        for row, text in zip(rows, texts, strict=True):
            for word in self._words(text):
                row[
                    int.from_bytes(hashlib.blake2b(word.encode("utf-8", "replace"), digest_size=4).digest()) % self.dim
                ] += 1
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    def count_tokens(self, texts: list[str]) -> list[int]:
        return [len(self._words(text)) for text in texts]

    def _words(self, text: str) -> list[str]:
        return re.findall(r"[\u3400-\u9fff]|[a-z0-9]+|[^\sa-z0-9]", text.lower())


class PlainReader:
    """A parse pool that reads pages of the fake web: a post has an <article>, links are what stands in href="..."."""

    def __init__(self, clock: StillClock) -> None:
        self.clock = clock

    async def read(self, page: Page, link: Link, blog: Blog) -> Read | Failure:
        if source_of(page, link) in ("feed", "sitemap", None):
            return await InlinePool(self.clock).read(page, link, blog)
        html = page.body.decode()
        found: dict[str, Link] = {}
        for name, href in re.findall(r'<(a|link) [^>]*href="([^"]+)"', html):
            if url := urls.crawlable(href, page.url):
                found[urls.key(url)] = Link(url, "feed" if name == "link" else "page", blog.url, 0, page.url)
        post = Post(page.url, page.url, html, blog.url) if "<article>" in html else None
        kind = "post" if post else "home" if link.kind == "home" else "list"
        return Read(
            Verdict(kind, title="A blog" if kind == "home" else None), post, tuple(found.values()), tuple(found)
        )


@contextmanager
def service(*script: tuple[int, dict[str, str], bytes]) -> Iterator[tuple[str, list]]:
    """A server that gives these answers in turn, the last one for ever; and what it was asked. An empty header says
    that it promises more than it sends."""
    asked: list = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            asked.append((dict(self.headers), json.loads(body)))
            status, headers, answer = script[min(len(asked), len(script)) - 1]
            self.send_response(status)
            for name, value in ({"Content-Length": str(len(answer))} | headers).items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v1/chat/completions", asked
        server.shutdown()
        thread.join()
