"""A copy of the passages' vectors beside the store, mapped into memory: a search begins in 1 ms, not in 200.

The copy is one file, `<store>.vectors`: a header and arrays. It keeps for each post what its vectors were made of, so
that a store that has changed since is searched with the rows that still hold and, read from the tables, the others. A
torn file, or one that too little of is left, is made anew; where that cannot be, the rows are read from the tables.
With many rows they stand in lists of neighbours (kb.retrieval.lists), which `refresh` makes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from kb.store import vectors

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from kb.store.connect import Store
    from kb.types import Float32, Int64

    Int32 = NDArray[np.int32]

LEAST_ROWS = 2000  # fewer are read from the tables in 10 ms
LEAST_LISTED = 80_000  # fewer are compared one by one in 10 ms
MOST_CHANGED = 0.1  # share of posts, from which the copy is made anew
LOOKED_AT = 64  # rows of a copy, to tell whether it is whole; all of them would take as long as reading the tables
_HEADER = 4096  # bytes, JSON and spaces
_FORMAT = 2


@dataclass(frozen=True, slots=True)
class Rows:
    """Vectors of passages by one model.

    Post i of `posts` has the rows by_post[first[i] : first[i + 1]], or those very rows where by_post is None. With
    lists, list j holds the rows offsets[j] : offsets[j + 1], and centroids[j] is what they lie around.
    """

    posts: Int64  # ids, ascending
    digests: Int64  # of what each post's vectors were made of
    first: Int64
    ids: Int64  # of passages, row by row
    owner: Int32  # row -> place in posts
    rows: Float32
    by_post: Int32 | None = None
    centroids: Float32 | None = None
    offsets: Int64 | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """The vectors of a store: rows of the copy, which posts of it still hold, and the rows of the others."""

    base: Rows
    alive: NDArray[np.bool_] | None  # place in base.posts -> whether its rows hold; None: all do
    tail: Rows | None
    stamp: object  # the state of the store that this is of
    note: str = ""  # what the asker should know


def read_vectors(store: Store, model: str, least: int = LEAST_ROWS) -> Found:
    """Every passage's vector by a model, as the store has them now. least: rows from which a copy is kept."""
    stamp = vectors.stamp(store.reader)
    path = beside(store)
    base, state = _mapped(path, model)
    if base is not None and state == list(stamp):
        return Found(base, None, None, stamp)
    if base is not None and (found := _patched(store, model, base, stamp)) is not None:
        return found
    torn = path.exists() and base is None and _is_torn(path)
    listed = base is not None and base.centroids is not None
    base = _read(store, model)
    if len(base.ids) >= least:
        with suppress(OSError):
            _write(path, base, {"model": model, "state": list(stamp)})
            base = _mapped(path, model)[0] or base
    note = "the copy of the vectors beside the store was torn and has been made anew" if torn else ""
    if (torn or listed) and len(base.ids) >= LEAST_LISTED:
        note = "the index of the vectors is torn or old, so all are compared; kb embed makes it anew"
    return Found(base, None, None, stamp, note)


def refresh(store: Store, model: str, arrange: Callable[[Float32], tuple[Float32, Int32]] | None, least: int) -> int:
    """Bring the copy up to date, its rows in lists where there are `least` or more; the rows written, 0 if none.

    arrange: gives centroids, and each row's list. Raises OSError where the copy cannot be written.
    """
    stamp = vectors.stamp(store.reader)
    base, state = _mapped(beside(store), model)
    if base is not None and state == list(stamp) and (base.centroids is not None or len(base.ids) < least):
        return 0
    if base is not None and base.centroids is not None and _patched(store, model, base, stamp) is not None:
        return 0  # searched rightly as it is; a few changes are not worth minutes
    read = _read(store, model)
    if arrange is not None and len(read.ids) >= least:
        read = _in_lists(read, *arrange(read.rows))
    elif len(read.ids) < LEAST_ROWS:
        return 0
    _write(beside(store), read, {"model": model, "state": list(stamp)})
    return len(read.ids)


def forget(store: Store) -> None:
    """Delete the mapped copy, so that no vector of a deleted post stays on the disk; the next search makes it anew."""
    beside(store).unlink(missing_ok=True)


def beside(store: Store) -> Path:
    """Where the copy of a store is."""
    return store.path.with_name(store.path.name + ".vectors")


def _patched(store: Store, model: str, base: Rows, stamp: object) -> Found | None:
    """The copy with what changed since; None where too much did."""
    import numpy as np

    posts, digests = vectors.states(store.reader, model)
    at = np.searchsorted(base.posts, posts)
    at[at == len(base.posts)] = 0
    same = (base.posts[at] == posts) & (base.digests[at] == digests) if len(base.posts) else np.zeros(len(posts), bool)
    changed = posts[~same]
    alive = np.zeros(len(base.posts), bool)
    alive[at[same]] = True
    if len(changed) + int((~alive).sum()) > max(64, MOST_CHANGED * len(base.posts)):
        return None
    tail = _read(store, model, [int(i) for i in changed]) if len(changed) else None
    return Found(base, None if alive.all() else alive, tail, stamp)


