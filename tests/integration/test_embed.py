"""The embed stage: what is missing and nothing else, resumable, and never a vector beside a text it was not made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from crawler.types import Post
from kb.embed import Embedded, embed
from kb.language.gloss import Glosser, load_glosser
from kb.store import vectors
from kb.store.connect import Store, open_store
from kb.store.posts import body, save_post
from kb.store.sources import add_source
from kb.types import NewSource
from tests.fakes import HashingEmbedder, StillClock

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
HOME = "https://blog.example/"


@pytest.fixture
def glosser() -> Glosser:
    return load_glosser()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "kb.sqlite", create=True)
    put(made, "one", "A text about attention.\n\n" * 30)
    put(made, "two", "残差网络的训练。")
    put(made, "empty", "")
    yield made
    made.close()


def put(store: Store, name: str, markdown: str) -> int:
    with store.writing() as session:
        source_id, _ = add_source(session, NewSource(HOME), AT)
        return save_post(session, source_id, Post(HOME + name, name, markdown, HOME), AT).post_id


def run(store: Store, model: HashingEmbedder, glosser: Glosser) -> Embedded:
    return embed(store, model.name, lambda: model, lambda: glosser, StillClock())


def test_every_post_has_vectors_and_a_second_run_loads_nothing(store: Store, glosser: Glosser) -> None:
    model = HashingEmbedder()
    assert run(store, model, glosser).posts == 3
    posts, passages = vectors.load_vectors(store, "hashing", "posts"), vectors.load_vectors(store, "hashing")
    assert list(posts.ids) == [1, 2, 3]
    assert len(passages.ids) == len(model.seen) > 3
    assert np.abs(np.linalg.norm(posts.rows, axis=1) - 1).max() < 1e-5

    def never() -> HashingEmbedder:
        raise AssertionError("nothing is missing")

    assert embed(store, "hashing", never, lambda: glosser, StillClock()).posts == 0


def test_a_changed_text_is_embedded_again_and_the_others_are_not(store: Store, glosser: Glosser) -> None:
    model = HashingEmbedder()
    run(store, model, glosser)
    before = vectors.load_vectors(store, "hashing")
    model.seen.clear()
    put(store, "two", "Another text.")
    assert run(store, model, glosser).posts == 1
    assert model.seen == ["two\nAnother text."]
    after = vectors.load_vectors(store, "hashing")
    assert after.ids.max() > before.ids.max(), "ids of passages never come back"


def test_chinese_is_glossed_for_a_model_that_knows_none_and_left_for_one_that_does(
    store: Store, glosser: Glosser
) -> None:
    english, multilingual = HashingEmbedder("en", languages=frozenset({"en"})), HashingEmbedder("any")
    run(store, english, glosser)
    run(store, multilingual, glosser)
    assert "two residual network training." in english.seen
    assert "two\n残差网络的训练。" in multilingual.seen


def test_a_new_lexicon_redoes_the_glossed_posts_alone(store: Store, glosser: Glosser) -> None:
    model = HashingEmbedder("en", languages=frozenset({"en"}))
    run(store, model, glosser)
    model.seen.clear()
    assert run(store, model, replace(glosser, lexicon=glosser.lexicon + "甲乙\tab\t9\n")).posts == 1


def test_a_new_chinese_vocabulary_redoes_the_chinese_posts_alone(
    store: Store, glosser: Glosser, monkeypatch: pytest.MonkeyPatch
) -> None:
    def again() -> int:
        model = HashingEmbedder("all-MiniLM-L6-v2", languages=frozenset({"en", "zh"}))
        return embed(store, "minilm", lambda: model, lambda: glosser, StillClock()).posts

    assert (again(), again()) == (3, 0)
    monkeypatch.setattr("kb.embedders.minilm.chinese_version", lambda: "zh-other")
    assert (again(), again()) == (1, 0)


def test_another_model_takes_the_place_of_the_first(store: Store, glosser: Glosser) -> None:
    run(store, HashingEmbedder("first"), glosser)
    run(store, HashingEmbedder("second"), glosser)
    assert vectors.makers(store.reader) == {"second": 3}
    assert len(vectors.load_vectors(store, "first").ids) == 0


def test_a_run_that_dies_keeps_what_it_finished(store: Store, glosser: Glosser) -> None:
    class Dying(HashingEmbedder):
        def encode(self, texts: list[str], kind: str = "doc") -> np.ndarray:
            if len(self.seen) > 2:
                raise KeyboardInterrupt
            return super().encode(texts, kind)

    with pytest.raises(KeyboardInterrupt):
        embed(store, "hashing", Dying, lambda: glosser, StillClock(), batch_chars=1)
    assert 0 < sum(vectors.makers(store.reader).values()) < 3
    assert run(store, HashingEmbedder(), glosser).total == 3 - 1


def test_a_text_that_changed_while_it_was_encoded_is_left_for_the_next_run(store: Store, glosser: Glosser) -> None:
    class Slow(HashingEmbedder):
        def encode(self, texts: list[str], kind: str = "doc") -> np.ndarray:
            put(store, "one", "Edited meanwhile.")
            return super().encode(texts, kind)

    embed(store, "hashing", Slow, lambda: glosser, StillClock())
    assert [post.post_id for post in vectors.missing(store.reader, ("hashing|cut1",))] == [1]


def test_passages_point_into_the_stored_text(store: Store, glosser: Glosser) -> None:
    run(store, HashingEmbedder(), glosser)
    ids = [int(i) for i in vectors.load_vectors(store, "hashing").ids]
    for passage in vectors.passages_of(store.reader, ids).values():
        assert passage.end <= len(body(store.reader, passage.post_id))
