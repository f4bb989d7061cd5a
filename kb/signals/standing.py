"""The standing of a post's blog: how many other blogs link to it, and how deep its posts go.

Links: PageRank over blogs (damping .85, see links.py), a pair of blogs once, links to any page of the blog. Depth: the
mean of its other posts' depth, drawn to the mean of all by eight pseudo-posts (an empirical Bayes mean, as IMDb's
weighted rating), so that a small blog is neither lifted nor sunk.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kb.scoring import percentile, shrunk_mean
from kb.signals import depth
from kb.signals.links import pagerank

if TYPE_CHECKING:
    from kb.types import Corpus, Float32

WEIGHT = 0.15
STRENGTH = 8.0  # pseudo-posts
LINKED = 0.7  # of links beside depth


def score(corpus: Corpus) -> Float32:
    """.7 of the percentile by links and .3 of that by depth, among blogs; unknown where the store holds one alone."""
    blogs = np.array([post.source_id for post in corpus.posts], np.int64)
    names, of = np.unique(blogs, return_inverse=True)
    if len(names) < 2:
        return np.full(len(blogs), np.nan, np.float32)
    place = {int(name): i for i, name in enumerate(names)}
    pairs = {(place[a], place[b]) for a, b in corpus.blog_links if a in place and b in place and a != b}
    on = np.array([post.on_topic is not False for post in corpus.posts])
    worth = np.where(on, depth.score(corpus), np.nan).astype(np.float32)
    deep = shrunk_mean(worth, blogs, STRENGTH)
    by_depth = np.array([np.nanmean(deep[of == i]) for i in range(len(names))], np.float32)
    by_links = percentile(pagerank(pairs, len(names)).round(7))
    return np.asarray((LINKED * by_links + (1 - LINKED) * percentile(by_depth.round(6)))[of], np.float32)
