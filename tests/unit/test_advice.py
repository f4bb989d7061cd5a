"""Slips of the pen, and what to say when nothing was found."""

import pytest

from kb.retrieval.advice import distance, nothing_found
from kb.retrieval.query import parse
from kb.types import Filters


@pytest.mark.parametrize(
    ("a", "b", "slips"),
    [
        ("attention", "attention", 0),
        ("atention", "attention", 1),
        ("attenttion", "attention", 1),
        ("attentoin", "attention", 1),
        ("attantion", "attention", 1),
        ("transfomer", "transformer", 1),
        ("backpropogaton", "backpropagation", 2),
        ("dropout", "diffusion", 3),
    ],
)
def test_slips_are_counted(a: str, b: str, slips: int) -> None:
    assert distance(a, b, 2) == slips == distance(b, a, 2)


def test_each_condition_that_was_in_the_way_is_named_with_what_there_is_without_it() -> None:
    asked = parse('attention lang:zh "no such phrase"')

    def count(relaxed: object, filters: Filters) -> int:
        return 0 if relaxed.required else 12 if filters.has else 30  # type: ignore[attr-defined]

    (line,) = nothing_found(asked, Filters(has="code"), count)
    assert line == 'nothing found; without the condition "no such phrase": 12 posts; without any condition: 30 posts'


def test_without_conditions_it_says_what_to_try() -> None:
    (line,) = nothing_found(parse("qwertz"), Filters(), lambda *_: 0)
    assert "--mode vector" in line
