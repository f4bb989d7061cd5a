"""How much two texts have in common, and which of a group is the original."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from kb.dedupe import Pair, group, judge, translations, without_language
from kb.language.resemblance import Candidate, Hashes, candidates, compare, grams, repeated, sample
from kb.types import Vectors

WORDS = [f"word{i}" for i in range(400)]


def text(seed: int, n: int = 600) -> str:
    return " ".join(random.Random(seed).choices(WORDS, k=n))


def post(
    i: int, *, source: int = 1, day: str | None = "2020-01-01", language: str = "en", linked: int = 0
) -> Candidate:
    return Candidate(i, f"https://b{source}.example/{i}", source, day, language, linked)


def edited(given: str, share: float) -> str:
    rng = random.Random(9)
    return " ".join("changed" if rng.random() < share else word for word in given.split())


def pairs_of(texts: dict[int, str]) -> list[tuple[int, int]]:
    return candidates({i: sample(grams(t)) for i, t in texts.items()})


@pytest.mark.parametrize("share", [0.0, 0.01, 0.02])
def test_a_text_of_which_a_few_words_were_edited_is_the_same(share: float) -> None:
    a, b = text(1), edited(text(1), share)
    assert pairs_of({1: a, 2: b, 3: text(2)}) == [(1, 2)]
    assert judge(post(1), post(2), grams(a), grams(b)) is not None


def test_other_texts_are_no_candidates_whatever_boilerplate_they_share() -> None:
    licence = " ".join(WORDS[:60])
    assert pairs_of({i: text(i) + " " + licence for i in range(60)}) == []


def test_a_short_excerpt_goes_to_the_whole_and_a_long_one_stands_for_itself() -> None:
    whole = text(5, 6000)
    short, long = " ".join(whole.split()[100:300]), " ".join(whole.split()[100:800])
    found = judge(post(1), post(2), grams(whole), grams(short))
    assert found is not None and (found.kind, found.a, found.b) == ("excerpt", 1, 2)
    assert judge(post(1), post(3), grams(whole), grams(long)) is None


def test_where_a_text_links_to_makes_no_difference() -> None:
    linked = text(3).replace("word7 ", "[word7](https://a.example/some/long/path.html) ")
    assert compare(grams(text(3)), grams(linked))[0] > 0.98


def test_what_a_blog_says_under_its_posts_is_no_part_of_an_excerpt() -> None:
    whole, foot = text(5, 6000), " ".join(f"foot{i}" for i in range(40))
    part = " ".join(whole.split()[100:200]) + " " + foot
    assert judge(post(1), post(2), grams(whole), grams(part)) is None
    said = repeated([grams(f"{text(i)} {foot}") for i in range(10, 16)])
    found = judge(post(1), post(2), grams(whole), np.setdiff1d(grams(part), said))
    assert found is not None and (found.kind, found.b) == ("excerpt", 2)
    assert len(repeated([grams(text(1)), grams(text(1))])) == 0


def test_a_text_and_its_next_version_are_one_and_another_text_of_its_kind_is_not() -> None:
    first = text(1, 1000)
    second = " ".join([*first.split()[:720], *text(2, 280).split()])
    jaccard, contained = compare(grams(first), grams(second))
    assert jaccard > 0.3 and 0.6 < contained < 0.8
    named = [replace(post(i), title=title) for i, title in enumerate(("Heads", "Heads, version 2.0", "Heads of SURF"))]
    found = judge(named[0], named[1], grams(first), grams(second))
    assert found is None  # one word is no title to go by
    long = [replace(p, title="The Family of " + p.title) for p in named]
    found = judge(long[0], long[1], grams(first), grams(second))
    assert found is not None and found.kind == "near"
    assert judge(long[0], long[2], grams(first), grams(second)) is None


def test_posts_of_next_to_no_prose_are_one_only_by_their_titles_or_to_the_letter() -> None:
    code, other = text(5), edited(text(5), 0.01)
    sift, surf = (
        replace(post(i), title=f"Matching features by {name}", words=40) for i, name in ((1, "SIFT"), (2, "SURF"))
    )
    assert judge(sift, surf, grams(code), grams(other)) is None
    again = replace(surf, title="Matching-features by SIFT")
    assert judge(sift, again, grams(code), grams(other)) is not None
    assert judge(sift, surf, grams(code), grams(code)) is not None
    assert judge(sift, replace(surf, words=400), grams(code), grams(other)) is None
    assert judge(*(replace(p, words=400) for p in (sift, surf)), grams(code), grams(other)) is not None


def test_a_chinese_text_is_compared_by_its_characters() -> None:
    a = "注意力机制按内容读取信息，" + "".join(chr(0x4E00 + (i * 37) % 3000) for i in range(400))
    assert compare(grams(a), grams(a.replace("信息", "知识")))[1] > 0.9


@pytest.mark.parametrize("given", ["", "a", "one two three four", "\0\ud800 x"])
def test_texts_without_enough_words_have_no_grams_and_are_nobodys_copy(given: str) -> None:
    nothing: Hashes = grams(given.encode("utf-8", "replace").decode())
    assert len(nothing) == 0
    assert compare(nothing, grams(text(1))) == (0.0, 0.0)
    assert compare(nothing, nothing) == (0.0, 0.0)


def test_the_original_is_the_canonical_one_then_the_earliest_then_the_most_linked() -> None:
    both = [Pair(1, 2, "near", 0.9)]
    plain = {1: post(1, day="2021-05-01"), 2: post(2, source=2, day="2020-05-01")}
    assert [(d.post_id, d.original_id, d.kind) for d in group(plain, both)] == [(1, 2, "cross-post")]
    named = {1: plain[1], 2: Candidate(2, "https://b2.example/2", 2, "2020-05-01", "en", 0, 1)}
    assert [(d.post_id, d.original_id) for d in group(named, both)] == [(2, 1)]
    linked = {1: post(1), 2: post(2, linked=3)}
    assert [(d.post_id, d.original_id) for d in group(linked, both)] == [(1, 2)]


def test_a_chain_of_likenesses_does_not_run_on() -> None:
    posts = {i: post(i, day=f"2020-01-0{i}") for i in (1, 2, 3)}
    found = group(posts, [Pair(1, 2, "near", 0.9), Pair(2, 3, "near", 0.9)])
    assert [(d.post_id, d.original_id) for d in found] == [(2, 1)]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("https://a.example/zh/blog/x/", "https://a.example/blog/x"),
        ("https://a.example/blog-en/x", "https://a.example/blog-zh/x"),
        ("https://a.example/x-de/", "https://a.example/x"),
        ("https://a.example/zh-cn/x", "https://a.example/en/x"),
    ],
)
def test_the_same_address_but_for_a_language_is_a_translation(a: str, b: str) -> None:
    assert without_language(a) == without_language(b)
    posts = [Candidate(1, a, 1, None, "zh"), Candidate(2, b, 1, None, "en"), Candidate(3, b, 2, None, "ko")]
    nothing = Vectors(np.empty(0, np.int64), np.empty((0, 0), np.float32), "")
    assert [(p.a, p.b, p.kind) for p in translations(posts, nothing)] == [(1, 2, "translation")]


def test_nearest_posts_of_one_day_in_two_languages_are_translations() -> None:
    rows = np.array([[1, 0], [0, 1], [0.96, 0.28], [0.6, 0.8]], np.float32)
    posts = [post(i, language=language) for i, language in ((1, "en"), (2, "en"), (3, "zh"), (4, "zh"))]
    found = translations(posts, Vectors(np.arange(1, 5), rows, "m"))
    assert [(p.a, p.b) for p in found] == [(1, 3)]


def test_a_translation_is_linked_to_the_original_of_its_group() -> None:
    posts = {1: post(1), 2: post(2, day="2020-02-01"), 3: post(3, day="2020-03-01", language="zh")}
    found = group(posts, [Pair(1, 2, "near", 0.9), Pair(2, 3, "translation", 0.85)])
    assert [(d.post_id, d.original_id, d.kind) for d in found] == [(2, 1, "near"), (3, 1, "translation")]
