"""Units that are cut from a post's Markdown."""

from __future__ import annotations

from crawler.text import plain
from kb.article import post_units
from kb.types import StoredPost
from kb.writing.units import Unit, fold, opaque, quoted_words
from tests.articles import judge

POST = """Scaled dot-product attention is a mechanism that mixes values by the similarity of queries and keys. This is
why it works.

> A transformer is a model that somebody else described in these very words.

## Principle

The scores of attention are divided by the root of the dimension:

$$
\\mathrm{softmax}(QK^\\top / \\sqrt{d_k}) V
= A V
$$

where $d_k$ is the dimension of the keys.

## Steps

Attention is computed in three steps:

1. Project the input to queries, keys and values.
2. Compute the scaled dot products.
3. Apply the softmax and mix the values.

## Code

The function computes attention for a batch of sequences:

```python
def attention(q, k, v):
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))
    return scores.softmax(-1) @ v
```

## Installation

PyTorch is installed by one command:

```bash
pip install torch
```
"""


def cut(markdown: str) -> list[Unit]:
    post = StoredPost(1, "https://b.example/1", "Attention", (), None, "en", "https://b.example/", 1, "B", 200)
    return list(post_units(post, markdown, judge()))


def test_each_form_is_found_with_what_introduces_it() -> None:
    found = {u.form: u for u in cut(POST)}
    assert [p.form for p in found["math"].pieces] == ["sentence", "math", "sentence"]
    assert found["math"].pieces[2].text == "where $d_k$ is the dimension of the keys."
    assert found["steps"].pieces[-1].text.split("\n")[1] == "Compute the scaled dot products."
    assert found["code"].pieces[0].text == "The function computes attention for a batch of sequences:"
    assert found["commands"].pieces[-1].text == "pip install torch"
    assert found["sentence"].text.startswith("Scaled dot-product attention")


SHOWN = """## Code

{}

```python
class GatedUnit(nn.Module):
    def forward(self, x):
        gate = torch.sigmoid(self.linear(x))
        return gate * x
```
"""


def test_code_is_shown_only_after_words_that_speak_of_it() -> None:
    def shows(intro: str) -> bool:
        return any(u.form == "code" for u in cut(SHOWN.format(intro)))

    assert shows("Here's the code of a gated unit:")
    assert shows("Finally, GatedUnit weighs the input by a sigmoid of itself.")
    assert shows("A sigmoid gate multiplies every value of the input by a number between zero and one.")
    assert not shows("And these values are just the mean of the points.")
    assert not shows("The following visualizations appear in the paper as well.")
    assert not shows("The gate is based on expression (30), which we derived back in Chapter 2:")
    assert not shows("Generalizing to more than two inputs is straightforward.")


def test_code_with_parts_left_out_is_not_shown() -> None:
    whole = SHOWN.format("Here's the code of a gated unit:")
    assert any(u.form == "code" for u in cut(whole))
    assert not any(u.form == "code" for u in cut(whole.replace("        return gate * x", "    ...\n        return x")))


def test_the_steps_of_something_that_is_not_named_are_left_out() -> None:
    unnamed = POST.replace("Attention is computed in three steps:", "It goes as follows:")
    assert "steps" not in {u.form for u in cut(unnamed)}


def test_a_sentence_with_abbreviations_that_nobody_explains_is_less_fit() -> None:
    plainly = "Attention mixes values by the similarity of queries and keys, which reduces the path between words."
    (clear,) = cut(plainly)
    (unclear,) = cut(plainly.replace("queries and keys", "QZX and KZX"))
    (explained,) = cut(plainly.replace("queries and keys", "queries (QZX) and keys (KZX)"))
    assert unclear.fit < clear.fit
    assert unclear.fit < explained.fit


def test_an_abbreviation_is_opaque_where_neither_text_nor_glossary_explains_it() -> None:
    terms = judge().terms
    assert opaque("ABQ beats the CNN on every task.", terms) == {"ABQ"}
    assert opaque("Advanced bandit quotas (ABQ) beat the CNN, and ABQ is cheap.", terms) == frozenset()
    assert opaque("ABQ (advanced bandit quotas) beats $\\mathrm{XYZ}$.", terms) == frozenset()


def test_every_piece_stands_in_the_post_to_the_letter() -> None:
    readings = (fold(plain(POST)), fold(POST))
    for unit in cut(POST):
        for piece in unit.pieces:
            assert any(fold(piece.text) in reading for reading in readings)


def test_the_words_of_others_are_not_quoted() -> None:
    assert not [u for u in cut(POST) if "somebody else" in u.text]


def test_lists_of_references_are_no_steps() -> None:
    text = (
        "## Steps\n\n1. Smith, A study of attention. arXiv 2019.\n2. Jones, Another one. 2020.\n3. Lee, A third. 2021."
    )
    assert not [u for u in cut(text) if u.form == "steps"]


def test_any_text_is_cut_without_error() -> None:
    for text in ("", "```", "$$", "1. ", "|a|\n|-|", "- \n\n- ", "# x\n## y", "$a$ " * 50, "。" * 40, "1.\n2.\n3."):
        cut(text)


def test_a_chinese_character_counts_as_six_tenths_of_a_word() -> None:
    assert quoted_words("one two three") == 3
    assert quoted_words("卷积神经网络共享权重") == 6
