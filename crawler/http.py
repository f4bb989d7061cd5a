"""Fetches one URL within bounds, and maps all that can go wrong on the way to a Failure: the only door to the network.

On httpx, with a transport of our own under it (crawler.transport): the guard is a network backend. Bodies are decoded
here under a bound, since httpx hands out a whole decompressed chunk, and redirects are followed by hand, so that
robots.txt and the guard hold at each hop.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, replace
from typing import Protocol
from urllib.parse import urlsplit

import httpcore
import httpx

from crawler import urls
from crawler.clock import Clock
from crawler.decode import Broken, TooLarge, decoders
from crawler.guard import Address, GuardedBackend, Refused, Unresolved, is_local_name, tls_context
from crawler.proxies import Proxies
from crawler.retry import max_age_s, retry_after_s
from crawler.sniff import PEEK, looks_like_markup
from crawler.transport import client
from crawler.types import Caching, Failure, FailureKind, Link, LinkKind, Page

ACCEPT = "text/html,application/xhtml+xml,application/xml;q=0.9,application/feed+json;q=0.9,*/*;q=0.5"
_REDIRECTS = (301, 302, 303, 307, 308)
_NEVER_TEXT = ("image/", "audio/", "video/", "font/", "application/pdf", "application/zip", "application/x-tar")


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may cost."""

    page_bytes: int = 8 << 20  # decoded; the longest post of the replayed web has 5.4 MB
    feed_bytes: int = 32 << 20
    sitemap_bytes: int = 50 << 20  # the protocol's own bound
    redirects: int = 8
    connect_s: float = 10.0
    request_s: float = 30.0  # from the start of a hop to the last byte of its body
    connections: int = 100

    def bytes_for(self, kind: LinkKind) -> int:
        """The bound on a decoded body of this kind."""
        return {"feed": self.feed_bytes, "sitemap": self.sitemap_bytes}.get(kind, self.page_bytes)


class Gate(Protocol):
    """Says, hop by hop, whether and when a URL may be asked for (crawler.manners)."""

    async def refusal(self, url: str) -> Failure | None:
        """Why this URL must not be fetched, if it must not."""
        ...

    def turn(self, url: str) -> AbstractAsyncContextManager[None]:
        """Waits for the host's turn, and holds it."""
        ...


class Fetching(Protocol):
    """What a crawl needs of a fetcher; tests hand in a web that is a dict of pages."""

    @property
    def mapped(self) -> Mapping[str, Address]:
        """Hosts with an address of their own, which need no spacing."""
        ...

    async def fetch(
        self,
        what: Link | str,
        caching: Caching | None = None,
        *,
        gate: Gate | None = None,
        kind: LinkKind = "page",
        cut: int | None = None,
    ) -> Page | Failure:
        """What a URL answers in the end."""
        ...

    async def address_of(self, url: str) -> str | None:
        """The address that a direct request goes to."""
        ...


def user_agent(version: str, contact: str = "") -> str:
    """`kb/1.2 (+https://...)`: who asks, and where to complain."""
    return f"kb/{version} (+{contact})" if contact else f"kb/{version}"


