"""What becomes of the topics when posts come: values in, a plan out; kb/topics.py carries it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.taxonomy.clusters import (
    OUTLIER_DEVIATIONS,
    TOLERANCE,
    Frame,
    Usual,
    centroids,
    cluster,
    dissolve,
    frame_of,
    fuse,
    match,
    number_of_topics,
)  # fmt: skip
from kb.types import Assignment

if TYPE_CHECKING:
    from kb.taxonomy.clusters import Labels
    from kb.types import Float32

STICKY = 0.03  # a post leaves its topic only for one that is nearer by this much cosine
SHARED = 0.03  # a post belongs to a second topic too when that is farther by no more than this
TELLING = 0.4  # deviations of likeness to a field, above the usual or another field's, that say something
BIRTH = 5  # posts that fit no topic and are alike, from which a new topic is born


@dataclass(frozen=True, slots=True)
class Described:
    """Posts as the fit sees them; rows in the order of ids."""

    ids: tuple[int, ...]
    copies: tuple[bool, ...]  # a copy gets a topic and shapes none
    vectors: Float32
    cosines: Float32  # (n, fields)
    shares: Float32  # (n, fields), of the glossary's terms
    relevance: float  # mean
    usual: Usual | None = None
    other: int | None = None  # place of the field of what is like none more than usual

    def rows(self, frame: Frame) -> Float32:
        return frame.features(self.vectors, self.cosines, self.shares)


@dataclass(frozen=True, slots=True)
class Draft:
    """A living topic of a plan; its key is its id, or a negative number for one that is to be born."""

    key: int
    field: int  # place of its field
    centroid: Float32


@dataclass(frozen=True, slots=True)
class Event:
    kind: str  # birth, death, split, merge
    key: int
    detail: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Plan:
    topics: tuple[Draft, ...]
    assignments: tuple[Assignment, ...]  # topic_id is a key
    events: tuple[Event, ...]
    frame: Frame | None


@dataclass(frozen=True, slots=True)
class Known:
    """What stands: topics, the topic of each post, and the topics that a person wants to stay as they are."""

    topics: tuple[Draft, ...]
    of: Mapping[int, int]  # post id -> topic id
    pinned: frozenset[int] = frozenset()


def place(frame: Frame, known: Known, kept: Sequence[Assignment], fresh: Described) -> Plan:
    """Give fresh posts a standing topic; those that fit none and are alike make a new one."""
    rows = fresh.rows(frame)
    means = np.stack([topic.centroid for topic in known.topics])
    keys = [topic.key for topic in known.topics]
    made = list(kept)
    rest = []
    for i, post_id in enumerate(fresh.ids):
        found = _assign(post_id, rows[i] @ means.T, keys, frame.floor, known.of.get(post_id))
        made += found
        if not found and not fresh.copies[i]:
            rest.append(i)
    topics, events = list(known.topics), []
    for members in _births(rows[rest], frame):
        chosen = [rest[i] for i in members]
        key = -1 - sum(topic.key < 0 for topic in topics)
        centroid = centroids(rows[chosen], np.zeros(len(chosen), np.intp), 1)[0]
        topics.append(Draft(key, _field(frame, fresh, chosen), centroid))
        made += [Assignment(fresh.ids[i], key, _weight(float(rows[i] @ centroid))) for i in chosen]
        events.append(Event("birth", key, {"posts": len(chosen)}))
    alive = {a.topic_id for a in made} | known.pinned
    events += [Event("death", topic.key, {"posts": 0}) for topic in topics if topic.key not in alive]
    return Plan(tuple(topic for topic in topics if topic.key in alive), tuple(made), tuple(events), frame)


def _births(rows: Float32, frame: Frame) -> list[list[int]]:
    """Groups of rows that are about as alike as the posts of a topic usually are."""
    if len(rows) < BIRTH:
        return []
    labels = cluster(rows, max(1, len(rows) // (2 * BIRTH)))
    means = centroids(rows, labels, int(labels.max()) + 1)
    near = np.einsum("ij,ij->i", rows, means[labels])
    groups = [np.flatnonzero(labels == label) for label in range(len(means))]
    least = _least(frame.usual, frame.floor)
    return [group.tolist() for group in groups if len(group) >= BIRTH and near[group].mean() >= least]


def _least(usual: float, floor: float) -> float:
    """How like their centroid the posts of a topic are on the average; below, they have no subject in common."""
    return (usual + floor) / 2


def refit(known: Known, posts: Described, chance: int = 0) -> Plan:
    """Cluster all anew, starting from the standing topics, and hand their ids on to the clusters that match them."""
    copies = np.array(posts.copies, bool)
    originals = np.flatnonzero(~copies | copies.all())  # where no original is on the topic its copies stand for it
    k = number_of_topics(len(originals))
    frame = frame_of(posts.cosines[originals], posts.shares[originals], k, posts.relevance, posts.usual)
    rows = posts.rows(frame)
    shaping = rows[originals]
    held = np.array([known.of.get(posts.ids[i], 0) for i in originals])
    standing = [topic.key for topic in known.topics if (held == topic.key).any()]
    places = np.searchsorted(standing, held) if standing else np.zeros(len(held), np.intp)
    old = np.where(np.isin(held, standing), places, -1).astype(np.intp)
    seeds = centroids(shaping, old, len(standing))
    labels = cluster(shaping, k, seeds if standing else None, chance)
    labels = dissolve(shaping, labels)
    labels = _without_loose(shaping, labels, _homes(labels, old))
    labels = fuse(shaping, dissolve(shaping, _stick(shaping, labels, old, held, known.pinned)))
    means, near, usual, floor = _likeness(shaping, labels)
    n = len(means)
    frame = replace(frame, floor=round(floor, 4), usual=round(usual, 4), fitted_on=len(posts.ids))
    new_sets = [frozenset(np.asarray(posts.ids)[originals[labels == c]].tolist()) for c in range(n)]
    old_sets = [frozenset(np.asarray(posts.ids)[originals[old == c]].tolist()) for c in range(len(standing))]
    handed = match(old_sets, seeds, new_sets, means)
    keys = [standing[handed[c]] if c in handed else -1 - c for c in range(n)]
    inside = [originals[(labels == c) & (near >= min(floor, near[labels == c].max()))].tolist() for c in range(n)]
    topics = tuple(Draft(keys[c], _field(frame, posts, inside[c]), means[c]) for c in range(n))
    made: list[Assignment] = []
    own = dict(zip(originals.tolist(), labels.tolist(), strict=True))
    for i, post_id in enumerate(posts.ids):
        mine = keys[own[i]] if i in own else known.of.get(post_id)
        least = -1.0 if mine in known.pinned else frame.floor
        made += _assign(post_id, rows[i] @ means.T, keys, least, mine, force=i in own)
    return Plan(topics, tuple(made), tuple(_events(known, old_sets, standing, new_sets, keys)), frame)


def _likeness(rows: Float32, labels: Labels) -> tuple[Float32, Float32, float, float]:
    """Centroids, each row's likeness to its own, the usual likeness, and the one below which a row is an outlier."""
    n = int(labels.max()) + 1
    means = centroids(rows, labels, n)
    near = np.einsum("ij,ij->i", rows, means[labels])
    usual = float(near.mean())
    floor = float(usual - max(TOLERANCE, OUTLIER_DEVIATIONS * near.std())) if n > 1 else -1.0
    return means, near, usual, floor


