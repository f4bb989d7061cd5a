"""Why a post has its score and its place: each part with what it rests on, and what would have changed the place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kb.errors import NotFound
from kb.ranking.otherwise import Place, otherwise
from kb.store.connect import Reader
from kb.store.corpus import blog_links, evidence, linkers_of, neighbours_of, references, roundups
from kb.store.corrections import corrections
from kb.store.editions import edition as read_edition
from kb.store.editions import entry_of, newest
from kb.store.posts import get_post, get_posts
from kb.store.topics import list_topics
from kb.types import Edition, Entry, Part, StoredPost, Why

UNKNOWN = "unknown: its weight goes to the others"
NEAR = 0.6  # cosine from which a charted neighbour counts against a post (kb/ranking/choose.py)
MOST = 10  # posts that link here which are named


def why(reader: Reader, post_id: int) -> Why:
    """The parts of a post's score in the newest edition, the greatest first, and what they rest on. Raises NotFound."""
    post, number = get_post(reader, post_id), newest(reader)
    entry = None if number is None else entry_of(reader, number, post_id)
    if post is None or number is None or entry is None:
        raise NotFound(f"post {post_id} has no score yet", "score the posts with: kb rank")
    shown = read_edition(reader, number)
    weights: Mapping[str, float] = shown.parameters["weights"]
    known = sum(weights.get(name, 0.0) for name, value in entry.parts.items() if value is not None)
    facts = _facts(reader, post, entry)
    parts = [
        Part(name, value, round(weights.get(name, 0.0) / known, 4) if value is not None and known else 0.0,
             UNKNOWN if value is None else facts.get(name, ""))
        for name, value in entry.parts.items()
    ]  # fmt: skip
    parts.sort(key=lambda p: (-(p.value or 0.0) * p.weight, p.value is None, p.name))
    near = neighbours_of(reader, post.id)
    place = _place(reader, post, entry, shown, near)
    notes = tuple(_notes(reader, post, near))
    return Why(post, number, entry.rank, entry.score, tuple(parts), notes, tuple(otherwise(place, parts)))


def _facts(reader: Reader, post: StoredPost, entry: Entry) -> dict[str, str]:
    """What each part rests on, in a line."""
    cited = references(reader, [post.id]).get(post.id, {})
    linked = get_posts(reader, linkers_of(reader, [post.id]).get(post.id, []))
    blogs = {p.source_id for p in linked.values()}
    lists = {p.source_id: p.title for i, p in linked.items() if i in roundups(reader)}
    into = sum(1 for _, to in blog_links(reader) if to == post.source_id)
    q = {name: int(post.quality.get(name, 0)) for name in ("formulas", "code_lines", "figures", "headings")}
    topic = {t.id: t for t in list_topics(reader, dead=True)}.get(entry.topic_id or 0)
    seen = [f"{e.value:g} {e.kind.replace('_', ' ')} ({e.url})" for e in evidence(reader) if e.post_id == post.id]
    pages = cited.get("link", 0) + cited.get("post", 0)
    shown = f"{q['formulas']} formulas, {q['code_lines']} lines of code, {q['figures']} figures"
    return {
        "links": f"{len(linked)} posts of {len(blogs)} other blogs link to it",
        "mentions": f"listed in {'; '.join(list(lists.values())[:3])}" if lists else "in no round-up of another blog",
        "standing": f"{into} other blogs link to {post.source_title or post.source}",
        "references": f"cites {cited.get('paper', 0)} papers, {cited.get('code', 0)} repositories, {pages} pages",
        "depth": f"{post.words} words, {shown}, {q['headings']} headings",
        "centrality": f"among the posts of {topic.label_en}" if topic else "it has no topic",
        "evidence": ", ".join(seen),
    }


def _notes(reader: Reader, post: StoredPost, near: Iterable[tuple[int, float]]) -> Iterator[str]:
    """Who links here, what is near, and what a person said."""
    lists = roundups(reader)
    for p in list(get_posts(reader, linkers_of(reader, [post.id]).get(post.id, [])).values())[:MOST]:
        yield f"linked from{' the round-up' if p.id in lists else ''}: {p.title} ({p.url})"
    posts = get_posts(reader, [i for i, _ in near])
    for i, cosine in near:
        if i in posts:
            yield f"near ({cosine:.2f}): {posts[i].title} ({posts[i].url})"
    for said in corrections(reader, "post"):
        if said.id == post.id:
            yield f"a person's {said.kind}" + (f": {said.value}" if said.value else "")


def _place(reader: Reader, post: StoredPost, entry: Entry, shown: Edition, near: Iterable[tuple[int, float]]) -> Place:
    """Where a post stands among the charted ones, and what of the rules keeps it out."""
    charted = [e for e in shown.entries if e.rank is not None]
    posts = get_posts(reader, [e.post_id for e in charted])
    parent = {t.id: t.parent or t.id for t in list_topics(reader, dead=True)}
    field = parent.get(entry.topic_id or 0)
    mine = [e.score for e in charted if field is not None and parent.get(e.topic_id or 0) == field]
    blogs = Counter(p.source_id for p in posts.values())
    alike = next((f"{posts[i].title} ({cosine:.2f})" for i, cosine in near if i in posts and cosine >= NEAR), None)
    rules: Mapping[str, Any] = shown.parameters
    relevance, least_words = entry.parts.get("relevance"), rules.get("least_words", 0)
    hurdles = [
        (post.duplicate_of is not None, f"it says the same as post {post.duplicate_of}"),
        (_banned(reader, post.id), "a person banned it"),
        (post.gone, "its page is gone"),
        (post.on_topic is False, "it is not about deep or machine learning"),
        (post.words < least_words, f"it has {post.words} words, and the chart asks for {least_words}"),
        (relevance is not None and relevance < rules.get("least_relevance", 0),
         f"its relevance is {relevance or 0:.2f}, and the chart asks for {rules.get('least_relevance')}"),
        (blogs[post.source_id] >= rules.get("per_blog", 10**9),
         f"its blog has {blogs[post.source_id]} posts in the chart, as many as a blog may have"),
    ]  # fmt: skip
    return Place(
        rank=entry.rank,
        score=entry.score,
        charted=tuple(e.score for e in charted),
        last_of_field=min(mine, default=None),
        hurdle=None if entry.rank else next((words for there, words in hurdles if there), None),
        alike=alike,
    )


def _banned(reader: Reader, post_id: int) -> bool:
    return any(c.kind == "ban" and c.id == post_id for c in corrections(reader, "post"))
