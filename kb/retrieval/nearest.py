"""The vector leg: how near each post's nearest passage is to a query; exact up to many rows, by lists above them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from kb.store.shelf import Found, Rows
    from kb.types import Float32, Int64

    Places = NDArray[np.int64]

# Lists that are looked into, times the root of their number: .986 of the first ten posts of 100,000 rows, .997 of those
# of a million; 3 times gave .981 and .972 (docs/decisions/0014)
PROBES, LEAST_PROBES = 4.0, 24
SAMPLED_POSTS = 200  # whose cosines stand for those of all posts, where not all are compared
MOST_GATHERED = 12_000  # rows that a filter may leave to be compared one by one


@dataclass(frozen=True, slots=True)
class Near:
    """A query's cosines to the best passage of each post that was looked at."""

    posts: Int64  # ids, ascending
    best: Float32
    mean: float  # of the posts' best cosines, and their spread
    spread: float
    shelf: Shelf = field(repr=False)
    query: Float32 = field(repr=False)

    def passages(self, post_id: int) -> tuple[int, ...]:
        """The ids of a post's best passages, the nearest first; none when the post has no vectors."""
        return self.shelf.best_passages(post_id, self.query)

    def cosine(self, post_id: int) -> float | None:
        """A post's best cosine; None for one that was not looked at."""
        import numpy as np

        i = int(np.searchsorted(self.posts, post_id))
        return float(self.best[i]) if i < len(self.posts) and self.posts[i] == post_id else None


@dataclass
class Shelf:
    """All passages' vectors by one model, and how they are searched."""

    found: Found

    @property
    def stamp(self) -> object:
        return self.found.stamp

    @cached_property
    def size(self) -> int:
        """Posts that have vectors."""
        alive, tail = self.found.alive, self.found.tail
        return int(len(self.found.base.posts) if alive is None else alive.sum()) + (len(tail.posts) if tail else 0)

    def nearest(self, query: Float32, keep: Sequence[int] | None = None, wanted: Sequence[int] = ()) -> Near:
        """The posts near a unit vector.

        keep: the only posts that count, ascending ids. wanted: posts whose cosine is needed however far they are.
        """

        base, kept = self.found.base, self._kept(keep)
        if base.centroids is None or base.offsets is None:
            best = _best_of_all(base, query)
            posts, cosines = (base.posts, best) if kept is None else (base.posts[kept], best[kept])
            mean, spread = _spread(cosines)
        else:
            places, cosines = self._looked_at(query, kept, wanted)
            posts = base.posts[places]
            mean, spread = _spread(self._sample @ query, self._sample_first)
        if self.found.tail is not None:
            posts, cosines = self._with_tail(posts, cosines, query, keep)
        return Near(posts, cosines, mean, spread, self, query)

    def best_passages(self, post_id: int, query: Float32, n: int = 3) -> tuple[int, ...]:
        """The ids of a post's nearest passages, the nearest first; none when the post has no vectors."""
        import numpy as np

        for rows, alive in ((self.found.tail, None), (self.found.base, self.found.alive)):
            if rows is None:
                continue
            i = int(np.searchsorted(rows.posts, post_id))
            if i < len(rows.posts) and rows.posts[i] == post_id and (alive is None or alive[i]):
                own = _rows_of(rows, np.array([i]))
                nearest = np.argsort(-(rows.rows[own] @ query), kind="stable")[:n]
                return tuple(int(passage_id) for passage_id in rows.ids[own[nearest]])
        return ()

    def _kept(self, keep: Sequence[int] | None) -> NDArray[np.bool_] | None:
        """Place in base.posts -> whether the post counts; None: all do."""
        if keep is None:
            return self.found.alive
        inside = _inside(self.found.base.posts, keep)
        return inside if self.found.alive is None else inside & self.found.alive

    def _looked_at(
        self, query: Float32, kept: NDArray[np.bool_] | None, wanted: Sequence[int]
    ) -> tuple[Places, Float32]:
        """Places in base.posts that the lists nearest to the query lead to, and those that are wanted, with cosines."""
        import numpy as np

        base = self.found.base
        sizes = np.diff(base.first)
        if kept is not None and int(sizes[kept].sum()) <= MOST_GATHERED:
            places = np.flatnonzero(kept)
            return places, _best_of(base, places, query)
        best = np.full(len(base.posts), -2, np.float32)
        probes = max(LEAST_PROBES, int(PROBES * len(base.centroids) ** 0.5))  # type: ignore[arg-type]
        if kept is not None:  # what the filter leaves lies in fewer of the lists
            probes = int(probes * min(8.0, len(kept) / max(1, int(kept.sum()))))
        for start, end in self._lists(query, probes):
            np.maximum.at(best, base.owner[start:end], base.rows[start:end] @ query)
        if len(wanted):
            places = np.flatnonzero(_inside(base.posts, sorted(wanted)))
            best[places] = _best_of(base, places, query)
        known = best > -2 if kept is None else (best > -2) & kept
        places = np.flatnonzero(known)
        return places, best[places]

    def _lists(self, query: Float32, probes: int) -> list[tuple[int, int]]:
        import numpy as np

        base = self.found.base
        near = base.centroids @ query  # type: ignore[operator]
        probes = min(probes, len(near))
        chosen = np.sort(np.argpartition(-near, probes - 1)[:probes])
        offsets = base.offsets
        return [(int(offsets[j]), int(offsets[j + 1])) for j in chosen]  # type: ignore[index]

    def _with_tail(
        self, posts: Int64, cosines: Float32, query: Float32, keep: Sequence[int] | None
    ) -> tuple[Int64, Float32]:
        import numpy as np

        tail = self.found.tail
        assert tail is not None
        own, best = tail.posts, _best_of_all(tail, query)
        if keep is not None:
            inside = _inside(own, keep)
            own, best = own[inside], best[inside]
        posts, cosines = np.concatenate((posts, own)), np.concatenate((cosines, best))
        order = np.argsort(posts, kind="stable")
        return posts[order], cosines[order]

    @cached_property
    def _sampled(self) -> Places:
        import numpy as np

        n = len(self.found.base.posts)
        return np.unique(np.linspace(0, n - 1, min(n, SAMPLED_POSTS)).astype(np.int64))

    @cached_property
    def _sample(self) -> Float32:
        rows: Float32 = self.found.base.rows[_rows_of(self.found.base, self._sampled)]
        return rows

    @cached_property
    def _sample_first(self) -> Places:
        import numpy as np

        sizes = np.diff(self.found.base.first)[self._sampled]
        return np.concatenate(([0], np.cumsum(sizes)[:-1])).astype(np.int64)


