"""What every signal promises: a weight, values in 0 to 1 or NaN, in the order of the posts, whatever the corpus."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from crawler.plugins import load, names
from kb.types import Corpus, Vectors
from tests.corpora import corpus, shuffled

SIGNALS = names("kb.signals")


def oddities() -> dict[str, Corpus]:
    whole = corpus(30)
    nan = whole.vectors.rows.copy()
    nan[::3] = np.nan
    same = np.tile(whole.vectors.rows[:1], (30, 1))
    bare = tuple(
        replace(p, published=None, authors=(), tags=(), topic=None, on_topic=None, quality={}, words=0, title="")
        for p in whole.posts
    )
    return {
        "none": corpus(0),
        "one": corpus(1),
        "five": corpus(5),
        "many": corpus(99),
        "one blog": corpus(30, blogs=1),
        "all the same": replace(whole, vectors=replace(whole.vectors, rows=same)),
        "without vectors": replace(whole, vectors=Vectors(np.empty(0, np.int64), np.empty((0, 0), np.float32), "")),
        "vectors of nan": replace(whole, vectors=replace(whole.vectors, rows=nan)),
        "bare posts": replace(
            whole, posts=bare, topics=(), assignments=(), links=(), references={}, evidence=(), relevance={}
        ),
    }


@pytest.fixture(params=SIGNALS)
def score(request: pytest.FixtureRequest) -> Callable[[Corpus], np.ndarray]:
    found: Callable[[Corpus], np.ndarray] = load("kb.signals", request.param, "score")
    return found


@pytest.mark.parametrize("case", list(oddities()))
def test_a_signal_gives_a_bounded_value_or_nan_for_every_post(score: Callable[[Corpus], np.ndarray], case: str) -> None:
    given = oddities()[case]
    values = score(given)
    assert values.shape == (len(given.posts),)
    assert values.dtype == np.float32
    known = values[~np.isnan(values)]
    assert ((known >= 0) & (known <= 1)).all()


def test_a_signal_does_not_depend_on_the_order_of_rows(score: Callable[[Corpus], np.ndarray]) -> None:
    given, other = corpus(60), shuffled(corpus(60), 3)
    expected = dict(zip([p.id for p in given.posts], score(given).tolist(), strict=True))
    actual = dict(zip([p.id for p in other.posts], score(other).tolist(), strict=True))
    for post_id, value in expected.items():
        assert actual[post_id] == pytest.approx(value, abs=1e-4, nan_ok=True)


@pytest.mark.parametrize("name", SIGNALS)
def test_a_signal_has_a_weight_and_says_what_it_is(name: str) -> None:
    assert 0 < load("kb.signals", name, "WEIGHT") <= 1
    assert len(load("kb.signals", name, "__doc__").strip()) > 40
