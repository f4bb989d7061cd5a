"""Hits in a terminal: wrapped at its width, marks kept over line ends, nothing that a terminal would obey."""

from kb.present import width
from kb.retrieval.hitlist import footer, hits_as_text, wrapped
from kb.types import Hit, StoredPost


def hit(**changes: object) -> Hit:
    post = StoredPost(
        7, "https://a.example/x", "A title", ("A",), "2024-02-03", "en", "https://a.example/", 1, "A blog", 9
    )
    facts = {
        "rank": 1,
        "score": 1.0,
        "parts": {},
        "post": post,
        "heading": "One > Two",
        "snippet": "a \x02word\x03 here",
    }
    return Hit(**(facts | changes))  # type: ignore[arg-type]


def test_a_hit_is_title_facts_heading_passage_and_address() -> None:
    assert hits_as_text([hit()], colour=False).splitlines() == [
        "  1. A title",
        "     A blog · 2024-02-03 · en · post 7",
        "     One > Two",
        "     a word here",
        "     https://a.example/x",
        "",
    ]


def test_lines_are_no_wider_than_the_terminal_in_either_script() -> None:
    for text in (
        "words " * 60,
        "迁移学习把在源任务上学到的表示用到目标任务上，" * 9,
        "x" * 300,
        "mixed 迁移学习 words " * 20,
    ):
        lines = wrapped(text, 40)
        assert max(width(line) for line in lines) <= 42  # a Chinese mark may hang over
        assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_mark_that_goes_over_a_line_end_begins_again() -> None:
    text = hits_as_text([hit(snippet="so it is \x02a long marked stretch of words here\x03 and on")], True, 30)
    body = text.splitlines()[3:-2]
    assert len(body) > 2
    for line in body:
        assert line.count("\x1b[1;33m") == line.count("\x1b[0m")


def test_nothing_in_a_snippet_is_obeyed() -> None:
    text = hits_as_text([hit(snippet="a\x1b[2Jb \u202ec", heading="\x1b]0;x\x07")], False, 60)
    assert "\x1b" not in text and "\u202e" not in text and "\x07" not in text


def test_the_footer_says_where_one_is_and_how_to_go_on() -> None:
    assert footer(10, 0, 35, 10) == "1 to 10 of 35 posts; more: --offset 10"
    assert footer(5, 30, 35, 10) == "31 to 35 of 35 posts"
    assert footer(3, 0, 3, 10) is None
    assert footer(0, 0, 0, 10) is None
