"""Counts of a chart, as sentences with the posts that they count."""

from __future__ import annotations

import pytest

from kb.writing.counting import count_sentence
from kb.writing.layout import load_layout
from tests.articles import COUNTS, sample_chart


def test_a_count_cites_what_it_counts() -> None:
    lines, _ = sample_chart(9)
    count = count_sentence("code", lines, COUNTS, "en", load_layout())
    assert count is not None
    coded = [line.post.id for line in lines if line.post.quality["code_lines"]]
    assert count.citations == tuple(coded)
    assert f"{len(coded)} of 9 posts" in count.text


def test_the_chart_is_counted_in_both_languages() -> None:
    lines, _ = sample_chart(1)
    layout = load_layout()
    english = count_sentence("chart", lines, COUNTS, "en", layout)
    chinese = count_sentence("chart", lines, COUNTS, "zh", layout)
    assert (
        english and english.text == "The chart holds 1 post of 1 blog, chosen from 120 posts of 9 blogs in the store."
    )
    assert chinese and "1 篇文章" in chinese.text


def test_the_table_has_a_row_a_topic_and_sums_to_the_chart() -> None:
    lines, _ = sample_chart(30)
    table = count_sentence("table", lines, COUNTS, "en", load_layout())
    assert table is not None
    rows = [row.split("\t") for row in table.text.split("\n")]
    assert len(rows) == 4 and {len(row) for row in rows} == {7}
    assert sum(int(row[1]) for row in rows[1:]) == 30


@pytest.mark.parametrize("name", sorted(load_layout().counts))
def test_an_empty_chart_counts_nothing(name: str) -> None:
    assert count_sentence(name, (), {}, "en", load_layout()) is None
