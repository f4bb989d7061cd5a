"""How the two legs become one order: each leg's scores as standard scores over all posts, then a weighted sum."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.words import STOP_WORDS, has_cjk

if TYPE_CHECKING:
    from kb.types import Float32, Int64

# Fitted on the visible halves of the twelve sets of benchmarks/results/search.json, one setting for all: a query of
# bare keywords wants its words (best at .5), a question in whole sentences its meaning (.75); a Chinese one that was
# glossed means what the lexicon knew of it (.3 where half of it is known, .65 where all is)
KEYWORDS, PER_FUNCTION_WORD, CHINESE = 0.55, 0.3, 0.65


@dataclass(frozen=True, slots=True)
class Fused:
    """A post's place in the common order, with what each leg gave it (weight included)."""

    post_id: int
    score: float
    text: float
    vector: float


def fuse(text: Mapping[int, float], near: tuple[Int64, Float32] | None, n_posts: int, weight: float) -> list[Fused]:
    """Posts by the weighted sum of their standard scores, best first, equal ones by id.

    text: BM25 of the posts that match; every other post of `n_posts` counts as 0. near: ids and cosines of every post
    that has vectors. A post that one leg does not know gets that leg's score of a post of no interest: 0 for text, the
    mean for vectors. weight: of the vector leg, 0 to 1.
    """
    words = _standard_text(text, n_posts)
    meant = _standard_vector(*near) if near is not None else {}
    fused = []
    for post_id in {*words, *meant}:
        a, b = (1 - weight) * words.get(post_id, 0.0), weight * meant.get(post_id, 0.0)
        fused.append(Fused(post_id, a + b, a, b))
    return sorted(fused, key=lambda f: (-f.score, f.post_id))


def vector_weight(text: str, coverage: float = 1.0) -> float:
    """How much the vector leg counts for a query, 0 to 1. coverage: the share of its Chinese that the gloss knew."""
    if has_cjk(text):
        return CHINESE * coverage
    words = re.findall(r"[a-z]+", text.lower())
    return KEYWORDS + PER_FUNCTION_WORD * sum(word in STOP_WORDS for word in words) / max(1, len(words))


def _standard_text(scores: Mapping[int, float], n_posts: int) -> dict[int, float]:
    if not scores:
        return {}
    n = max(n_posts, len(scores))
    mean = sum(scores.values()) / n
    spread = math.sqrt(max(sum(s * s for s in scores.values()) / n - mean * mean, 1e-9))
    return {post_id: score / spread for post_id, score in scores.items()}


MOST = 1000  # posts of the vector leg that are considered


def _standard_vector(ids: Int64, cosines: Float32) -> dict[int, float]:
    if not len(ids):
        return {}
    import numpy as np

    mean, spread = float(cosines.mean()), max(float(cosines.std()), 1e-6)
    best = np.argpartition(-cosines, MOST)[:MOST] if len(cosines) > MOST else np.arange(len(cosines))
    return {int(ids[i]): (float(cosines[i]) - mean) / spread for i in best}
