"""Brings addresses home that a feed or sitemap gives under a host that is not the blog's own."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit, urlunsplit

from crawler import urls
from crawler.types import Blog


def rehome(found: Sequence[str], page_url: str, blog: Blog) -> list[str]:
    """The URLs, moved to the host they were found on when all of them name one other host.

    A theme's demo site, localhost, a mirror, a former domain: the list was found on the blog, so its paths are the
    blog's. Where only some are elsewhere they are links to other sites, and stay as they are.
    """
    own = {urls.bare(name) for name in (*blog.hosts, urls.host(blog.url))}
    elsewhere = {urls.host(url) for url in found}
    if len(elsewhere) != 1 or urls.bare(next(iter(elsewhere))) in own or urls.bare(urls.host(page_url)) not in own:
        return list(found)
    here = urlsplit(page_url)
    return [urlunsplit(urlsplit(url)._replace(scheme=here.scheme, netloc=here.netloc)) for url in found]
