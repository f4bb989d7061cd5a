"""Points and comments elsewhere (Hacker News, Lobsters), shrunk for the luck of exposure; unknown without a story.

(x + 2.3) / (usual + 2.3), .5 where a story got what is usual: its first hours decide much of its points
(docs/ranking.md), so that ten times the usual is not ten times as good. What is usual is the median of the store's
stories, drawn to a prior while they are few.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kb.ranking.scoring import places, saturate

if TYPE_CHECKING:
    from kb.types import Corpus, Float32

WEIGHT = 0.15
PRIOR = 2.3  # pseudo-votes, fitted on stories of Hacker News
USUAL = {"points": 10.0, "comments": 4.0}  # medians of 10,000 stories of Hacker News, rounded
STORIES = 10  # that the prior on what is usual counts as
SHARE = {"points": 2.0, "comments": 1.0}  # a quarrel has many comments, so points say more


def score(corpus: Corpus) -> Float32:
    """Saturated ratio of what was got to what is usual, points and comments together; the best service counts."""
    place = places(corpus)
    found: dict[str, dict[str, dict[int, float]]] = {}
    for one in corpus.evidence:
        service, _, measure = one.kind.rpartition("_")
        if measure in SHARE and one.post_id in place and np.isfinite(one.value):
            rows = found.setdefault(service, {}).setdefault(measure, {})
            at = place[one.post_id]
            rows[at] = max(rows.get(at, 0.0), one.value)
    out = np.full(len(corpus.posts), np.nan, np.float32)
    for measures in found.values():
        total, weight = np.zeros(len(out)), np.zeros(len(out))
        for measure, rows in measures.items():
            n = len(rows)
            usual = (n * float(np.median(list(rows.values()))) + STORIES * USUAL[measure]) / (n + STORIES)
            for at, value in rows.items():
                total[at] += SHARE[measure] * float(saturate((value + PRIOR) / (usual + PRIOR), 1.0))
                weight[at] += SHARE[measure]
        got = np.where(weight > 0, total / np.maximum(weight, 1e-9), np.nan).astype(np.float32)
        out = np.fmax(out, got)
    return out
