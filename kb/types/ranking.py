"""What ranking looks at, and what comes of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from kb.types.posts import StoredPost
from kb.types.topics import Assignment, Topic
from kb.types.vectors import Vectors


@dataclass(frozen=True, slots=True)
class Evidence:
    """Something that was found outside about a post, such as points on Hacker News."""

    post_id: int
    kind: str
    value: float
    url: str


@dataclass(frozen=True, slots=True)
class Story:
    """A page as it was handed in at a service where people vote."""

    url: str
    points: int
    comments: int
    thread: str  # address of the discussion


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said about a host."""

    stories: tuple[Story, ...]
    more: bool  # another page may hold more


@dataclass(frozen=True, slots=True)
class PostLink:
    """A link in one stored post to another stored post."""

    from_post: int
    to_post: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """All that a ranking signal may look at; `posts` is in the order of ids, and vectors.ids equals theirs."""

    posts: tuple[StoredPost, ...]
    vectors: Vectors  # one row a post that has a vector; ids are post ids
    topics: tuple[Topic, ...]
    assignments: tuple[Assignment, ...]
    links: tuple[PostLink, ...]
    references: Mapping[int, Mapping[str, int]]  # post id -> kind of reference (paper, code, link) -> how many
    evidence: tuple[Evidence, ...]
    relevance: Mapping[int, float]  # post id -> 0..1, how much it is about deep learning
    today: str  # YYYY-MM-DD of the edition
    blog_links: tuple[tuple[int, int], ...] = ()  # (source id, source id) of blogs that link to another, once a pair
    translations: Mapping[int, int] = field(default_factory=dict)  # post id -> the post that it translates
    roundups: frozenset[int] = frozenset()  # posts that list others' pages
    pinned: frozenset[int] = frozenset()  # posts that a person wants charted
    banned: frozenset[int] = frozenset()  # posts that a person wants out


@dataclass(frozen=True, slots=True)
class Entry:
    """A post's place in an edition; rank is None for one that was scored and not charted."""

    post_id: int
    rank: int | None
    score: float
    parts: Mapping[str, float | None]  # signal -> 0..1, None where unknown
    topic_id: int | None
    previous: int | None = None  # rank in the edition before


@dataclass(frozen=True, slots=True)
class Edition:
    """A chart as it was made once."""

    number: int
    made_at: str  # ISO, UTC
    parameters: Mapping[str, Any]
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One signal of a post's score."""

    name: str
    value: float | None  # 0..1, None where unknown
    weight: float  # as it counted for this post, after the weight of unknown parts was shared out
    evidence: str = ""  # what it rests on, in a line


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons of a post's score in an edition."""

    post: StoredPost
    edition: int
    rank: int | None
    score: float
    parts: tuple[Part, ...]
    notes: tuple[str, ...] = ()  # who links here, which neighbours, a person's word
    otherwise: tuple[str, ...] = ()  # what would have changed its place

    def as_json(self) -> dict[str, Any]:
        parts = [{"name": p.name, "value": p.value, "weight": p.weight, "evidence": p.evidence} for p in self.parts]
        return {"post": self.post.as_json(), "edition": self.edition, "rank": self.rank, "score": self.score,
                "parts": parts, "notes": list(self.notes), "otherwise": list(self.otherwise)}  # fmt: skip
