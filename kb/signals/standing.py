"""The standing of a post's blog: how many other blogs link to any page of it, each once, with diminishing returns.

Counting blogs and not links keeps one admirer, or one blogroll, from deciding; a blog's links to itself do not count.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kb.ranking.scoring import saturate

if TYPE_CHECKING:
    from kb.types import Corpus, Float32

WEIGHT = 0.3
HALF = 2.0  # blogs that give .5: the first few who link tell most


def score(corpus: Corpus) -> Float32:
    """Saturated count of linking blogs; unknown where the store holds one blog alone."""
    blogs = [post.source_id for post in corpus.posts]
    known = set(blogs)
    if len(known) < 2:
        return np.full(len(blogs), np.nan, np.float32)
    linked = dict.fromkeys(known, 0)
    for a, b in set(corpus.blog_links):
        if a in known and b in known and a != b:
            linked[b] += 1
    return saturate(np.array([linked[blog] for blog in blogs], np.float32), HALF)
