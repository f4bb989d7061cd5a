"""Search over a store on disk: what is found, what is left out, and that a half-made store is searched all the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.text import quality
from crawler.types import Post
from kb.embed import Embedded, embed
from kb.errors import NotFound, UsageError
from kb.language.gloss import Glosser, load_glosser
from kb.retrieval.fusion import Fused
from kb.retrieval.hits import one_of_each_group
from kb.retrieval.similar import similar
from kb.search import Searcher, search
from kb.store import text, vectors
from kb.store.connect import Store, open_store
from kb.store.posts import save_post
from kb.store.sources import add_source
from kb.types import Filters, NewSource
from tests.fakes import HashingEmbedder, StillClock

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
HOME = "https://blog.example/"
POSTS = [
    ("Transfer learning", "en", "2024-01-05", "Take a network trained on ImageNet and fine-tune its last layer."),
    ("迁移学习", "zh", "2024-02-05", "拿一个预训练的网络，只微调最后一层，这就是迁移学习。"),
    ("Dropout", "en", "2023-03-05", "Dropout removes units at random.\n\n```python\nnn.Dropout(0.5)\n```"),
    ("Linear layers", "en", "2022-03-05", "## The layer\n\nA call of torch.nn.Linear multiplies by a matrix."),
    ("Attention", "en", None, "Queries meet keys:\n\n$$\nQK^T\n$$\n\nThe softmax weighs the values. C++ has it too."),
]


@pytest.fixture
def glosser() -> Glosser:
    return load_glosser()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "kb.sqlite", create=True)
    with made.writing() as session:
        source_id, _ = add_source(session, NewSource(HOME), AT)
        for i, (title, language, day, markdown) in enumerate(POSTS):
            save_post(session, source_id, Post(
                f"{HOME}{i}", title, markdown, HOME, published=day, language=language, quality=quality(markdown),
            ), AT)  # fmt: skip
    yield made
    made.close()


def run_embed(store: Store, glosser: Glosser, model: HashingEmbedder) -> Embedded:
    return embed(store, model.name, lambda: model, lambda: glosser, StillClock())


def titles(store: Store, query: str, **options: object) -> list[str]:
    return [hit.post.title for hit in search(store, query, **options).hits]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("transfer learning", "Transfer learning"),
        ("迁移学习", "迁移学习"),
        ("nn.Linear", "Linear layers"),
        ("torch.nn.Linear", "Linear layers"),
        ("fine-tuning", "Transfer learning"),
        ("C++", "Attention"),
        ("dropping units", "Dropout"),
    ],
)
def test_words_find_the_post_as_soon_as_it_is_stored(store: Store, query: str, title: str) -> None:
    assert title in titles(store, query, mode="text")[:2]  # its translation may come first


def test_traditional_characters_find_simplified_ones(store: Store) -> None:
    assert "迁移学习" in titles(store, "微調最後一層", mode="text")


def test_each_language_finds_the_other(store: Store) -> None:
    assert set(titles(store, "迁移学习")[:2]) == {"Transfer learning", "迁移学习"}
    assert set(titles(store, "transfer learning")[:2]) == {"Transfer learning", "迁移学习"}


def test_phrases_exclusions_and_fields_confine(store: Store) -> None:
    assert titles(store, '"last layer"') == ["Transfer learning"]
    assert "Linear layers" not in titles(store, "layer -matrix")
    assert titles(store, "layer title:linear") == ["Linear layers"]
    assert set(titles(store, "has:math")) == {"Attention"}
    assert set(titles(store, "lang:zh")) == {"迁移学习"}
    assert titles(store, "after:2024") == ["迁移学习", "Transfer learning"]
    assert set(titles(store, "layer before:2023")) == {"Linear layers"}
    assert set(titles(store, "dropout OR softmax")) == {"Dropout", "Attention"}
    assert titles(store, "layer source:blog.example")


def test_filters_are_applied_before_the_scores(store: Store, glosser: Glosser) -> None:
    model = HashingEmbedder()
    run_embed(store, glosser, model)
    found = search(store, "layer", filters=Filters(language="zh"), embedder=lambda: model)
    assert [hit.post.title for hit in found.hits] == ["迁移学习"]


def test_a_field_that_cannot_be_is_a_usage_error(store: Store) -> None:
    for query in ("x after:never", "x source:nowhere", "x topic:nothing"):
        with pytest.raises(UsageError):
            search(store, query)


def test_a_store_without_vectors_is_searched_by_words_and_says_so(store: Store) -> None:
    found = search(store, "dropout", embedder=HashingEmbedder)
    assert found.hits[0].post.title == "Dropout"
    assert "kb embed" in found.notes[0]


def test_vectors_of_another_model_are_not_compared_and_a_word_says_so(store: Store, glosser: Glosser) -> None:
    run_embed(store, glosser, HashingEmbedder())
    found = search(store, "dropout", embedder=lambda: HashingEmbedder("another"))
    assert found.hits[0].post.title == "Dropout"
    assert "by hashing, not by another" in found.notes[0]


def test_a_half_finished_embed_is_searchable(store: Store, glosser: Glosser) -> None:
    model, went = HashingEmbedder(), iter([False, False])
    embed(store, model.name, lambda: model, lambda: glosser, StillClock(), stop=lambda: next(went, True), batch_chars=1)
    assert vectors.makers(store.reader) == {"hashing": 2}
    assert {hit.post.title for hit in search(store, "softmax", embedder=lambda: model).hits} >= {"Attention"}


def test_a_searcher_sees_what_is_written_meanwhile(store: Store, glosser: Glosser) -> None:
    model = HashingEmbedder()
    searcher = Searcher(store, lambda: model, lambda: glosser)
    run_embed(store, glosser, model)
    assert searcher.search("kalman filter", mode="vector").hits[0].post.title != "Kalman"
    with store.writing() as session:
        source_id, _ = add_source(session, NewSource(HOME), AT)
        new = save_post(session, source_id, Post(f"{HOME}new", "Kalman", "A kalman filter.", HOME), AT)
    assert searcher.search("kalman filter", mode="text").hits[0].post.title == "Kalman"
    run_embed(store, glosser, model)
    assert searcher.search("kalman filter", mode="vector").hits[0].post.title == "Kalman"
    with store.writing() as session:
        vectors.drop_post(session, new.post_id)
        text.drop_post(session, new.post_id)
    assert "Kalman" not in [hit.post.title for hit in searcher.search("kalman filter").hits]


def test_pages_of_hits_follow_each_other_without_loss(store: Store, glosser: Glosser) -> None:
    model = HashingEmbedder()
    run_embed(store, glosser, model)
    whole = search(store, "layer", embedder=lambda: model)
    pages = [search(store, "layer", n=2, offset=i, embedder=lambda: model).hits for i in range(0, 6, 2)]
    assert [hit.post.id for page in pages for hit in page] == [hit.post.id for hit in whole.hits]
    assert [hit.rank for page in pages for hit in page] == [1, 2, 3, 4, 5]
    assert whole.total == 5


def test_one_of_each_group_of_duplicates_is_shown(store: Store) -> None:
    with store.writing() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO duplicate (post_id, original_id, kind, similarity, made_by) VALUES (1, 2, 'near', 1, 'x')"
        )
    assert len({"Transfer learning", "迁移学习"} & set(titles(store, "transfer learning"))) == 1


def test_an_original_that_is_nearly_as_good_is_shown_and_not_its_copy(store: Store) -> None:
    best, next_best, *_ = order = [Fused(1, 4.0, 2.0, 2.0), Fused(2, 3.9, 2.0, 1.9), Fused(3, 3.5, 2.0, 1.5)]
    with store.writing() as session:
        session.connection().exec_driver_sql(
            "INSERT INTO duplicate (post_id, original_id, kind, similarity, made_by) VALUES (1, 3, 'near', 1, 'x')"
        )
    assert one_of_each_group(store.reader, order) == [order[2], next_best]
    far = [best, next_best, Fused(3, 1.0, 0.5, 0.5)]
    assert one_of_each_group(store.reader, far) == [best, next_best]


def test_a_hit_says_where_and_why(store: Store) -> None:
    hit = search(store, "nn.Linear").hits[0]
    assert hit.heading == "The layer"
    assert "\x02nn\x03.\x02Linear\x03" in hit.snippet
    assert hit.start < hit.end and set(hit.parts) == {"text", "vector"}


def test_similar_posts_are_the_nearest_without_the_post_itself(store: Store, glosser: Glosser) -> None:
    with pytest.raises(NotFound):
        similar(store, 1)
    run_embed(store, glosser, HashingEmbedder(languages=frozenset({"en"})))
    found = similar(store, 1, 3)
    assert len(found) == 3 and 1 not in [hit.post.id for hit in found]
    assert found[0].post.title == "迁移学习"


def test_an_index_full_of_what_is_gone_is_made_anew(store: Store) -> None:
    with store.writing() as session:
        for _ in range(3):
            text.drop_post(session, 1)
            text.index_post(session, 1, "Transfer learning", (), "New words.")
    assert text.stale_share(store.reader) > text.STALE_SHARE
    with store.writing() as session:
        text.rebuild(session)
    assert text.stale_share(store.reader) == 0
    assert titles(store, "imagenet", mode="text") == ["Transfer learning"]


def test_a_full_text_index_that_another_version_made_is_made_anew_once(store: Store) -> None:
    assert not text.renew(store)  # this version's
    with store.writing() as session:
        run = session.connection().exec_driver_sql
        run("INSERT INTO text_fts (text_fts) VALUES ('delete-all')")
        run("DELETE FROM meta WHERE key = 'text_index'")
    assert titles(store, "imagenet", mode="text") == []
    assert text.renew(store)
    assert titles(store, "imagenet", mode="text")
    assert not text.renew(store)


def test_a_word_that_occurs_nowhere_is_put_right_and_a_word_says_so(store: Store) -> None:
    found = search(store, "atention", mode="text")
    assert found.notes == ('no post has the word "atention"; searched for "attention"',)
    assert "Attention" in [hit.post.title for hit in found.hits]
    assert 'no post has the word "qwertzuiop"' in search(store, "dropout qwertzuiop").notes
    assert search(store, "attention dropout fine-tune").notes == ()


@pytest.fixture
def many(store: Store) -> Store:
    """65 posts on attention; in one of them the word is written with a slip."""
    with store.writing() as session:
        source_id, _ = add_source(session, NewSource(HOME), AT)
        for i in range(65):
            body = "Self atention, as it were." if i == 0 else "Of attention."
            save_post(session, source_id, Post(f"{HOME}many{i}", f"Post {i}", body, HOME), AT)
    return store


def test_a_long_word_with_a_slip_that_hardly_any_post_has_is_put_right_unless_it_is_quoted(many: Store) -> None:
    found = search(many, "atention", mode="text")
    assert found.notes == ('hardly any post has the word "atention"; searched for "attention"',)
    assert found.total > 60
    found = search(many, '"atention"', mode="text")
    assert [hit.post.title for hit in found.hits] == ["Post 0"] and found.notes == ()


def test_a_word_with_a_slip_that_several_posts_have_is_left_and_the_likely_one_is_named(many: Store) -> None:
    with many.writing() as session:
        source_id, _ = add_source(session, NewSource(HOME), AT)
        for i in range(2):
            save_post(session, source_id, Post(f"{HOME}more{i}", f"More {i}", "Of atention.", HOME), AT)
    found = search(many, "atention", mode="text")
    assert found.notes == ('few posts have the word "atention"; did you mean "attention"?',)
    assert found.total == 3


def test_what_may_be_a_name_is_neither_put_right_nor_held_for_another_word(store: Store) -> None:
    assert search(store, "DropuT", mode="text").notes[0] == 'no post has the word "DropuT"'
    assert search(store, "Dropuot", mode="text").notes[0] == 'no post has the word "Dropuot"; searched for "dropout"'


def test_nothing_found_says_what_was_in_the_way(store: Store) -> None:
    found = search(store, "dropout lang:zh", mode="text")
    assert found.hits == () and found.total == 0
    assert found.notes == ("nothing found; without language zh: 1 post",)
    assert "without --has: 1 post" in search(store, "dropout", mode="text", filters=Filters(has="math")).notes[-1]
    (note,) = search(store, '"units at last"').notes
    assert note == 'nothing found; without the condition "units at last": 3 posts'
    assert search(store, "qwertz", mode="text").notes[-1].startswith("nothing found; try fewer")


def test_why_a_hit_is_there_is_said_when_asked(store: Store, glosser: Glosser) -> None:
    model = HashingEmbedder(languages=frozenset({"en"}))
    run_embed(store, glosser, model)
    assert search(store, "dropout", embedder=lambda: model).hits[0].why is None
    found = search(store, "迁移学习", embedder=lambda: model, explained=True)
    why, reading = found.hits[0].why, found.reading
    assert why is not None and reading is not None
    assert why["text"]["rank"] == 1 and why["text"]["of"] == 2
    assert why["vector"]["of"] == 5 and 0 < why["vector"]["score"] <= 1
    assert abs(why["text"]["part"] + why["vector"]["part"] - found.hits[0].score) < 0.002
    assert reading["meant"] == "transfer learning" and "transfer learning" in reading["other_names"]
    assert "why" in found.hits[0].as_json() and why["words"]


def test_a_model_that_made_no_vectors_here_is_not_loaded_and_the_cost_is_told(store: Store, glosser: Glosser) -> None:
    run_embed(store, glosser, HashingEmbedder())

    def load() -> HashingEmbedder:
        raise AssertionError("loaded")

    (note,) = search(store, "dropout", embedder=load, model="another").notes
    assert note == (
        "the vectors are by hashing, not by another, so only words can be compared; "
        "make them anew with: kb embed (about a minute and 1 MB)"
    )


def test_each_leg_alone_is_ordered_by_its_own_score(store: Store, glosser: Glosser) -> None:
    model = HashingEmbedder()
    run_embed(store, glosser, model)
    for mode in ("text", "vector"):
        hits = search(store, "the last layer", mode=mode, embedder=lambda: model).hits  # type: ignore[arg-type]
        assert [h.score for h in hits] == sorted((h.score for h in hits), reverse=True)
        assert all(h.parts["vector" if mode == "text" else "text"] == 0 for h in hits)


def test_a_list_of_references_finds_its_post_and_is_not_what_is_shown(store: Store, glosser: Glosser) -> None:
    body = (
        "## Contrast\n\n" + "Pairs of pictures are pulled together or pushed apart. " * 12
        + "\n\n## 8 References\n\n" + "Contrastive representation learning, a survey of it. " * 12
    )  # fmt: skip
    with store.writing() as session:
        source_id, _ = add_source(session, NewSource(HOME), AT)
        save_post(session, source_id, Post(f"{HOME}c", "Pairs", body, HOME), AT)
    run_embed(store, glosser, HashingEmbedder())
    model = HashingEmbedder()
    found = search(store, "contrastive representation", embedder=lambda: model)
    assert (found.hits[0].post.title, found.hits[0].heading) == ("Pairs", "Contrast")
    found = search(store, "contrastive representation", mode="text")
    assert (found.hits[0].post.title, found.hits[0].heading) == ("Pairs", "8 References")


def test_a_few_words_are_sought_as_one_name_too_words_of_grammar_included(store: Store) -> None:
    with store.writing() as session:
        source_id, _ = add_source(session, NewSource(HOME), AT)
        texts = "The memory is out, and of CUDA no word.", "RuntimeError: CUDA out of memory, it said."
        for i, body in enumerate(texts):
            save_post(session, source_id, Post(f"{HOME}cuda{i}", f"Error {i}", body, HOME), AT)
    assert titles(store, "cuda out of memory", mode="text") == ["Error 1", "Error 0"]


def test_vectors_alone_where_there_are_none_show_nothing_and_say_what_to_do(store: Store) -> None:
    model = HashingEmbedder()
    found = search(store, "attention", mode="vector", embedder=lambda: model)
    assert found.hits == ()
    assert "kb embed" in found.notes[0] and found.notes[1].endswith("leave it out to search by words")
