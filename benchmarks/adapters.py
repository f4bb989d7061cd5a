"""What the shared test sets ask of the project, answered by the code that `kb` runs; imports stand within."""

from __future__ import annotations

from typing import Any


def resolve(href: str, base: str | None) -> str | None:
    from crawler.urls import resolve

    return resolve(href, base)


def canonical(url: str) -> str | None:
    from crawler.urls import canonical

    return canonical(url)


def strip_tracking(url: str) -> str:
    from crawler.urls import strip_tracking

    return strip_tracking(url)


def robots_allowed(robots: bytes, agent: str, url: str) -> bool:
    from crawler.robots import parse

    return parse(robots).allowed(agent, url)


def robots_delay(robots: bytes, agent: str) -> float | None:
    from crawler.robots import parse

    return parse(robots).delay_s(agent)


def robots_sitemaps(robots: bytes) -> list[str]:
    from crawler.robots import parse

    return list(parse(robots).sitemaps)


def sitemap(data: bytes) -> list[str]:
    from crawler.sources.sitemap import read

    return [entry.loc for entry in read(data)[1]]


def parse_xml(data: bytes) -> str:
    from crawler.xml import root, text_of

    found = root(data)
    return "" if found is None else text_of(found)


def unix_date(text: str) -> int | None:
    from crawler.dates import unix_date

    return unix_date(text)


def feed(data: bytes, base_url: str, content_type: str | None = None) -> dict[str, Any]:
    from crawler.dates import parse
    from crawler.sources.feed import read

    found = read(data, base_url, content_type)
    if found is None:
        return {"title": "", "link": "", "entries": []}
    entries = [
        {
            "title": e.title, "link": e.link, "id": e.id, "author": ", ".join(e.authors), "content": e.content,
            "published": moment.instant() if (moment := parse(e.published)) else None,
        }
        for e in found.entries
    ]  # fmt: skip
    return {"title": found.title, "link": found.link, "entries": entries}
