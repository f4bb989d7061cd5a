"""How many places a field has in the chart."""

from __future__ import annotations

import numpy as np

from kb.ranking.choose import NOWHERE, Choice, quotas


def _quota(beside: set[int]) -> dict[int, int]:
    fields = np.repeat([NOWHERE, 1, 2, 3], 50)
    return quotas(fields, np.full(200, 0.5), np.ones(200, bool), Choice(size=100), beside)


def test_fields_alike_in_size_and_quality_have_as_many_places() -> None:
    assert set(_quota(set()).values()) == {25}


def test_neighbours_of_the_subject_and_posts_without_a_topic_have_a_third() -> None:
    quota = _quota({NOWHERE, 3})
    assert quota[1] == quota[2] == 33  # never more than a third of the chart
    assert 10 <= quota[3] == quota[NOWHERE] <= 13


def test_a_field_has_the_root_of_its_size_and_at_least_one_place() -> None:
    fields = np.repeat([1, 2, 3, 4], [400, 100, 100, 1])
    score = np.where(fields == 4, 0.01, 0.5)
    quota = quotas(fields, score, np.ones(601, bool), Choice(size=40))
    assert quota == {1: 13, 2: 10, 3: 10, 4: 1}
