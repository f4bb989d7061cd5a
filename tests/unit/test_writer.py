"""The writer model: what it may replace, and that whatever it does the quotations are the way back."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest

from crawler.types import Failure
from kb.article import write_article
from kb.types import Article, Sentence
from kb.writing.gate import Gate
from kb.writing.writer import GIVES_UP, Writer, sentences_of, stretches
from tests.articles import COUNTS, judge, sample_chart

LINES, TEXTS = sample_chart(60)


@cache
def article() -> Article:
    return write_article(LINES, TEXTS.__getitem__, COUNTS, "en", 2, "2026-01-02", judge=judge())


def completion(content: str) -> bytes:
    return json.dumps({"choices": [{"message": {"content": content}}]}).encode()


def retold(payload: Any) -> bytes:
    """What an honest writer answers: the quotations again, as sentences with their sources."""
    given = json.loads(payload["messages"][1]["content"])
    return completion(json.dumps({"sentences": [{"text": g["text"], "citations": [g["id"]]} for g in given]}))


def vouch_all(text: str, citations: Any) -> str | None:
    return None


def found(changed: Article, vouch: Any = vouch_all) -> list[str]:
    return list(Gate(LINES, lambda i: (TEXTS[i],), COUNTS, vouch=vouch).violations(changed))


def kinds(changed: Article) -> set[str]:
    return {s.kind for c in changed.chapters for e in c.sections for s in e.body}


def test_what_is_vouched_for_stands_with_its_sources_and_the_model_is_named() -> None:
    writer = Writer("test-model", retold, vouch_all)
    changed = writer.rewrite(article())
    assert "written" in kinds(changed) and changed.writer == "test-model"
    assert any("test-model" in s.text for s in changed.chapters[0].sections[1].body)
    assert found(changed) == []
    assert writer.notes == []


def test_the_gate_takes_nothing_written_that_nobody_vouches_for() -> None:
    changed = Writer("test-model", retold, vouch_all).rewrite(article())
    assert found(changed, None)
    assert found(changed, lambda text, citations: "not so")


@pytest.mark.parametrize(
    "answer",
    [
        b"<html><body>Bad gateway</body></html>",
        b"",
        b"{}",
        b'{"choices": []}',
        b'{"choices": [{"message": {"content": 7}}]}',
        completion("I am sorry, I cannot do that."),
        completion("{}"),
        completion('{"sentences": [{"text": "x"}]}'),
        completion('{"sentences": [{"text": 1, "citations": [1]}]}'),
        completion('{"sentences": [{"text": "x", "citations": ["101"]}]}'),
        completion('{"sentences": []}'),
        completion('{"sentences": [{"text": "Deep learning is solved.", "citations": []}]}'),
        completion('{"sentences": [{"text": "Deep learning is solved.", "citations": [99999]}]}'),
    ],
)
def test_whatever_a_writer_answers_the_quotations_stay(answer: bytes) -> None:
    writer = Writer("test-model", lambda payload: answer, vouch_all)
    assert writer.rewrite(article()) == article()
    assert writer.notes and all("kept as quoted" in note for note in writer.notes)


def test_a_sentence_that_is_not_borne_out_turns_its_whole_stretch_down() -> None:
    writer = Writer("test-model", retold, lambda text, citations: "it says the opposite of its post")
    assert writer.rewrite(article()) == article()
    assert all("opposite" in note for note in writer.notes)


def test_an_endpoint_that_fails_again_and_again_is_not_asked_any_more() -> None:
    asked = []

    def fail(payload: Any) -> Failure:
        asked.append(payload)
        return Failure("http://x", "timeout", "no full answer within 1 s", datetime(2026, 1, 1, tzinfo=UTC))

    writer = Writer("test-model", fail, vouch_all)
    assert writer.rewrite(article()) == article()
    assert len(asked) == GIVES_UP


def test_a_fenced_answer_is_read() -> None:
    fenced = completion('```json\n{"sentences": [{"text": "a  b", "citations": [3, 3]}]}\n```')
    assert list(sentences_of(fenced)) == [Sentence("a b", "written", (3,))]


def test_what_introduces_something_shown_stays_with_it() -> None:
    body = [
        Sentence("One.", "quote", (1,)),
        Sentence("The code is:", "quote", (2,)),
        Sentence("x = 1", "quote", (2,), "code"),
        Sentence("Two.", "quote", (3,)),
    ]
    assert [len(run) for run in stretches(body)] == [1, 1, 1, 1]
    assert [s.text for run in stretches(body) for s in run] == ["One.", "The code is:", "x = 1", "Two."]
