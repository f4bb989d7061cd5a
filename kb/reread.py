"""Reads the kept pages again with today's reader; the network is not asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from crawler.clock import Clock
from crawler.types import Failure
from kb.store import frontier, posts
from kb.store.connect import Store

AT_ONCE = 16  # pages in the hands of the parser processes, and in one transaction


@dataclass(slots=True)
class Reread:
    """What came of it."""

    pages: int = 0
    edited: int = 0
    lost: int = 0  # pages that today's reader no longer takes for posts; the stored post stays


def reread(
    store: Store, source_id: int | None, workers: int, clock: Clock, progress: Callable[[int, int], None]
) -> Reread:
    """Every kept page, of one source or of all, in batches of one transaction each."""
    return asyncio.run(_reread(store, source_id, workers, clock, progress))


async def _reread(
    store: Store, source_id: int | None, workers: int, clock: Clock, progress: Callable[[int, int], None]
) -> Reread:
    from crawler.pool import ProcessPool

    keys = frontier.kept_pages(store.reader, source_id)
    done = Reread()
    async with ProcessPool(workers, clock) as pool:
        for first in range(0, len(keys), AT_ONCE):
            kept = [page for k in keys[first : first + AT_ONCE] if (page := frontier.kept_page(store.reader, k))]
            read = await asyncio.gather(*(pool.read(page, link, blog) for page, link, blog, _ in kept))
            with store.writing() as session:
                for (_, _, _, owner), result in zip(kept, read, strict=True):
                    done.pages += 1
                    if isinstance(result, Failure) or result.post is None:
                        done.lost += 1
                    else:
                        done.edited += posts.save_post(session, owner, result.post, clock.now()).change != "same"
            progress(done.pages, len(keys))
    return done
