"""The query language."""

import pytest

from kb.errors import UsageError
from kb.retrieval.query import Query, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("batch norm", Query("batch norm")),
        ('"batch norm" layer', Query("batch norm layer", ('"batch norm"',))),
        ("attention -cnn", Query("attention", (), ('"cnn"',))),
        ("attention NOT cnn", Query("attention", (), ('"cnn"',))),
        ('attention -"max pooling"', Query("attention", (), ('"max pooling"',))),
        ("title:迁移学习", Query("迁移学习", ('{title} : "迁移 移学 学习"',))),
        ("lang:zh after:2020 x", Query("x", (), (), (("language", "zh"), ("since", "2020-01-01")))),
        ("x before:2024-03", Query("x", (), (), (("until", "2024-02-29"),))),
        ("LSTM OR GRU", Query("LSTM GRU", ('"LSTM" OR "GRU"',))),
        ("OR", Query("OR")),
        ("foo:bar", Query("foo:bar")),
        ("what is 3:1", Query("what is 3:1")),
        ("https://example.com/a?b=c", Query("https://example.com/a?b=c")),
        ("title:", Query("title:")),
        ("fine-tuning - a guide", Query("fine-tuning - a guide")),
        ("has:Math", Query("", (), (), (("has", "math"),))),
        ("", Query("")),
    ],
)  # fmt: skip
def test_what_is_asked_is_understood(text: str, expected: Query) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize("text", ["after:never", "before:2023-02-30", "has:video", "lang:klingon", "after:0000"])
def test_a_known_field_that_cannot_be_is_a_usage_error(text: str) -> None:
    with pytest.raises(UsageError, match="cannot be"):
        parse(f"attention {text}")


def test_the_marks_of_a_pasted_sentence_mean_nothing() -> None:
    text = 'what is the type of a process and when is it "type correct" in a system OR -not NOT'
    assert parse(text) == Query(text.replace('"', "").replace("-not", "not"))
