"""Which proxy a request takes, as the environment says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Proxies:
    """The proxies of the environment."""

    by_scheme: Mapping[str, str] = field(default_factory=dict)
    bypass: tuple[str, ...] = ()  # host names, domains or "*", of NO_PROXY

    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Proxies:
        """As HTTP_PROXY, HTTPS_PROXY, ALL_PROXY and NO_PROXY say, in either case."""

        def value(name: str) -> str:
            return environ.get(name.lower()) or environ.get(name) or ""

        found = {scheme: value(f"{scheme.upper()}_PROXY") or value("ALL_PROXY") for scheme in ("http", "https")}
        full = {scheme: url if "://" in url else f"http://{url}" for scheme, url in found.items() if url}
        names = (name.strip().lower() for name in value("NO_PROXY").split(","))
        return cls(full, tuple(name for name in names if name))

    def for_url(self, url: str) -> str | None:
        """The proxy's URL for a request, or None for a direct one."""
        parts = urlsplit(url)
        proxy = self.by_scheme.get(parts.scheme)
        if proxy is None or not self.bypass:
            return proxy
        host, port = (parts.hostname or "").lower(), parts.port or _PORTS.get(parts.scheme, 0)
        return None if any(_covers(name, host, port) for name in self.bypass) else proxy


def _covers(name: str, host: str, port: int) -> bool:
    """Whether an entry of NO_PROXY speaks of this host: itself, its domain, with or without a port."""
    if name == "*":
        return True
    bare, colon, digits = name.rpartition(":")
    if colon and digits.isdecimal() and "]" not in digits and ":" not in bare.strip("[]"):
        if int(digits) != port:
            return False
        name = bare
    name = name.strip("[]").lstrip("*").lstrip(".")
    return bool(name) and (host == name or host.endswith("." + name))
