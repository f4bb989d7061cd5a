"""The form in which text is matched."""

import pytest

from kb.language.words import american, index_form, phrase, respelt, terms


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Batch norm", "Batch norm"),
        ("迁移学习", "迁移 移学 学习 习"),
        ("用PyTorch训练", "用 PyTorch 训练 练"),
        ("ＬＳＴＭ", "LSTM"),
        ("C++ and C#", "Cplusplus and Csharp"),
        ("#1 in C", "#1 in C"),
    ],
)
def test_a_run_becomes_its_bigrams_and_all_else_stays(text: str, expected: str) -> None:
    assert index_form(text).split() == expected.split()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("torch.nn.Linear", '"torch nn Linear"'),
        ("迁移学习", '"迁移 移学 学习"'),
        ("熵", '"熵"*'),
        ("训练PyTorch", '"训练 练 PyTorch"'),
        ('AND "OR', '"AND OR"'),
        ("?!", None),
    ],
)
def test_a_phrase_is_quoted_whatever_stands_in_it(text: str, expected: str | None) -> None:
    assert phrase(text) == expected


def test_stop_words_are_left_out_unless_there_is_nothing_else() -> None:
    assert terms("what is a gradient") == ['"gradient"']
    assert terms("what is it") == ['"what"', '"is"', '"it"']
    assert terms("什么是注意力机制") == ['"注意"', '"意力"', '"力机"', '"机制"']


def test_a_name_with_marks_is_sought_as_words_and_as_a_phrase() -> None:
    assert terms("nn.Linear") == ['"nn"', '"linear"', '"nn linear"']


def test_terms_are_bounded() -> None:
    assert len(terms(" ".join(f"w{i}" for i in range(5000)))) == 64


@pytest.mark.parametrize(
    ("british", "american_"),
    [("initialisation", "initialization"), ("tokenise", "tokenize"), ("modelling", "modeling"), ("labelled", "labeled"),
     ("behaviour", "behavior"), ("optimiser", "optimizer"), ("quantising", "quantizing")],
)  # fmt: skip
def test_either_spelling_leads_to_the_other(british: str, american_: str) -> None:
    assert respelt(british) == american_ and respelt(american_) == british
    assert american(british) == american(american_) == american_


def test_words_that_only_look_british_stay() -> None:
    for word in ("precision", "noise", "supervised", "exercise", "compromise", "model", "dropout", "excelling"):
        assert american(word) == word and respelt(word) is None
