"""What a post stands on: the papers and the code that it cites, with diminishing returns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kb.ranking.scoring import saturate

if TYPE_CHECKING:
    from kb.types import Corpus, Float32

WEIGHT = 0.1
HALF = 4.0  # papers that give half of the credit; a repository counts as half a paper, another page as a fifth


def score(corpus: Corpus) -> Float32:
    """Saturated count of distinct references."""
    found = [corpus.references.get(post.id, {}) for post in corpus.posts]
    counts = [
        r.get("paper", 0) + 0.5 * min(8, r.get("code", 0)) + 0.2 * min(20, r.get("link", 0) + r.get("post", 0))
        for r in found
    ]
    return saturate(np.array(counts, np.float32), HALF)
