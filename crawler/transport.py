"""The transport under httpx: a connection pool whose every connection goes through the guard, direct or by a proxy."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import httpcore
import httpx

from crawler.guard import GuardedBackend

KEEP_ALIVE_S = 15.0


class GuardedTransport(httpx.AsyncBaseTransport):
    """What httpx's own transport does, with a network backend that refuses addresses which are not public."""

    def __init__(self, backend: GuardedBackend, tls: ssl.SSLContext, proxy: str | None, connections: int) -> None:
        more: dict[str, Any] = {
            "ssl_context": tls,
            "max_connections": connections,
            "max_keepalive_connections": connections,
            "keepalive_expiry": KEEP_ALIVE_S,
            "network_backend": backend,
        }
        self._pool: httpcore.AsyncConnectionPool
        if proxy is None:
            self._pool = httpcore.AsyncConnectionPool(**more)
            return
        parts = urlsplit(proxy)
        auth = (unquote(parts.username), unquote(parts.password or "")) if parts.username else None
        bare = f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self._pool = httpcore.AsyncHTTPProxy(bare, proxy_auth=auth, **more)

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
