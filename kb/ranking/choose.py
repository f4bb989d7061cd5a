"""Which posts are charted: the best by score, over fields and blogs, no text twice, none much like another."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.ranking.scoring import rows_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kb.types import Corpus, Int64

TELLING = 5  # best posts of a field whose mean score is its quality
# Fields beside deep learning, whose posts are charted too: a third of the places that size and quality would give them
NEIGHBOURS, NEIGHBOURS_SHARE = frozenset({"classical"}), 1 / 3
NOWHERE = -1  # the field of a post without a topic
ALIKE = 0.6  # cosine from which likeness to a chosen post counts against a post


@dataclass(frozen=True, slots=True)
class Choice:
    """The rules."""

    size: int = 100
    per_blog: int = 12
    share: float = 1 / 3  # most of the chart that one field may have
    least_relevance: float = 0.6  # stricter than on_topic: an error in the chart is seen by all
    least_words: int = 150  # a stub explains nothing
    likeness: float = 0.25  # weight of likeness to what is chosen already (maximal marginal relevance)
    repeat: float = 0.02  # what each post of a blog that is chosen already costs the next one


def rules_of(parameters: Mapping[str, Any]) -> Choice:
    """The rules among an edition's parameters; the usual ones where it does not say."""
    return Choice(**{f.name: parameters[f.name] for f in fields(Choice) if f.name in parameters})


def choose(corpus: Corpus, score: NDArray[Any], rules: Choice, relative: bool = False) -> set[int]:
    """Places (in corpus.posts) of the charted posts; a person's pins come first and bans never.

    relative: likeness and repetition cost a share of a post's score, for scores that differ by orders of magnitude.
    """
    posts = corpus.posts
    may = np.array([_may(corpus, i, rules) for i in range(len(posts))], bool)
    pinned = [i for i, post in enumerate(posts) if post.id in corpus.pinned and post.id not in corpus.banned]
    home = field_of(corpus)
    urls = {url: n for n, url in enumerate(sorted({post.url for post in posts}))}
    tie = np.array([urls[post.url] for post in posts], np.float64) if posts else np.zeros(0)
    beside = {topic.id for topic in corpus.topics if topic.field in NEIGHBOURS} | {NOWHERE}
    quota = quotas(home, score, may, rules, beside)
    picker = _Picker(corpus, score, tie, home, rules, relative)
    for i in sorted(pinned, key=lambda i: (-float(score[i]), posts[i].url))[: rules.size]:
        picker.take(i)
    for limits in (quota, dict.fromkeys(quota, picker.most)):  # what a field cannot fill goes to the others
        while len(picker.chosen) < rules.size and (best := picker.best(may, limits)) is not None:
            picker.take(best)
    return set(picker.chosen)


def quotas(
    fields: Int64, score: NDArray[Any], may: np.ndarray, rules: Choice, beside: Collection[int] = ()
) -> dict[int, int]:
    """Places a field: by the root of its size times its quality, at least one, never more than its share.

    beside: fields that are neighbours of the subject, and what has no topic; they get a third.
    """
    names = [int(f) for f in np.unique(fields[may])]
    worth = []
    for name in names:
        mine = np.sort(score[may & (fields == name)])[::-1]
        part = NEIGHBOURS_SHARE if name in beside else 1.0
        worth.append(part * math.sqrt(len(mine)) * float(mine[:TELLING].mean()))
    total = sum(worth) or 1.0
    most = max(1, math.floor(rules.share * rules.size)) if len(names) >= 1 / rules.share else rules.size
    return {name: min(most, max(1, round(rules.size * w / total))) for name, w in zip(names, worth, strict=True)}


def field_of(corpus: Corpus) -> Int64:
    """The field (topic of the upper level) of each post; its topic where that has none, NOWHERE without a topic."""
    parents = {topic.id: topic.parent or topic.id for topic in corpus.topics}
    return np.array([parents.get(post.topic or NOWHERE, NOWHERE) for post in corpus.posts], np.int64)


def _may(corpus: Corpus, i: int, rules: Choice) -> bool:
    post = corpus.posts[i]
    original = corpus.translations.get(post.id)
    return (
        post.on_topic is True
        and post.duplicate_of is None
        and original is None
        and not post.gone
        and post.id not in corpus.banned
        and corpus.relevance.get(post.id, 0.0) >= rules.least_relevance
        and post.words >= rules.least_words
    )


class _Picker:
    """Takes posts one by one, and knows what is left over for which field and blog."""

    def __init__(
        self, corpus: Corpus, score: NDArray[Any], tie: np.ndarray, fields: Int64, rules: Choice, relative: bool
    ) -> None:
        self.rows = np.nan_to_num(rows_of(corpus)[0])
        self.tie, self.fields, self.rules = tie, fields, rules
        with np.errstate(divide="ignore"):
            self.worth = np.log2(score) if relative else score
        self.relative = relative
        self.blogs = np.array([post.source_id for post in corpus.posts], np.int64)
        self.near = np.zeros(len(corpus.posts))
        self.chosen: list[int] = []
        self.by_field: dict[int, int] = {}
        self.by_blog: dict[int, int] = {}
        n_fields = len(np.unique(fields)) if len(fields) else 0
        self.most = max(1, math.floor(rules.share * rules.size)) if n_fields >= 1 / rules.share else rules.size

    def best(self, may: np.ndarray, limits: dict[int, int]) -> int | None:
        """The best post that its field and blog have room for, likeness to the chosen ones counted against it."""
        open_ = may.copy()
        open_[self.chosen] = False
        for field, n in self.by_field.items():
            if n >= limits.get(field, self.most):
                open_ &= self.fields != field
        for blog, n in self.by_blog.items():
            if n >= self.rules.per_blog:
                open_ &= self.blogs != blog
        left = np.flatnonzero(open_)
        if not len(left):
            return None
        against = self.rules.likeness * np.maximum(0.0, self.near[left] - ALIKE) / (1 - ALIKE)
        again = self.rules.repeat * np.array([self.by_blog.get(int(blog), 0) for blog in self.blogs[left]])
        cost = against + again
        value = (self.worth[left] + (np.log2(np.maximum(1 - cost, 1e-6)) if self.relative else -cost)).round(6)
        return int(left[np.lexsort((self.tie[left], -value))[0]])

    def take(self, i: int) -> None:
        """Chart a post."""
        self.chosen.append(i)
        field, blog = int(self.fields[i]), int(self.blogs[i])
        self.by_field[field] = self.by_field.get(field, 0) + 1
        self.by_blog[blog] = self.by_blog.get(blog, 0) + 1
        if self.rows.size:
            self.near = np.maximum(self.near, self.rows @ self.rows[i])
