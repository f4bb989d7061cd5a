"""How many other blogs link to a post, and how much they are linked to themselves.

PageRank (Page et al. 1999, damping .85) over blogs: a link counts once for a pair of blogs, links of a blog to itself
not at all. A post gets, of each blog that links to it, that blog's rank relative to the mean.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kb.ranking.scoring import places, saturate

if TYPE_CHECKING:
    from kb.types import Corpus, Float32

WEIGHT = 0.2
DAMPING = 0.85
HALF = 1.5  # blogs of mean rank that give .5


def score(corpus: Corpus) -> Float32:
    """0 for a post that no other blog links to; unknown where the store holds one blog alone."""
    place = places(corpus)
    blog = np.array([post.source_id for post in corpus.posts], np.int64)
    names, of = np.unique(blog, return_inverse=True)
    if len(names) < 2:
        return np.full(len(corpus.posts), np.nan, np.float32)
    pairs = {
        (int(of[place[link.from_post]]), place[link.to_post])
        for link in corpus.links
        if link.from_post in place and link.to_post in place
    }
    pairs = {(a, post) for a, post in pairs if a != of[post]}
    rank = pagerank({(a, int(of[post])) for a, post in pairs}, len(names)) * len(names)
    got = np.zeros(len(corpus.posts), np.float64)
    for a, post in sorted(pairs):
        got[post] += rank[a]
    return saturate(got, HALF)


def pagerank(links: set[tuple[int, int]], n: int) -> Float32:
    """The stationary share of each of n nodes; a node without links gives to all alike."""
    if n == 0:
        return np.zeros(0, np.float32)
    edges = np.array(sorted(links), np.int64).reshape(-1, 2)
    out = np.bincount(edges[:, 0], minlength=n)
    rank = np.full(n, 1.0 / n)
    for _ in range(100):
        flow = np.bincount(edges[:, 1], rank[edges[:, 0]] / out[edges[:, 0]], minlength=n)
        new = (1 - DAMPING) / n + DAMPING * (flow + rank[out == 0].sum() / n)
        if np.abs(new - rank).sum() < 1e-10:
            break
        rank = new
    return np.asarray(rank, np.float32)
