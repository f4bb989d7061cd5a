"""What the list says of a post that has no sentence that stands alone."""

from __future__ import annotations

import pytest

from kb.types import StoredPost
from kb.writing.summary import _opening
from tests.articles import judge

HOME = "http://a.example/"


def _said(title: str, markdown: str) -> str:
    post = StoredPost(1, HOME + "one", title, (), None, "en", HOME, 1, "A", 90)
    return _opening(post, markdown, judge(), 150, 10_000)[0].text


@pytest.mark.parametrize(
    "other",
    [
        "You will not impress any data scientists with it.",  # speaks to the reader
        "While they had success with prompts at first, they wanted a classifier.",  # goes on from another
        "The previous article is about data and classifiers.",  # points elsewhere
        "It is now a good day for learning.",
    ],
)
def test_it_is_told_by_what_names_the_subject_and_leans_on_nothing(other: str) -> None:
    best = "Fit a random forest, or a logistic regression, to the data."
    assert _said("A classifier of data", f"{other}\n\n{best}") == best
    assert _said("A classifier of data", f"{best}\n\n{other}") == best


def test_of_equals_the_first_tells_it() -> None:
    assert _said("Notes", "Trees are used for this and that.\n\nCars are used for this and that.").startswith("Trees")
