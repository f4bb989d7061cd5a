"""A published article held against the store: what was exported passes, and every change of what it says is found."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from typing import Any

import pytest

from kb import exporters
from kb.article import write_article
from kb.errors import KbError
from kb.published import article_of, tree_of, violations
from kb.types import About
from kb.writing.gate import Gate
from tests.articles import COUNTS, judge, sample_chart

LINES, TEXTS = sample_chart(30)
Tree = dict[str, Any]


@cache
def data(language: str = "en") -> bytes:
    article = write_article(LINES, TEXTS.__getitem__, COUNTS, language, 2, "2026-01-02", judge=judge())  # type: ignore[arg-type]
    rendered = exporters.renderer("json")(article)
    assert isinstance(rendered, bytes)
    return rendered


def found(tree: Tree, lines: Any = LINES) -> list[str]:
    gate = Gate(lines, lambda i: (TEXTS[i],), COUNTS)
    return violations(tree, lines, "2026-01-02", gate, About())


def first(tree: Tree, kind: str) -> Tree:
    return next(s for c in tree["chapters"] for e in c["sections"] for s in e["body"] if s["kind"] == kind)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_an_article_as_exported_passes(language: str) -> None:
    assert found(tree_of(data(language))) == []


CHANGES: dict[str, Callable[[Tree], Any]] = {
    "a word": lambda t: first(t, "quote").update(text=first(t, "quote")["text"].replace(" ", " never ", 1)),
    "a source": lambda t: first(t, "quote").update(citations=[LINES[-1].post.id]),
    "a language": lambda t: first(t, "quote").update(language="ko"),
    "a count": lambda t: first(t, "count").update(text=first(t, "count")["text"].replace("3", "4")),
    "a phrase": lambda t: first(t, "connect").update(text="Everybody agrees:"),
    "a kind": lambda t: first(t, "quote").update(kind="written"),
    "a rank": lambda t: t["top"][0].update(rank=2),
    "a score": lambda t: t["top"][0].update(score=1.0),
    "a title": lambda t: t["top"][0]["post"].update(title="Another"),
    "an author": lambda t: t["posts"][0].update(authors=["somebody else"]),
    "a link": lambda t: t["top"][0]["post"].update(url="https://elsewhere.example/"),
    "a reason": lambda t: t["top"][0].update(reason="it is the best of all"),
    "the list": lambda t: t["top"].pop(),
    "the note": lambda t: t.update(note="All rights reserved."),
    "the day": lambda t: t.update(made_at="2026-01-03"),
    "the counts": lambda t: t["counts"].update(posts=7),
    "a section": lambda t: t["chapters"][0]["sections"][0].update(title="Foreground"),
    "a key": lambda t: t["top"][0].update(prize="first"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_what_it_says_is_found(name: str) -> None:
    tree = tree_of(data())
    CHANGES[name](tree)
    assert found(tree)


def test_a_post_that_the_store_has_lost_is_named() -> None:
    lost = LINES[3].post.id
    told = found(tree_of(data()), LINES[:3] + LINES[4:])
    assert f"post {lost} is no longer in the store" in told[0]
    assert not any(line.startswith("list:") for line in told)


def test_what_was_quoted_before_an_edit_still_stands() -> None:
    gate = Gate(LINES, lambda i: ("An edited text.", TEXTS[i]), COUNTS)
    assert violations(tree_of(data()), LINES, "2026-01-02", gate, About()) == []


@pytest.mark.parametrize("text", [b"", b"\xff\xfe", b"[]", b"{}", b'{"title": 1}', b"# An article", b"[" * 5000])
def test_what_is_no_article_is_said_to_be_none(text: bytes) -> None:
    with pytest.raises(KbError) as raised:
        tree_of(text)
    assert raised.value.hint


def test_an_article_of_a_wrong_shape_is_said_to_be_one() -> None:
    for broken in ({"chapters": 1}, {"chapters": [{}]}, {"top": [{"post": 3}]}, {"counts": []}):
        with pytest.raises(KbError):
            article_of({**json.loads(data()), **broken}, LINES)
