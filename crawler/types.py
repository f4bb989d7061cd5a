"""The values that travel through the crawler: what is asked for, what came back, and what was read in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

LinkKind = Literal["home", "feed", "sitemap", "list", "post", "page"]
FailureKind = Literal[
    "network", "dns", "tls", "timeout", "refused", "too_large", "too_many_redirects", "status", "robots",
    "address", "scheme", "content_type", "encoding", "parser", "budget",
]  # fmt: skip
PageKind = Literal[
    "post", "list", "home", "feed", "sitemap", "stub", "redirect", "thin", "script", "wall",
    "foreign", "error", "other",
]  # fmt: skip
# thin: too little text; script: none without its scripts; wall: a login or a check for robots in its place


@dataclass(frozen=True, slots=True)
class Hint:
    """What a feed, sitemap or list said of a page before it was read; every field may be missing."""

    title: str | None = None
    authors: tuple[str, ...] = ()
    published: str | None = None  # as the author gave it: YYYY-MM-DD, or ISO with its own offset
    updated: str | None = None
    tags: tuple[str, ...] = ()
    html: str | None = None  # the feed's own text of the post, when it has more than a summary
    in_feed: bool = False
    in_sitemap: bool = False
    lastmod: str | None = None  # of the sitemap


@dataclass(frozen=True, slots=True)
class Link:
    """A URL to fetch, and what it is expected to be."""

    url: str
    kind: LinkKind  # "page": not known yet; the reader decides
    source: str  # home page URL of the blog that it belongs to
    depth: int = 0  # links away from the blog's home, feed or sitemap
    via: str | None = None  # the URL that it was found on
    hint: Hint | None = None


@dataclass(frozen=True, slots=True)
class Caching:
    """Validators of an earlier answer, sent back as a conditional request."""

    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """An answer with status 200 or 304 (then `body` is empty)."""

    url: str  # where it came from in the end, after redirects
    requested_url: str
    status: int
    content_type: str | None  # the header as sent
    body: bytes = field(repr=False)  # decoded of its transfer and content encoding, charset untouched
    fetched_at: datetime  # aware UTC
    caching: Caching = Caching()
    redirects: tuple[tuple[int, str], ...] = ()  # (status, URL it led to), in order
    max_age_s: float | None = None
    robots_tag: str | None = None  # X-Robots-Tag as sent, a line a header

    @property
    def not_modified(self) -> bool:
        return self.status == 304


@dataclass(frozen=True, slots=True)
class Failure:
    """A request or a parse that gave nothing; flows beside results and is never raised."""

    url: str
    kind: FailureKind
    detail: str  # one line for a person: what was wrong
    at: datetime  # aware UTC
    status: int | None = None
    retry_after_s: float | None = None


@dataclass(frozen=True, slots=True)
class Reference:
    """A link that stands in a post's text."""

    kind: Literal["post", "paper", "code", "link"]  # post: a page of a blog's shape; paper: arXiv, DOI, OpenReview
    url: str
    text: str = ""  # the words that carry it


@dataclass(frozen=True, slots=True)
class Quality:
    """Counts over the text, taken once; prose is the text without code and formulas."""

    words: int = 0  # of prose; a CJK character counts as one, see crawler.text.count_words
    code_lines: int = 0
    code_share: float = 0.0  # characters in code over all characters
    formulas: int = 0
    figures: int = 0
    tables: int = 0
    headings: int = 0
    heading_depth: int = 0  # levels in use
    language_confidence: float = 0.0


