"""The stage that finds posts which say the same, so that the chart holds a text once: copies, cross-posts, excerpts,
and translations, which are linked and not merged. Copies are grouped, never deleted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from kb.language.resemblance import (
    GRAM,
    SCALE,
    Candidate,
    Duplicate,
    Hashes,
    candidates,
    compare,
    grams,
    repeated,
    sample,
)
from kb.store import duplicates as stored
from kb.types import Vectors

if TYPE_CHECKING:
    from kb.store.connect import Store

CONTAINED = 0.8  # share of the shorter text that stands in the longer one; 2 % of the words edited give about .9
ALIKE = 0.15  # least Jaccard beside it: below, the shorter one is an excerpt, a text in its own right when it is long
NEARLY = 0.6  # from here on what the blog says under all its posts is taken out before two posts are told apart
SAME = 0.99  # Jaccard above which two texts are the same
SHORT = 60  # words of prose; posts of fewer are one only by their titles, or to the letter
VERSION, VERSION_ALIKE = 0.6, 0.3  # containment and Jaccard of two posts of one title: a text and its next version
OTHERS = 12  # posts of a blog that show what it repeats
EXCERPT = 500  # grams; an excerpt shorter than this is no post of its own and goes to the whole
SAME_CODE = 0.3  # Jaccard from which texts of two languages are one: they share code, tables, references
MEANS_THE_SAME = 0.85  # cosine of mutually nearest posts of one blog and day; pairs that are none reach .8
_LANGUAGE = re.compile(r"^(?:(.+)[-_])?(?:en|zh|ja|ko|de|fr|es|it|pt|ru)(?:[-_](?:cn|tw|hk|hans|hant|us|gb))?$", re.I)
_VERSION = re.compile(r" (?:v(?:ersion|er)? ?)?\d+(?: \d+)*| (?:updated?|revised|revisited|new|修订版?|更新版?|新版)")
BY_ADDRESS = 1.0  # similarity of two posts whose addresses say that one is the other in another language
MADE_BY = f"grams{GRAM}/{SCALE}/{CONTAINED}/7"
Progress = Callable[[str, int, "int | None"], None]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two posts that say the same."""

    a: int
    b: int
    kind: str  # same, near, excerpt (of b in a), translation
    similarity: float


@dataclass(frozen=True, slots=True)
class Deduped:
    """What the stage did."""

    fingerprinted: int
    duplicates: int
    translations: int
    changed: int

    def words(self) -> str:
        return f"{self.duplicates} copies and {self.translations} translations known"


def judge(a: Candidate, b: Candidate, of_a: Hashes, of_b: Hashes) -> Pair | None:
    """Whether two texts are one, by all their grams."""
    jaccard, contained = compare(of_a, of_b)
    named = b.post_id == a.canonical or a.post_id == b.canonical
    if a.source_id == b.source_id and a.language == b.language and jaccard >= VERSION_ALIKE and contained >= VERSION:
        named = named or _one_title(a.title, b.title)
    if contained < CONTAINED and not named:
        if a.language != b.language and jaccard >= SAME_CODE:
            return Pair(a.post_id, b.post_id, "translation", round(jaccard, 4))
        return None
    if jaccard <= SAME and min(a.words, b.words) < SHORT and not named and not _one_title(a.title, b.title):
        return None  # next to no prose: what they share is code, or a template
    if jaccard >= ALIKE:
        return Pair(a.post_id, b.post_id, "same" if jaccard > SAME else "near", round(max(jaccard, contained), 4))
    if min(len(of_a), len(of_b)) < EXCERPT and a.source_id == b.source_id:
        whole, part = (a, b) if len(of_a) > len(of_b) else (b, a)
        return Pair(whole.post_id, part.post_id, "excerpt", round(contained, 4))
    return None


def _one_title(a: str, b: str) -> bool:
    """Whether two titles are one but for what names a version at the end."""
    first, second = sorted((" ".join(re.findall(r"\w+", t.lower())) for t in (a, b)), key=len)
    if first.replace(" ", "") == second.replace(" ", ""):
        return bool(first)
    return " " in first and bool(_VERSION.fullmatch(second.removeprefix(first)))


def translations(posts: Iterable[Candidate], vectors: Vectors) -> list[Pair]:
    """Posts of one blog in two languages: at one address but for the language's name, or of one day and each other's
    nearest in meaning."""
    row_of = {int(i): row for i, row in zip(vectors.ids, vectors.rows, strict=True)}
    days: dict[tuple[int, str], dict[str, list[int]]] = {}
    paths: dict[tuple[int, str], dict[str, int]] = {}
    for post in sorted(posts, key=lambda p: p.url):
        if not post.language:
            continue
        paths.setdefault((post.source_id, without_language(post.url)), {}).setdefault(post.language, post.post_id)
        if post.published and post.post_id in row_of:
            day = days.setdefault((post.source_id, post.published[:10]), {})
            day.setdefault(post.language, []).append(post.post_id)
    found = []
    for some in paths.values():
        first, *others = sorted(some.values())
        found += [Pair(first, other, "translation", BY_ADDRESS) for other in others]
    for by_language in days.values():
        for one, two in combinations(sorted(by_language), 2):
            a, b = by_language[one], by_language[two]
            near = np.stack([row_of[p] for p in a]) @ np.stack([row_of[p] for p in b]).T
            for x, y in enumerate(near.argmax(axis=1).tolist()):
                if near[x, y] >= MEANS_THE_SAME and near[:, y].argmax() == x:
                    found.append(Pair(a[x], b[y], "translation", round(float(near[x, y]), 4)))
    return found


