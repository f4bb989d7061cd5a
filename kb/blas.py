"""Small products of matrices on one thread: several wait for each other longer than they work."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext


def one_thread() -> Callable[[], AbstractContextManager[object]]:
    """What to wrap around numpy's products, so that they start no threads.

    On a busy machine of two cores a query's forward pass took 2.7 s with OpenBLAS's own choice of threads and 15 ms
    with one. Where the environment says so already there is nothing to do.
    """
    if os.environ.get("OPENBLAS_NUM_THREADS") == "1":
        return nullcontext
    try:
        from threadpoolctl import ThreadpoolController  # type: ignore[import-untyped]
    except ImportError:  # comes with scikit-learn
        return nullcontext
    controller = ThreadpoolController()

    def limited() -> AbstractContextManager[object]:
        limit: AbstractContextManager[object] = controller.limit(limits=1, user_api="blas")
        return limit

    return limited
