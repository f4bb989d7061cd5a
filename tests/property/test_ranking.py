"""Ranking: the same for any order of rows, a permutation-free chart, and its rules kept whatever the corpus."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.rank import Parameters, combine, default_parameters, rank
from kb.types import Corpus, Entry
from tests.corpora import corpus, shuffled

RULES = replace(default_parameters(), size=20, per_blog=4)


def charted(entries: tuple[Entry, ...]) -> list[int]:
    return [e.post_id for e in entries if e.rank is not None]


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 120), st.integers(1, 9), st.integers(1, 7), st.integers(0, 10_000))
def test_the_order_of_rows_makes_no_difference(n: int, blogs: int, topics: int, seed: int) -> None:
    one = corpus(n, blogs=blogs, topics=topics, seed=seed)
    expected = rank(one, RULES, {})
    actual = rank(shuffled(one, seed), RULES, {})
    assert charted(actual) == charted(expected)
    assert {e.post_id: e for e in actual} == {e.post_id: e for e in expected}


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 150), st.integers(1, 9), st.integers(1, 7), st.integers(0, 10_000))
def test_the_rules_of_the_chart_hold(n: int, blogs: int, topics: int, seed: int) -> None:
    one = corpus(n, blogs=blogs, topics=topics, seed=seed)
    entries = rank(one, RULES, {})
    posts = {p.id: p for p in one.posts}
    chosen = charted(entries)
    assert len(entries) == n and len(set(chosen)) == len(chosen) <= RULES.size
    assert [e.rank for e in entries if e.rank] == list(range(1, len(chosen) + 1))
    assert max(Counter(posts[i].source_id for i in chosen).values(), default=0) <= RULES.per_blog
    assert all(one.relevance[i] >= RULES.least_relevance for i in chosen)
    scores = [e.score for e in entries if e.rank]
    assert scores == sorted(scores, reverse=True)


def test_a_field_has_no_more_than_its_share() -> None:
    one = corpus(300, blogs=100, topics=9)
    parents = {t.id: t.parent for t in one.topics}
    posts = {p.id: p for p in one.posts}
    fields = Counter(parents[posts[i].topic or 0] for i in charted(rank(one, replace(RULES, size=30), {})))
    assert sum(fields.values()) == 30
    assert max(fields.values()) <= 10


@pytest.mark.parametrize("n", [0, 1, 5, 99])
def test_small_corpora_have_small_charts(n: int) -> None:
    assert len(rank(corpus(n), default_parameters(), {})) == n


def test_one_blog_has_as_many_places_as_a_blog_may_have() -> None:
    assert len(charted(rank(corpus(50, blogs=1), RULES, {}))) == RULES.per_blog


def test_all_the_same_post_is_still_a_chart() -> None:
    one = corpus(30)
    same = replace(one, vectors=replace(one.vectors, rows=np.tile(one.vectors.rows[:1], (30, 1))))
    assert len(charted(rank(same, RULES, {}))) > 5


def test_copies_translations_bans_stubs_and_other_subjects_are_scored_and_not_charted() -> None:
    one = corpus(30)
    first = charted(rank(one, RULES, {}))[:6]
    copy, translation, banned, stub, off, gone = first
    posts = tuple(
        replace(
            p,
            duplicate_of=first[5] if p.id == copy else None,
            words=10 if p.id == stub else p.words,
            on_topic=p.id != off,
            gone=p.id == gone,
        )
        for p in one.posts
    )
    changed = replace(one, posts=posts, translations={translation: 1}, banned=frozenset({banned}))
    entries = rank(changed, RULES, {})
    assert set(first).isdisjoint(charted(entries))
    assert {e.post_id for e in entries} >= set(first)


def test_a_pinned_post_is_charted_whatever_its_score() -> None:
    one = corpus(200)
    last = rank(one, RULES, {})[-1].post_id
    assert last in charted(rank(replace(one, pinned=frozenset({last})), RULES, {}))


def test_a_pinned_post_that_is_banned_too_is_out() -> None:
    one: Corpus = corpus(50)
    both = replace(one, pinned=frozenset({3}), banned=frozenset({3}))
    assert 3 not in charted(rank(both, RULES, {}))


def test_a_missing_part_gives_its_weight_to_the_others() -> None:
    parts = {"a": np.array([1.0, 1.0, np.nan], np.float32), "b": np.array([0.0, np.nan, np.nan], np.float32)}
    assert combine(parts, {"a": 1.0, "b": 3.0}, 3).tolist() == [0.25, 1.0, 0.0]


def test_movement_is_against_the_edition_before() -> None:
    entries = rank(corpus(30), Parameters(weights={"depth": 1.0}), {5: 2})
    assert {e.post_id: e.previous for e in entries}[5] == 2
