"""What the shared test sets ask of the project, answered by the code that `kb` runs; each imports what it needs itself."""

from __future__ import annotations


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