class Fetcher:
    """Fetches URLs; made without I/O, used within `async with`, shared by all tasks of one event loop."""

    def __init__(
        self,
        *,
        clock: Clock,
        agent: str,
        limits: Limits = Limits(),
        environ: Mapping[str, str] | None = None,
        resolve: Mapping[str, Address] | None = None,
        allow_addresses: Iterable[str] = (),
    ) -> None:
        """environ: where proxies and SSL_CERT_FILE are read; resolve: host -> (address, port) for reserved names, which
        are asked without proxy; allow_addresses: those let through although not public, such as 127.0.0.1."""
        environ = environ or {}
        self.clock, self.agent, self.limits = clock, agent, limits
        self.mapped: Mapping[str, Address] = dict(resolve or {})
        self._allow = frozenset(allow_addresses)
        self._proxies = Proxies.of(environ)
        self._cafile = environ.get("SSL_CERT_FILE") or None
        trusted = [(p.hostname or "", p.port or 80) for p in map(urlsplit, self._proxies.by_scheme.values())]
        self.backend = GuardedBackend(mapped=self.mapped, trusted=trusted, allow=self._allow)
        self._clients: dict[str | None, httpx.AsyncClient] = {}
        self._tls: ssl.SSLContext | None = None

    async def __aenter__(self) -> Fetcher:
        return self

    async def __aexit__(self, *_: object) -> None:
        for one in self._clients.values():
            await one.aclose()
        self._clients.clear()

    async def address_of(self, url: str) -> str | None:
        """The address that a direct request to this URL goes to; None behind a proxy, or where it cannot be told."""
        host = urls.host(url)
        if host in self.mapped or self._proxies.for_url(url):
            return None
        try:
            found = await self.backend.addresses(host, urlsplit(url).port or 80)
        except (Refused, Unresolved, ValueError):
            return None
        return found[0][0] if found else None

    async def fetch(
        self,
        what: Link | str,
        caching: Caching | None = None,
        *,
        gate: Gate | None = None,
        kind: LinkKind = "page",
        cut: int | None = None,
    ) -> Page | Failure:
        """What the URL answers in the end, redirects followed, each hop through the gate; never raises.

        cut: read so many bytes and leave the rest, instead of failing at the bound.
        """
        asked, kind = (what.url, what.kind) if isinstance(what, Link) else (what, kind)
        job = _Job(asked, caching, kind, cut)
        url, hops = asked, list[tuple[int, str]]()
        while True:
            fetchable = urls.crawlable(url)
            if fetchable is None:
                return self._failure(asked, "scheme", f"not an http or https URL: {url[:200]}")
            url = fetchable
            if gate is not None and (refusal := await gate.refusal(url)) is not None:
                return refusal
            if gate is None:
                answer = await self._ask(job, url, tuple(hops))
            else:
                async with gate.turn(url):
                    answer = await self._ask(job, url, tuple(hops))
            if not isinstance(answer, _Hop):
                if hops and isinstance(answer, Page) and answer.url.partition("?")[0] == asked:
                    return replace(answer, url=asked)  # a query for a cookie or a cache: the page is the same
                return answer
            target = urls.resolve(answer.location, url)
            if target is None:
                detail = f"redirect to no valid URL: {answer.location[:200]!r}"
                return self._failure(asked, "status", detail, answer.status)
            hops.append((answer.status, target.partition("#")[0]))
            if len(hops) > self.limits.redirects:
                return self._failure(asked, "too_many_redirects", f"more than {self.limits.redirects} redirects")
            url = target

    async def _ask(self, job: _Job, url: str, hops: tuple[tuple[int, str], ...]) -> Page | Failure | _Hop:
        """One hop. All foreign errors end here: this is the border that the module's promise rests on."""
        host, asked = urls.host(url), job.asked
        if host not in self.mapped and is_local_name(host) and not self._allow & {host.strip("[]"), "localhost"}:
            return self._failure(asked, "address", f"{host} is no host of the public internet")
        try:
            async with asyncio.timeout(self.limits.request_s):
                return await self._exchange(job, url, hops)
        except TimeoutError:
            return self._failure(asked, "timeout", f"no full answer within {self.limits.request_s:g} s")
        except TooLarge:
            limit = self.limits.bytes_for(job.kind)
            return self._failure(asked, "too_large", f"the body is larger than {limit >> 20} MiB")
        except Broken as error:
            return self._failure(asked, "encoding", f"the body could not be decoded: {error}")
        except Refused as error:
            return self._failure(asked, "address", str(error))
        except Unresolved as error:
            return self._failure(asked, "dns", str(error))
        except Exception as error:
            return self._failure(asked, _kind_of(error), _say(error))

    async def _exchange(self, job: _Job, url: str, hops: tuple[tuple[int, str], ...]) -> Page | Failure | _Hop:
        target = url.encode("ascii", "ignore").partition(b"://")[2].partition(b"/")[2]
        extensions: dict[str, object] = {"timeout": self._timeouts(), "target": b"/" + target}
        request = httpx.Request("GET", url, headers=self._headers(url, job.caching), extensions=extensions)
        response = await self._client(url).send(request, stream=True)
        try:
            headers = {k.lower().decode("latin-1"): v.decode("latin-1").strip() for k, v in response.headers.raw}
            tags = [v.decode("latin-1") for k, v in response.headers.raw if k.lower() == b"x-robots-tag"]
            status = response.status_code
            if status in _REDIRECTS and headers.get("location"):
                await self._drain(response)
                return _Hop(status, headers["location"])
            if status not in (200, 203, 304):
                await self._drain(response)
                wait_s = retry_after_s(headers.get("retry-after"), self.clock.now())
                return self._failure(job.asked, "status", f"answered {status}", status, wait_s)
            content_type = headers.get("content-type")
            # A part of whatever it is (robots.txt) is taken under any name: rules count, however they are labelled
            never = job.cut is None and (content_type or "").lower().startswith(_NEVER_TEXT)
            body = b"" if status == 304 else await self._body(response, headers, job, never)
            if body is None:
                return self._failure(job.asked, "content_type", f"is {content_type}, no page")
        finally:
            await response.aclose()
        return Page(
            url=url,
            requested_url=job.asked,
            status=304 if status == 304 else 200,
            content_type=content_type,
            body=body,
            fetched_at=self.clock.now(),
            caching=Caching(headers.get("etag"), headers.get("last-modified")),
            redirects=hops,
            max_age_s=max_age_s(headers.get("cache-control")),
            robots_tag="\n".join(tags) or None,
        )

    async def _body(
        self, response: httpx.Response, headers: Mapping[str, str], job: _Job, mislabelled: bool
    ) -> bytes | None:
        """The decoded body; raises TooLarge at the bound, before more is read.

        mislabelled: its type says that it is no text; then None unless its beginning says otherwise.
        """
        limit = job.cut or self.limits.bytes_for(job.kind)
        layers = decoders(headers.get("content-encoding", ""), limit)
        body = bytearray()
        async for chunk in response.aiter_raw():
            try:
                for layer in reversed(layers):
                    chunk = layer.feed(chunk)
            except TooLarge:
                if job.cut is None:
                    raise
                return bytes(body)
            body += chunk
            if mislabelled and len(body) >= PEEK and not looks_like_markup(body):
                return None
            if len(body) > limit:
                if job.cut is None:
                    raise TooLarge
                return bytes(body[:limit])
        if body and any(not layer.done for layer in layers):
            raise Broken("it ends too early")
        return bytes(body) if not mislabelled or looks_like_markup(body) else None

    @staticmethod
    async def _drain(response: httpx.Response) -> None:
        """Reads a short body that nobody wants, so that the connection can be used again."""
        size = 0
        async for chunk in response.aiter_raw():
            size += len(chunk)
            if size > 65_536:
                break

    def _headers(self, url: str, caching: Caching | None) -> list[tuple[bytes, bytes]]:
        headers = [("Host", urlsplit(url).netloc), ("User-Agent", self.agent), ("Accept", ACCEPT),
                   ("Accept-Encoding", "gzip, deflate")]  # fmt: skip
        if caching and caching.etag:
            headers.append(("If-None-Match", caching.etag))
        if caching and caching.last_modified:
            headers.append(("If-Modified-Since", caching.last_modified))
        return [(name.encode("ascii"), value.encode("latin-1", "ignore")) for name, value in headers]

    def _timeouts(self) -> dict[str, float]:
        s = self.limits.request_s
        return {"connect": self.limits.connect_s, "read": s, "write": s, "pool": s}

    def _client(self, url: str) -> httpx.AsyncClient:
        """The client for direct requests, or that of the proxy for this URL."""
        proxy = None if urls.host(url) in self.mapped else self._proxies.for_url(url)
        if proxy not in self._clients:
            if self._tls is None:
                self._tls = tls_context(self._cafile)
            self._clients[proxy] = client(self.backend, self._tls, proxy, self.limits.connections)
        return self._clients[proxy]

    def _failure(
        self, url: str, kind: FailureKind, detail: str, status: int | None = None, retry_after_s: float | None = None
    ) -> Failure:
        return Failure(url, kind, detail, self.clock.now(), status, retry_after_s)


@dataclass(frozen=True, slots=True)
class _Job:
    asked: str
    caching: Caching | None
    kind: LinkKind
    cut: int | None


@dataclass(frozen=True, slots=True)
class _Hop:
    status: int
    location: str


def _kind_of(error: Exception) -> FailureKind:
    chain: BaseException | None = error
    while chain is not None:
        if isinstance(chain, ssl.SSLError):
            return "tls"
        if isinstance(chain, httpcore.TimeoutException):
            return "timeout"
        if isinstance(chain, ConnectionRefusedError):
            return "refused"
        chain = chain.__cause__ or chain.__context__
    if isinstance(error, httpcore.UnsupportedProtocol):
        return "scheme"
    return "network"


def _say(error: Exception) -> str:
    """One line for a person, from whatever the library said."""
    text = " ".join(str(error).split()) or type(error).__name__
    return text[:200]
