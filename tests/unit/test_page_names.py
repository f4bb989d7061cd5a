"""The name of a blog, from the title of its front page."""

from __future__ import annotations

import pytest

from crawler.sources.page import blog_name


@pytest.mark.parametrize(
    ("title", "name"),
    [("Home - Heads and Tails", "Heads and Tails"), ("Index – Space", "Space"), ("深度笔记 | 首页", "深度笔记"),
     ("README", None), ("", None), ("A-B testing", "A-B testing"), ("Blog", None)],
)  # fmt: skip
def test_words_that_only_name_the_page_are_no_part_of_the_name(title: str, name: str | None) -> None:
    assert blog_name(title) == name
