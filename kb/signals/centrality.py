"""How much a post is about its topic as a whole: its cosine to the mean of the topic's other posts, as a percentile
in the topic. A post without a vector or a topic is unknown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kb.ranking.scoring import percentile, primary_topics, rows_of

if TYPE_CHECKING:
    from kb.types import Corpus, Float32

WEIGHT = 0.01
FEWEST = 3  # posts of a topic


def score(corpus: Corpus) -> Float32:
    """Percentile of the likeness to the rest of the topic."""
    rows, _ = rows_of(corpus)
    topics = primary_topics(corpus)
    out = np.full(len(topics), np.nan, np.float32)
    known = ~np.isnan(rows).any(axis=1) if rows.size else np.zeros(len(topics), bool)
    for topic in np.unique(topics[topics >= 0]):
        members = np.flatnonzero((topics == topic) & known)
        if len(members) < FEWEST:
            continue
        mine = rows[members]
        rest = mine.sum(axis=0) - mine
        rest /= np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), 1e-9)
        out[members] = percentile(np.einsum("ij,ij->i", mine, rest).round(6).astype(np.float32))
    return out
