"""Snippets: the words that matched, marked, in the text as it was written."""

import itertools

from kb.retrieval.snippets import matches, snippet


def test_english_words_match_in_any_ending_and_stop_words_do_not() -> None:
    assert snippet("The networks were trained.", ["training a network"]) == "The \x02networks\x03 were \x02trained\x03."


def test_chinese_matches_by_bigrams_that_join() -> None:
    assert snippet("我们介绍迁移学习的方法", ["迁移学习"]) == "我们介绍\x02迁移学习\x03的方法"


def test_the_window_is_where_most_of_the_words_are() -> None:
    text = "gradient " + "filler " * 200 + "the vanishing gradient problem " + "filler " * 200
    shown = snippet(text, ["vanishing gradient"])
    assert "\x02vanishing\x03 \x02gradient\x03" in shown
    assert shown.startswith("… ") and shown.endswith(" …")
    assert len(shown) < 260


def test_a_text_without_matches_gives_its_beginning() -> None:
    assert snippet("One two three.", ["nothing"]) == "One two three."


def test_marks_of_the_text_itself_are_taken_out() -> None:
    assert snippet("a\x02b\x03c", ["x"]) == "abc"


def test_spans_are_apart_and_in_order() -> None:
    text = "注意力 attention 注意力机制 İ attention"
    found = matches(text, ["attention 注意力机制"])
    assert found == sorted(found)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))
