"""How the two legs become one order: each leg's scores as standard scores over all posts, then a weighted sum."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.language.words import STOP_WORDS, has_cjk

if TYPE_CHECKING:
    from kb.types import Float32, Int64

# Fitted on the visible halves of the sets (docs/decisions/0011), one setting for all: a query of bare
# keywords wants its words (best at .5), a question in whole sentences its meaning (.75). A Chinese one means to an
# English model what the word lists knew of it, the less they knew the less it counts; to a glossed text more so
KEYWORDS, PER_FUNCTION_WORD, CHINESE, OWN_POWER, GLOSSED_POWER = 0.55, 0.3, 0.7, 0.5, 1.5


@dataclass(frozen=True, slots=True)
class Fused:
    """A post's place in the common order, with what each leg gave it (weight included)."""

    post_id: int
    score: float
    text: float
    vector: float


@dataclass(frozen=True, slots=True)
class Order:
    """All posts that some leg knows, best first, equal ones by id."""

    posts: Sequence[int]
    text: Sequence[float]
    vector: Sequence[float]

    def __len__(self) -> int:
        return len(self.posts)

    def first(self, n: int) -> list[Fused]:
        rows = zip(self.posts[:n], self.text[:n], self.vector[:n], strict=True)
        return [Fused(int(i), float(a) + float(b), float(a), float(b)) for i, a, b in rows]


def fuse(
    text: Mapping[int, float], near: tuple[Int64, Float32] | None, n_posts: int, weight: float,
    spread: tuple[float, float] | None = None,
) -> Order:  # fmt: skip
    """Posts by the weighted sum of their standard scores, best first, equal ones by id.

    text: BM25 of the posts that match; every other post of `n_posts` counts as 0. near: ids and cosines of the posts
    that were looked at; spread: mean and deviation of all posts' cosines, where those are not all. A post that one leg
    does not know gets that leg's score of a post of no interest: 0 for text, the mean for vectors. weight: of the
    vector leg, 0 to 1.
    """
    words = _standard(text, n_posts)
    if near is None or not len(near[0]):
        order = sorted(words, key=lambda post_id: (-words[post_id], post_id))
        return Order(order, [(1 - weight) * words[i] for i in order], [0.0] * len(order))
    import numpy as np

    mean, deviation = spread or (float(near[1].mean()), float(near[1].std()))
    known = np.fromiter(words, np.int64, len(words))
    ids = np.sort(np.concatenate((near[0], known)))  # np.union1d costs a cold start 40 ms for importing numpy.ma
    ids = ids[np.diff(ids, prepend=-1) > 0]
    a, b = np.zeros(len(ids)), np.zeros(len(ids))
    a[np.searchsorted(ids, known)] = list(words.values())
    b[np.searchsorted(ids, near[0])] = (near[1] - mean) / max(deviation, 1e-6)
    a *= 1 - weight
    b *= weight
    best = np.lexsort((ids, -(a + b)))
    return Order(ids[best], a[best], b[best])  # type: ignore[arg-type]


def vector_weight(text: str, coverage: float = 1.0, *, glossed: bool = False) -> float:
    """How much the vector leg counts for a query, 0 to 1. coverage: the share of its Chinese that the lists knew."""
    if has_cjk(text):
        return float(CHINESE * coverage ** (GLOSSED_POWER if glossed else OWN_POWER))
    words = re.findall(r"[a-z]+", text.lower())
    return KEYWORDS + PER_FUNCTION_WORD * sum(word in STOP_WORDS for word in words) / max(1, len(words))


def _standard(scores: Mapping[int, float], n: int) -> dict[int, float]:
    """Scores over their spread among n posts, those without a score being 0."""
    if not scores:
        return {}
    n = max(n, len(scores))
    mean = sum(scores.values()) / n
    spread = math.sqrt(max(sum(s * s for s in scores.values()) / n - mean * mean, 1e-9))
    return {post_id: score / spread for post_id, score in scores.items()}