@dataclass(frozen=True, slots=True)
class Post:
    """A post as read: facts, and the text as Markdown in the normal form of crawler.blocks."""

    url: str
    title: str
    markdown: str = field(repr=False)
    source: str  # home page URL of its blog
    authors: tuple[str, ...] = ()
    published: str | None = None  # YYYY-MM-DD, or ISO with its own offset; never the crawl's date
    updated: str | None = None
    language: str | None = None  # ISO 639-1, by the text
    tags: tuple[str, ...] = ()
    canonical: str | None = None  # only when it is on the blog's own hosts or a known cross-post
    licence: str | None = None
    series: str | None = None
    references: tuple[Reference, ...] = ()
    images: tuple[str, ...] = ()
    text_from: Literal["page", "feed"] = "page"
    quality: Quality = Quality()
    reader: str = ""  # version of the reader that made this


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a fetched page turned out to be, and why; the last thing that a parse yields."""

    kind: PageKind
    reasons: tuple[str, ...] = ()
    moved_to: str | None = None  # target of a meta refresh or JavaScript stub
    title: str | None = None  # of the blog, on a home page or a feed
    language: str | None = None
    ttl_s: float | None = None  # a feed's own wish


@dataclass(frozen=True, slots=True)
class Blog:
    """What is known of a blog while one of its pages is read."""

    url: str  # home page
    title: str | None = None
    language: str | None = None
    hosts: tuple[str, ...] = ()  # its own hosts, aliases included
    patterns: tuple[str, ...] = ()  # learned shapes of its posts' URLs (crawler.shapes)
    sample: bool = False
    authors: tuple[str, ...] = ()  # who writes all of it, as its feed says; for posts that name nobody
    alone: bool = False  # its pages are asked for one by one, so that nothing but a page itself can say its day


@dataclass(frozen=True, slots=True)
class Robots:
    """A robots.txt as last answered, kept up to 24 h between runs."""

    origin: str  # scheme://host[:port]
    status: int | None  # None: unreachable
    body: bytes
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Seen:
    """When a stored post was last asked for, and what its sitemap said of it then."""

    at: str  # ISO, UTC
    lastmod: str | None = None


@dataclass(frozen=True, slots=True)
class Visit:
    """All that a crawl needs to know to visit one blog: where to begin, and what is known already."""

    blog: Blog
    feed: str | None = None  # the feed that was found to be the blog's own
    watch: str | None = None  # the page that names most posts, where it is not the feed; asked first on later visits
    kind: Literal["blog", "feed", "sitemap", "page"] = "blog"  # what the source's URL is; page: single posts by hand
    pending: tuple[Link, ...] = ()  # found by an earlier visit and not fetched yet
    known: frozenset[str] = frozenset()  # crawler.urls.key of every URL that was fetched
    posts: Mapping[str, str] = field(default_factory=dict)  # URL of each stored post -> day of publication or ""
    caching: Mapping[str, Caching] = field(default_factory=dict)  # URL -> validators, of what may be asked again
    indexes: Mapping[str, LinkKind] = field(default_factory=dict)  # URLs that were read as sitemaps or lists
    seen: Mapping[str, Seen] = field(default_factory=dict)  # crawler.urls.key of each post's URL -> its last answer
    complete: bool = False  # an earlier visit came to its end, so that one watched page is enough
    look: bool = False  # feed, home and sitemaps are asked too, since the watched page may not tell everything
    again: tuple[str, ...] = ()  # posts that were read long ago, asked for again
    refresh: bool = False  # ask for every stored post again, conditionally
    paused_until: datetime | None = None  # a Retry-After that has not run out
    asked_today: int = 0  # requests of the last day
    barred: tuple[str, ...] = ()  # home pages of blogs that are never to be fetched


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one link; the store writes it in one transaction."""

    link: Link
    page: Page | None = None  # body included, for whoever keeps raw pages
    failure: Failure | None = None
    verdict: Verdict | None = None
    post: Post | None = None
    links: tuple[Link, ...] = ()  # new ones, each at most once a visit, that now wait to be fetched
    again: tuple[Link, ...] = ()  # fetched on an earlier visit, and waiting once more
    doubtful: bool = False  # answered, and not with what it was to be: worth asking again on a later visit


@dataclass(frozen=True, slots=True)
class Report:
    """The end of a blog's visit."""

    source: str
    ok: bool
    complete: bool  # nothing waits: false when a time limit, a budget or a stop ended it
    failure: Failure | None = None  # why it is not ok
    title: str | None = None
    language: str | None = None
    feed: str | None = None
    hosts: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    requests: int = 0
    posts: int = 0
    failed: int = 0
    watch: str | None = None  # the page to ask first next time, where it is not the feed
    looked: bool = False  # home page, feeds and sitemaps were asked, not the watched page alone
    ttl_s: float | None = None  # least time between two visits that the feed asks for
    max_age_s: float | None = None  # how long the answer for the watched page said that it holds
    rest_s: float | None = None  # the site asked to be left alone for so long, or has had its day's requests
    note: str = ""  # what an owner should know: a trap, a budget, a closed platform
