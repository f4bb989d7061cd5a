"""How much a post is about deep learning: the score of kb/relevance.py as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from kb.types import Corpus, Float32

WEIGHT = 0.07


def score(corpus: Corpus) -> Float32:
    """The stored probability; unknown before a post was judged."""
    return np.array([corpus.relevance.get(post.id, np.nan) for post in corpus.posts], np.float32)
