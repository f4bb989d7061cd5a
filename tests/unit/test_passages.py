"""Cutting: along headings and paragraphs, within the limit, with offsets to the letter."""

import re

from kb.passages import MOST_PASSAGES, cut


def words(texts: list[str]) -> list[int]:
    return [len(re.findall(r"\w+|[^\w\s]", text)) for text in texts]


MARKDOWN = """Opening words of the post, which say in some length what it is about.

## First

A paragraph that explains the code below:

```python
x = 1
```

Another paragraph, which says a little more about it.

## Second

$$
y = x^2
$$

where $x$ is a number.
"""


def test_a_passage_holds_one_section_and_says_which() -> None:
    found = cut("Title", MARKDOWN, count=words, max_tokens=50)
    assert [p.heading for p in found] == ["", "First", "Second"]
    assert found[1].text.startswith("Title: First\nA paragraph that explains")
    assert [p.position for p in found] == [0, 1, 2]


def test_offsets_are_those_of_the_markdown() -> None:
    for passage in cut("Title", MARKDOWN, count=words, max_tokens=50):
        stretch = MARKDOWN[passage.start : passage.end]
        assert stretch == stretch.strip()
        assert passage.text.split("\n", 1)[1].split()[0] in stretch


def test_code_stays_with_its_explanation() -> None:
    found = cut(
        "T", "One two three four five six seven.\n\nAn explanation:\n\n```\na b c\n```\n", count=words, max_tokens=20
    )
    assert [p.text.split("\n", 1)[1].split()[0] for p in found] == ["One", "An"]


def test_no_passage_is_longer_than_the_limit() -> None:
    long = "word " * 3000 + "\n\n```\n" + "code(1) \n" * 900 + "```\n\n" + "一" * 100 + ". " + "a" * 5000
    for limit in (16, 64, 256):
        found = cut("A title of some words", long, count=words, max_tokens=limit)
        assert max(words([p.text for p in found])) + 2 <= limit


def test_nothing_is_lost_between_passages() -> None:
    text = "\n\n".join(f"## H{i}\n\n" + " ".join(f"w{i}x{j}" for j in range(i)) + "." for i in range(1, 60))
    seen = " ".join(text[p.start : p.end] for p in cut("T", text, count=words, max_tokens=64))
    assert set(re.findall(r"w\d+x\d+", text)) == set(re.findall(r"w\d+x\d+", seen))


def test_a_post_without_text_is_its_title() -> None:
    assert [p.text for p in cut("Title", "", count=words, max_tokens=64)] == ["Title"]


def test_an_endless_post_is_cut_off() -> None:
    assert len(cut("T", "word " * 100_000, count=words, max_tokens=64)) == MOST_PASSAGES
