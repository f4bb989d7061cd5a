"""The vector leg: how near each post's nearest passage is to a query, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.types import Float32, Int64


@dataclass(frozen=True, slots=True)
class Shelf:
    """All passages' vectors by one model, the passages of a post together.

    posts[i] has the rows first[i] up to first[i + 1], or to the end.
    """

    ids: Int64  # of passages, row by row
    rows: Float32
    posts: Int64
    first: Int64
    stamp: object = None  # what the store said of itself when these were read

    @classmethod
    def of(cls, ids: Int64, owners: Int64, rows: Float32, stamp: object = None) -> Shelf:
        """Sort passages by post. owners: each passage's post id."""
        import numpy as np

        if len(owners) and (np.diff(owners) < 0).any():
            order = np.argsort(owners, kind="stable")
            ids, owners, rows = ids[order], owners[order], rows[order]
        first = np.flatnonzero(np.diff(owners, prepend=-1))
        return cls(ids, rows, owners[first], first, stamp)

    def nearest(self, query: Float32) -> Near:
        """Each post's best passage for a unit vector."""
        import numpy as np

        cosines = self.rows @ query
        return Near(self, cosines, np.maximum.reduceat(cosines, self.first))


@dataclass(frozen=True, slots=True)
class Near:
    """A query's cosines: of each passage, and of each post's best."""

    shelf: Shelf
    cosines: Float32
    best: Float32  # row by row as shelf.posts

    def among(self, keep: Sequence[int] | None) -> tuple[Int64, Float32]:
        """Post ids and best cosines, of the posts to keep alone. keep: ascending ids."""
        import numpy as np

        if keep is None:
            return self.shelf.posts, self.best
        posts, kept = self.shelf.posts, np.array([*keep, -1], np.int64)
        inside = kept[np.searchsorted(kept[:-1], posts)] == posts
        return self.shelf.posts[inside], self.best[inside]

    def passage(self, post_id: int) -> int | None:
        """The id of a post's best passage; None when the post has no vectors."""
        import numpy as np

        shelf = self.shelf
        i = int(np.searchsorted(shelf.posts, post_id))
        if i == len(shelf.posts) or shelf.posts[i] != post_id:
            return None
        start = int(shelf.first[i])
        end = int(shelf.first[i + 1]) if i + 1 < len(shelf.first) else len(self.cosines)
        return int(shelf.ids[start + int(np.argmax(self.cosines[start:end]))])
