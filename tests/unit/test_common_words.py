"""Words that very many stretches have are held back in a large store; rare ones and whole names lead."""

from kb.language.words import terms
from kb.store.common import as_indexed
from kb.store.text import narrow

SHARES = {"deep": 0.2, "learn": 0.3, "network": 0.25, "transfer": 0.05}
MANY = 1_000_000


def test_words_are_known_as_the_index_has_them() -> None:
    assert as_indexed(["learning", "Networks", "nn linear", "迁移", ""]) == [
        ["learn"],
        ["network"],
        ["nn", "linear"],
        ["迁移"],
        [],
    ]


def test_a_small_store_is_asked_for_every_word() -> None:
    assert narrow(terms("deep learning"), 50_000, {}) == ('"deep" OR "learning"', False)


def test_rare_words_stay_and_common_ones_count_side_by_side() -> None:
    expression, narrowed = narrow(terms("deep learning kalman"), MANY, SHARES)
    assert narrowed and expression == '"kalman" OR "deep learning" OR "learning kalman"'


def test_words_that_are_all_common_are_sought_as_a_name_and_in_titles() -> None:
    expression, narrowed = narrow(terms("deep learning"), MANY, SHARES)
    assert narrowed
    assert expression == '"deep learning" OR {title heading} : "deep" OR {title heading} : "learning"'
    assert narrow(terms("network"), MANY, SHARES) == ('{title heading} : "network"', True)


def test_a_query_within_the_bound_is_left_as_it_is() -> None:
    assert narrow(terms("kalman filter"), MANY, SHARES) == ('"kalman" OR "filter"', False)
