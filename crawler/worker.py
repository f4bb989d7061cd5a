"""A parser process: reads pages from standard input, writes what it read in them to standard output, until the end.

Started by crawler.pool as `python -m crawler.worker BYTES SECONDS`; frames are a length and a pickle, both ways,
between two processes of one program.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import signal
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, BinaryIO

if TYPE_CHECKING:
    from crawler.types import Blog, Link, Page

HEAD = 8


def main(read: Callable[[Page, Link, Blog], object] | None = None) -> None:
    """Serve until standard input ends; the parent alone decides when that is. read: crawler.parse.read, or a test's."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    tasks, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not mix with the frames
    _bound(int(sys.argv[1]) if len(sys.argv) > 1 else 0)
    from crawler import parse, plugins

    read = read or parse.read
    for name in plugins.names("crawler.sources"):
        plugins.load("crawler.sources", name, "parse")
    send(answers, "ready")
    cpu_s = float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    while (task := receive(tasks)) is not None:
        _allow(cpu_s)
        try:
            answer: Any = read(*task)
        except MemoryError:
            answer = "the page takes more memory than a parse may"
        except RecursionError:
            answer = "the page is nested too deeply"
        except Exception as error:
            answer = f"{type(error).__name__}: {error}"
        _allow(0)
        try:
            send(answers, answer)
        except BrokenPipeError:  # who asked is gone, killed perhaps; there is nobody left to tell
            os._exit(0)


def _allow(cpu_s: float) -> None:
    """Let the system end this process after so much processor time: parsers in C heed nothing else. 0: no bound."""
    with contextlib.suppress(AttributeError, ValueError):  # no such timer on Windows
        signal.setitimer(signal.ITIMER_PROF, cpu_s)


def send(stream: BinaryIO, value: object) -> None:
    """Write one frame."""
    data = pickle.dumps(value, protocol=5)
    stream.write(len(data).to_bytes(HEAD, "big") + data)
    stream.flush()


def receive(stream: BinaryIO) -> Any:
    """Read one frame; None at the end."""
    head = stream.read(HEAD)
    if len(head) < HEAD:
        return None
    return pickle.loads(stream.read(int.from_bytes(head, "big")))


def _bound(memory_bytes: int) -> None:
    """Limit the address space, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        if memory_bytes:
            resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


if __name__ == "__main__":
    main()
