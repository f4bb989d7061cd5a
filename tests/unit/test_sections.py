"""Where a post's text is cut for the index."""

import pytest

from kb.language.sections import is_references, stretches

LONG = "A paragraph that says something about gradients. " * 6


def test_a_section_that_says_little_goes_on_into_the_next_and_keeps_its_heading() -> None:
    markdown = f"## Results\n\n![a plot](https://example.org/a/very/long/path/to/a/plot.png)\n\n## Why\n\n{LONG}"
    (only,) = stretches(markdown, 1300)
    assert (only.heading, only.headings) == ("Results", "Results · Why")
    assert markdown[only.start : only.end].rstrip().endswith(LONG.rstrip())


def test_the_last_section_goes_with_what_is_before_it_where_it_says_little() -> None:
    markdown = f"## One\n\n{LONG}\n\n## Two\n\n{LONG}\n\n## Licence\n\nCC BY 4.0"
    found = stretches(markdown, 1300)
    assert [s.headings for s in found] == ["One", "Two · Licence"]
    assert markdown[found[-1].start : found[-1].end].endswith("CC BY 4.0")


def test_a_text_of_a_few_words_is_a_stretch() -> None:
    assert [s.headings for s in stretches("A few words.", 1300)] == [""]
    assert stretches("", 1300) == []


@pytest.mark.parametrize(
    ("heading", "expected"),
    [
        ("References", True), ("Attention > 8 References", True), ("5. 参考资料", True), ("Citation", True),
        ("References > Attention", False), ("Reference counting", False), ("", False),
    ],
)  # fmt: skip
def test_headings_above_lists_of_other_peoples_titles_are_known(heading: str, expected: bool) -> None:
    assert is_references(heading) is expected
