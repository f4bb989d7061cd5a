"""How alike short texts are: cosines of their TF-IDF rows, with sublinear term frequency (Salton and Buckley 1988).

The figures are those of scikit-learn's TfidfVectorizer(sublinear_tf=True), whose import takes longer than all of this.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Rows:
    """The texts as sparse rows of length 1; a text without terms has an empty one, which is like nothing."""

    terms: tuple[Ints, ...]  # of each text, ascending
    weights: tuple[Floats, ...]  # of each text, beside its terms
    holders: tuple[Ints, ...]  # of each term the texts that have it, ascending
    shares: tuple[Floats, ...]  # of each term its weights there

    def to_all(self, i: int) -> Floats:
        """The cosine of text i with every text, shape (n,)."""
        found = np.zeros(len(self.terms))
        for term, weight in zip(self.terms[i], self.weights[i], strict=True):
            found[self.holders[term]] += weight * self.shares[term]
        return found

    def between(self, i: int, j: int) -> float:
        """The cosine of two texts."""
        _, mine, other = np.intersect1d(self.terms[i], self.terms[j], assume_unique=True, return_indices=True)
        return float(self.weights[i][mine] @ self.weights[j][other])

    def to_mean(self, some: Sequence[int]) -> Floats:
        """The cosine of each of some texts with their mean times the mean's length, shape (len(some),)."""
        mean = np.zeros(len(self.holders))
        for i in some:
            mean[self.terms[i]] += self.weights[i] / len(some)
        return np.array([float(self.weights[i] @ mean[self.terms[i]]) for i in some])


def rows_of(texts: Iterable[Sequence[str]]) -> Rows:
    """The rows of texts that are given by their words."""
    counts = [Counter(words) for words in texts]
    frequency = Counter(word for count in counts for word in count)
    number = {word: n for n, word in enumerate(sorted(frequency))}
    rarity = {word: math.log((1 + len(counts)) / (1 + df)) + 1 for word, df in frequency.items()}
    terms, weights = [], []
    for count in counts:
        words = sorted(count)
        row = np.array([(1 + math.log(count[word])) * rarity[word] for word in words])
        terms.append(np.array([number[word] for word in words], dtype=np.int64))
        weights.append(row / (np.linalg.norm(row) or 1.0))
    holders: list[list[int]] = [[] for _ in number]
    shares: list[list[float]] = [[] for _ in number]
    for i, (row_terms, row) in enumerate(zip(terms, weights, strict=True)):
        for term, weight in zip(row_terms.tolist(), row.tolist(), strict=True):
            holders[term].append(i)
            shares[term].append(weight)
    return Rows(
        tuple(terms), tuple(weights), tuple(np.array(h, dtype=np.int64) for h in holders), tuple(map(np.array, shares))
    )
