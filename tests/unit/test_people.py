"""What is a person's name, and what only looks like the place of one."""

import pytest

from crawler.read.people import is_name, split_names


@pytest.mark.parametrize("name", ["{ return c", "a = b", "<b", "2024", "x" * 61])
def test_code_and_numbers_are_no_names(name: str) -> None:
    assert not is_name(name)


def test_a_line_of_names_is_split() -> None:
    assert split_names("By Yann LeCun, Yoshua Bengio and Geoffrey Hinton") == [
        "Yann LeCun",
        "Yoshua Bengio",
        "Geoffrey Hinton",
    ]
