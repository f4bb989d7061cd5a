"""Vectors in lists against the exact search over the same rows, which is the oracle of the quick one."""

from __future__ import annotations

import numpy as np
import pytest

from kb.retrieval.lists import arrange
from kb.retrieval.nearest import Shelf
from kb.store.shelf import Found, Rows, _in_lists

DRAW = np.random.default_rng(1)
POSTS, EACH, DIM = 700, 6, 32


def unit(rows: np.ndarray) -> np.ndarray:
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)


def plain_rows() -> Rows:
    centres = DRAW.normal(size=(40, DIM))
    rows = unit(centres[DRAW.integers(0, 40, POSTS * EACH)] + 0.5 * DRAW.normal(size=(POSTS * EACH, DIM)))
    owner = np.repeat(np.arange(POSTS), EACH).astype(np.int32)
    posts = np.arange(POSTS, dtype=np.int64) * 3 + 5
    first = np.arange(POSTS + 1, dtype=np.int64) * EACH
    return Rows(posts, posts, first, np.arange(len(rows), dtype=np.int64) + 1000, owner, rows)


@pytest.fixture(scope="module")
def plain() -> Rows:
    return plain_rows()


@pytest.fixture(scope="module")
def listed(plain: Rows) -> Rows:
    return _in_lists(plain, *arrange(plain.rows))


def query() -> np.ndarray:
    return unit(DRAW.normal(size=(1, DIM)))[0]


def top(near: object, n: int = 10) -> list[int]:
    order = np.argsort(-near.best, kind="stable")[:n]  # type: ignore[attr-defined]
    return [int(i) for i in near.posts[order]]  # type: ignore[attr-defined]


def test_lists_find_nearly_all_that_comparing_every_row_finds(plain: Rows, listed: Rows) -> None:
    exact, quick = Shelf(Found(plain, None, None, 0)), Shelf(Found(listed, None, None, 0))
    found = []
    for _ in range(50):
        asked = query()
        one, other = exact.nearest(asked), quick.nearest(asked)
        found.append(len(set(top(one)) & set(top(other))) / 10)
        assert abs(one.mean - other.mean) < 0.1 and abs(one.spread - other.spread) < 0.05
        assert {one.passages(i) == other.passages(i) for i in top(other)} == {True}
    assert np.mean(found) > 0.95


def test_a_post_that_is_wanted_is_compared_however_far_it_is(plain: Rows, listed: Rows) -> None:
    exact, quick, asked = Shelf(Found(plain, None, None, 0)), Shelf(Found(listed, None, None, 0)), query()
    near = exact.nearest(asked)
    farthest = sorted(int(i) for i in near.posts[np.argsort(near.best)[:20]])
    found = quick.nearest(asked, None, farthest)
    assert [found.cosine(i) for i in farthest] == pytest.approx([near.cosine(i) for i in farthest], abs=1e-5)


@pytest.mark.parametrize("kind", ["plain", "listed"])
def test_only_posts_to_keep_are_found(kind: str, plain: Rows, listed: Rows) -> None:
    shelf, asked = Shelf(Found(plain if kind == "plain" else listed, None, None, 0)), query()
    keep = [int(i) for i in plain.posts[10:30]] + [999_999]
    assert [int(i) for i in shelf.nearest(asked, keep).posts] == keep[:-1]
    assert len(shelf.nearest(asked, []).posts) == 0


@pytest.mark.parametrize("kind", ["plain", "listed"])
def test_what_is_dead_is_not_found_and_what_is_new_is(kind: str, plain: Rows, listed: Rows) -> None:
    base, asked = plain if kind == "plain" else listed, query()
    whole = Shelf(Found(base, None, None, 0))
    best = top(whole.nearest(asked))[0]
    alive = base.posts != best
    tail = Rows(np.array([2]), np.array([0]), np.array([0, 1]), np.array([7]), np.array([0], np.int32), asked[None])
    changed = Shelf(Found(base, alive, tail, 0))
    near = changed.nearest(asked)
    assert best not in near.posts and not near.passages(best)
    assert top(near)[0] == 2 and near.passages(2)[0] == 7
    assert list(near.posts) == sorted(near.posts)
    assert changed.size == POSTS
    assert 2 not in changed.nearest(asked, [int(i) for i in base.posts[:5]]).posts


def test_the_same_rows_give_the_same_lists(plain: Rows) -> None:
    one, other = arrange(plain.rows), arrange(plain.rows)
    assert (one[0] == other[0]).all() and (one[1] == other[1]).all()
