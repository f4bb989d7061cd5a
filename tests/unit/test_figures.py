"""The measures of `kb eval topics` and `rank`: they tell good from bad, and fail where they should."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import cli
from kb.evaluation.rankfigures import order, rank_figures
from kb.evaluation.topicfigures import agreement, npmi
from kb.rank import default_parameters
from kb.types import PostLink
from tests.corpora import corpus


def test_an_order_is_right_where_more_cited_posts_score_higher() -> None:
    best = order([3, 2, 1], [9, 1, 0], [1, 1, 2])
    assert (best.pairs, best.within, best.auc) == (1, 1, 1)
    worst = order([1, 2, 3], [9, 1, 0], [1, 1, 2])
    assert (worst.pairs, worst.within, worst.auc) == (0, 0, 0)
    assert order([1, 1], [5, 0], [1, 2]).pairs == 0.5
    assert np.isnan(order([1, 2], [3, 3], [1, 1]).pairs)


def test_terms_that_occur_together_are_coherent_and_those_that_never_do_are_not() -> None:
    a = np.array([True, True, False, False])
    assert npmi(a, a, 4) == 1
    assert npmi(a, ~a, 4) == -1
    assert npmi(a, np.array([True, False, True, False]), 4) == pytest.approx(0)


def test_topics_that_follow_the_fields_agree_and_one_topic_for_all_does_not() -> None:
    labels = {1: "a", 2: "a", 3: "b", 4: "b"}
    assert agreement({1: 7, 2: 7, 3: 8, 4: 8}, labels)[0].value == 1
    assert agreement({1: 7, 2: 7, 3: 7, 4: 7}, labels)[0].value == 0
    assert agreement({1: None, 2: None, 3: 8, 4: 8}, labels)[0].value == 1
    assert agreement({}, {}) == []


def test_each_signal_is_left_out_in_turn_and_what_it_is_worth_is_seen() -> None:
    one = corpus(60)
    cited = {i: round(100 * value) for i, value in one.relevance.items()}
    weights = {"relevance": 0.5, "depth": 0.3, "links": 0.2}
    rows = {row["left_out"]: row for row in rank_figures(one, replace(default_parameters(), weights=weights), cited)}
    assert set(rows) == {"nothing", *weights}
    assert rows["nothing"]["kept"] == 1 and rows["nothing"]["n_links"] > 30
    assert rows["relevance"]["pairs"] < rows["nothing"]["pairs"] < rows["depth"]["pairs"]
    assert all(0 <= row["links_low"] <= row["links"] <= row["links_high"] <= 1 for row in rows.values())


def test_a_link_that_is_left_out_does_not_speak_for_its_post() -> None:
    one = corpus(40)
    alone = replace(one, links=(PostLink(1, 2),), blog_links=((one.posts[0].source_id, one.posts[1].source_id),))
    only = replace(default_parameters(), weights={"links": 1.0})
    rows = rank_figures(alone, only, {})
    assert [row["links"] for row in rows] == [0.5]  # without its one link the post is like any other


def test_without_links_or_citations_the_figures_are_missing_and_not_made_up() -> None:
    rows = rank_figures(replace(corpus(9), links=()), default_parameters(), {})
    assert {(r["links"], r["pairs"], r["n_links"]) for r in rows} == {(None, None, 0)}
    assert rank_figures(corpus(0), default_parameters(), {})[0]["kept"] == 0


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        ("nothing\n", 2, "has no columns url and citations"),
        ("url,citations\nhttps://nowhere.example/,3\n", 1, "the store holds none of the posts"),
        ("", 2, "has no columns"),
    ],
)
def test_a_file_that_cannot_be_used_is_one_clear_error(
    text: str, code: int, says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from kb.store.connect import open_store

    open_store(tmp_path / "kb.sqlite", create=True).close()
    (tmp_path / "cited.csv").write_text(text)
    assert cli.run(["--db", str(tmp_path / "kb.sqlite"), "eval", "rank", str(tmp_path / "cited.csv")]) == code
    assert says in capsys.readouterr().err


def test_an_empty_store_has_no_topics_to_measure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from kb.store.connect import open_store

    open_store(tmp_path / "kb.sqlite", create=True).close()
    assert cli.run(["--db", str(tmp_path / "kb.sqlite"), "eval", "topics", "--format", "jsonl"]) == 0
    assert '"name": "topics", "value": 0' in capsys.readouterr().out