def _without_loose(rows: Float32, labels: Labels, kept: Labels) -> Labels:
    """Labels without the clusters whose posts have no subject in common, numbered anew.

    Such a cluster is what the others left over. Each of its posts goes to the next likely cluster, where it is an
    outlier if it is below the floor. kept: clusters that stay whatever they are.
    """
    means, near, usual, floor = _likeness(rows, labels)
    mean = np.bincount(labels, near) / np.bincount(labels)
    loose = mean < _least(usual, floor)
    loose[kept] = False
    if loose.all() or not loose.any():
        return labels
    names = np.flatnonzero(~loose)
    labels = np.where(loose[labels], names[(rows @ means[names].T).argmax(axis=1)], labels)
    return np.searchsorted(names, labels).astype(np.intp)


def _homes(labels: Labels, old: Labels) -> Labels:
    """The cluster that most of the posts of each standing topic are in."""
    return np.array([np.bincount(labels[old == topic]).argmax() for topic in range(int(old.max()) + 1)], np.intp)


def _stick(rows: Float32, labels: Labels, old: Labels, held: Labels, pinned: frozenset[int]) -> Labels:
    """Undo moves that gain next to nothing, and all moves out of topics that a person pinned."""
    if not (old >= 0).any():
        return labels
    home = _homes(labels, old)
    means = centroids(rows, labels, int(labels.max()) + 1)
    sims = rows @ means.T
    stay = np.where(old >= 0, home[np.maximum(old, 0)], labels)
    every = np.arange(len(rows))
    gain = sims[every, labels] - sims[every, np.maximum(stay, 0)]
    back = (old >= 0) & ((gain < STICKY) | np.isin(held, list(pinned)))
    return np.where(back, stay, labels).astype(np.intp)


