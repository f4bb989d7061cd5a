"""One job at a time on a store: a lock that the system lets go of when its holder ends, however it ends."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from crawler.clock import Clock
from kb.errors import Busy, StoreError


@contextmanager
def held(store: Path, what: str, clock: Clock, *, needed: bool = False) -> Iterator[str | None]:
    """Hold the store for one job; gives who held it last and ended without a word (killed, most likely), else None.

    The lock is on an open file (`<store>.lock`), so that a job that was killed leaves none behind; what stands in the
    file is for people. Raises Busy while another job holds it, StoreError if `needed`, or if no lock can be had.
    """
    path = store.with_name(f"{store.name}.lock")
    handle = _opened(path)
    while not (taken := _taken(handle, path)) or not _same(handle, path):
        if not taken:
            os.close(handle)
            raise _busy(store, holder(path), needed)
        os.close(handle)  # the one before us took its file away after we had opened it
        handle = _opened(path)
    try:
        before = holder(path)
        _write(handle, json.dumps({"what": what, "pid": os.getpid(), "since": f"{clock.now():%Y-%m-%d %H:%M:%S} UTC"}))
        yield before
    finally:
        path.unlink(missing_ok=True)
        os.close(handle)


def _opened(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT, 0o644)  # never inherited: the parser processes hold no lock
    except OSError as error:
        hint = "choose a writable place with --db"
        raise StoreError(f"cannot write {path}: {(error.strerror or '').lower()}", hint) from None


def _same(handle: int, path: Path) -> bool:
    """Whether the open file is still the one of that name."""
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def holder(path: Path) -> str | None:
    """Who stands in a lock's file, in words; None where nobody does."""
    with suppress(OSError, ValueError, KeyError, TypeError):
        facts = json.loads(path.read_text(encoding="utf-8"))
        return f"{facts['what']} (process {facts['pid']}, since {facts['since']})"
    return None


def _taken(handle: int, path: Path) -> bool:
    """Take the lock without waiting; False while another process has it."""
    try:
        import fcntl
    except ImportError:  # no such locks on this system: jobs are kept apart by whoever starts them
        return True
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        hint = "keep the store on a local disk"
        raise StoreError(f"cannot lock {path}: {(error.strerror or '').lower()}", hint) from None
    return True


def _busy(store: Path, who: str | None, needed: bool) -> Exception:
    words = f"{who or 'another job'} is at work on {store}"
    if needed:
        return StoreError(words, "wait for it to end, then run this again")
    return Busy(f"{words}; nothing done")


def _write(handle: int, words: str) -> None:
    os.ftruncate(handle, 0)
    os.pwrite(handle, words.encode(), 0)
