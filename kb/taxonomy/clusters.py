"""The arithmetic of topics: the space that posts are compared in, clusters in it, and which cluster is which topic.

A post is its vector beside a soft choice among the fields of the taxonomy (`Frame`): the prior that keeps subjects
apart which the vectors mix, in either language, and that makes the topics sensible from the first hundred posts on.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kb.types import Float32

    Labels = NDArray[np.intp]

# Chosen on half of the hosts of the replayed web for V-measure against a reader's fields; flat within 30 % of each
PER_ROOT = 1.3  # topics for the square root of a post
MOST = 80
PSEUDO = 300  # posts that the usual likeness to the fields counts as
PRIOR = 3.0  # weight of the fields beside the vectors when there are many topics
FLOORS = (1.0, 0.7)  # least deviation of a field, in medians of the fields', of cosines and of shares
TERMS_WEIGHT = 0.7  # of the glossary's terms beside the vectors in the choice of the field
SHARPNESS = 1.5  # of the softmax over standardised likeness to the fields
SMALLEST = 3  # posts; a smaller cluster is no topic
ONE = 0.97  # cosine of two centroids that are one
MICRO = 5000  # posts; above, micro-clusters are clustered instead of posts
MOST_MICRO, SAMPLE, BLOCK = 1000, 20_000, 20_000  # micro-clusters; posts they are fitted on; rows looked at in one go
TOLERANCE = 0.1  # cosine; a post this near to the usual likeness has a topic, however alike the others are
OUTLIER_DEVIATIONS = 2.0  # a post this far below the usual likeness to its centroid has no topic


@dataclass(frozen=True, slots=True)
class Frame:
    """The space of one fit: how likeness to the fields is standardised, and how heavy the fields are."""

    mean: Float32  # (2, fields): of vectors' cosines, of terms' shares
    scale: Float32
    weight: float
    floor: float = -1.0  # cosine to the centroid below which a post is an outlier
    usual: float = 0.0  # mean cosine to the own centroid
    fitted_on: int = 0  # posts

    def features(self, vectors: Float32, cosines: Float32, shares: Float32) -> Float32:
        """Unit rows (n, dim + fields) from unit vectors (n, dim) and the two likenesses (n, fields)."""
        chance = softmax(self.likeness(cosines, shares))
        rows = np.concatenate([vectors, self.weight * chance], axis=1)
        return unit(rows)

    def likeness(self, cosines: Float32, shares: Float32) -> Float32:
        """How much above the usual each row is like each field, in standard deviations."""
        by_vector = (cosines - self.mean[0]) / self.scale[0]
        by_terms = (shares - self.mean[1]) / self.scale[1]
        return np.asarray((by_vector + TERMS_WEIGHT * by_terms) / math.hypot(1, TERMS_WEIGHT), np.float32)


@dataclass(frozen=True, slots=True)
class Usual:
    """Mean and standard deviation of likeness to the fields over posts of many blogs."""

    mean: Float32  # (2, fields): of vectors' cosines, of terms' shares
    scale: Float32


def frame_of(cosines: Float32, shares: Float32, n_topics: int, relevance: float, usual: Usual | None = None) -> Frame:
    """The frame of a fit.

    relevance: mean of the posts', 0 to 1: what is not about the fields is not sorted by them. usual: what likeness to
    the fields is elsewhere, which few posts are drawn to, so that a field that none is about does not attract some.
    """
    n, n_fields = cosines.shape
    mean = np.stack([cosines.mean(axis=0), shares.mean(axis=0)])
    square = np.stack([(cosines**2).mean(axis=0), (shares**2).mean(axis=0)])
    if usual is not None:
        own = n / (n + PSEUDO)
        mean = own * mean + (1 - own) * usual.mean
        square = own * square + (1 - own) * (usual.scale**2 + usual.mean**2)
    scale = np.sqrt(np.maximum(square - mean**2, 1e-6))
    # a field that hardly anything is like has a small deviation, which must not make a little likeness much
    scale = np.maximum(scale, np.array(FLOORS)[:, None] * np.median(scale, axis=1, keepdims=True))
    # the fields can sort topics only as far as there are several to a field: fewer topics must join fields
    weight = PRIOR * relevance * (n_topics / (n_topics + n_fields)) ** 2
    return Frame(mean.astype(np.float32), scale.astype(np.float32), round(weight, 4))


def number_of_topics(n_posts: int) -> int:
    """How many topics so many posts are sorted into."""
    return max(1, min(MOST, round(PER_ROOT * math.sqrt(n_posts))))


def cluster(rows: Float32, k: int, seeds: Float32 | None = None, chance: int = 0) -> Labels:
    """A cluster (0 to k - 1) for every row, by k-means (Lloyd 1982) from the clusters of a hierarchy (Ward 1963).

    Beginnings by chance gave other topics with every seed (.03 of V-measure apart), no better ones and more slowly
    (docs/ranking.md). The hierarchy takes n^2 numbers, so above `MICRO` rows it is one of micro-clusters.

    seeds: centroids of the standing topics, which the fit starts from, so that what was found before stays found.
    chance: the seed of the sample and the beginnings of the micro-clusters; the project's own fits all have the same.
    """
    import warnings

    from sklearn.cluster import KMeans
    from sklearn.exceptions import ConvergenceWarning
    from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

    n = len(rows)
    if n <= k:
        return np.arange(n, dtype=np.intp)
    # one thread: the matrices are small, and threads that wait for each other on a busy machine took ten times as long
    with threadpool_limits(1), warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # fewer distinct posts than topics: `fuse` sees to it
        points, weight, back = _micro(rows, chance) if n > MICRO else (rows, np.ones(n, np.float32), None)
        start = _hierarchy(points, k) if seeds is None or not len(seeds) else _start(points, weight, seeds, k)
        means = KMeans(k, init=start, n_init=1, random_state=chance)
        labels = means.fit(points, sample_weight=weight).labels_.astype(np.intp)
    return np.asarray(labels if back is None else labels[back], np.intp)


def _micro(rows: Float32, chance: int) -> tuple[Float32, Float32, Labels]:
    """Centroids of many small clusters, how many rows each has, and the one of each row.

    Fitted on a sample, so that the cost of a row is that of one look at the centroids.
    """
    from sklearn.cluster import MiniBatchKMeans

    n = len(rows)
    k = min(MOST_MICRO, n // 5)
    sample = rows if n <= SAMPLE else rows[np.sort(np.random.default_rng(chance).choice(n, SAMPLE, replace=False))]
    micro = MiniBatchKMeans(k, init="random", batch_size=4096, n_init=1, max_iter=5, random_state=chance)
    means = micro.fit(sample).cluster_centers_.astype(np.float32)
    back = np.empty(n, np.intp)
    half = 0.5 * np.einsum("ij,ij->i", means, means)
    for first in range(0, n, BLOCK):
        back[first : first + BLOCK] = (rows[first : first + BLOCK] @ means.T - half).argmax(axis=1)
    count = np.bincount(back, minlength=k).astype(np.float32)
    sums = np.zeros_like(means)
    np.add.at(sums, back, rows)
    means = np.where(count[:, None] > 0, sums / np.maximum(count, 1)[:, None], means)
    return means.astype(np.float32), count, back


def _hierarchy(points: Float32, k: int) -> Float32:
    """The k means that Ward's hierarchy leaves."""
    from sklearn.cluster import AgglomerativeClustering

    labels = AgglomerativeClustering(k, linkage="ward").fit_predict(points)
    sums = np.zeros((k, points.shape[1]), np.float32)
    np.add.at(sums, labels, points)
    return np.asarray(sums / np.bincount(labels, minlength=k)[:, None], np.float32)