def _assign(
    post_id: int, near: Float32, keys: Sequence[int], floor: float, mine: int | None, *, force: bool = False
) -> list[Assignment]:
    """A post's topics by its cosines to the centroids: none below the floor, its own unless another is much nearer."""
    best = int(near.argmax())
    if mine in keys:
        own = keys.index(mine)
        if force or near[own] >= near[best] - STICKY:
            best = own
    if near[best] < floor:
        return []
    top = _weight(float(near[best]))
    made = [Assignment(post_id, keys[best], top)]
    shared = [i for i in np.argsort(-near, kind="stable")[:3].tolist() if near[i] >= max(floor, near[best] - SHARED)]
    weights = {i: round(min(_weight(float(near[i])), top - 1e-4), 4) for i in shared if i != best}
    return made + [Assignment(post_id, keys[i], weight) for i, weight in weights.items()]


def _weight(cosine: float) -> float:
    return round(max(0.001, cosine), 4)


def _field(frame: Frame, posts: Described, members: Sequence[int]) -> int:
    """The field that a topic's posts are most like; the median, so that one stranger does not name it.

    Likeness is in deviations of each field's own, and so says little of small differences between fields: of those
    as near as that, the one with the greater cosine.
    """
    like = np.median(frame.likeness(posts.cosines[members], posts.shares[members]), axis=0)
    if posts.other is not None and like.max() < TELLING:
        return posts.other
    near = like >= like.max() - TELLING
    return int(np.where(near, np.median(posts.cosines[members], axis=0), -2.0).argmax())


def _events(
    known: Known, old: Sequence[frozenset[int]], standing: Sequence[int], new: Sequence[frozenset[int]],
    keys: Sequence[int],
) -> list[Event]:  # fmt: skip
    """Births and splits of clusters without an id, deaths and merges of topics without a cluster."""
    found = []
    for members, key in zip(new, keys, strict=True):
        if key < 0:
            parent = max(range(len(old)), key=lambda j: len(members & old[j]), default=None)
            split = parent is not None and 2 * len(members & old[parent]) > len(members)
            detail: dict[str, Any] = {"posts": len(members)}
            if split and parent is not None:
                detail["from"] = standing[parent]
            found.append(Event("split" if split else "birth", key, detail))
    for topic in known.topics:
        if topic.key in keys:
            continue
        mine = old[standing.index(topic.key)] if topic.key in standing else frozenset()
        heir = max(range(len(new)), key=lambda c: len(mine & new[c]), default=None)
        merged = heir is not None and mine and 2 * len(mine & new[heir]) > len(mine)
        detail = {"posts": len(mine)} | ({"into": keys[heir]} if merged and heir is not None else {})
        found.append(Event("merge" if merged else "death", topic.key, detail))
    return found


def deaths(known: Known) -> tuple[Event, ...]:
    """All topics end when no post is on the topic any more."""
    return tuple(Event("death", topic.key, {"posts": 0}) for topic in known.topics)
