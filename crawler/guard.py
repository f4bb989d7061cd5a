"""Which addresses may be connected to: looked up, checked and used in one step, so that none changes in between."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Iterable, Mapping
from typing import Any

import httpcore

Address = tuple[str, int]
_LOCAL_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")


class Refused(Exception):
    """The address is not one of the public internet."""


class Unresolved(Exception):
    """The host's name has no address."""


def is_public(address: str) -> bool:
    """Whether an IP address is one of the public internet, seen through IPv4 addresses that are wrapped in IPv6."""
    try:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        wrapped = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if wrapped is None and ip in ipaddress.ip_network("64:ff9b::/96"):
            wrapped = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        if wrapped is not None:
            ip = wrapped
    return ip.is_global and not ip.is_multicast


def is_local_name(host: str) -> bool:
    """Whether a name or a literal address speaks of this machine or its network, told without a look-up."""
    name = host.strip("[]").rstrip(".").lower()
    if name == "localhost" or name.endswith(_LOCAL_NAMES):
        return True
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return not is_public(name)


async def look_up(host: str, port: int) -> list[str]:
    """The addresses of a host, in the system's order of preference; raises Unresolved."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host.strip("[]"), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Unresolved(f"{host} has no address ({error})") from error
    return list(dict.fromkeys(str(row[4][0]) for row in found))


class GuardedBackend(httpcore.AsyncNetworkBackend):
    """Connects only to public addresses, to the proxies that were configured, and to hosts that were mapped."""

    def __init__(
        self,
        *,
        mapped: Mapping[str, Address] | None = None,
        trusted: Iterable[Address] = (),
        allow: Iterable[str] = (),
    ) -> None:
        """mapped: host -> where it really is; trusted: (host, port) of proxies; allow: addresses let through."""
        self._mapped = dict(mapped or {})
        self._trusted = frozenset(trusted)
        self._allow = frozenset(allow)
        self._inner = httpcore.AnyIOBackend()

    async def addresses(self, host: str, port: int) -> list[Address]:
        """Where a host may be connected to; raises Refused or Unresolved."""
        if host in self._mapped:
            return [self._mapped[host]]
        found = await look_up(host, port)
        if (host, port) in self._trusted:
            return [(address, port) for address in found]
        if bad := [a for a in found if not is_public(a) and a not in self._allow]:
            raise Refused(f"{host} is at {bad[0]}, which is no public address")
        return [(address, port) for address in found]

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.AsyncNetworkStream:
        error: Exception = Unresolved(f"{host} has no address")
        for address, at in (await self.addresses(host, port))[:3]:
            try:
                return await self._inner.connect_tcp(address, at, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as failed:
                error = failed
        raise error

    async def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Any = None
    ) -> httpcore.AsyncNetworkStream:
        raise Refused("no unix sockets")

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


def tls_context(cafile: str | None) -> ssl.SSLContext:
    """Trusts the authorities of `cafile` alone, or without one those of the system and of certifi."""
    if cafile:
        return ssl.create_default_context(cafile=cafile)
    context = ssl.create_default_context()
    try:
        import certifi
    except ImportError:
        return context
    context.load_verify_locations(certifi.where())
    return context
