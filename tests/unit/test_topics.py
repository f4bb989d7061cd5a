"""Clusters, matching, placing, labels: the arithmetic of topics that stay."""

from __future__ import annotations

import numpy as np
import pytest

from kb.language.gloss import Term
from kb.language.terms import Terms, load_terms
from kb.taxonomy.clusters import Frame, centroids, cluster, frame_of, match, number_of_topics, unit
from kb.taxonomy.labels import Label, labels, term_counts
from kb.taxonomy.regroup import Described, Draft, Known, place, refit
from kb.types import Assignment

TERMS = Terms(
    [
        Term("diffusion model", "扩散模型", "", (), "generative"),
        Term("attention", "注意力", "", (), "basics"),
        Term("convolutional neural network", "卷积神经网络", "CNN", (), "vision"),
        Term("generative pre-trained transformer", "生成式预训练Transformer", "GPT", (), "language"),
        Term("survey", "综述", "", (), "general"),
    ]
)


def blobs(groups: int, each: int, seed: int = 0, dim: int = 24) -> np.ndarray:
    rng = np.random.default_rng(seed)
    middles = unit(rng.normal(size=(groups, dim)).astype(np.float32))
    rows = np.repeat(middles, each, axis=0) + 0.06 * rng.normal(size=(groups * each, dim))
    return unit(rows.astype(np.float32))


def described(rows: np.ndarray, first: int = 1, copies: frozenset[int] = frozenset()) -> Described:
    n = len(rows)
    ids = tuple(range(first, first + n))
    even = np.full((n, 4), 0.25, np.float32)
    return Described(ids, tuple(i in copies for i in ids), rows, even, even, 0.9)


def known_of(plan) -> Known:  # type: ignore[no-untyped-def]
    ids = {draft.key: 100 + i for i, draft in enumerate(plan.topics)}
    topics = tuple(Draft(ids[d.key], d.field, d.centroid) for d in plan.topics)
    return Known(topics, {a.post_id: ids[a.topic_id] for a in reversed(plan.assignments)})


def kept_of(known: Known) -> list[Assignment]:
    return [Assignment(post_id, topic_id, 0.9) for post_id, topic_id in known.of.items()]


def test_a_fit_finds_what_is_there_and_a_second_one_keeps_every_id() -> None:
    rows = blobs(9, 8)
    first = refit(Known((), {}), described(rows))
    assert len(first.topics) == 9
    assert {e.kind for e in first.events} == {"birth"}
    known = known_of(first)
    again = refit(known, described(rows))
    assert again.events == ()
    assert {a.post_id: a.topic_id for a in reversed(again.assignments)} == known.of


def test_new_posts_go_to_the_standing_topics_and_no_post_moves() -> None:
    rows = blobs(6, 12)
    known = known_of(first := refit(Known((), {}), described(rows)))
    assert first.frame is not None
    plan = place(first.frame, known, kept_of(known), described(rows[::12] + 0.001, first=1000))
    assert plan.events == ()
    assert {a.post_id for a in plan.assignments} == {*known.of, *range(1000, 1006)}


def test_posts_that_fit_nowhere_and_are_alike_make_a_new_topic_and_strangers_none() -> None:
    rows = blobs(6, 12)
    known = known_of(first := refit(Known((), {}), described(rows)))
    assert first.frame is not None
    strangers = blobs(1, 8, seed=7)
    assert [e.kind for e in place(first.frame, known, kept_of(known), described(strangers, first=1000)).events] == [
        "birth"
    ]
    alone = blobs(4, 1, seed=8)
    plan = place(first.frame, known, kept_of(known), described(alone, first=2000))
    assert plan.events == () and {a.post_id for a in plan.assignments} == set(known.of)


def test_a_copy_gets_a_topic_and_shapes_none() -> None:
    rows = blobs(4, 10)
    copies = frozenset(range(1, 41)) - frozenset(range(1, 41, 2))
    plan = refit(Known((), {}), described(rows, copies=copies))
    assert {a.post_id for a in plan.assignments} >= copies


def test_copies_of_what_is_not_on_the_topic_make_topics_themselves() -> None:
    plan = refit(Known((), {}), described(blobs(2, 6), copies=frozenset(range(1, 13))))
    assert {a.post_id for a in plan.assignments} == set(range(1, 13))


def test_a_pinned_topic_keeps_its_posts() -> None:
    rows = blobs(6, 12)
    known = known_of(refit(Known((), {}), described(rows)))
    odd = dict(known.of) | {1: known.of[72]}  # a person moved it where it does not belong
    kept = refit(Known(known.topics, odd, frozenset({known.of[72]})), described(rows))
    assert {a.post_id: a.topic_id for a in reversed(kept.assignments)}[1] == known.of[72]


@pytest.mark.parametrize("n", [1, 2, 3, 5])
def test_a_handful_of_posts_is_one_topic_or_few(n: int) -> None:
    plan = refit(Known((), {}), described(blobs(n, 1)))
    assert 1 <= len(plan.topics) <= 2


