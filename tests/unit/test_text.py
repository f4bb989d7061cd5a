"""What is said of a text without a model."""

import pytest

from crawler.text import count_words, plain, prose, quality, reading_minutes, sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Attention is all you need", 5),
        ("don't fine-tune GPT-4", 3),
        ("残差网络", 4),
        ("用 PyTorch 训练 ResNet50", 5 + 0),
        ("딥러닝 모델을 학습한다", 3),
        ("", 0),
        ("... — !", 0),
    ],
)
def test_a_chinese_character_counts_as_a_word_and_a_korean_word_as_one(text, words):
    assert count_words(text) == words


@pytest.mark.parametrize(
    "parts",
    [
        ["We use e.g. Adam or SGD.", "It works."],
        ["See Fig. 3 and Eq. 4.", "Then stop!"],
        ["As Vaswani et al. (2017) say, it works.", "Does it?", "Yes."],
        ["G. Hinton wrote this.", "Others did not."],
        ["Version 1.0.2 needs torch.nn to run.", "Good."],
        ["残差连接很有用。", "为什么？", "因为梯度！"],
        ["他说：“很好。”", "然后走了。"],
        ["The loss is 3.5 at first.", "Later it is 0.1."],
        ["It costs no. 5 nothing", "A heading\nthat goes on"],
    ],
)
def test_sentences_end_where_a_reader_would_end_them(parts):
    joiner = "\n\n" if parts[0][-1] not in ".?!。？！”" else "" if "。" in parts[0] else " "
    assert cut(joiner.join(parts)) == parts


def test_sentences_cover_all_but_white_space():
    text = "  One. Two\n\nThree… four? five.  "
    assert "".join(cut(text)).replace(" ", "").replace("\n", "") == text.replace(" ", "").replace("\n", "")


def test_plain_text_has_the_words_and_not_the_marks():
    markdown = "## A *b* `c`\n\nx \\* y $a_1*b$ [link](http://a.example/(b)) ![alt](i.png)[^1]\n\n- one\n  - two"
    assert plain(markdown) == "A b c\nx * y $a_1*b$ link alt\none\ntwo"


def test_plain_text_of_a_table_has_its_cells_and_of_a_figure_its_caption():
    markdown = '| a | b \\| c |\n| --- | --- |\n| 1 |  |\n\n![alt](x.png "cap (1) \\"q\\"")'
    assert plain(markdown) == 'a\tb | c\n1\t\ncap (1) "q"'


def test_prose_leaves_code_formulas_and_addresses_out():
    assert prose("Run `make` for $x^2$ at https://a.example/b now.\n\n```\ncode\n```").split() == [
        "Run",
        "for",
        "at",
        "now.",
    ]


def test_quality_counts_every_part_once():
    counted = quality(
        "## H\n\nTwo words $x$.\n\n### I\n\n```py\na\n\nb\n```\n\n$$\ny\n$$\n\n![a](b.png)\n\n| a |\n| --- |\n| 1 |"
    )
    assert (
        counted.code_lines,
        counted.formulas,
        counted.figures,
        counted.tables,
        counted.headings,
        counted.heading_depth,
    ) == (2, 2, 1, 1, 2, 2)
    assert counted.words == 4


def test_reading_time_goes_by_the_language():
    assert reading_minutes(2380, "en") == 10
    assert reading_minutes(3000, "zh") == 10
    assert reading_minutes(3, None) == 1
