"""Blogs that are followed, and how far a crawl may go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True, slots=True)
class Reach:
    """Where a crawl may go: names that are mapped, and whether hosts are to be spared."""

    mapped: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    delay_s: float | None = None  # None: the setting

    @property
    def is_sample(self) -> bool:
        return bool(self.mapped)


@dataclass(frozen=True, slots=True)
class Source:
    """A blog that is followed, and its health."""

    id: int
    url: str
    title: str | None
    feed: str | None
    kind: str
    language: str | None
    status: str  # active, failing, paused, new
    last_success: str | None
    next_visit: str | None
    failures: int
    last_error: str | None
    posts: int
    note: str | None = None
    folder: str | None = None
    failing_since: str | None = None
    unread: int = 0  # pages that were fetched and gave no text

    def as_json(self) -> dict[str, Any]:
        """The keys of a source that stay fixed (docs/cli.md)."""
        return {
            "id": self.id,
            "url": self.url,
            "title": self.title,
            "feed": self.feed,
            "kind": self.kind,
            "language": self.language,
            "status": self.status,
            "last_success": self.last_success,
            "next_visit": self.next_visit,
            "failures": self.failures,
            "last_error": self.last_error,
            "posts": self.posts,
            "unread": self.unread,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class NewSource:
    """A blog that a person asks for: a line of a list, an OPML, or a command."""

    url: str
    title: str | None = None
    feed: str | None = None
    kind: Literal["blog", "feed", "sitemap"] = "blog"
    language: str | None = None
    folder: str | None = None
