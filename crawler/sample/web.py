"""The whole sample web in memory: every answer of every host, and the places where it is meant to be awkward."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import MappingProxyType
from typing import cast
from urllib.parse import unquote, urlsplit

from crawler.sample import makes
from crawler.sample.figures import draw, figures
from crawler.sample.library import Site
from crawler.sample.resource import Resource, changed, moved, page

# What a crawler must not fetch though pages link it, and what is gone though a page links it
FORBIDDEN = (
    "http://attention.example/drafts/",
    "http://gradients.example/private/",
    "http://pixels.example/wp-admin/",
    "http://shendu.example/calendar/",
    "http://juanji.example/output-old/",
)
DEAD = ("http://agents.example/talks.html",)


@dataclass(frozen=True, slots=True)
class Web:
    """Host -> path (decoded, with its query) -> answer."""

    hosts: Mapping[str, Mapping[str, Resource]] = field(repr=False)

    def find(self, host: str, target: str) -> Resource | None:
        """The answer to a request's target as it was sent; None when there is no such host.

        As on static hosting, /x leads to /x/, and /x/index.html answers what /x/ does.
        """
        pages = self.hosts.get(host)
        if pages is None:
            return None
        parts = urlsplit(target)
        path = unquote(parts.path) or "/"
        if parts.query and f"{path}?{parts.query}" in pages:
            return pages[f"{path}?{parts.query}"]
        if path.endswith("/index.html"):
            path = path.removesuffix("index.html")
        if path in pages:
            return pages[path]
        if f"{path}/" in pages:
            return moved(f"http://{host}{parts.path}/", pages[f"{path}/"].modified)
        return pages.get("/404.html") or pages["/404/"]


def build_web(sites: Iterable[Site]) -> Web:
    """Every page of the sites, and the drawings that their posts show.

    Raises ValueError when a site names a make that is not there.
    """
    known = {module.name for module in pkgutil.iter_modules(makes.__path__)}
    hosts: dict[str, Mapping[str, Resource]] = {}
    for site in sites:
        if site.make not in known:
            raise ValueError(f"{site.host}: no such make: {site.make} (there are {', '.join(sorted(known))})")
        module = import_module(f"{makes.__name__}.{site.make}")
        build = cast(Callable[[Site], dict[str, Resource]], module.build)
        hosts[site.host] = MappingProxyType(build(site) | _drawings(site))
    return Web(MappingProxyType(hosts))


def _drawings(site: Site) -> dict[str, Resource]:
    return {
        f"{post.path}{name}": page(draw(name, caption), changed(site, post), "image/svg+xml")
        for post in site.posts
        for name, caption in figures(post)
    }
