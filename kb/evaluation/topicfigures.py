"""How good the topics are: coherence, outliers, labels, both languages in one topic, and what becomes of them later.

Pure figures over what stands in the store, and experiments: a fit of nineteen posts in twenty, by itself and when it
meets the last, and in a large store, where chance has a part, a fit from other beginnings. With labels of a reader also
V-measure (Rosenberg and Hirschberg 2007).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.evaluation.measures import interval
from kb.store import sorting as stored
from kb.store.posts import all_posts
from kb.store.spaces import post_vectors
from kb.store.topics import list_topics
from kb.taxonomy import regroup
from kb.taxonomy.clusters import MICRO
from kb.taxonomy.fields import READ, kept_prototypes
from kb.taxonomy.labels import term_counts
from kb.types import Topic

if TYPE_CHECKING:
    from kb.language.terms import Terms
    from kb.store.connect import Store
    from kb.taxonomy.regroup import Described, Plan

FIRST = 8  # terms of a topic that should occur together
NEW = 0.05  # share of posts that come later
TRIALS = 5  # other choices of what comes later, and other beginnings
LARGE = 8  # posts of a topic that is asked whether it holds both languages


@dataclass(frozen=True, slots=True)
class Figure:
    """One measure with its 95 % interval, where it is a mean."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None
    of: int = 0  # what it is taken over
    says: str = ""

    def as_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("name", "value", "low", "high", "of", "says")}


def _mean(name: str, values: Sequence[float], says: str) -> Figure:
    low, high = interval(values)
    value = float(np.mean(values)) if values else 0.0
    return Figure(name, round(value, 4), round(low, 4), round(high, 4), len(values), says)


def topic_figures(store: Store, terms: Terms, labels: Mapping[int, str] | None = None) -> list[Figure]:
    """Every measure that the store allows. labels: a reader's field by post id."""
    from kb.topics import describe

    reader = store.reader
    posts = stored.sortable(reader)
    own = {i: rows[0].topic_id for i, (_, rows) in stored.placed(reader).items()}
    low = [t for t in list_topics(reader) if t.parent is not None]
    found = list(_standing(low, [p.post_id for p in posts], own))
    if low and posts:
        ids = [p.post_id for p in posts if p.post_id in own]
        found.append(_coherence(low, stored.texts_of(reader, ids, READ), terms))
        languages = {p.id: (p.language or "")[:2] for p in all_posts(reader)}
        found.append(_mixed(own, languages))
        vectors = post_vectors(reader)
        whole = set(vectors.ids.tolist())
        posts = [p for p in posts if p.post_id in whole]
        described = describe(posts, vectors, kept_prototypes(store))
        found += _stability(described)
    if labels:
        found += agreement({i: own.get(i) for i in labels}, labels)
    return found


def _standing(low: Sequence[Topic], posts: Sequence[int], own: Mapping[int, int]) -> list[Figure]:
    without = [float(i not in own) for i in posts]
    labels = Counter(label for t in low for label in (t.label_en.casefold(), t.label_zh))
    first = [term for t in low for term in t.terms[:FIRST]]
    return [
        Figure("topics", len(low), of=len(posts), says="topics of the lower level, over so many posts"),
        _mean("outliers", without, "posts on the topic without a topic"),
        Figure("label uniqueness", round(len(labels) / max(1, labels.total()), 4), of=labels.total(),
               says="different labels, both languages"),
        Figure("term diversity", round(len(set(first)) / max(1, len(first)), 4), of=len(first),
               says="different terms among the topics' first ones (Dieng et al. 2020)"),
    ]  # fmt: skip


def _coherence(low: Sequence[Topic], texts: Mapping[int, str], terms: Terms) -> Figure:
    """Mean NPMI (Bouma 2009) of the pairs of a topic's first terms, counted over whole posts; -1 to 1."""
    place = {term.en: i for i, term in enumerate(terms.all)}
    named = [set(c) for c in term_counts([texts[i] for i in sorted(texts)], terms)]
    n = len(named)
    values = []
    for topic in low:
        mine = [place[t] for t in topic.terms[:FIRST] if t in place]
        has = {i: np.array([i in post for post in named]) for i in mine}
        pairs = [npmi(has[a], has[b], n) for x, a in enumerate(mine) for b in mine[x + 1 :]]
        if pairs:
            values.append(float(np.mean(pairs)))
    return _mean("coherence", values, "NPMI of the topics' first terms over posts, -1 to 1")


