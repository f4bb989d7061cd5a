"""Points and comments elsewhere (Hacker News, Lobsters), shrunk for the luck of exposure; unknown without any.

(points + 2.3) / (expected + 2.3) against the mean of its kind, halved at the mean: a story's first hours decide much
of its points (docs/ranking.md), so that ten times the mean is not ten times as good.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kb.scoring import places, saturate

if TYPE_CHECKING:
    from kb.types import Corpus, Float32

WEIGHT = 0.15
PRIOR = 2.3  # pseudo-votes, fitted on stories of Hacker News


def score(corpus: Corpus) -> Float32:
    """Saturated ratio of what was got to what is usual, the best kind counting."""
    place = places(corpus)
    out = np.full(len(corpus.posts), np.nan, np.float32)
    by_kind: dict[str, list[tuple[int, float]]] = {}
    for found in corpus.evidence:
        if found.post_id in place and np.isfinite(found.value):
            by_kind.setdefault(found.kind, []).append((place[found.post_id], max(0.0, found.value)))
    for rows in by_kind.values():
        usual = float(np.median([value for _, value in rows]))
        for at, value in rows:
            ratio = (value + PRIOR) / (usual + PRIOR)
            out[at] = np.fmax(out[at], saturate(ratio, 1.0))
    return out
