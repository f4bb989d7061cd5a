"""Whether a post says it first: 1 less its likeness to the nearest earlier post of its topic by somebody else, and
nothing for a copy. Days are as the authors gave them; a post without one is compared with nothing and unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kb.ranking.scoring import days, primary_topics, rows_of

if TYPE_CHECKING:
    from kb.types import Corpus, Float32

WEIGHT = 0.08
USUAL, SAME = 0.45, 0.95  # cosines of two posts that merely share a topic, and of two that say the same


def score(corpus: Corpus) -> Float32:
    """0 for a copy or an echo, 1 for the first of its kind."""
    rows, _ = rows_of(corpus)
    topics, at = primary_topics(corpus), days([post.published for post in corpus.posts])
    blogs = np.array([post.source_id for post in corpus.posts])
    out = np.full(len(topics), np.nan, np.float32)
    known = ~np.isnan(rows).any(axis=1) if rows.size else np.zeros(len(topics), bool)
    for topic in np.unique(topics[topics >= 0]):
        members = np.flatnonzero((topics == topic) & known & ~np.isnan(at))
        for block in np.array_split(members, max(1, len(members) // 1000 + 1)):
            like = rows[block] @ rows[members].T
            earlier = (at[members] < at[block][:, None]) & (blogs[members] != blogs[block][:, None])
            nearest = np.where(earlier, like, USUAL).max(axis=1, initial=USUAL)
            out[block] = 1 - np.clip((nearest - USUAL) / (SAME - USUAL), 0, 1)
    for i, post in enumerate(corpus.posts):
        if post.duplicate_of is not None:
            out[i] = 0.0
    return out
