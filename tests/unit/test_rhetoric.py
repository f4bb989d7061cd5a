"""Labels of an abstract's sentences, learnt from a handful."""

from __future__ import annotations

from kb.writing.rhetoric import learn_abstracts

ABSTRACTS = [
    [
        f"{what} are widely used in {where}.",
        f"We propose a new {thing}.",
        f"The {thing} is trained by descent.",
        f"Results show {gain}.",
    ]
    for what, where, thing, gain in (
        ("Deep networks", "vision", "layer", "gains"),
        ("Deep models", "speech", "loss", "an error"),
        ("Networks", "language", "model", "less noise"),
    )
]
LABELS = [["background", "objective", "method", "result"]] * 3


def test_words_and_place_tell_what_a_sentence_does() -> None:
    model = learn_abstracts(ABSTRACTS, LABELS)
    unseen = [
        "Graphs are widely used in chemistry.",
        "We propose a new graph.",
        "The graph is trained by descent.",
        "Results show gains.",
    ]
    assert model.predict(unseen) == LABELS[0]
    assert model.predict(unseen) == learn_abstracts(ABSTRACTS, LABELS).predict(unseen)


def test_an_abstract_of_none_or_one_sentence_is_answered() -> None:
    model = learn_abstracts(ABSTRACTS, LABELS)
    assert model.predict([]) == []
    assert len(model.predict(["One."])) == 1
