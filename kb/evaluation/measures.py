"""Measures of an order of hits against judgments, and whether two settings differ by more than chance."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

RESAMPLES = 10_000
SEED = 7


@dataclass(frozen=True, slots=True)
class Measured:
    """How one query was answered; each figure 0 to 1."""

    ndcg: float
    mrr: float
    recall: float


@dataclass(frozen=True, slots=True)
class Difference:
    """Two settings over the same queries; positive where the first is better."""

    mean: float
    low: float  # of the 95 % interval
    high: float
    better: int  # queries
    worse: int
    same: int
    p: float  # that chance alone parts them so far: two-sided


def measure(order: Sequence[str], relevant: Mapping[str, float], k: int) -> Measured:
    """An order of documents, best first, at depth k. relevant: document -> gain, above 0.

    nDCG with linear gains and a logarithmic discount (Jarvelin and Kekalainen 2002, as trec_eval computes it); MRR and
    recall count every gain alike.
    """
    top = list(dict.fromkeys(order))[:k]
    gains = [relevant.get(document, 0.0) for document in top]
    ideal = sorted(relevant.values(), reverse=True)[:k]
    first = next((i for i, gain in enumerate(gains) if gain > 0), None)
    return Measured(
        _dcg(gains) / _dcg(ideal) if ideal else 0.0,
        0.0 if first is None else 1 / (first + 1),
        sum(gain > 0 for gain in gains) / len(relevant) if relevant else 0.0,
    )


def mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values) if values else 0.0


def interval(values: Sequence[float], resamples: int = RESAMPLES, seed: int = SEED) -> tuple[float, float]:
    """The 95 % interval of a mean over queries, by the bootstrap (Efron 1979); the same values give the same one."""
    if len(values) < 2:
        return mean(values), mean(values)
    draw = random.Random(seed)
    means = sorted(mean(draw.choices(values, k=len(values))) for _ in range(_fewer(resamples, len(values))))
    return means[int(0.025 * len(means))], means[int(0.975 * len(means)) - 1]


def difference(a: Sequence[float], b: Sequence[float], resamples: int = RESAMPLES, seed: int = SEED) -> Difference:
    """Query by query. p by Fisher's paired randomisation test: how often do random signs part the means as far?"""
    deltas = [x - y for x, y in zip(a, b, strict=True)]
    moved = [d for d in deltas if abs(d) > 1e-9]
    seen, draw = abs(math.fsum(moved)), random.Random(seed)
    resamples = _fewer(resamples, len(moved))
    as_far = sum(abs(math.fsum(d if draw.random() < 0.5 else -d for d in moved)) >= seen - 1e-12
                 for _ in range(resamples)) if moved else resamples  # fmt: skip
    low, high = interval(deltas, resamples, seed)
    better = sum(d > 0 for d in moved)
    p = (as_far + 1) / (resamples + 1)
    return Difference(mean(deltas), low, high, better, len(moved) - better, len(deltas) - len(moved), p)


def _fewer(resamples: int, n: int) -> int:
    """Bounded work for sets of thousands of queries, whose intervals are narrow anyway."""
    return max(1000, min(resamples, 3_000_000 // max(n, 1)))


def _dcg(gains: Sequence[float]) -> float:
    return math.fsum(gain / math.log2(i + 2) for i, gain in enumerate(gains))
