"""Small turns that signals share: counts and distances onto 0 to 1, means that few samples do not carry away."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from kb.types import Corpus, Float32, Int64


def saturate(counts: ArrayLike, half: float) -> Float32:
    """x / (x + half): 0 for none, .5 at `half`, towards 1; the first ones count most."""
    x = np.maximum(np.asarray(counts, np.float32), 0)
    return np.asarray(x / (x + np.float32(half)), np.float32)


def percentile(values: Float32) -> Float32:
    """The share of the known values that are smaller, ties in the middle; NaN stays NaN, a lone value gets .5."""
    out = np.full(len(values), np.nan, np.float32)
    known = ~np.isnan(values)
    _, inverse, count = np.unique(values[known], return_inverse=True, return_counts=True)
    below = np.cumsum(count) - count
    out[known] = ((below + count / 2) / max(1, known.sum()))[inverse]
    return out


def shrunk_mean(values: Float32, groups: Int64, strength: float) -> Float32:
    """For every row the mean of its group without itself, drawn to the mean of all by so many pseudo-samples."""
    known = ~np.isnan(values)
    if not known.any():
        return np.full(len(values), np.nan, np.float32)
    _, place = np.unique(groups, return_inverse=True)
    filled = np.where(known, values, 0.0).astype(np.float64)
    total = np.bincount(place, filled)[place] - filled
    n = np.bincount(place, known.astype(np.float64))[place] - known
    mean = float(values[known].mean())
    return np.asarray((total + strength * mean) / (n + strength), np.float32)


def rows_of(corpus: Corpus) -> tuple[Float32, Int64]:
    """The posts' vectors in the order of corpus.posts (NaN where there is none), and each post's place by id."""
    ids = np.array([post.id for post in corpus.posts], np.int64)
    dim = corpus.vectors.rows.shape[1] if corpus.vectors.rows.ndim == 2 else 0
    rows = np.full((len(ids), dim), np.nan, np.float32)
    if len(corpus.vectors.ids) and len(ids):
        order = np.argsort(ids, kind="stable")
        at = np.searchsorted(ids, corpus.vectors.ids, sorter=order)
        there = at < len(ids)
        there[there] = ids[order[at[there]]] == corpus.vectors.ids[there]
        rows[order[at[there]]] = corpus.vectors.rows[there]
    return rows, ids


def places(corpus: Corpus) -> dict[int, int]:
    """Post id -> place in corpus.posts."""
    return {post.id: i for i, post in enumerate(corpus.posts)}


def quality(corpus: Corpus, *names: str) -> list[Float32]:
    """Counts of the posts' parts, an array a name; 0 where a post has none."""
    return [np.array([post.quality.get(name, 0) for post in corpus.posts], np.float32) for name in names]


def primary_topics(corpus: Corpus) -> Int64:
    """Each post's topic; -1 for none."""
    return np.array([-1 if post.topic is None else post.topic for post in corpus.posts], np.int64)


def days(dates: Sequence[str | None]) -> Float32:
    """Days since 1970 of ISO days or instants, by the day as written (of a month or a year the first); NaN for none."""
    out = np.full(len(dates), np.nan, np.float32)
    for i, date in enumerate(dates):
        if date:
            try:
                out[i] = np.datetime64(date[:10], "D").astype(int)
            except ValueError:
                continue
    return out
