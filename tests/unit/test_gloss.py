"""Crossing between Chinese and English: what is glossed, what stays, what a query is called in the other language."""

import random
import time

import pytest

from kb.language.gloss import Glosser, load_glosser


@pytest.fixture(scope="module")
def glosser() -> Glosser:
    return load_glosser()


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("迁移学习", "transfer learning"),
        ("卷积神经网络", "convolutional neural network"),
        ("梯度消失", "vanishing gradient"),
        ("遷移學習", "transfer learning"),
        ("類神經網路", "neural network"),
        ("资料集", "dataset"),
    ],
)
def test_a_reviewed_term_is_glossed_by_its_english_name(glosser: Glosser, chinese: str, english: str) -> None:
    assert english == glosser.to_english(chinese)


def test_a_name_of_two_scripts_is_one_term(glosser: Glosser) -> None:
    assert glosser.to_english("KL散度") == "Kullback-Leibler divergence"


def test_latin_words_numbers_and_punctuation_stay_where_they_are(glosser: Glosser) -> None:
    glossed = glosser.to_english("用PyTorch 2.1实现迁移学习，GPT-4模型的准确率 95.3%！")
    kept = ["PyTorch 2.1 ", "transfer learning, ", "GPT-4 model", "95.3%!"]
    assert [part for part in kept if part not in glossed] == []
    assert [glossed.index(part) for part in kept] == sorted(glossed.index(part) for part in kept)


def test_words_of_grammar_are_left_out(glosser: Glosser) -> None:
    assert glosser.to_english("的") == ""
    assert glosser.to_english("我们的模型") == "model"


def test_the_longest_reading_wins_over_its_pieces(glosser: Glosser) -> None:
    assert "chain of thought" in glosser.to_english("什么是思维链")


def test_a_reviewed_term_stands_above_a_mined_one() -> None:
    glosser = Glosser("en,zh,abbr,synonyms,field\nright,词汇,,,general\n", "zh\ten\tcount\n词汇\twrong\t99999\n", "")
    assert glosser.to_english("词汇") == "right"


def test_the_more_frequent_cutting_wins() -> None:
    lexicon = "zh\ten\tcount\n研究\tresearch\t90\n研究生\tgraduate\t9\n生命\tlife\t90\n命\torder\t9\n"
    assert Glosser("en,zh,abbr,synonyms,field\n", lexicon, "").to_english("研究生命") == "research life"


def test_a_word_that_grammar_makes_with_its_neighbour_does_not_win(glosser: Glosser) -> None:
    # forward maximum matching reads 在线 "online" and 对数 "logarithm" here
    assert glosser.to_english("在线性回归中") == "linear regression"
    assert "log" not in glosser.to_english("对数据降维")


def test_chinese_punctuation_is_set_as_english_is(glosser: Glosser) -> None:
    assert glosser.to_english("迁移学习：卷积（模型）") == "transfer learning: convolution (model)"
    assert glosser.to_english("《深度学习》，KV缓存") == '" deep learning ", key-value cache'


def test_what_no_list_knows_is_left_out() -> None:
    glosser = Glosser("en,zh,abbr,synonyms,field\n", "zh\ten\tcount\n模型\tmodel\t9\n", "")
    assert glosser.to_english("魑魅模型 v2") == "model v2"


@pytest.mark.parametrize("text", ["", "plain  text,\nas it was", "naïve Bayes – résumé", "かな"])
def test_text_without_chinese_is_unchanged(glosser: Glosser, text: str) -> None:
    assert text == glosser.to_english(text)


def test_a_query_is_called_in_chinese_by_its_terms(glosser: Glosser) -> None:
    assert glosser.to_chinese("transfer learning")[0] == "迁移学习"
    assert glosser.to_chinese("Convolutional Neural Networks for images")[0] == "卷积神经网络"
    assert "长短期记忆网络" in glosser.to_chinese("an LSTM from scratch")


def test_a_word_of_no_reviewed_term_is_reversed_by_the_lexicon() -> None:
    lexicon = "zh\ten\tcount\n企鹅\tpenguin\t31\n南极企鹅\tpenguin\t5\n鹅\tpenguin\t2\n"
    glosser = Glosser("en,zh,abbr,synonyms,field\n", lexicon, "")
    assert glosser.to_chinese("the Penguins") == ["企鹅", "南极企鹅"]


def test_chinese_has_no_chinese_for_itself(glosser: Glosser) -> None:
    assert glosser.to_chinese("迁移学习") == []
    assert glosser.to_chinese("why and how") == []


def test_a_query_is_expanded_by_all_other_names_of_its_terms(glosser: Glosser) -> None:
    names = {"LSTM", "long short-term memory", "长短期记忆网络"}
    for name in names:
        assert names - {name} <= set(glosser.expand(name))
        assert name not in glosser.expand(name)


def test_a_short_abbreviation_is_one_only_in_capitals(glosser: Glosser) -> None:
    assert "artificial intelligence" in glosser.expand("AI for games")
    assert glosser.expand("what it is in re as") == []
    assert "maximum a posteriori" not in glosser.expand("a map of the world")


def test_a_query_of_no_term_expands_to_nothing(glosser: Glosser) -> None:
    assert glosser.expand("hello there") == []


def test_no_text_whatever_raises(glosser: Glosser) -> None:
    rng = random.Random(7)
    alphabet = "abcXYZ019 .,-+#\t\n的模型学习遷網KL，。！()\"'\\[*?\x00\u200b\ud7ff\U0001f600\U00020000ß½éか"
    for _ in range(20_000):
        text = "".join(rng.choices(alphabet, k=rng.randrange(24)))
        assert isinstance(glosser.to_english(text), str)
        glosser.to_chinese(text)
        glosser.expand(text)


def test_random_chinese_becomes_text_without_chinese(glosser: Glosser) -> None:
    rng = random.Random(8)
    for _ in range(500):
        text = "".join(chr(rng.randrange(0x4E00, 0x9FFF)) for _ in range(40))
        assert not any("\u4e00" <= character <= "\u9fff" for character in glosser.to_english(text))


@pytest.mark.parametrize("piece", ["a", "a-", "a.", "模", "模a", "，", " ", "模型的"])
def test_a_long_hostile_text_takes_time_in_proportion(glosser: Glosser, piece: str) -> None:
    start = time.process_time()
    glosser.to_english(piece * 20_000 + "模")
    assert time.process_time() - start < 2


def test_loading_is_cheap() -> None:
    start = time.process_time()
    load_glosser()
    assert time.process_time() - start < 0.06


@pytest.mark.parametrize(("chinese", "least", "most"), [("残差网络的训练", 1, 1), ("孙悟空", 0, 0.34), ("LSTM", 1, 1)])
def test_coverage_tells_the_field_from_the_rest(glosser: Glosser, chinese: str, least: float, most: float) -> None:
    assert least <= glosser.coverage(chinese) <= most
