"""The published round-up, ready to be rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from kb.types.posts import StoredPost
from kb.types.ranking import Entry
from kb.types.sources import Source
from kb.types.topics import Topic


@dataclass(frozen=True, slots=True)
class Sentence:
    """What the article says at one place: text of one kind, with the posts that it stands on."""

    text: str
    kind: Literal["quote", "count", "connect", "written"]  # written: by a writer model, and vouched for
    citations: tuple[int, ...] = ()  # post ids
    # steps: an item a line; table: cells apart by tabs, the first line names the columns; lead and head are connects
    form: Literal["sentence", "code", "math", "table", "steps", "lead", "head"] = "sentence"
    language: str | None = None  # of a quote, where it differs from the article's
    code_language: str | None = None


@dataclass(frozen=True, slots=True)
class Section:
    number: str  # "2.3"
    title: str
    body: tuple[Sentence, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    number: str
    title: str
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class ChartLine:
    """An entry of the chart with all that is shown of it."""

    entry: Entry
    post: StoredPost
    topic: Topic | None
    summary: tuple[Sentence, ...] = ()  # its own words
    reason: str = ""  # why it is here, in a line
    links: tuple[tuple[str, str], ...] = ()  # (paper or code, URL) that its text links to
    note: str = ""  # a person's word on it, in that person's words
    pinned: bool = False  # a person wants it charted

    def as_json(self) -> dict[str, Any]:
        """The keys of a chart line that stay fixed (docs/cli.md)."""
        topic = self.topic
        return {
            "rank": self.entry.rank,
            "previous": self.entry.previous,
            "score": self.entry.score,
            "parts": dict(self.entry.parts),
            "post": self.post.as_json(),
            "topic": topic and {"id": topic.id, "label_en": topic.label_en, "label_zh": topic.label_zh},
            "reason": self.reason,
            "pinned": self.pinned,
            "note": self.note or None,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """What an edition changed in the chart, against the one before."""

    edition: int
    made_at: str  # ISO, UTC
    came: tuple[Entry, ...]  # by rank
    left: tuple[Entry, ...]  # as they stood in the edition before
    moved: tuple[tuple[Entry, int], ...] = ()  # places up, or down where < 0


@dataclass(frozen=True, slots=True)
class About:
    """What an article says of itself and how it was made; empty where nothing is known."""

    program: str = ""  # name and version
    model: str = ""  # of the embeddings
    parameters: Mapping[str, Any] = field(default_factory=dict)  # of the edition
    changes: tuple[Change, ...] = ()  # newest first
    posts: Mapping[int, StoredPost] = field(default_factory=dict)  # all that `changes` name and the store still has
    blogs: tuple[Source, ...] = ()  # of the charted posts, most of them first
    places: Mapping[int, tuple[float, float]] = field(default_factory=dict)  # post id -> x, y in 0..1, alike is near
    home: str = ""  # where a site will stand, ending in a slash


@dataclass(frozen=True, slots=True)
class Article:
    """The published round-up: chapters and the list, ready to be rendered by an exporter."""

    title: str
    language: Literal["en", "zh"]
    edition: int
    made_at: str  # ISO date of the edition
    chapters: tuple[Chapter, ...]
    top: tuple[ChartLine, ...]
    posts: tuple[StoredPost, ...]  # every post that is cited or charted
    counts: Mapping[str, int]  # posts, sources: of the whole store when the edition was made
    about: About = field(default_factory=lambda: About())
    writer: str = ""  # the model that rewrote sections, if one did