def npmi(a: np.ndarray, b: np.ndarray, n: int) -> float:
    """Normalised pointwise mutual information of two events over n posts: 1 together always, -1 never."""
    both, pa, pb = float((a & b).sum()) / n, float(a.sum()) / n, float(b.sum()) / n
    if both == 0:
        return -1.0
    return 1.0 if both == 1 else float(np.log(both / (pa * pb)) / -np.log(both))


def _mixed(own: Mapping[int, int], languages: Mapping[int, str]) -> Figure:
    members: dict[int, Counter[str]] = {}
    for post_id, topic in own.items():
        members.setdefault(topic, Counter())[languages.get(post_id, "")] += 1
    large = [m for m in members.values() if m.total() >= LARGE]
    says = f"topics of {LARGE} posts or more that hold English and Chinese"
    return _mean("both languages", [float(m["en"] > 0 and m["zh"] > 0) for m in large], says)


def _stability(posts: Described) -> list[Figure]:
    """What becomes of the topics when a twentieth of the posts comes later or never, and from other beginnings."""
    n = len(posts.ids)
    nothing = regroup.Known((), {})
    kept, alike, seeds = [], [], []
    first = topic_of(regroup.refit(nothing, posts))
    for trial in range(TRIALS if n >= 1 / NEW else 0):
        late = np.random.default_rng(trial).random(n) < NEW
        before = regroup.refit(nothing, some_of(posts, ~late))
        keys = {t.key: i for i, t in enumerate(before.topics, 1)}
        topics = tuple(regroup.Draft(keys[t.key], t.field, t.centroid) for t in before.topics)
        was = {i: keys[key] for i, key in topic_of(before).items()}
        now = topic_of(regroup.refit(regroup.Known(topics, was), posts))
        kept.append(float(np.mean([now.get(i) == topic for i, topic in was.items()])) if was else 1.0)
        alike.append(_rand([posts.ids[i] for i in np.flatnonzero(~late)], first, was))
        if n > MICRO:
            seeds.append(_rand(posts.ids, first, topic_of(regroup.refit(nothing, posts, trial + 1))))
    found = [
        _mean("kept at a new fit", kept, f"posts that keep their topic when {NEW:.0%} come and all is fitted anew"),
        _mean("without some", alike, f"adjusted Rand index of fits from nothing without {NEW:.0%} of the posts"),
    ]
    if seeds:  # fewer posts are sorted by no chance at all
        found.append(_mean("other seed", seeds, "adjusted Rand index of fits from other random beginnings"))
    return found


def some_of(posts: Described, chosen: np.ndarray) -> Described:
    """Those of the posts for which chosen, shape (n,), is true."""
    at = np.flatnonzero(chosen)
    return replace(
        posts, ids=tuple(posts.ids[i] for i in at), copies=tuple(posts.copies[i] for i in at),
        vectors=posts.vectors[at], cosines=posts.cosines[at], shares=posts.shares[at],
    )  # fmt: skip


def topic_of(plan: Plan) -> dict[int, int]:
    """The own topic of each placed post: the first of its assignments."""
    return {a.post_id: a.topic_id for a in reversed(plan.assignments)}


def _rand(ids: Sequence[int], a: Mapping[int, int], b: Mapping[int, int]) -> float:
    """Adjusted Rand index of two sortings of posts; those in no topic count as one."""
    from sklearn.metrics import adjusted_rand_score

    return float(adjusted_rand_score([a.get(i, 0) for i in ids], [b.get(i, 0) for i in ids]))


def agreement(own: Mapping[int, int | None], labels: Mapping[int, str]) -> list[Figure]:
    """V-measure, homogeneity and completeness of topics against a reader's fields; no topic counts as one topic."""
    from sklearn.metrics import homogeneity_completeness_v_measure

    ids = sorted(labels)
    if not ids:
        return []
    h, c, v = homogeneity_completeness_v_measure([labels[i] for i in ids], [str(own.get(i)) for i in ids])
    named = (
        ("V-measure", v, "of both"),
        ("homogeneity", h, "topics of one field"),
        ("completeness", c, "fields of one topic"),
    )
    return [Figure(name, round(float(value), 4), of=len(ids), says=says) for name, value, says in named]
