"""The transport under httpx: a connection pool whose every connection goes through the guard, direct or by a proxy."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import httpcore
import httpx

from crawler.guard import GuardedBackend

KEEP_ALIVE_S = 15.0
PER_ORIGIN = 8  # connections; a host gets one request at a time


class GuardedTransport(httpx.AsyncBaseTransport):
    """What httpx's own transport does, with a network backend that refuses addresses which are not public."""

    def __init__(self, backend: GuardedBackend, tls: ssl.SSLContext, proxy: str | None, connections: int) -> None:
        self._pool = _Pools(backend, tls, proxy, connections)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Errors of the network are httpcore's own; crawler.http maps them."""
        url = httpcore.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.extensions.get("target", request.url.raw_path),
        )
        # "target" would also stand above what a proxy has to be asked for
        rest = {name: value for name, value in request.extensions.items() if name != "target"}
        content = await request.aread()  # none, but where a service is asked (crawler.ask)
        asked = httpcore.Request(
            request.method, url, headers=request.headers.raw, content=content or None, extensions=rest
        )
        answer = await self._pool.handle_async_request(asked)
        return httpx.Response(
            answer.status, headers=answer.headers, stream=_Stream(answer), extensions=answer.extensions
        )  # fmt: skip

    async def aclose(self) -> None:
        await self._pool.aclose()


class _Pools:
    """A pool of connections for each origin: httpcore looks through all connections of a pool at each request, which
    with a hundred blogs at once takes longer than the request."""

    def __init__(self, backend: GuardedBackend, tls: ssl.SSLContext, proxy: str | None, most: int) -> None:
        """most: how many pools stay open, each with a connection or a few."""
        self._more: dict[str, Any] = {
            "ssl_context": tls,
            "max_connections": PER_ORIGIN,
            "max_keepalive_connections": PER_ORIGIN,
            "keepalive_expiry": KEEP_ALIVE_S,
            "network_backend": backend,
        }
        self._proxy, self._most = proxy, most
        self._pools: dict[tuple[bytes, bytes, int | None], _Pool] = {}  # used last stands last

    async def handle_async_request(self, asked: httpcore.Request) -> httpcore.Response:
        """What the pool of the request's origin answers."""
        origin = (asked.url.scheme, asked.url.host, asked.url.port)
        pool = self._pools.pop(origin, None) or _Pool(self._made())
        self._pools[origin] = pool
        pool.asking += 1
        try:
            await self._thin()
            return await pool.connections.handle_async_request(asked)
        finally:
            pool.asking -= 1

    async def aclose(self) -> None:
        while self._pools:
            await self._pools.popitem()[1].connections.aclose()

    def _made(self) -> httpcore.AsyncConnectionPool:
        if self._proxy is None:
            return httpcore.AsyncConnectionPool(**self._more)
        parts = urlsplit(self._proxy)
        auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        bare = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        return httpcore.AsyncHTTPProxy(bare, proxy_auth=auth, **self._more)

    async def _thin(self) -> None:
        """Close the pools that were used longest ago, beyond so many; none that is in use."""
        for origin, pool in list(self._pools.items())[: max(0, len(self._pools) - self._most)]:
            if not pool.in_use() and origin in self._pools:
                del self._pools[origin]
                await pool.connections.aclose()


@dataclass(slots=True)
class _Pool:
    """The connections to one origin."""

    connections: httpcore.AsyncConnectionPool
    asking: int = 0  # requests that wait for the head of their answer

    def in_use(self) -> bool:
        """Whether a request is under way, or an answer not read to its end."""
        return self.asking > 0 or not all(c.is_idle() or c.is_closed() for c in self.connections.connections)


class _Stream(httpx.AsyncByteStream):
    """The body as it comes over the wire; closing it gives the connection back."""

    def __init__(self, answer: httpcore.Response) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in cast("AsyncIterator[bytes]", self._answer.stream):
            yield chunk

    async def aclose(self) -> None:
        await self._answer.aclose()


def client(backend: GuardedBackend, tls: ssl.SSLContext, proxy: str | None, connections: int) -> httpx.AsyncClient:
    """An httpx client on the guarded transport: no redirects by itself, no cookies, no environment."""
    return httpx.AsyncClient(
        transport=GuardedTransport(backend, tls, proxy, connections),
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        follow_redirects=False,
        trust_env=False,
    )