def _read(store: Store, model: str, only: list[int] | None = None) -> Rows:
    """Rows from the tables, by post."""
    import numpy as np

    ids, owners, rows = vectors.passage_vectors(store, model, only)
    posts, first, owner = np.unique(owners, return_index=True, return_inverse=True)
    known, digests = vectors.states(store.reader, model)
    own = digests[np.searchsorted(known, posts)] if len(posts) else np.zeros(0, np.int64)
    return Rows(posts, own, np.append(first, len(ids)).astype(np.int64), ids, owner.astype(np.int32), rows)


def _in_lists(read: Rows, centroids: Float32, lists: Int32) -> Rows:
    """The same rows, those of a list together."""
    import numpy as np

    order = np.argsort(lists, kind="stable")
    place = np.empty(len(order), np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    offsets = np.searchsorted(lists[order], np.arange(len(centroids) + 1)).astype(np.int64)
    return Rows(
        read.posts, read.digests, read.first, read.ids[order], read.owner[order], read.rows[order], place, centroids,
        offsets,
    )  # fmt: skip


def _arrays(n: int, dim: int, posts: int, lists: int) -> list[tuple[str, str, tuple[int, ...]]]:
    """Name, type and shape of each array, in the order of the file; the widest first, so that all are aligned."""
    plain: list[tuple[str, str, tuple[int, ...]]] = [
        ("posts", "<i8", (posts,)), ("digests", "<i8", (posts,)), ("first", "<i8", (posts + 1,)), ("ids", "<i8", (n,)),
    ]  # fmt: skip
    listed: list[tuple[str, str, tuple[int, ...]]] = []
    if lists:
        plain.append(("offsets", "<i8", (lists + 1,)))
        listed = [("by_post", "<i4", (n,)), ("centroids", "<f4", (lists, dim))]
    return [*plain, ("owner", "<i4", (n,)), *listed, ("rows", "<f4", (n, dim))]


def _mapped(path: Path, model: str) -> tuple[Rows | None, object]:
    """The arrays of a whole file of the model, and the state that they are of; None where there is no such file."""
    import numpy as np

    try:
        header = _header(path)
        if header["format"] != _FORMAT or header["model"] != model:
            return None, None
        shapes = _arrays(*(int(header[name]) for name in ("rows", "dim", "posts", "lists")))
        size = sum(int(kind[2]) * int(np.prod(shape)) for _, kind, shape in shapes)
        if path.stat().st_size != _HEADER + size:
            return None, None
        numbers = np.memmap(path, np.uint8, "r", _HEADER)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None, None
    found, at = {}, 0
    for name, kind, shape in shapes:
        end = at + int(kind[2]) * int(np.prod(shape))
        found[name] = np.asarray(numbers[at:end].view(kind).reshape(shape))
        at = end
    return (Rows(**found), header["state"]) if _are_unit(found["rows"]) else (None, None)


def _are_unit(rows: Float32) -> bool:
    """Whether some rows, evenly drawn, are vectors of length 1: a disk that was pulled leaves zeros or another file."""
    import numpy as np

    some = rows[np.linspace(0, len(rows) - 1, min(LOOKED_AT, len(rows))).astype(np.int64)]
    with np.errstate(all="ignore"):
        return bool((np.abs((some * some).sum(axis=1) - 1) < 0.01).all())


def _header(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        header: dict[str, Any] = json.loads(file.read(_HEADER))
    return header


def _is_torn(path: Path) -> bool:
    """Whether a file is no copy at all, rather than one of another model or an older program."""
    try:
        header = _header(path)
        return header["format"] == _FORMAT and header["model"] != "" and "state" in header and not _other(path, header)
    except (OSError, ValueError, KeyError, TypeError):
        return True


def _other(path: Path, header: dict[str, Any]) -> bool:
    return _mapped(path, str(header["model"]))[0] is not None


def _write(path: Path, read: Rows, header: dict[str, Any]) -> None:
    """The file, whole or not at all."""
    lists = 0 if read.centroids is None else len(read.centroids)
    n, dim = read.rows.shape
    header |= {"format": _FORMAT, "rows": n, "dim": dim, "posts": len(read.posts), "lists": lists}
    part = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        with part.open("wb") as file:
            file.write(json.dumps(header).encode().ljust(_HEADER))
            for name, kind, _ in _arrays(n, dim, len(read.posts), lists):
                getattr(read, name).astype(kind, copy=False).tofile(file)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