def _start(points: Float32, weight: Float32, seeds: Float32, k: int) -> Float32:
    """k centroids to start from: the seeds, then again and again the point that the chosen ones fit worst."""
    chosen = list(seeds[:k])
    near = (points @ np.stack(chosen).T).max(axis=1)
    while len(chosen) < k:
        worst = int(np.argmax((1.0 - near) * np.sqrt(weight)))
        chosen.append(points[worst])
        near = np.maximum(near, points @ points[worst])
    return np.stack(chosen).astype(np.float32)


def centroids(rows: Float32, labels: Labels, k: int) -> Float32:
    """The unit mean of each cluster's rows; zero for an empty one. Label -1 belongs to none."""
    sums = np.zeros((k, rows.shape[1]), np.float32)
    placed = labels >= 0
    np.add.at(sums, labels[placed], rows[placed])
    return unit(sums)


def dissolve(rows: Float32, labels: Labels, smallest: int = SMALLEST) -> Labels:
    """Give the posts of clusters that are too small to the next likely one, and number the clusters anew."""
    labels = labels.copy()
    while True:
        names, sizes = np.unique(labels, return_counts=True)
        if len(names) < 2 or sizes.min() >= smallest:
            return np.searchsorted(names, labels).astype(np.intp)
        small = names[np.argmin(sizes)]
        rest = names[names != small]
        means = centroids(rows, np.searchsorted(names, labels), len(names))[names != small]
        members = labels == small
        labels[members] = rest[(rows[members] @ means.T).argmax(axis=1)]


def fuse(rows: Float32, labels: Labels) -> Labels:
    """Make one of clusters whose centroids are all but the same, and number the clusters anew."""
    labels = labels.copy()
    while True:
        names = np.unique(labels)
        labels = np.searchsorted(names, labels).astype(np.intp)
        means = centroids(rows, labels, len(names))
        near = np.triu(means @ means.T, 1)
        a, b = np.unravel_index(int(near.argmax()), near.shape)
        if len(names) < 2 or near[a, b] < ONE:
            return labels
        labels[labels == b] = a


def match(
    old: Sequence[frozenset[int]], old_means: Float32, new: Sequence[frozenset[int]], new_means: Float32
) -> dict[int, int]:
    """Which new cluster goes on which old topic (new place -> old place), so that the sum of likenesses is greatest.

    Likeness is .7 Jaccard of the members and .3 cosine of the centroids; a pair that shares no member is no match.
    Kuhn (1955), by scipy's modified Jonker-Volgenant.
    """
    if not old or not new:
        return {}
    from scipy.optimize import linear_sum_assignment

    like = 0.3 * (new_means @ old_means.T)
    shared = np.zeros_like(like)
    for i, members in enumerate(new):
        for j, before in enumerate(old):
            if both := len(members & before):
                shared[i, j] = both / len(members | before)
    like += 0.7 * shared
    rows, columns = linear_sum_assignment(-like)
    return {int(i): int(j) for i, j in zip(rows, columns, strict=True) if shared[i, j] > 0}


def softmax(likeness: Float32) -> Float32:
    """Chances over the last axis."""
    z = SHARPNESS * (likeness - likeness.max(axis=1, keepdims=True))
    chance = np.exp(z)
    return np.asarray(chance / chance.sum(axis=1, keepdims=True), np.float32)


def unit(rows: Float32) -> Float32:
    """Rows of length 1; a zero row stays zero."""
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9), np.float32)
