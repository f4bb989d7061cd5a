"""Where the charted posts stand on the map of topics: what is alike stands near, and nothing covers another."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from kb.types import Vectors

ROUNDS = 300  # of stress majorisation; the stress changes by less than a thousandth after some 150
TOGETHER = 0.35  # distances within a topic are shrunk by this factor, so that a topic is seen as one
APART = 0.06  # least distance of two posts on a map of width 1, a little more than a dot's width
Points = NDArray[np.float64]


def places(vectors: Vectors, topics: Mapping[int, int]) -> dict[int, tuple[float, float]]:
    """A place in the unit square for each post that has a vector; the same vectors give the same places.

    topics: post id -> topic id. Stress majorisation (SMACOF; de Leeuw 1977) of the cosine distances, begun from
    classical scaling, so that nothing is drawn by chance.
    """
    ids = [int(i) for i in vectors.ids]
    if len(ids) < 2:
        return dict.fromkeys(ids, (0.5, 0.5))
    rows = vectors.rows.astype(np.float64)
    wanted = np.sqrt(np.maximum(0.0, 2 - 2 * np.clip(rows @ rows.T, -1, 1)))
    own = np.array([topics.get(i, -i) for i in ids])
    wanted = np.where(own[:, None] == own[None, :], TOGETHER * wanted, wanted)
    np.fill_diagonal(wanted, 0.0)
    points = _smacof(wanted, _classical(wanted))
    points = _spread(_fit(points))
    return {i: (round(float(x), 3), round(float(y), 3)) for i, (x, y) in zip(ids, points, strict=True)}


def _classical(distances: Points) -> Points:
    """Torgerson's scaling to two dimensions, each axis' sign fixed by its largest entry."""
    n = len(distances)
    centre = np.eye(n) - 1.0 / n
    values, axes = np.linalg.eigh(-0.5 * centre @ distances**2 @ centre)
    points = axes[:, ::-1][:, :2] * np.sqrt(np.maximum(values[::-1][:2], 1e-12))
    if points.shape[1] < 2:
        points = np.column_stack([points, np.zeros(n)])
    signs = np.sign(points[np.abs(points).argmax(axis=0), range(2)])
    return np.asarray(points * np.where(signs == 0, 1, signs) + _nudge(n))


def _nudge(n: int) -> Points:
    """Tells apart what stands at the same place: a small step in a direction of its own for each."""
    turn = np.arange(n) * 2.399963  # the golden angle
    return 1e-4 * np.column_stack([np.cos(turn), np.sin(turn)])


def _smacof(wanted: Points, points: Points) -> Points:
    n = len(wanted)
    for _ in range(ROUNDS):
        ratio = wanted / np.maximum(_distances(points), 1e-9)
        np.fill_diagonal(ratio, 0.0)
        points = (ratio.sum(axis=1)[:, None] * points - ratio @ points) / n
    return points


def _fit(points: Points) -> Points:
    """Into the unit square, both axes stretched to it; an outlier does not press the others together."""
    low, high = np.quantile(points, 0.02, axis=0), np.quantile(points, 0.98, axis=0)
    return np.asarray(np.clip((points - low) / np.maximum(high - low, 1e-9), 0.0, 1.0))


def _spread(points: Points) -> Points:
    """Pushes apart what stands nearer than APART, within the square."""
    points = points + _nudge(len(points))
    for _ in range(200):
        step = points[:, None] - points[None, :]
        gap = _distances(points)
        near = np.maximum(0.0, APART - gap)
        np.fill_diagonal(near, 0.0)
        if not near.any():
            break
        push = (step / np.maximum(gap, 1e-9)[..., None] * near[..., None] * 0.5).sum(axis=1)
        points = np.clip(points + np.clip(push, -APART, APART), 0.0, 1.0)
    return points


def _distances(points: Points) -> Points:
    return np.asarray(np.sqrt(((points[:, None] - points[None, :]) ** 2).sum(axis=2)))
