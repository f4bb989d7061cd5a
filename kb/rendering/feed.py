"""The chart's changes as items of a feed: one an edition, and one for each post that came in."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from uuid import NAMESPACE_URL, uuid5

from kb.rendering.marks import blog_name, clean, safe_url
from kb.rendering.pages import link
from kb.rendering.wording import Words, wording
from kb.types import Article, Change, ChartLine, Entry, StoredPost
from kb.writing.layout import Layout

MOST = 150  # items; readers of feeds look at the newest, and the first edition alone has a hundred
NOWHERE = "http://localhost:8000/"  # where a site is tried out, as long as nobody has said where it will stand


@dataclass(frozen=True, slots=True)
class Item:
    id: str  # urn:uuid:..., the same for the same post in the same edition
    title: str
    url: str | None
    at: datetime
    html: str  # safe: all text in it is escaped
    authors: tuple[str, ...] = ()


def home(article: Article) -> str:
    """The address that feeds and sitemaps build on."""
    return safe_url(article.about.home) or NOWHERE


def feed_id(article: Article) -> str:
    """The same for every edition in one language at one address."""
    return uuid5(NAMESPACE_URL, f"{home(article)} {article.language}").urn


def updated(article: Article) -> datetime:
    """When the chart last changed."""
    changes = article.about.changes
    return instant(changes[0].made_at if changes else article.made_at)


def items(article: Article, layout: Layout) -> list[Item]:
    """Newest edition first, within one the edition itself and then what came by rank."""
    words = wording(article.language)
    lines = {line.post.id: line for line in article.top}
    found: list[Item] = []
    for change in article.about.changes:
        if len(found) >= MOST:
            break
        posts = {**article.about.posts}
        found.append(_edition(change, article, words, posts))
        for entry in change.came:
            if (post := posts.get(entry.post_id)) is not None:
                line = lines.get(post.id) if change.edition == article.edition else None
                found.append(_arrival(entry, post, line, change, article, layout))
    return found[:MOST]


def instant(text: str) -> datetime:
    """An aware moment from an ISO day or date-time; the epoch for anything else."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _edition(change: Change, article: Article, words: Words, posts: dict[int, StoredPost]) -> Item:
    numbers = {"came": len(change.came), "left": len(change.left), "moved": len(change.moved)}
    title = words["changed"].format(number=change.edition, **numbers)
    moved = sorted(change.moved, key=lambda row: (-abs(row[1]), row[0].rank or 0))
    parts = [
        *_listed(words["came"], ((e, "") for e in change.came), posts),
        *_listed(words["left"], ((e, "") for e in change.left), posts),
        *_listed(words["moved"], ((e, f" ({places:+d})") for e, places in moved), posts),
    ]
    name = uuid5(NAMESPACE_URL, f"{feed_id(article)} {change.edition}").urn
    return Item(name, title, safe_url(article.about.home), instant(change.made_at), "".join(parts))


def _listed(title: str, rows: Iterable[tuple[Entry, str]], posts: dict[int, StoredPost]) -> Iterator[str]:
    shown = [(e, more, posts[e.post_id]) for e, more in rows if e.post_id in posts]
    if shown:
        yield f"<h3>{escape(title)}</h3><ul>"
        for entry, more, post in shown:
            blog = blog_name(post)
            yield f"<li>{entry.rank or '–'}. {link(_title(post), post.url)}, {escape(blog)}{more}</li>"
        yield "</ul>"


def _arrival(
    entry: Entry, post: StoredPost, line: ChartLine | None, change: Change, article: Article, layout: Layout
) -> Item:
    words, common = wording(article.language), layout.words[article.language]
    told = [", ".join(filter(None, map(clean, post.authors))), blog_name(post),
            clean((post.published or "")[:10])]  # fmt: skip
    parts = [f"<p>{escape(' · '.join(filter(None, told)))}</p>"]
    if line and line.summary:
        parts.append("".join(f"<blockquote><p>{escape(clean(s.text))}</p></blockquote>" for s in line.summary))
    if line and line.reason:
        parts.append(f"<p>{escape(common['why'])}{common['colon']}{escape(clean(line.reason))}</p>")
    name = uuid5(NAMESPACE_URL, f"{feed_id(article)} {change.edition} {post.url}").urn
    title = words["new_at"].format(rank=entry.rank or "–", title=_title(post))
    authors = tuple(filter(None, map(clean, post.authors)))
    return Item(name, title, safe_url(post.url), instant(change.made_at), "".join(parts), authors)


def _title(post: StoredPost) -> str:
    return clean(post.title) or clean(post.url)
