"""Snippets: the words that matched, marked, in the text as it was written."""

import itertools

from kb.retrieval.snippets import Wanted, matches, snippet


def test_english_words_match_in_any_ending_and_stop_words_do_not() -> None:
    shown = snippet("The networks were trained.", Wanted(("training a network",)))
    assert shown == "The \x02networks\x03 were \x02trained\x03."


def test_chinese_matches_by_bigrams_that_join() -> None:
    assert snippet("我们介绍迁移学习的方法", Wanted(("迁移学习",))) == "我们介绍\x02迁移学习\x03的方法"


def test_the_window_is_where_most_of_the_words_are() -> None:
    text = "gradient " + "filler " * 200 + "the vanishing gradient problem " + "filler " * 200
    shown = snippet(text, Wanted(("vanishing gradient",)))
    assert "\x02vanishing\x03 \x02gradient\x03" in shown
    assert shown.startswith("… ") and shown.endswith(" …")
    assert len(shown) < 260


def test_a_text_without_matches_gives_its_beginning() -> None:
    assert snippet("One two three.", Wanted(("nothing",))) == "One two three."


def test_marks_of_the_text_itself_are_taken_out() -> None:
    assert snippet("a\x02b\x03c", Wanted(("x",))) == "abc"


def test_spans_are_apart_and_in_order() -> None:
    text = "注意力 attention 注意力机制 İ attention"
    found = matches(text, Wanted(("attention 注意力机制",)))
    assert found == sorted(found)
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(found))


def test_a_name_in_the_other_language_is_marked_whole_or_not_at_all() -> None:
    wanted = Wanted(("GAN",), ("生成对抗网络",))
    assert snippet("卷积网络生成图像，生成对抗网络也是。", wanted) == "卷积网络生成图像，\x02生成对抗网络\x03也是。"


def test_words_of_grammar_are_not_marked() -> None:
    assert snippet("过拟合的模型怎么办", Wanted(("过拟合的怎么解决",))) == "\x02过拟合\x03的模型怎么办"


def test_a_whole_name_is_worth_more_than_its_parts_apart() -> None:
    text = "迁移到别处，再学习。" + "无关的话。" * 60 + "迁移学习很有用。"
    assert "\x02迁移学习\x03" in snippet(text, Wanted(("迁移学习",)))


def test_a_snippet_begins_with_a_sentence_where_one_is_near_and_never_with_a_comma() -> None:
    text = "Much before. " * 40 + "The learning rate is what matters. " + "Much behind. " * 40
    assert snippet(text, Wanted(("rate",))).startswith("… The learning \x02rate\x03")
    assert snippet("，而不是小批量", Wanted()) == "而不是小批量"
