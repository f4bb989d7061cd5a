"""The measures against figures worked out by hand, and the paired test against what is certain."""

import math

import pytest

from kb.evaluation.measures import Measured, difference, interval, measure


def test_an_ideal_order_measures_one() -> None:
    assert measure(["a", "b"], {"a": 2, "b": 1}, 10) == Measured(1.0, 1.0, 1.0)


def test_ndcg_is_the_gain_discounted_by_place_over_the_best_there_is() -> None:
    found = measure(["x", "b", "a"], {"a": 2, "b": 1}, 10)
    wanted = (1 / math.log2(3) + 2 / math.log2(4)) / (2 / math.log2(2) + 1 / math.log2(3))
    assert found == Measured(pytest.approx(wanted), 0.5, 1.0)


def test_what_stands_below_the_depth_does_not_count() -> None:
    assert measure(["x", "y", "a"], {"a": 1}, 2) == Measured(0.0, 0.0, 0.0)
    assert measure(["a", "x"], {"a": 1, "b": 1, "c": 1}, 2).recall == pytest.approx(1 / 3)
    assert measure(["a"], {"a": 1, "b": 1}, 1).ndcg == 1.0


def test_a_document_counts_once() -> None:
    assert measure(["a", "a", "b"], {"a": 1, "b": 1}, 2).recall == 1.0


def test_settings_that_answer_alike_do_not_differ() -> None:
    found = difference([0.5, 0.7], [0.5, 0.7])
    assert (found.mean, found.better, found.worse, found.same, found.p) == (0, 0, 0, 2, 1.0)


def test_the_paired_test_is_exact_where_it_can_be_counted() -> None:
    found = difference([1.0] * 5, [0.0] * 5)
    assert found.p == pytest.approx(2 / 2**5, abs=0.01)  # only all plus and all minus part them as far
    assert (found.mean, found.better) == (1.0, 5)


def test_an_interval_holds_the_mean_and_is_the_same_every_time() -> None:
    values = [0.0, 0.2, 0.9, 1.0, 0.4, 0.4]
    low, high = interval(values)
    assert low < sum(values) / 6 < high
    assert interval(values) == (low, high)
    assert interval([0.3]) == (0.3, 0.3)
