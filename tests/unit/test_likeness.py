"""Cosines of TF-IDF rows against scikit-learn's, which is the oracle."""

from __future__ import annotations

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from kb.language.terms import tokens
from kb.writing.likeness import rows_of

TEXTS = (
    "Gradient descent follows the gradient of the loss, and the loss falls.",
    "The gradient of the loss is computed by backpropagation.",
    "卷积神经网络共享权重，卷积的权重很少。",
    "Attention mixes values by the similarity of queries and keys.",
    "the",
)


def test_the_cosines_are_those_of_scikit_learn() -> None:
    rows = rows_of(map(tokens, TEXTS))
    oracle = TfidfVectorizer(analyzer=tokens, sublinear_tf=True).fit_transform(TEXTS)
    expected = (oracle @ oracle.T).toarray()
    assert np.allclose([rows.to_all(i) for i in range(len(TEXTS))], expected)
    assert np.allclose([[rows.between(i, j) for j in range(len(TEXTS))] for i in range(len(TEXTS))], expected)
    mean = np.asarray(oracle[[0, 1, 3]].mean(axis=0)).ravel()
    assert np.allclose(rows.to_mean([0, 1, 3]), oracle[[0, 1, 3]] @ mean)


def test_a_text_without_words_is_like_nothing() -> None:
    rows = rows_of([["a"], [], ["a"]])
    assert rows.to_all(1).tolist() == [0.0, 0.0, 0.0]
    assert rows.between(0, 2) == 1.0
    assert rows_of([]).terms == ()
