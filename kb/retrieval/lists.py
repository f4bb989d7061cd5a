"""Lists of neighbours: many vectors parted by k-means, so that a search looks into the few lists nearest to it.

The inverted file of Jegou, Douze and Schmid 2011 without its codes: rows stay float32 and are mapped, so that what is
looked at is compared exactly. docs/decisions/0014 has it beside faiss and usearch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kb.types import Float32

    Int32 = NDArray[np.int32]

PER_ROOT = 4  # lists for each square root of the rows
TRAINED_PER_LIST = 40  # rows of the sample; more change the recall by less than .002
ROUNDS = 8
SEED = 11
_BLOCK = 20_000  # rows compared at a time


def arrange(rows: Float32) -> tuple[Float32, Int32]:
    """Centroids of unit vectors, and each row's nearest one. The same rows give the same lists."""
    import numpy as np

    n_lists = max(1, int(PER_ROOT * len(rows) ** 0.5))
    draw = np.random.default_rng(SEED)
    sample = rows[np.sort(draw.choice(len(rows), min(len(rows), TRAINED_PER_LIST * n_lists), replace=False))]
    centroids = sample[np.sort(draw.choice(len(sample), n_lists, replace=False))].copy()
    for _ in range(ROUNDS):
        nearest = assign(sample, centroids)
        sums = np.zeros_like(centroids)
        np.add.at(sums, nearest, sample)
        empty = np.bincount(nearest, minlength=n_lists) == 0
        sums[empty] = sample[draw.choice(len(sample), int(empty.sum()))]
        centroids = sums / np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    return centroids, assign(rows, centroids)


def assign(rows: Float32, centroids: Float32) -> Int32:
    """Each row's nearest centroid."""
    import numpy as np

    found = np.empty(len(rows), np.int32)
    for at in range(0, len(rows), _BLOCK):
        found[at : at + _BLOCK] = (rows[at : at + _BLOCK] @ centroids.T).argmax(axis=1)
    return found
