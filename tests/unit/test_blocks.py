"""The normal form of a stored text and its one parser."""

from crawler.blocks import blocks, figure

TEXT = """## Title of a part

A paragraph
of two lines.

- item
  - inner

  more of it
- last

> quoted
>
> twice

```python
x = 1

# no heading
```

$$
a

b
$$

| a | b |
| --- | --- |
| 1 | 2 |

![alt](https://a.example/i.png "A caption (1)")

[^1]: A note."""


def test_every_kind_is_found_where_it_stands():
    found = blocks(TEXT)
    kinds = ["heading", "paragraph", "list", "quote", "code", "math", "table", "figure", "footnote"]
    assert [b.kind for b in found] == kinds
    assert [TEXT[b.start : b.end] for b in found][1] == "A paragraph\nof two lines."
    assert found[0].level == 2
    assert found[4].language == "python"
    assert found[4].text == "x = 1\n\n# no heading"
    assert found[5].text == "a\n\nb"
    assert found[3].text == "quoted\n\ntwice"


def test_blocks_and_the_blank_lines_between_them_are_the_whole_text():
    found = blocks(TEXT)
    assert "\n\n".join(TEXT[b.start : b.end] for b in found) == TEXT


def test_a_fence_that_never_ends_goes_to_the_end():
    assert [(b.kind, b.text) for b in blocks("```\na\nb")] == [("code", "a\nb")]


def test_a_longer_fence_holds_a_shorter_one():
    assert [b.text for b in blocks("````md\n```\nx\n```\n````")] == ["```\nx\n```"]


def test_a_figure_gives_its_parts():
    assert figure('![a \\] b](http://x/i%20j.png "say \\"hi\\" (2)")') == (
        "a ] b",
        "http://x/i%20j.png",
        'say "hi" (2)',
    )
    assert figure("no figure") == ("", "", "")
