"""Whether a post has what a reader needs to trust and place it: an author, a day, headings, enough text, and something
shown or cited. Each is one fifth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from kb.types import Corpus, Float32, StoredPost

WEIGHT = 0.02
ENOUGH = 400  # words of prose


def score(corpus: Corpus) -> Float32:
    """The share of the five that a post has."""
    return np.array([_share(post, bool(corpus.references.get(post.id))) for post in corpus.posts], np.float32)


def _share(post: StoredPost, cites: bool) -> float:
    shown = any(post.quality.get(name, 0) > 0 for name in ("figures", "formulas", "code_lines", "tables"))
    has = (
        bool(post.authors),
        bool(post.published),
        post.quality.get("headings", 0) >= 2,
        post.words >= ENOUGH,
        shown or cites,
    )
    return sum(has) / len(has)