def _spread(cosines: Float32, first: Places | None = None) -> tuple[float, float]:
    """Mean and spread of cosines, or of the greatest of each stretch that begins at `first`."""
    import numpy as np

    if first is not None and len(first):
        cosines = np.maximum.reduceat(cosines, first)
    return (float(cosines.mean()), max(float(cosines.std()), 1e-6)) if len(cosines) else (0.0, 1.0)


def _best_of_all(rows: Rows, query: Float32) -> Float32:
    """Each post's best cosine."""
    import numpy as np

    if not len(rows.posts):
        return np.zeros(0, np.float32)
    cosines = rows.rows @ query
    if rows.by_post is not None:
        cosines = cosines[rows.by_post]
    best: Float32 = np.maximum.reduceat(cosines, rows.first[:-1])
    return best


def _best_of(rows: Rows, places: Places, query: Float32) -> Float32:
    """The best cosine of the posts in some places."""
    import numpy as np

    if not len(places):
        return np.zeros(0, np.float32)
    sizes = np.diff(rows.first)[places]
    begins = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    best: Float32 = np.maximum.reduceat(rows.rows[_rows_of(rows, places)] @ query, begins)
    return best


def _rows_of(rows: Rows, places: Places) -> Places:
    """The rows of the posts in some places, those of a post together."""
    import numpy as np

    first, sizes = rows.first[places], np.diff(rows.first)[places]
    begins = np.concatenate(([0], np.cumsum(sizes)[:-1]))
    at = np.repeat(first - begins, sizes) + np.arange(int(sizes.sum()))
    return at if rows.by_post is None else rows.by_post[at].astype(np.int64)


def _inside(posts: Int64, keep: Sequence[int]) -> NDArray[np.bool_]:
    """Which posts are among some ids, which ascend."""
    import numpy as np

    kept = np.array([*keep, -1], np.int64)
    inside: NDArray[np.bool_] = kept[np.searchsorted(kept[:-1], posts)] == posts
    return inside
