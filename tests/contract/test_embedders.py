"""What every embedder promises: unit float32 rows in the order of the texts, whatever the texts are."""

from __future__ import annotations

import numpy as np
import pytest

from kb import embedders
from kb.types import Embedder
from tests.fakes import HashingEmbedder

TEXTS = ["Transfer learning", "", "迁移学习", "x" * 5000, "word " * 2000, "C++ \0 \ud800 \u202e", "transfer learning"]


@pytest.fixture(scope="module", params=["hashing", "light", "torch"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "hashing":
        return HashingEmbedder()
    if request.param == "light":
        return embedders.load_light("all-MiniLM-L6-v2")[0]
    return embedders.load("all-MiniLM-L6-v2", "cpu")


def test_rows_are_unit_vectors_in_float32(embedder: Embedder) -> None:
    rows = embedder.encode(TEXTS)
    assert rows.shape == (len(TEXTS), embedder.dim)
    assert rows.dtype == np.float32
    assert np.abs(np.linalg.norm(rows, axis=1) - 1).max() < 1e-4


def test_a_text_has_the_same_vector_in_any_company_and_order(embedder: Embedder) -> None:
    together = embedder.encode(TEXTS)
    alone = np.concatenate([embedder.encode([text]) for text in TEXTS])
    assert (together * alone).sum(axis=1).min() > 0.999
    backwards = embedder.encode(TEXTS[::-1])[::-1]
    assert (together * backwards).sum(axis=1).min() > 0.999


def test_no_texts_give_no_rows(embedder: Embedder) -> None:
    assert embedder.encode([]).shape == (0, embedder.dim)


def test_tokens_are_counted_beyond_the_limit(embedder: Embedder) -> None:
    few, many = embedder.count_tokens(["word", "word " * 2000])
    assert few >= 1 and many >= 2000 > embedder.max_tokens


def test_it_says_what_it_is(embedder: Embedder) -> None:
    assert embedder.name and "|" not in embedder.name
    assert all(len(language) == 2 for language in embedder.languages)


def test_the_light_path_gives_the_vectors_of_the_heavy_one() -> None:
    heavy, (light, word) = embedders.load("minilm", "cpu"), embedders.load_light("minilm")
    texts = [f"{'passage ' * (i % 40)}number {i} about gradient {i * i}" for i in range(40)]
    assert heavy.name == light.name and word is None
    assert (heavy.encode(texts) * light.encode(texts)).sum(axis=1).min() > 0.999
