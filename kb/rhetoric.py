"""What each sentence of an abstract does (background, objective, method, result, other), learnt from labelled ones.

A linear model over words, the words of the neighbours, the first words and the place in the abstract; the measure is
the set csabstruct of Cohan et al. 2019 (benchmarks/adapters.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

NEIGHBOURS = 0.35  # weight of the words of the sentences before and after, beside a sentence's own
FIRST_WORDS = 4
PLACES = 6  # places that are told apart, counted from either end


@dataclass(frozen=True, slots=True)
class Rhetoric:
    """A model that was learnt; made by `learn`."""

    words: Any  # vectorizers of scikit-learn
    around: Any
    openings: Any
    model: Any

    def predict(self, sentences: Sequence[str]) -> list[str]:
        """A label a sentence of one abstract."""
        if not sentences:
            return []
        return [str(label) for label in self.model.predict(self._rows([sentences]))]

    def _rows(self, abstracts: Sequence[Sequence[str]]) -> Any:
        from scipy.sparse import csr_matrix, hstack

        texts = [text for abstract in abstracts for text in abstract]
        before = [text for abstract in abstracts for text in ("", *abstract[:-1])]
        after = [text for abstract in abstracts for text in (*abstract[1:], "")]
        places = [_place(i, len(abstract)) for abstract in abstracts for i in range(len(abstract))]
        parts = (
            self.words.transform(texts),
            NEIGHBOURS * self.around.transform(before),
            NEIGHBOURS * self.around.transform(after),
            0.6 * self.openings.transform([_opening(text) for text in texts]),
            0.8 * csr_matrix(places),
        )
        return hstack(parts).tocsr()


def learn(abstracts: Sequence[Sequence[str]], labels: Sequence[Sequence[str]]) -> Rhetoric:
    """Learns from abstracts with a label a sentence; a minute or less for ten thousand sentences."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression

    texts = [text for abstract in abstracts for text in abstract]
    words = TfidfVectorizer(ngram_range=(1, 3), min_df=2, sublinear_tf=True, token_pattern=r"\b\w+\b|[%:;?]")
    around = TfidfVectorizer(ngram_range=(1, 2), min_df=3, sublinear_tf=True)
    openings = TfidfVectorizer(min_df=3, token_pattern=r"\S+")
    words.fit(texts)
    around.fit(texts)
    openings.fit([_opening(text) for text in texts])
    model = LogisticRegression(C=2.0, max_iter=2000)
    found = Rhetoric(words, around, openings, model)
    model.fit(found._rows(abstracts), [label for labelled in labels for label in labelled])
    return found


def _opening(text: str) -> str:
    """The first words, each with its place."""
    return " ".join(f"B{i}_{word}" for i, word in enumerate(text.lower().split()[:FIRST_WORDS]))


def _place(i: int, n: int) -> list[float]:
    """Where a sentence stands in an abstract of n."""
    row = [0.0] * (2 * PLACES + 8)
    row[min(i, PLACES - 1)] = 1.0
    row[PLACES + min(n - 1 - i, PLACES - 1)] = 1.0
    row[2 * PLACES + 4 * i // n] = 1.0
    row[2 * PLACES + 5] = float(n == 1)
    row[2 * PLACES + 6] = i / (n - 1) if n > 1 else 0.5
    row[2 * PLACES + 7] = min(n, 15) / 15
    return row
