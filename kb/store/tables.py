"""The tables. A table object never leaves kb.store; times are ISO 8601 text in UTC, lists and maps are JSON text."""

from __future__ import annotations

from typing import ClassVar

from sqlalchemy import CheckConstraint, Index, LargeBinary, Text, UniqueConstraint
from sqlmodel import Field, SQLModel


class SourceRow(SQLModel, table=True):
    """A blog that is followed."""

    __tablename__: ClassVar[str] = "source"
    id: int | None = Field(default=None, primary_key=True)
    url: str = Field(sa_type=Text)
    key: str = Field(unique=True, sa_type=Text)  # crawler.urls.key of the URL
    title: str | None = None
    feed: str | None = None
    kind: str = "blog"
    language: str | None = None
    status: str = "active"  # active, paused, or hand: holds posts that were added one by one
    folder: str | None = None  # of an imported OPML
    hosts: str = "[]"
    patterns: str = "[]"
    complete: bool = False
    watch: str | None = None  # the page that is asked first, where that is not the feed
    ttl_s: float | None = None  # least time between two visits that the feed asks for
    rest_until: str | None = None  # the site asked to be left alone until then
    looked_at: str | None = None  # when home page, feed and sitemaps were last asked, beyond what is watched
    added_at: str
    last_visit: str | None = None
    last_success: str | None = None
    next_visit: str | None = None
    failing_since: str | None = None
    failures: int = 0
    last_error: str | None = None
    note: str | None = None


class ForgottenRow(SQLModel, table=True):
    """A blog that a person wants never to be fetched again."""

    __tablename__: ClassVar[str] = "forgotten"
    key: str = Field(primary_key=True, sa_type=Text)
    url: str
    at: str


class LinkRow(SQLModel, table=True):
    """The frontier: every URL that was found on a blog, what became of it, and the validators of its last answer."""

    __tablename__: ClassVar[str] = "link"
    __table_args__ = (UniqueConstraint("source_id", "key"), Index("link_state", "source_id", "state"))
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id")
    url: str
    key: str
    kind: str
    depth: int = 0
    via: str | None = None
    hint: str | None = None  # JSON of crawler.types.Hint
    state: str = "pending"  # pending, done, failed (asked again later), left (failed too often), gone
    attempts: int = 0
    not_before: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    fetched_at: str | None = None
    http_status: int | None = None
    page_kind: str | None = None
    reasons: str | None = None
    final_url: str | None = None
    lastmod: str | None = None  # of the sitemap, when it was last fetched
    post_id: int | None = Field(default=None, index=True)


class RobotsRow(SQLModel, table=True):
    """A robots.txt as last answered."""

    __tablename__: ClassVar[str] = "robots"
    origin: str = Field(primary_key=True)
    status: int | None = None
    body: bytes = Field(sa_type=LargeBinary)
    fetched_at: str


class PostRow(SQLModel, table=True):
    """A post's facts; its text is in `body`, so that lists stay light."""

    __tablename__: ClassVar[str] = "post"
    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id", index=True)
    url: str
    key: str = Field(unique=True)
    canonical: str | None = Field(default=None, index=True)  # crawler.urls.key of it
    title: str
    authors: str = "[]"
    published: str | None = Field(default=None, index=True)
    updated: str | None = None
    language: str | None = None
    tags: str = "[]"
    licence: str | None = None
    series: str | None = None
    images: str = "[]"
    words: int = 0
    quality: str = "{}"
    text_from: str = "page"
    reader: str = ""
    content_hash: str = Field(index=True)
    version: int = 1
    first_seen: str
    fetched_at: str
    gone_at: str | None = None


class BodyRow(SQLModel, table=True):
    """A post's text in the normal form of crawler.blocks."""

    __tablename__: ClassVar[str] = "body"
    post_id: int = Field(primary_key=True, foreign_key="post.id")
    markdown: str = Field(sa_type=Text)


class AliasRow(SQLModel, table=True):
    """Another URL under which a post was met."""

    __tablename__: ClassVar[str] = "alias"
    key: str = Field(primary_key=True)
    url: str
    post_id: int = Field(foreign_key="post.id", index=True)


class ReferenceRow(SQLModel, table=True):
    """A link that stands in a post's text."""

    __tablename__: ClassVar[str] = "reference"
    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    kind: str
    url: str
    key: str = Field(index=True)
    text: str = ""


class RawPageRow(SQLModel, table=True):
    """A page as it was fetched, compressed, so that a better reader can read it again."""

    __tablename__: ClassVar[str] = "raw_page"
    key: str = Field(primary_key=True)
    url: str
    source_id: int = Field(foreign_key="source.id", index=True)
    content_type: str | None = None
    fetched_at: str
    hint: str | None = None
    body: bytes = Field(sa_type=LargeBinary)  # zlib


class VersionRow(SQLModel, table=True):
    """An earlier text of a post that was edited."""

    __tablename__: ClassVar[str] = "version"
    __table_args__ = (UniqueConstraint("post_id", "number"),)
    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id")
    number: int
    title: str
    markdown: str = Field(sa_type=Text)
    content_hash: str
    seen_at: str


class FingerprintRow(SQLModel, table=True):
    """The MinHash signature of a post's text, and its buckets' comparison state."""

    __tablename__: ClassVar[str] = "fingerprint"
    post_id: int = Field(primary_key=True, foreign_key="post.id")
    content_hash: str
    signature: bytes = Field(sa_type=LargeBinary)
    made_by: str


