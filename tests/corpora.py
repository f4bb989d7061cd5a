"""Small corpora for tests of signals and ranking, made by a seed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from kb.types import Assignment, Corpus, Evidence, PostLink, StoredPost, Topic, Vectors


def corpus(n: int, *, blogs: int = 8, topics: int = 5, dim: int = 16, seed: int = 0) -> Corpus:
    """n posts on the topic, spread over blogs and topics, with links, references and vectors."""
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(n, dim)).astype(np.float32)
    rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    ids = np.arange(1, n + 1)
    posts = tuple(_post(int(i), int(i) % blogs + 1, int(i) % topics + 101, rng) for i in ids)
    linked = {(int(a), int(b)) for a, b in rng.integers(1, n + 1, size=(2 * n, 2))} if n else set()
    fields = tuple(Topic(f, f"Field {f}", f"领域{f}", (), n, None, f"f{f}") for f in (11, 12, 13))
    lower = tuple(
        Topic(101 + t, f"Topic {t}", f"主题{t}", ("attention",), n // topics, 11 + t % 3) for t in range(topics)
    )
    return Corpus(
        posts=posts,
        vectors=Vectors(ids.astype(np.int64), rows, "test"),
        topics=(*fields, *lower),
        assignments=tuple(Assignment(p.id, p.topic or 0, 0.8) for p in posts),
        links=tuple(PostLink(a, b) for a, b in sorted(linked) if a != b),
        references={p.id: {"paper": int(rng.integers(0, 9)), "code": 1} for p in posts},
        evidence=tuple(Evidence(p.id, "hackernews_points", float(rng.integers(1, 300)), p.url) for p in posts[::4]),
        relevance={p.id: float(rng.uniform(0.5, 1.0)) for p in posts},
        today="2026-11-01",
        roundups=frozenset(p.id for p in posts[::7]),
        blog_links=tuple(sorted({(a % blogs + 1, b % blogs + 1) for a, b in linked if a % blogs != b % blogs})),
    )


def shuffled(given: Corpus, seed: int) -> Corpus:
    """The same corpus with its rows in another order; only posts keep theirs beside their vectors by id."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(given.posts))
    rows = rng.permutation(len(given.vectors.ids))
    return replace(
        given,
        posts=tuple(given.posts[i] for i in order),
        vectors=Vectors(given.vectors.ids[rows], given.vectors.rows[rows], given.vectors.model),
        links=tuple(given.links[i] for i in rng.permutation(len(given.links))),
        topics=given.topics[::-1],
        assignments=given.assignments[::-1],
        evidence=given.evidence[::-1],
        blog_links=given.blog_links[::-1],
    )


def _post(post_id: int, blog: int, topic: int, rng: np.random.Generator) -> StoredPost:
    counts = {name: float(rng.integers(0, 40)) for name in ("code_lines", "formulas", "figures", "headings", "tables")}
    return StoredPost(
        id=post_id,
        url=f"https://blog{blog}.example/{post_id}",
        title=f"Attention and dropout, part {post_id}",
        authors=("kb sample",),
        published=f"20{10 + post_id % 15}-03-{1 + post_id % 28:02d}",
        language="zh" if post_id % 3 == 0 else "en",
        source=f"https://blog{blog}.example/",
        source_id=blog,
        source_title=f"Blog {blog}",
        words=int(rng.integers(200, 4000)),
        topic=topic,
        on_topic=True,
        quality=counts,
    )
