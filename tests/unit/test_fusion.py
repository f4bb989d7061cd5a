"""Fusion of the two legs."""

import numpy as np

from kb.retrieval.fusion import Fused, fuse, vector_weight


def near(*pairs: tuple[int, float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array([i for i, _ in pairs], np.int64), np.array([c for _, c in pairs], np.float32)


def order_of(*arguments: object) -> list[Fused]:
    return fuse(*arguments).first(1000)  # type: ignore[arg-type]


def test_a_post_that_both_legs_like_comes_first() -> None:
    order = order_of({1: 5.0, 2: 5.0}, near((1, 0.2), (2, 0.9), (3, 0.9)), 10, 0.6)
    assert order[0].post_id == 2


def test_the_parts_add_up_to_the_score() -> None:
    for fused in order_of({1: 5.0, 2: 3.0}, near((1, 0.2), (2, 0.9), (3, 0.5)), 10, 0.6):
        assert abs(fused.score - fused.text - fused.vector) < 1e-9


def test_one_leg_alone_keeps_its_own_order() -> None:
    assert [f.post_id for f in order_of({1: 1.0, 2: 3.0, 3: 2.0}, None, 3, 0.6)] == [2, 3, 1]
    assert [f.post_id for f in order_of({}, near((1, 0.1), (2, 0.3), (3, 0.2)), 3, 0.6)] == [2, 3, 1]


def test_equal_posts_come_in_the_order_of_ids() -> None:
    assert [f.post_id for f in order_of({5: 1.0, 4: 1.0}, None, 9, 0.6)] == [4, 5]


def test_nothing_gives_nothing() -> None:
    assert order_of({}, None, 0, 0.6) == []


def test_a_question_leans_on_meaning_and_keywords_on_words() -> None:
    assert vector_weight("what is the use of dropout") > vector_weight("dropout")


def test_a_chinese_query_counts_for_what_the_gloss_knew_of_it() -> None:
    assert vector_weight("迁移学习", 0.5) < vector_weight("迁移学习", 1.0) < 1


def test_posts_that_were_not_looked_at_count_as_the_mean_of_all() -> None:
    found = order_of({9: 1.0}, near((1, 0.9), (2, 0.5)), 100, 0.5, (0.3, 0.1))
    assert {f.post_id: round(f.vector, 3) for f in found} == {1: 3.0, 2: 1.0, 9: 0.0}