def test_all_the_same_post_is_one_topic() -> None:
    plan = refit(Known((), {}), described(np.tile(blobs(1, 1), (30, 1))))
    assert len(plan.topics) == 1
    assert len(plan.assignments) == 30


def test_matching_hands_ids_on_by_members_and_centroid() -> None:
    means = unit(np.eye(3, 8, dtype=np.float32))
    old = [frozenset({1, 2, 3}), frozenset({4, 5}), frozenset({6})]
    new = [frozenset({4, 5, 9}), frozenset({1, 2, 3, 7}), frozenset({8})]
    assert match(old, means, new, means[[1, 0, 2]]) == {0: 1, 1: 0}


def test_the_number_of_topics_grows_with_the_root_of_the_posts() -> None:
    assert [number_of_topics(n) for n in (0, 1, 70, 1700, 100_000)] == [1, 1, 11, 54, 80]


def test_fields_weigh_nothing_where_posts_are_about_something_else() -> None:
    rng = np.random.default_rng(0)
    near = rng.uniform(size=(50, 4)).astype(np.float32)
    assert frame_of(near, near, 30, relevance=0.0).weight == 0
    assert frame_of(near, near, 30, relevance=1.0).weight > 1
    frame: Frame = frame_of(near, near, 30, relevance=1.0)
    rows = frame.features(blobs(1, 50), near, near)
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)


def test_the_field_of_a_topic_is_the_likeliest_by_cosine_of_those_that_are_about_as_unusual() -> None:
    rows = blobs(2, 10)
    cosines = np.tile(np.array([0.2, 0.5, 0.4, 0.1], np.float32), (20, 1))
    cosines[:10, 0] += 0.2  # unusual for the first field, and for the second, which it is more like
    cosines[:10, 1] += 0.19
    posts = Described(tuple(range(20)), (False,) * 20, rows, cosines, np.zeros((20, 4), np.float32), 0.9, other=3)
    plan = refit(Known((), {}), posts)
    field = {draft.key: draft.field for draft in plan.topics}
    mine = {a.post_id: field[a.topic_id] for a in plan.assignments}
    assert mine[0] == 1
    assert mine[19] == 3  # like no field more than usual


def test_posts_that_have_no_subject_in_common_make_no_topic_and_a_pinned_one_stays() -> None:
    scattered = unit(np.random.default_rng(3).normal(size=(12, 24)).astype(np.float32) + 0.9)  # of one half-space
    rows = np.concatenate([blobs(6, 20), scattered])
    plan = refit(Known((), {}), described(rows))
    sets: dict[int, set[int]] = {}
    for a in plan.assignments:
        sets.setdefault(a.topic_id, set()).add(a.post_id)
    assert len(sets) == 6 and all(len(members & set(range(1, 121))) == 20 for members in sets.values())
    held = dict.fromkeys(range(121, 133), 7)
    pinned = Known((Draft(7, 0, centroids(rows[120:], np.zeros(12, np.intp), 1)[0]),), held, frozenset({7}))
    again = refit(pinned, described(rows))
    assert {a.topic_id for a in again.assignments if a.post_id > 120} >= {7}


def test_clusters_do_not_depend_on_chance() -> None:
    rows = blobs(5, 30)
    assert cluster(rows, 5).tolist() == cluster(rows, 5).tolist()
    assert centroids(rows, np.full(len(rows), -1, np.intp), 2).any() == False  # noqa: E712


def test_a_topic_is_named_by_what_sets_it_apart_in_both_languages() -> None:
    texts = {
        1: ["Diffusion model survey\n\nattention", "扩散模型综述\n\n注意力"],
        2: ["CNN survey\n\nattention", "卷积神经网络综述\n\n注意力"],
    }
    counts = {key: term_counts(some, TERMS) for key, some in texts.items()}
    named = labels(counts, texts, TERMS, {})
    assert (named[1].en, named[1].zh) == ("Diffusion models", "扩散模型")
    assert (named[2].en, named[2].zh) == ("CNN", "卷积神经网络")


def test_a_label_stays_while_it_is_true_and_no_two_topics_have_the_same() -> None:
    texts = {1: ["GPT\n\nGPT"], 2: ["GPT\n\nGPT and attention"], 3: ["nothing known\n\nhere"]}
    counts = {key: term_counts(some, TERMS) for key, some in texts.items()}
    old = Label("My GPT", "我的GPT", ("generative pre-trained transformer",))
    named = labels(counts, texts, TERMS, {2: old})
    assert (named[2].en, named[2].zh) == (old.en, old.zh)
    assert len({label.en for label in named.values()}) == 3


def test_terms_are_found_in_both_languages_the_longest_first_and_abbreviations_in_their_own_case() -> None:
    terms = load_terms()

    def found(text: str) -> set[str]:
        return {terms.all[i].en for i in terms.mentions(text)}

    assert "diffusion model" in found("Diffusion Models beat GANs")
    assert "convolutional neural network" in found("卷积神经网络的结构")
    assert found("I sat in the rain and can not cope") & {"reinforcement learning"} == set()
    assert found("") == set()
