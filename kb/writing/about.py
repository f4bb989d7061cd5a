"""What an article says of itself: how its edition was made, what changed before it, whose posts it shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from kb.ranking.chart import movement
from kb.rendering.topicmap import places
from kb.store.connect import Reader
from kb.store.editions import edition, numbers
from kb.store.posts import get_posts
from kb.store.sources import list_sources
from kb.store.spaces import vectors_of
from kb.types import About, Change, ChartLine, Edition

EDITIONS = 20  # whose changes are told


def about(reader: Reader, chart: Sequence[ChartLine], number: int, model: str, home: str) -> About:
    """All that the formats tell of an edition's article beside its chapters and its list."""
    editions = [edition(reader, n) for n in numbers(reader, EDITIONS + 1, number)]
    told = changes(editions)
    named = {e.post_id for c in told for e in (*c.came, *c.left, *(e for e, _ in c.moved))}
    charted = Counter(line.post.source_id for line in chart)
    blogs = [source for source in list_sources(reader) if source.id in charted]
    blogs.sort(key=lambda s: (-charted[s.id], s.url))
    vectors = vectors_of(reader, [line.post.id for line in chart])
    topics = {line.post.id: line.topic.id for line in chart if line.topic}
    return About(
        program=program(),
        model=model,
        parameters=editions[0].parameters if editions else {},
        changes=told,
        posts=get_posts(reader, sorted(named)),
        blogs=tuple(blogs),
        places=places(vectors, topics),
        home=home,
    )


def changes(editions: Sequence[Edition]) -> tuple[Change, ...]:
    """What each edition changed, newest first; the last one given only serves to compare with, unless it is the first.

    editions: newest first.
    """
    told = []
    for n, new in enumerate(editions):
        if n + 1 < len(editions):
            came, left, moved = movement(editions[n + 1], new)
        elif len(editions) <= EDITIONS:
            came, left, moved = [e for e in new.entries if e.rank is not None], [], []
        else:
            break
        told.append(Change(new.number, new.made_at, tuple(came), tuple(left), tuple(moved)))
    return tuple(told)


def program() -> str:
    """The program's name and version."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return f"kb {version('kb-deep-learning')}"
    except PackageNotFoundError:  # run from its folder, not installed
        return "kb"
