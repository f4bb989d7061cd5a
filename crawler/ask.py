"""Asks a web service by POST with JSON, through the guarded client that pages are fetched by: an answer or a Failure.

The service is one that the user named, so its address may be on loopback or the local network; what it redirects to, or
answers with, is not trusted for that.
"""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from crawler import urls
from crawler.clock import Clock
from crawler.decode import Broken, TooLarge, decoders
from crawler.guard import GuardedBackend, Refused, Unresolved, tls_context
from crawler.http import _kind_of, _say
from crawler.proxies import Proxies
from crawler.retry import retry_after_s
from crawler.transport import client
from crawler.types import Failure, FailureKind

MOST_BYTES = 4 << 20
CONNECT_S = 10.0
AGAIN_S = 20.0  # a service that asks to wait longer is not asked again
BUSY = (429, 503)


def ask(
    url: str, payload: Mapping[str, Any], *, clock: Clock, agent: str, key: str = "", timeout_s: float = 60.0,
    environ: Mapping[str, str] | None = None,
) -> bytes | Failure:  # fmt: skip
    """The body of a 200 answer, within `timeout_s` from first to last byte; never raises.

    A service that is busy and says for how short a time is asked once more. key: sent as a bearer token, never told.
    """
    return asyncio.run(_Asker(url, clock, agent, key, timeout_s, environ or {}).ask(payload))


class _Asker:
    def __init__(
        self, url: str, clock: Clock, agent: str, key: str, timeout_s: float, environ: Mapping[str, str]
    ) -> None:
        self.url, self.clock, self.key, self.agent, self.timeout_s = url, clock, key, agent, timeout_s
        self.proxies, self.cafile = Proxies.of(environ), environ.get("SSL_CERT_FILE") or None

    async def ask(self, payload: Mapping[str, Any]) -> bytes | Failure:
        parts = urlsplit(self.url)
        if urls.crawlable(self.url) is None and parts.hostname not in ("localhost", "127.0.0.1", "::1"):
            return self._failure("scheme", f"not an http or https URL: {self.url[:200]}")
        answer = await self._once(payload)
        wait_s = answer.retry_after_s if isinstance(answer, Failure) and answer.status in BUSY else None
        if wait_s is not None and wait_s <= AGAIN_S:
            await asyncio.sleep(wait_s)
            answer = await self._once(payload)
        return answer

    async def _once(self, payload: Mapping[str, Any]) -> bytes | Failure:
        try:
            async with asyncio.timeout(self.timeout_s):
                return await self._exchange(payload)
        except TimeoutError:
            return self._failure("timeout", f"no full answer within {self.timeout_s:g} s")
        except TooLarge:
            return self._failure("too_large", f"the answer is larger than {MOST_BYTES >> 20} MiB")
        except Broken as error:
            return self._failure("encoding", f"the answer could not be decoded: {error}")
        except Refused as error:
            return self._failure("address", str(error))
        except Unresolved as error:
            return self._failure("dns", str(error))
        except Exception as error:
            return self._failure(_kind_of(error), _say(error))

    async def _exchange(self, payload: Mapping[str, Any]) -> bytes | Failure:
        parts = urlsplit(self.url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
        proxy = self.proxies.for_url(self.url)
        through = [(p.hostname or "", p.port or 80) for p in map(urlsplit, self.proxies.by_scheme.values())]
        backend = GuardedBackend(trusted=[(parts.hostname or "", port), *through])
        tls: ssl.SSLContext = tls_context(self.cafile)
        headers = {"User-Agent": self.agent, "Content-Type": "application/json", "Accept": "application/json",
                   "Accept-Encoding": "gzip, deflate"}  # fmt: skip
        if self.key:
            headers["Authorization"] = f"Bearer {self.key}"
        s = self.timeout_s
        timeouts = {"timeout": {"connect": min(CONNECT_S, s), "read": s, "write": s, "pool": s}}
        body = json.dumps(payload, ensure_ascii=False).encode()
        request = httpx.Request("POST", self.url, content=body, headers=headers, extensions=timeouts)
        async with client(backend, tls, proxy, 1) as door:
            response = await door.send(request, stream=True)
            try:
                data = await _body(response)
            finally:
                await response.aclose()
        if response.status_code != 200:
            wait_s = retry_after_s(response.headers.get("retry-after"), self.clock.now())
            said = f"answered {response.status_code}"
            return self._failure("status", said, response.status_code, wait_s)
        return data

    def _failure(
        self, kind: FailureKind, detail: str, status: int | None = None, wait_s: float | None = None
    ) -> Failure:
        return Failure(self.url, kind, detail, self.clock.now(), status, wait_s)


async def _body(response: httpx.Response) -> bytes:
    """The decoded body; raises TooLarge at the bound, before more is read."""
    layers = decoders(response.headers.get("content-encoding", ""), MOST_BYTES)
    body = bytearray()
    async for chunk in response.aiter_raw():
        for layer in reversed(layers):
            chunk = layer.feed(chunk)
        body += chunk
        if len(body) > MOST_BYTES:
            raise TooLarge
    return bytes(body)
