"""What is searched for, and what is found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from kb.types.posts import StoredPost


@dataclass(frozen=True, slots=True)
class Filters:
    """What posts a search or a list is confined to; None: no such confinement."""

    topic: int | None = None
    source: int | None = None
    since: str | None = None  # YYYY-MM-DD, both inclusive; a post without a date is left out
    until: str | None = None
    language: str | None = None  # ISO 639-1
    has: Literal["code", "math"] | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A post that answers a query, with the passage that does."""

    rank: int
    score: float
    parts: Mapping[str, float]  # leg -> its calibrated score
    post: StoredPost
    heading: str
    snippet: str  # original text; matches stand between \x02 and \x03
    start: int = 0  # of the passage in the post's Markdown
    end: int = 0
    why: Mapping[str, Any] | None = None  # of kb.retrieval.explain, where it was asked for

    def as_json(self) -> dict[str, Any]:
        """The keys of a hit that stay fixed (docs/cli.md)."""
        plain = self.snippet.replace("\x02", "").replace("\x03", "")
        return {
            "rank": self.rank,
            "score": round(self.score, 6),
            "parts": {k: round(v, 6) for k, v in self.parts.items()},
            "post": self.post.as_json(),
            "heading": self.heading,
            "snippet": plain,
            **({} if self.why is None else {"why": self.why}),
        }


@dataclass(frozen=True, slots=True)
class SearchResult:
    """A page of hits, and what the asker should know: what was left out, what to try."""

    hits: tuple[Hit, ...]
    total: int  # posts that matched, as far as was looked; more pages are there while offset + n < total
    notes: tuple[str, ...] = ()
    reading: Mapping[str, Any] | None = None  # how the query was understood, where it was asked for
