"""The gate finds what is changed in an article: a word, a number, a citation, a sentence too many."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.article import write_article
from kb.types import Article, Sentence
from kb.writing.gate import GateError, check, require
from kb.writing.select import Limits
from tests.articles import COUNTS, judge, sample_chart

LINES, TEXTS = sample_chart(40)
Place = tuple[int, int, int]  # chapter, section, sentence


@cache
def article(language: str = "en") -> Article:
    assert language in ("en", "zh")
    return write_article(LINES, TEXTS.__getitem__, COUNTS, language, 2, "2026-01-02", judge=judge())


def found(changed: Article) -> list[str]:
    return check(changed, LINES, TEXTS.__getitem__, COUNTS)


def places(kind: str) -> list[Place]:
    return [
        (c, s, b)
        for c, chapter in enumerate(article().chapters)
        for s, section in enumerate(chapter.sections)
        for b, sentence in enumerate(section.body)
        if sentence.kind == kind
    ]


def changed(place: Place, change: Callable[[Sentence], list[Sentence]]) -> Article:
    """The article with one sentence replaced by others."""
    c, s, b = place
    chapter = article().chapters[c]
    section = chapter.sections[s]
    body = (*section.body[:b], *change(section.body[b]), *section.body[b + 1 :])
    sections = (*chapter.sections[:s], replace(section, body=body), *chapter.sections[s + 1 :])
    chapters = (*article().chapters[:c], replace(chapter, sections=sections), *article().chapters[c + 1 :])
    return replace(article(), chapters=chapters)


QUOTES, COUNTED, CONNECTS = places("quote"), places("count"), places("connect")
WORDS = st.sampled_from(["never", "transformer", "不", "7.5", "x"])


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(QUOTES), st.integers(0, 400), WORDS)
def test_a_changed_word_of_a_quotation_is_found(place: Place, at: int, word: str) -> None:
    def change(sentence: Sentence) -> list[Sentence]:
        words = sentence.text.split(" ")
        i = at % len(words)
        words[i] = word if words[i] != word else word * 2
        return [replace(sentence, text=" ".join(words))]

    assert found(changed(place, change))


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(COUNTED), st.integers(1, 9))
def test_a_changed_number_is_found(place: Place, by: int) -> None:
    def change(sentence: Sentence) -> list[Sentence]:
        i = next(i for i, c in enumerate(sentence.text) if c.isdecimal())
        digit = str((int(sentence.text[i]) + by) % 10)
        return [replace(sentence, text=sentence.text[:i] + digit + sentence.text[i + 1 :])]

    assert found(changed(place, change))


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(QUOTES + COUNTED), st.sampled_from([line.post.id for line in LINES]))
def test_a_swapped_citation_is_found(place: Place, post_id: int) -> None:
    def change(sentence: Sentence) -> list[Sentence]:
        other = post_id if (post_id,) != sentence.citations else post_id % len(LINES) + 101
        return [replace(sentence, citations=(other,))]

    assert found(changed(place, change))


@settings(deadline=None, max_examples=40)
@given(
    st.sampled_from(QUOTES + COUNTED + CONNECTS),
    st.sampled_from(["quote", "count", "connect"]),
    st.text(min_size=1, max_size=80).filter(str.strip),
    st.sampled_from([(), (101,), (999,)]),
)
def test_a_sentence_too_many_is_found(place: Place, kind: str, text: str, citations: tuple[int, ...]) -> None:
    added = Sentence(f"Deep learning {text} is solved.", kind, citations)  # type: ignore[arg-type]
    assert found(changed(place, lambda sentence: [sentence, added]))


@settings(deadline=None, max_examples=40)
@given(st.sampled_from(QUOTES + COUNTED))
def test_a_citation_that_is_taken_away_is_found(place: Place) -> None:
    assert found(changed(place, lambda sentence: [replace(sentence, citations=())]))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_article_as_written_passes(language: str) -> None:
    assert found(article(language)) == []


def test_what_the_list_says_is_held_against_the_store() -> None:
    whole = article()
    line = whole.top[0]
    forged = (
        replace(line, post=replace(line.post, title="Another title")),
        replace(line, post=replace(line.post, url="https://elsewhere.example/")),
        replace(line, entry=replace(line.entry, score=1.0)),
        replace(line, reason="Everybody likes it"),
        replace(line, links=(("paper", "https://elsewhere.example/paper"),)),
        replace(line, summary=(Sentence("It is the best of all.", "quote", (line.post.id,)),)),
    )
    for other in forged:
        assert found(replace(whole, top=(other, *whole.top[1:])))
    assert found(replace(whole, top=whole.top[1:]))
    assert found(replace(whole, title="Another title"))
    assert found(replace(whole, counts={"posts": 1}))
    assert found(replace(whole, posts=(replace(whole.posts[0], title="x"), *whole.posts[1:])))


def test_a_violation_stops_the_export_with_a_list() -> None:
    bad = changed(QUOTES[0], lambda sentence: [replace(sentence, text=sentence.text + " Not so.")])
    with pytest.raises(GateError) as raised:
        require(bad, LINES, TEXTS.__getitem__, COUNTS)
    assert raised.value.violations and raised.value.hint
    assert "\n" not in str(raised.value)


def test_quoting_beyond_the_limits_is_found() -> None:
    over = check(article(), LINES, TEXTS.__getitem__, COUNTS, Limits(quote_words=5))
    assert any("words quoted" in line for line in over)