class DuplicateRow(SQLModel, table=True):
    """That a post is a copy of an original, or a translation that is linked and not merged."""

    __tablename__: ClassVar[str] = "duplicate"
    __table_args__ = (CheckConstraint("post_id != original_id"),)
    post_id: int = Field(primary_key=True, foreign_key="post.id")
    original_id: int = Field(foreign_key="post.id", index=True)
    kind: str  # same, near, cross-post, translation
    similarity: float
    made_by: str


class TextRow(SQLModel, table=True):
    """A stretch of a post in the full-text index; its id is the row id in text_fts."""

    __tablename__: ClassVar[str] = "text_row"
    __table_args__ = {"sqlite_autoincrement": True}  # the index forgets no row, so an id must never come back
    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    start: int
    end: int
    heading: str = ""


class PassageRow(SQLModel, table=True):
    """A stretch of a post that has a vector."""

    __tablename__: ClassVar[str] = "passage"
    __table_args__ = {"sqlite_autoincrement": True}  # an id stands for one vector for ever: kb/store/vectors.py
    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    position: int
    heading: str = ""
    start: int
    end: int
    kind: str = "prose"


class VectorRow(SQLModel, table=True):
    """The unit vector of a passage: float32, little-endian."""

    __tablename__: ClassVar[str] = "vector"
    passage_id: int = Field(primary_key=True, foreign_key="passage.id")
    row: bytes = Field(sa_type=LargeBinary)


class PostVectorRow(SQLModel, table=True):
    """The unit vector of a post (mean of its passages'), and what text and model it was made from."""

    __tablename__: ClassVar[str] = "post_vector"
    post_id: int = Field(primary_key=True, foreign_key="post.id")
    made_by: str = Field(index=True)  # model and cutter
    content_hash: str
    row: bytes = Field(sa_type=LargeBinary)


class RelevanceRow(SQLModel, table=True):
    """How much a post is about deep learning, and whether that is enough to be charted."""

    __tablename__: ClassVar[str] = "relevance"
    post_id: int = Field(primary_key=True, foreign_key="post.id")
    score: float
    on_topic: bool
    content_hash: str
    made_by: str
    shares: bytes | None = Field(default=None, sa_type=LargeBinary)  # float32, a field of the taxonomy each


class TopicRow(SQLModel, table=True):
    """A topic; ids are never used twice. A topic that died keeps its row."""

    __tablename__: ClassVar[str] = "topic"
    id: int | None = Field(default=None, primary_key=True)
    parent: int | None = Field(default=None, foreign_key="topic.id")
    field: str | None = None
    label_en: str
    label_zh: str
    terms: str = "[]"
    size: int = 0
    centroid: bytes | None = Field(default=None, sa_type=LargeBinary)
    born: str
    died: str | None = None
    made_by: str


class AssignmentRow(SQLModel, table=True):
    """That a post belongs to a topic."""

    __tablename__: ClassVar[str] = "assignment"
    post_id: int = Field(primary_key=True, foreign_key="post.id")
    topic_id: int = Field(primary_key=True, foreign_key="topic.id", index=True)
    weight: float
    made_by: str


class TopicEventRow(SQLModel, table=True):
    """A birth, death, split, merge or new label of a topic."""

    __tablename__: ClassVar[str] = "topic_event"
    id: int | None = Field(default=None, primary_key=True)
    at: str
    kind: str
    topic_id: int
    detail: str = "{}"


class EvidenceRow(SQLModel, table=True):
    """Something found outside about a post."""

    __tablename__: ClassVar[str] = "evidence"
    __table_args__ = (UniqueConstraint("post_id", "kind", "url"),)
    id: int | None = Field(default=None, primary_key=True)
    post_id: int = Field(foreign_key="post.id", index=True)
    kind: str
    value: float
    url: str
    fetched_at: str


class LookupRow(SQLModel, table=True):
    """When a service was last asked about a host, and the validators of its answer."""

    __tablename__: ClassVar[str] = "lookup"
    service: str = Field(primary_key=True)
    host: str = Field(primary_key=True)
    asked_at: str
    etag: str | None = None
    last_modified: str | None = None


class EditionRow(SQLModel, table=True):
    """A chart as it was made once; never rewritten."""

    __tablename__: ClassVar[str] = "edition"
    number: int | None = Field(default=None, primary_key=True)
    made_at: str
    made_by: str  # hash of what it was computed from
    parameters: str = "{}"


class EntryRow(SQLModel, table=True):
    """A post's place in an edition; without a rank it was scored and not charted (newest edition alone)."""

    __tablename__: ClassVar[str] = "entry"
    edition: int = Field(primary_key=True, foreign_key="edition.number")
    post_id: int = Field(primary_key=True, index=True)
    rank: int | None = None
    score: float
    parts: str = "{}"
    topic_id: int | None = None
    previous: int | None = None


class CorrectionRow(SQLModel, table=True):
    """A person's word, which no machine overwrites: rename, merge, pin, ban, note."""

    __tablename__: ClassVar[str] = "correction"
    __table_args__ = (UniqueConstraint("kind", "subject"),)
    id: int | None = Field(default=None, primary_key=True)
    kind: str
    subject: str  # "topic:7", "post:12"
    value: str = ""
    made_at: str


class MetaRow(SQLModel, table=True):
    """Facts about the store itself."""

    __tablename__: ClassVar[str] = "meta"
    key: str = Field(primary_key=True)
    value: str
