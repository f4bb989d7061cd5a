"""A stored post, without its text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class StoredPost:
    """A post's facts as the store has them, without its text."""

    id: int
    url: str
    title: str
    authors: tuple[str, ...]
    published: str | None  # YYYY-MM-DD, or ISO with the author's own offset
    language: str | None
    source: str  # home page URL of its blog
    source_id: int
    source_title: str | None
    words: int
    tags: tuple[str, ...] = ()
    updated: str | None = None
    duplicate_of: int | None = None
    topic: int | None = None
    on_topic: bool | None = None  # None before it was judged
    score: float | None = None  # of the newest edition
    quality: Mapping[str, float] = field(default_factory=dict)  # the fields of crawler.types.Quality
    gone: bool = False  # the page was seen to be gone; the text is kept

    def as_json(self) -> dict[str, Any]:
        """The keys of a post that stay fixed (docs/cli.md)."""
        return {
            "id": self.id,
            "url": self.url,
            "title": self.title,
            "authors": list(self.authors),
            "published": self.published,
            "language": self.language,
            "source": self.source,
            "words": self.words,
            "duplicate_of": self.duplicate_of,
            "topic": self.topic,
            "on_topic": self.on_topic,
            "score": self.score,
            "tags": list(self.tags),
            "updated": self.updated,
        }
