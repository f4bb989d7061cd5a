"""What a site's robots.txt allows (RFC 9309): longest match wins, a tie allows; and what an answer's status means.

Own code because no library decides all of Google's cases: robotspy 138, Protego 130 of 142 (docs/decisions). Where the
RFC is silent it does as Google's parser: a missing colon, "disalow", an agent's line with more than the product token.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from crawler.types import Robots

PRODUCT = "kb"  # the token that a robots.txt names us by
MAX_BYTES = 512_000  # the RFC asks for at least 500 KiB; what stands after is not read
MAX_AGE = timedelta(hours=24)
MAX_STALE = timedelta(days=30)
_MAX_LINE = 16_663  # as Google: eight times the longest URL that a browser once took, less one
_UNRESERVED = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")
_OUTSIDE = re.compile(r"[^!#-;=?-\[\]_a-z~]")  # what may not stand in a URL as it is
_TOKEN = re.compile(r"[A-Za-z_-]*")
_DISALLOW = re.compile(r"dis+all?ow|dis+al+ow|disalow", re.I)
_NAMES = {"user-agent": "agent", "useragent": "agent", "user agent": "agent", "allow": "allow", "crawl-delay": "delay",
          "crawldelay": "delay", "sitemap": "sitemap", "site-map": "sitemap"}  # fmt: skip


@dataclass(slots=True)
class Group:
    """The rules for some agents, in the order they stand in."""

    agents: list[str] = field(default_factory=list)
    rules: list[tuple[bool, str]] = field(default_factory=list)  # (allowed, pattern in normal form)
    delay_s: float | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """A robots.txt as understood."""

    groups: tuple[Group, ...] = ()
    sitemaps: tuple[str, ...] = ()  # as written

    def allowed(self, agent: str, url: str) -> bool:
        """Whether this agent (a product token, or a user agent that begins with one) may fetch the URL."""
        path = _path(url)
        best = (-1, True)
        for group in self._of(agent):
            for allows, pattern in group.rules:
                if (len(pattern), allows) > best and _matches(pattern, path):
                    best = (len(pattern), allows)
        return best[1]

    def delay_s(self, agent: str) -> float | None:
        """Crawl-delay for this agent in seconds (no part of the RFC, but what a site asks for)."""
        return next((g.delay_s for g in self._of(agent) if g.delay_s is not None), None)

    def _of(self, agent: str) -> list[Group]:
        """The groups that speak to this agent: all that name it, else all for `*`."""
        name = _product(agent)
        return [g for g in self.groups if name and name in g.agents] or [g for g in self.groups if "*" in g.agents]


def parse(body: bytes) -> Rules:
    """The rules of a robots.txt; any bytes are taken, and none raise."""
    groups: list[Group] = []
    sitemaps: list[str] = []
    open_for_agents = False
    for name, value in _lines(body):
        if name == "agent":
            if not open_for_agents:
                groups.append(Group())
                open_for_agents = True
            groups[-1].agents.append("*" if re.match(r"\*(\s|$)", value) else _product(value))
        elif name == "sitemap":
            sitemaps.append(value)
        elif name == "delay":
            if groups:
                groups[-1].delay_s = _seconds(value, groups[-1].delay_s)
        elif groups:
            open_for_agents = False
            groups[-1].rules += _rules(name == "allow", value)
    return Rules(tuple(groups), tuple(dict.fromkeys(sitemaps)))


def rules_of(robots: Robots) -> Rules:
    """What an answer for robots.txt means: 2xx its rules, 4xx (and endless redirects) all allowed, the rest nothing is.

    429 is read as "not now", like a 5xx: a site that refuses so is not asking to be crawled at will.
    """
    status = robots.status
    if status is not None and 200 <= status < 300:
        return parse(robots.body)
    if status is not None and 300 <= status < 500 and status != 429:
        return Rules()
    return NOTHING


def fresh(robots: Robots, now: datetime) -> bool:
    """Whether a robots.txt fetched earlier still holds: for a day. One that could not be had is asked for again on the
    next visit; when that is, crawler.retry says."""
    reachable = robots.status is not None and robots.status < 500 and robots.status != 429
    return reachable and timedelta() <= now - robots.fetched_at < MAX_AGE


def usable(robots: Robots, now: datetime) -> bool:
    """Whether an old answer may still be followed while the file cannot be had: rules, or their absence, of 30 days."""
    reached = robots.status is not None and robots.status < 500 and robots.status != 429
    return reached and now - robots.fetched_at < MAX_STALE


def _lines(body: bytes) -> Iterator[tuple[str, str]]:
    """(name, value) of each line that says something."""
    body = body[:MAX_BYTES]
    for mark in (b"\xef\xbb\xbf", b"\xef\xbb", b"\xef"):  # Google takes a broken byte order mark too
        if body.startswith(mark):
            body = body[len(mark) :]
            break
    for raw in re.split(rb"\r\n|\r|\n", body):
        line = raw[:_MAX_LINE].partition(b"#")[0].decode("utf-8", "surrogateescape").strip()
        name, colon, value = line.partition(":")
        if not colon:
            words = line.split()
            if len(words) != 2:
                continue
            name, value = words
        name = name.strip().lower()
        known = _NAMES.get(name) or ("disallow" if _DISALLOW.fullmatch(name) else None)
        if known:
            yield known, value.strip()


def _rules(allows: bool, value: str) -> list[tuple[bool, str]]:
    if not value:
        return []
    pattern = _escaped(value)
    if not pattern.startswith(("/", "*")):
        pattern = "/" + pattern  # "disallow: private/": what its author meant
    rules = [(allows, pattern)]
    folder = re.match(r"(.*/)index\.html?$", pattern)
    if folder and allows:
        rules.append((True, folder[1] + "$"))  # as Google: who allows the index page allows the folder's own URL
    return rules


def _matches(pattern: str, path: str) -> bool:
    """Whether a pattern with `*` and a final `$` matches from the path's start; linear in both lengths."""
    anchored = pattern.endswith("$")
    first, *rest = (pattern[:-1] if anchored else pattern).split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    if not rest:
        return not anchored or at == len(path)
    last = rest.pop() if anchored else ""
    for piece in rest:
        found = path.find(piece, at)
        if found < 0:
            return False
        at = found + len(piece)
    return not anchored or (len(path) - len(last) >= at and path.endswith(last))


def _path(url: str) -> str:
    """Path and query of a URL in the form that patterns have."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "/"
    return _escaped((parts.path or "/") + (f"?{parts.query}" if parts.query else ""))


def _escaped(text: str) -> str:
    """Percent escapes in capitals, unreserved characters plain, everything outside ASCII escaped as UTF-8."""
    text = _OUTSIDE.sub(lambda m: "".join(f"%{b:02X}" for b in m[0].encode("utf-8", "surrogateescape")), text)
    return re.sub(
        r"%([0-9a-fA-F]{2})", lambda m: chr(n) if (n := int(m[1], 16)) in _UNRESERVED else "%" + m[1].upper(), text
    )


def _product(agent: str) -> str:
    """The product token that an agent's name begins with, in lower case; "" where it begins with none."""
    match = _TOKEN.match(agent.strip())
    return match[0].lower() if match else ""


def _seconds(value: str, before: float | None) -> float | None:
    try:
        seconds = float(value.split()[0]) if value else -1.0
    except ValueError:
        return before
    return seconds if 0 <= seconds < 1e9 else before


NOTHING = Rules((Group(["*"], [(False, "/")]),))