def without_language(url: str) -> str:
    """An address without what names a language in its path: /zh/blog/x, /blog/x-en and /blog/x are one."""
    *folders, name = url.rstrip("/").split("/")
    kept = [folder for folder in folders if not _LANGUAGE.match(folder)]
    return "/".join([*kept, _LANGUAGE.sub(r"\1", name)]).rstrip("/")


def group(posts: Mapping[int, Candidate], pairs: Iterable[Pair]) -> list[Duplicate]:
    """One original a group: a canonical address, the whole of an excerpt, then the earliest, the most linked, the URL.

    Only posts that pair with the original itself are its copies, so that a chain of likenesses does not run on.
    """
    copies: dict[int, dict[int, Pair]] = {}
    others: list[Pair] = []
    pairs = list(pairs)
    versions = {frozenset((p.a, p.b)) for p in pairs if p.kind == "translation" and p.similarity == BY_ADDRESS}
    for pair in pairs:
        if pair.kind == "translation":
            others.append(pair)
        elif frozenset((pair.a, pair.b)) not in versions:  # two languages share code and tables, and are no copies
            copies.setdefault(pair.a, {})[pair.b] = pair
            copies.setdefault(pair.b, {})[pair.a] = pair

    def key(post_id: int) -> tuple[object, ...]:
        post, near = posts[post_id], copies[post_id]
        named = sum(posts[n].canonical == post_id for n in near)
        part = any(p.kind == "excerpt" and p.b == post_id for p in near.values())
        return (-named, post.canonical in near, part, post.published or "9", -post.linked, len(post.url), post.url)

    made: dict[int, Duplicate] = {}
    for original in sorted(copies, key=key):
        if original in made:
            continue
        for copy, pair in copies[original].items():
            if copy not in made and not any(d.original_id == copy for d in made.values()):
                across = posts[copy].source_id != posts[original].source_id
                made[copy] = Duplicate(copy, original, "cross-post" if across else pair.kind, pair.similarity)
    for pair in sorted(others, key=lambda p: (-p.similarity, posts[p.a].url, posts[p.b].url)):
        first, second = sorted(
            (pair.a, pair.b), key=lambda i: (posts[i].published or "9", len(posts[i].url), posts[i].url)
        )
        first = made[first].original_id if first in made and made[first].kind != "translation" else first
        if first not in made and second not in made and first != second:
            made[second] = Duplicate(second, first, "translation", pair.similarity)
    return sorted(made.values(), key=lambda d: d.post_id)


def run_dedupe(store: Store, progress: Progress | None = None) -> Deduped:
    """Fingerprint the posts whose text is new, compare, and write the groups that changed in one transaction."""
    reader = store.reader
    texts = stored.unprinted(reader, MADE_BY)
    whole: dict[int, Hashes] = {}
    fresh = {}
    for n, (post_id, content_hash, text) in enumerate(texts, 1):
        whole[post_id] = grams(text)
        fresh[post_id] = (content_hash, sample(whole[post_id]))
        if progress:
            progress("fingerprints", n, None)
    if not fresh and stored.is_settled(reader, MADE_BY):
        return Deduped(0, *stored.counts(reader), 0)
    prints = stored.fingerprints(reader, MADE_BY) | {i: print_ for i, (_, print_) in fresh.items()}
    posts = stored.candidates(reader)
    pairs = translations(posts.values(), stored.vectors(reader))
    by_source: dict[int, list[int]] = {}
    for post_id in sorted(posts):
        by_source.setdefault(posts[post_id].source_id, []).append(post_id)

    def hashes(post_id: int) -> Hashes:
        if post_id not in whole:
            whole[post_id] = grams(stored.text(reader, post_id))
        return whole[post_id]

    for a, b in candidates(prints):
        pair = judge(posts[a], posts[b], hashes(a), hashes(b))
        # Of a short post the blog's own words may be the most
        doubtful = pair is None or (pair.kind != "same" and min(len(hashes(a)), len(hashes(b))) < EXCERPT)
        if doubtful and posts[a].source_id == posts[b].source_id and compare(hashes(a), hashes(b))[1] >= NEARLY:
            others = [i for i in by_source[posts[a].source_id] if i not in (a, b)]
            said = repeated([hashes(i) for i in others[:: max(1, len(others) // OTHERS)]])
            own = [np.setdiff1d(hashes(i), said, assume_unique=True) for i in (a, b)]
            pair = judge(posts[a], posts[b], *own)
        if pair is not None:
            pairs.append(pair)
    found = group(posts, pairs)
    with store.writing() as session:
        stored.save_fingerprints(session, fresh, MADE_BY)
        changed = stored.save_duplicates(session, found, MADE_BY)
        stored.settle(session, MADE_BY)
    linked = sum(d.kind == "translation" for d in found)
    return Deduped(len(fresh), len(found) - linked, linked, changed)
