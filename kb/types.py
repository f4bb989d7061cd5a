"""The values that travel between the stages; ids travel with rows, nothing is matched by position."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Float32 = NDArray[np.float32]
    Int64 = NDArray[np.int64]


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


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a post that is embedded as one."""

    id: int  # 0 before it is stored
    post_id: int
    position: int  # 0 for the first of a post
    heading: str  # heading path, "Optimisers > Adam"; empty above the first heading
    text: str  # what the model sees, before glossing
    start: int  # offsets of the stretch in the post's Markdown, in characters
    end: int
    kind: Literal["prose", "code"] = "prose"


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors of one model; row i belongs to ids[i]."""

    ids: Int64  # (n,) passage or post ids
    rows: Float32  # (n, dim)
    model: str


TextKind = Literal["doc", "query"]  # some models put another prompt before a query


class Embedder(Protocol):
    """Turns texts into unit vectors. A file of kb/embedders gives one by load(model, device)."""

    name: str  # the id that is stored beside every vector
    dim: int
    languages: frozenset[str]  # ISO 639-1; empty: any
    max_tokens: int  # special tokens included

    def encode(self, texts: list[str], kind: TextKind = "doc") -> Float32:
        """Shape (len(texts), dim), float32, each row of length 1."""
        ...

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text by the model's own tokenizer, special tokens left out."""
        ...


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic with its labels; a topic with a parent belongs to that field of the taxonomy."""

    id: int
    label_en: str
    label_zh: str
    terms: tuple[str, ...]
    size: int
    parent: int | None = None
    field: str | None = None  # id in fields.toml, on the upper level alone

    def as_json(self) -> dict[str, Any]:
        """The keys of a topic that stay fixed (docs/cli.md)."""
        return {
            "id": self.id,
            "label_en": self.label_en,
            "label_zh": self.label_zh,
            "terms": list(self.terms),
            "size": self.size,
            "parent": self.parent,
        }


@dataclass(frozen=True, slots=True)
class Assignment:
    """That a post belongs to a topic, and how much (0 to 1); the heaviest one is the post's topic."""

    post_id: int
    topic_id: int
    weight: float


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
    why: Mapping[str, Any] | None = None  # of kb.explain, where it was asked for

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
