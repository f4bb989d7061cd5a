"""How much two texts have in common, word for word.

Broder (1997), "On the resemblance and containment of documents": a text is the set of hashes of its word n-grams, and
those below a fixed bound are a sample of it that any two texts can be compared by without bias, also where one of them
is much longer. (A MinHash signature of fixed size estimates resemblance alone, and misses an excerpt.) Pairs that share
enough of their samples are candidates; their whole sets decide.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint64]

GRAM = 5  # words; short enough to survive an edit in twenty, long enough that chance repeats nothing
SCALE = 8  # one hash of so many is in the sample
COMMON = 40  # a gram that stands in more posts is a blog's boilerplate or a licence, and says nothing about two
CANDIDATE = 0.45  # containment by samples from which two texts are compared whole
REPEATED = 3  # of a blog's other posts that a gram stands in to be the blog's and not the post's
FEWEST = 20  # grams; a shorter text is compared by nothing but equality
_ADDRESS = re.compile(r"\]\([^()\s]*|https?://[^\s)]+")
_TOKEN = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff]|[^\W_]+")


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is known of a post when the original of its group is chosen."""

    post_id: int
    url: str
    source_id: int
    published: str | None
    language: str | None
    linked: int = 0  # posts of other blogs that link to it
    canonical: int | None = None  # the stored post that it names as its canonical address
    title: str = ""
    words: int = 10_000  # of prose


@dataclass(frozen=True, slots=True)
class Duplicate:
    """That a post is a copy (kind same, near, cross-post, excerpt) or a translation of an original."""

    post_id: int
    original_id: int
    kind: str
    similarity: float


def grams(text: str) -> Hashes:
    """The sorted distinct 64-bit hashes of a text's word 5-grams; a Chinese character is a word.

    Addresses are left out: two versions of a text often differ in what their links are and not in what they say.
    """
    crcs = [zlib.crc32(token.encode()) for token in _TOKEN.findall(_ADDRESS.sub(" ", text).lower())]
    n = len(crcs) - GRAM + 1
    if n < 1:
        return np.empty(0, np.uint64)
    words = np.array(crcs, np.uint64)
    mixed = np.zeros(n, np.uint64)
    for i in range(GRAM):  # polynomial in an odd constant, modulo 2^64
        mixed = mixed * np.uint64(0x9E3779B97F4A7C15) + words[i : i + n] + np.uint64(1)
    # the finaliser of splitmix64 (Steele et al. 2014), so that "below a bound" is a fair sample
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.unique(mixed ^ (mixed >> np.uint64(31)))


def sample(hashes: Hashes) -> Hashes:
    """The hashes below the bound, still sorted."""
    return hashes[: np.searchsorted(hashes, np.uint64((1 << 64) // SCALE - 1), side="right")]


def repeated(others: Sequence[Hashes]) -> Hashes:
    """The hashes that stand in at least three of some texts: what a blog says under its posts."""
    if len(others) < REPEATED:
        return np.empty(0, np.uint64)
    hashes, times = np.unique(np.concatenate(others), return_counts=True)
    return hashes[times >= REPEATED]


def candidates(samples: Mapping[int, Hashes]) -> list[tuple[int, int]]:
    """Pairs of posts that share enough of the smaller one's sample; n log n in the hashes of all samples."""
    ids = sorted(i for i, hashes in samples.items() if len(hashes))
    if len(ids) < 2:
        return []
    owner = np.repeat(np.array(ids, np.int64), [len(samples[i]) for i in ids])
    hashes = np.concatenate([samples[i] for i in ids])
    order = np.lexsort((owner, hashes))
    owner, hashes = owner[order], hashes[order]
    bounds = np.flatnonzero(np.r_[True, hashes[1:] != hashes[:-1], True])
    shared: dict[tuple[int, int], int] = {}
    telling = dict.fromkeys(ids, 0)  # hashes of a post that are not boilerplate
    for start, end in pairwise(bounds.tolist()):
        members = owner[start:end].tolist()
        if len(members) > COMMON:
            continue
        for i, a in enumerate(members):
            telling[a] += 1
            for b in members[i + 1 :]:
                shared[a, b] = shared.get((a, b), 0) + 1
    return sorted((a, b) for (a, b), n in shared.items() if n >= max(2, CANDIDATE * min(telling[a], telling[b])))


def compare(a: Hashes, b: Hashes) -> tuple[float, float]:
    """Jaccard of two texts by all their grams, and the share of the smaller that stands in the larger."""
    if min(len(a), len(b)) < FEWEST:
        return (1.0, 1.0) if len(a) and np.array_equal(a, b) else (0.0, 0.0)
    both = len(np.intersect1d(a, b, assume_unique=True))
    return both / (len(a) + len(b) - both), both / min(len(a), len(b))
