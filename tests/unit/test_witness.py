"""What a writer model may say of a post, and what it may not."""

from __future__ import annotations

import pytest

from kb.writing.witness import Witness
from tests.fakes import HashingEmbedder

POSTS = {
    1: "Dropout reduces overfitting because it keeps units from adapting to each other. It slows down training by a "
    "factor of 2 on ResNet-50.\n\nLabel smoothing does not change the accuracy of small models.",
    2: "Weight decay penalises large weights, so that simple functions are preferred.",
}


def objection(text: str, *citations: int) -> str | None:
    witness = Witness(lambda i: (POSTS[i],), HashingEmbedder(dim=512).encode, lambda text: text)
    return witness.objection(text, citations)


@pytest.mark.parametrize(
    ("text", "citations"),
    [
        ("Dropout reduces overfitting by keeping units from adapting to each other.", (1,)),
        ("Dropout slows down training by a factor of 2 on ResNet-50.", (1,)),
        ("Weight decay penalises large weights so that simple functions are preferred.", (2,)),
        ("Label smoothing does not change the accuracy of small models.", (1,)),
    ],
)
def test_what_a_post_says_in_nearly_these_words_is_borne_out(text: str, citations: tuple[int, ...]) -> None:
    assert objection(text, *citations) is None


@pytest.mark.parametrize(
    ("text", "citations", "why"),
    [
        ("Dropout increases overfitting because it keeps units from adapting to each other.", (1,), "opposite"),
        ("Dropout slows down training by a factor of 3 on ResNet-50.", (1,), "name 3"),
        ("Dropout slows down training by a factor of 2 on VGG-19.", (1,), "name"),
        ("Weight decay does not penalise large weights, so that simple functions are preferred.", (2,), "denies"),
        ("Label smoothing does change the accuracy of small models.", (1,), "denies"),
        ("Weight decay penalises large weights, so that simple functions are preferred.", (1,), "nothing like it"),
        ("Weight decay penalises large weights, so that simple functions are preferred.", (1, 2), "nothing like it"),
        ("Transformers will soon write all the software of the world.", (2,), "nothing like it"),
        ("Weights.", (2,), "not a sentence"),
    ],
)
def test_what_it_does_not_say_is_turned_down(text: str, citations: tuple[int, ...], why: str) -> None:
    said = objection(text, *citations)
    assert said is not None and why in said
