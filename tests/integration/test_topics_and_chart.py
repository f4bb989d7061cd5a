"""Duplicates, relevance, topics and editions over a store on disk: only what is missing, and a person's word stands."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from crawler.text import quality
from crawler.types import Post, Reference
from kb.dedupe import run_dedupe
from kb.embed import embed
from kb.errors import NotFound, UsageError
from kb.language.gloss import load_glosser
from kb.language.terms import Terms, load_terms
from kb.rank import run_rank
from kb.ranking.chart import chart, movement
from kb.ranking.editing import mark_post, merge_topics, pin_topic
from kb.ranking.why import why
from kb.relevance import run_relevance
from kb.store.connect import Store, open_store
from kb.store.editions import edition
from kb.store.posts import get_posts, save_post
from kb.store.sources import add_source
from kb.store.topics import assignments, events, find_topic, list_topics, posts_of_topic, rename_topic
from kb.topics import run_topics
from kb.types import NewSource
from tests.fakes import HashingEmbedder, StillClock

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
SUBJECTS = {
    "diffusion": "A diffusion model learns denoising; noise schedule and sampler decide the image generation.",
    "reinforcement": "In reinforcement learning an agent takes an action by its policy and gets a reward: Q-learning.",
    "detection": "Object detection predicts a bounding box; anchor box, non-maximum suppression, region proposal.",
    "recommendation": "A recommender system ranks by collaborative filtering, matrix factorization, implicit feedback.",
}


@pytest.fixture(scope="module")
def terms() -> Terms:
    return load_terms()


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "kb.sqlite", create=True)
    yield made
    made.close()


def put(store: Store, name: str, text: str, *, blog: str = "one", day: str = "2024-05-01", language: str = "en",
        references: tuple[Reference, ...] = ()) -> int:  # fmt: skip
    home = f"https://{blog}.example/"
    with store.writing() as session:
        source_id, _ = add_source(session, NewSource(home, title=blog), AT)
        post = Post(home + name, name.replace("-", " "), text, home, published=day, language=language,
                    authors=("kb sample",), references=references, quality=quality(text))  # fmt: skip
        return save_post(session, source_id, post, AT).post_id


def fill(store: Store, each: int = 8, first: int = 0) -> None:
    for subject, words in SUBJECTS.items():
        for i in range(first, first + each):
            own = " ".join(f"{subject}{i}w{k}" for k in range(180))
            body = "\n\n".join([f"## About {subject}", (words + " ") * 12, own])
            put(store, f"{subject}-{i}", body, blog=f"blog{i % 5}", day=f"2024-0{1 + i % 9}-11")


def cluster(store: Store, clock: StillClock, terms: Terms) -> tuple[object, object, object]:
    model = HashingEmbedder()
    embed(store, model.name, lambda: model, load_glosser, clock)
    return run_dedupe(store), run_relevance(store, lambda: model, terms), run_topics(store, clock, terms)


def contents(store: Store) -> dict[str, list[tuple[object, ...]]]:
    tables = ("duplicate", "fingerprint", "relevance", "topic", "assignment", "topic_event", "edition", "entry", "meta")
    return {t: [tuple(row) for row in store.reader.execute(f"SELECT * FROM {t}")] for t in tables}


def test_posts_on_one_subject_come_to_one_topic_and_a_second_run_writes_nothing(
    store: Store, clock: StillClock, terms: Terms
) -> None:
    fill(store)
    cluster(store, clock, terms)
    run_rank(store, clock)
    topic_of = {a.post_id: a.topic_id for a in reversed(assignments(store.reader))}
    posts = get_posts(store.reader, list(topic_of))
    for subject in SUBJECTS:
        assert len({topic_of[i] for i, p in posts.items() if p.title.startswith(subject)}) <= 2
    before = contents(store)
    clock.pass_s(86_400)
    cluster(store, clock, terms)
    assert not run_rank(store, clock).new
    assert contents(store) == before


def test_new_posts_join_the_standing_topics_and_the_others_keep_theirs(
    store: Store, clock: StillClock, terms: Terms
) -> None:
    fill(store)
    cluster(store, clock, terms)
    before = {a.post_id: a.topic_id for a in reversed(assignments(store.reader))}
    labels = {t.id: t.label_en for t in list_topics(store.reader)}
    fill(store, each=1, first=50)
    cluster(store, clock, terms)
    after = {a.post_id: a.topic_id for a in reversed(assignments(store.reader))}
    assert {i: after[i] for i in before} == before
    assert {t.id: t.label_en for t in list_topics(store.reader) if t.id in labels} == labels


def test_a_persons_label_and_merge_outlive_new_fits(store: Store, clock: StillClock, terms: Terms) -> None:
    fill(store)
    cluster(store, clock, terms)
    one, two = [t for t in list_topics(store.reader) if t.parent is not None][:2]
    with store.writing() as session:
        rename_topic(session, one.id, "  Mine\n<b>own</b> ", None, AT)
        rename_topic(session, one.id, "我的主题", None, AT)
    merge_topics(store, clock, str(two.id), str(one.id))
    pin_topic(store, clock, "我的主题")
    fill(store, each=9, first=20)
    assert cluster(store, clock, terms)[2].refitted  # type: ignore[attr-defined]
    kept = find_topic(store.reader, str(one.id))
    assert (kept.label_en, kept.label_zh) == ("Mine <b>own</b>", "我的主题")
    assert two.id not in {t.id for t in list_topics(store.reader)}
    assert {e.kind for e in events(store.reader, two.id)} >= {"birth", "merge"}
    assert posts_of_topic(store.reader, one.id)
    with pytest.raises(UsageError), store.writing() as session:
        rename_topic(session, one.id, " \n ", "en", AT)
    with pytest.raises(UsageError):
        merge_topics(store, clock, str(one.id), str(one.id))
    with pytest.raises(NotFound):
        find_topic(store.reader, "no such")


def test_copies_are_grouped_and_translations_linked(store: Store, clock: StillClock, terms: Terms) -> None:
    text = " ".join(f"word{i % 331} other{i % 173}" for i in range(900))
    original = put(store, "original", text, day="2024-01-01")
    copy = put(store, "copy", text + " And a word more.", blog="two", day="2024-02-01")
    put(store, "unlike", " ".join(f"term{i}" for i in range(900)), blog="two")
    done = run_dedupe(store)
    assert (done.duplicates, done.translations) == (1, 0)
    assert get_posts(store.reader, [copy])[copy].duplicate_of == original
    assert run_dedupe(store).fingerprinted == 0
    put(store, "copy", "Now it says something else. " * 40, blog="two", day="2024-02-01")
    assert run_dedupe(store).duplicates == 0


def test_each_edition_is_numbered_and_says_what_moved(store: Store, clock: StillClock, terms: Terms) -> None:
    assert run_rank(store, clock).edition is None
    assert chart(store.reader, 10) == ()
    fill(store)
    cluster(store, clock, terms)
    first = run_rank(store, clock)
    assert (first.edition, first.new, first.charted) == (1, True, 32)
    top = chart(store.reader, 3)
    assert [line.entry.rank for line in top] == [1, 2, 3]
    assert all(line.reason and line.topic for line in top)
    banned = mark_post(store, clock, "ban", str(top[0].post.id), "an advertisement").post_id
    mark_post(store, clock, "note", str(top[1].post.id), "read this first")
    second = run_rank(store, clock)
    assert (second.edition, second.left) == (2, 1)
    came, left, moved = movement(edition(store.reader, 1), edition(store.reader, 2))
    assert (came, [e.post_id for e in left]) == ([], [banned])
    assert all(places == 1 for _, places in moved)
    assert [line.entry.previous for line in chart(store.reader, 2)] == [2, 3]
    assert chart(store.reader, 1, edition=1)[0].post.id == banned
    reasons = why(store.reader, top[1].post.id)
    assert sum((p.value or 0) * p.weight for p in reasons.parts) == pytest.approx(reasons.score, abs=1e-3)
    assert "a person's note: read this first" in reasons.notes
    assert why(store.reader, banned).otherwise == ("not charted: a person banned it",)
    with pytest.raises(NotFound):
        chart(store.reader, 1, edition=9)
    with pytest.raises(NotFound):
        mark_post(store, clock, "ban", "https://nowhere.example/")


def test_what_trends_is_new_and_as_of_the_editions_date(store: Store, clock: StillClock, terms: Terms) -> None:
    fill(store)
    cluster(store, clock, terms)
    run_rank(store, clock)
    before = [line.post.id for line in chart(store.reader, 5, trending=True)]
    clock.pass_s(400 * 86_400)
    assert [line.post.id for line in chart(store.reader, 5, trending=True)] == before
    best, new = (chart(store.reader, 8, trending=trending) for trending in (False, True))
    assert sorted(line.post.published or "" for line in new) > sorted(line.post.published or "" for line in best)
    assert [line.entry.rank for line in new] == list(range(1, 9))


@pytest.mark.parametrize("n", [0, 1, 5, 99])
def test_a_store_with_few_posts_has_few_topics_and_a_short_chart(
    store: Store, clock: StillClock, terms: Terms, n: int
) -> None:
    for i in range(n):
        put(store, f"post-{i}", SUBJECTS["diffusion"] * 10 + f" own{i} words{i}", blog=f"b{i}")
    cluster(store, clock, terms)
    assert run_rank(store, clock).charted <= n
    assert len([t for t in list_topics(store.reader) if t.parent is not None]) <= max(1, n)


def test_vectors_of_two_models_nan_and_rubbish_are_left_out(store: Store, clock: StillClock, terms: Terms) -> None:
    fill(store)
    cluster(store, clock, terms)
    with sqlite3.connect(store.path) as db:
        db.execute("UPDATE post_vector SET row = ? WHERE post_id = 1", (np.full(64, np.nan, "<f4").tobytes(),))
        db.execute("UPDATE post_vector SET made_by = 'other|cut1' WHERE post_id = 2")
        db.execute("UPDATE post_vector SET row = x'0102' WHERE post_id = 3")
        db.execute("UPDATE post_vector SET content_hash = 'x'")
    run_relevance(store, HashingEmbedder, terms)
    run_topics(store, clock, terms)
    placed = {a.post_id for a in assignments(store.reader)}
    assert placed.isdisjoint({1, 2, 3}) and len(placed) > 20
    assert run_rank(store, clock).scored == 32


def test_a_topic_whose_posts_all_went_off_the_topic_ends(store: Store, clock: StillClock, terms: Terms) -> None:
    fill(store)
    cluster(store, clock, terms)
    with sqlite3.connect(store.path) as db:
        db.execute("UPDATE relevance SET on_topic = 0")
    run_topics(store, clock, terms)
    assert list_topics(store.reader) == [] and assignments(store.reader) == []
    assert {e.kind for e in events(store.reader)} == {"birth", "death"}


def test_a_store_of_one_language_has_topics_and_labels_in_both(store: Store, clock: StillClock, terms: Terms) -> None:
    subjects = {
        "扩散模型": "扩散模型学习去噪，采样器与噪声调度决定图像生成。",
        "强化学习": "强化学习中智能体按策略行动并获得奖励，即Q学习。",
    }
    for subject, words in subjects.items():
        for i in range(6):
            put(store, f"{subject}-{i}", f"## {subject}\n\n" + words * 12 + f" 第{i}篇", blog=f"b{i}", language="zh")
    cluster(store, clock, terms)
    run_rank(store, clock)
    low = [t for t in list_topics(store.reader) if t.parent is not None]
    assert low and all(t.label_en and t.label_zh for t in low)
    assert chart(store.reader, 5)
