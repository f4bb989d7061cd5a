"""A copy of the passages' vectors beside the store, mapped into memory: a search begins in 1 ms, not in 200.

The copy is one file, `<store>.vectors`: a header, ids, owners, rows. It says of which state of the store it is, and is
made anew when that is not the present one, or when it is torn; without it, or in a folder that cannot be written, the
rows are read from the tables.
"""

from __future__ import annotations

import json
import os
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from kb.store import vectors

if TYPE_CHECKING:
    from pathlib import Path

    from kb.store.connect import Store
    from kb.types import Float32, Int64

LEAST_ROWS = 2000  # fewer are read from the tables in 10 ms
_HEADER = 4096  # bytes, JSON and spaces
_FORMAT = 1


def passage_vectors(store: Store, model: str) -> tuple[Int64, Int64, Float32, object]:
    """Passage ids, their posts' ids (ascending) and vectors by a model, and the state of the store that they are of."""
    state = vectors.stamp(store.reader)
    path = _beside(store)
    wanted = {"format": _FORMAT, "model": model, "state": list(state)}
    if (found := _mapped(path, wanted)) is not None:
        return (*found, state)
    ids, owners, rows = vectors.passage_vectors(store, model)
    if len(ids) >= LEAST_ROWS:
        with suppress(OSError):
            _write(path, wanted | {"rows": len(ids), "dim": rows.shape[1]}, ids, owners, rows)
        if (found := _mapped(path, wanted)) is not None:
            return (*found, state)
    return ids, owners, rows, state


def forget(store: Store) -> None:
    """Delete the mapped copy, so that no vector of a deleted post stays on the disk; the next search makes it anew."""
    _beside(store).unlink(missing_ok=True)


def _beside(store: Store) -> Path:
    return store.path.with_name(store.path.name + ".vectors")


def _mapped(path: Path, wanted: dict[str, Any]) -> tuple[Int64, Int64, Float32] | None:
    """The arrays of a whole file of the wanted state; None where there is no such file."""
    import numpy as np

    try:
        with path.open("rb") as file:
            header = json.loads(file.read(_HEADER))
        n, dim = int(header.pop("rows")), int(header.pop("dim"))
        if header != wanted or path.stat().st_size != _HEADER + n * (16 + 4 * dim):
            return None
        numbers = np.memmap(path, np.uint8, "r", _HEADER)
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        return None
    ids = numbers[: 8 * n].view("<i8")
    owners = numbers[8 * n : 16 * n].view("<i8")
    return np.asarray(ids), np.asarray(owners), np.asarray(numbers[16 * n :].view("<f4").reshape(n, dim))


def _write(path: Path, header: dict[str, Any], ids: Int64, owners: Int64, rows: Float32) -> None:
    """The file, whole or not at all."""
    part = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        with part.open("wb") as file:
            file.write(json.dumps(header).encode().ljust(_HEADER))
            for numbers, kind in ((ids, "<i8"), (owners, "<i8"), (rows, "<f4")):
                numbers.astype(kind, copy=False).tofile(file)
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise
