"""The stage that scores every post and makes the chart: the best hundred over fields and blogs."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from crawler.clock import Clock
from crawler.plugins import load, names
from kb.ranking.choose import Choice, choose
from kb.store import editions as stored
from kb.store.corpus import read_corpus
from kb.store.rows import iso
from kb.types import Corpus, Entry

if TYPE_CHECKING:
    from kb.store.connect import Store
    from kb.types import Float32

Signal = Callable[[Corpus], "Float32"]


@dataclass(frozen=True, slots=True)
class Parameters(Choice):
    """What an edition is made by, beside the corpus: the rules of the choice, and each signal's weight."""

    weights: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranked:
    """What the stage did."""

    edition: int | None  # the newest one
    new: bool
    scored: int
    charted: int
    entered: int
    left: int

    def words(self) -> str:
        if not self.new:
            return "nothing to chart yet" if self.edition is None else f"edition {self.edition} stands: nothing changed"
        moved = f"{self.entered} came, {self.left} left"
        return f"edition {self.edition}: {self.charted} of {self.scored} posts charted, {moved}"


def signals() -> dict[str, tuple[float, Signal]]:
    """Every signal's default weight and function, by name."""
    package = "kb.signals"
    return {name: (load(package, name, "WEIGHT"), load(package, name, "score")) for name in names(package)}


def default_parameters(per_blog: int = 12, given: Mapping[str, float] | None = None) -> Parameters:
    """The signals' own weights, but for those that are given; 0 leaves a signal out."""
    own = {name: weight for name, (weight, _) in signals().items()}
    weights = own | {name: weight for name, weight in (given or {}).items() if name in own}
    return Parameters(per_blog=per_blog, weights={name: weight for name, weight in weights.items() if weight > 0})


def parts_of(corpus: Corpus, weights: Mapping[str, float]) -> dict[str, Float32]:
    """Each signal's values in the order of the posts, bounded to 0..1, NaN where unknown."""
    found = {}
    for name, (_, score) in signals().items():
        if weights.get(name, 0) > 0:
            found[name] = np.clip(np.asarray(score(corpus), np.float32), 0, 1).round(4)
    return found


def combine(parts: Mapping[str, Float32], weights: Mapping[str, float], n: int) -> Float32:
    """The weighted mean of the known parts: what is missing gives its weight to the others; 0 without any."""
    total, weight = np.zeros(n), np.zeros(n)
    for name, values in parts.items():
        known = ~np.isnan(values)
        total += np.where(known, values, 0.0) * weights[name]
        weight += known * weights[name]
    return np.asarray((total / np.maximum(weight, 1e-9)).round(6), np.float32)


def rank(corpus: Corpus, parameters: Parameters, previous: Mapping[int, int]) -> tuple[Entry, ...]:
    """An entry for every post, the charted ones first; pure, and the same for any order of the corpus' rows.

    previous: rank by post id in the edition before.
    """
    parts = parts_of(corpus, parameters.weights)
    score = combine(parts, parameters.weights, len(corpus.posts))
    charted = choose(corpus, score, parameters)
    order = sorted(range(len(corpus.posts)), key=lambda i: (-float(score[i]), corpus.posts[i].url))
    rank_of = {i: n for n, i in enumerate([i for i in order if i in charted], 1)}
    columns = {name: values.tolist() for name, values in parts.items()}
    entries = []
    for i in sorted(order, key=lambda i: rank_of.get(i, len(order) + 1)):
        post = corpus.posts[i]
        mine = {name: None if v[i] != v[i] else round(v[i], 4) for name, v in columns.items()}
        entries.append(
            Entry(post.id, rank_of.get(i), round(float(score[i]), 6), mine, post.topic, previous.get(post.id))
        )
    return tuple(entries)


def run_rank(store: Store, clock: Clock, per_blog: int = 12, weights: Mapping[str, float] | None = None) -> Ranked:
    """Make a numbered edition if anything differs from the newest one; one transaction. weights: other than the own."""
    reader = store.reader
    now = clock.now()
    corpus = read_corpus(reader, now.date().isoformat())
    parameters = default_parameters(per_blog, weights)
    number = stored.newest(reader)
    before = stored.ranks(reader, number)
    if not corpus.posts and number is None:
        return Ranked(None, False, 0, 0, 0, 0)
    entries = rank(corpus, parameters, before)
    made_by = fingerprint(entries, parameters)
    charted = [e.post_id for e in entries if e.rank is not None]
    if stored.made_by(reader, number) == made_by:
        return Ranked(number, False, len(entries), len(charted), 0, 0)
    with store.writing() as session:
        number = stored.save_edition(session, entries, iso(now), made_by, asdict(parameters))
    entered, left = len(set(charted) - set(before)), len(set(before) - set(charted))
    return Ranked(number, True, len(entries), len(charted), entered, left)


def fingerprint(entries: tuple[Entry, ...], parameters: Parameters) -> str:
    """Hash of all that an edition says, but for the movement, and of what it was made by."""
    rows = [(e.post_id, e.rank, e.score, e.topic_id, dict(e.parts)) for e in sorted(entries, key=lambda e: e.post_id)]
    text = json.dumps([asdict(parameters), rows], sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
