"""Mentions in round-ups and curated lists: how many other blogs put a post on a list of what is worth reading.

A round-up is a post that links to many hosts in few words (kb/store/corpus.py). Whoever keeps a list has chosen, which
a link in passing has not; so it counts beside the links. A blog counts once, its own lists never.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kb.ranking.scoring import places, saturate

if TYPE_CHECKING:
    from kb.types import Corpus, Float32

WEIGHT = 0.04
HALF = 1.0  # lists that give .5


def score(corpus: Corpus) -> Float32:
    """Saturated count of listing blogs; unknown where no round-up of another blog is stored."""
    place = places(corpus)
    blog = [post.source_id for post in corpus.posts]
    lists = {blog[place[i]] for i in corpus.roundups if i in place}
    listed = {
        (blog[place[link.from_post]], place[link.to_post])
        for link in corpus.links
        if link.from_post in corpus.roundups and link.from_post in place and link.to_post in place
    }
    got = np.zeros(len(blog), np.float32)
    for of, at in listed:
        got[at] += of != blog[at]
    known = np.array([bool(lists - {own}) for own in blog], bool)
    return np.where(known, saturate(got, HALF), np.float32(np.nan)).astype(np.float32)
