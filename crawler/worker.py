"""The parser processes: one imports all that reading needs and forks the others, each of which reads page after page.

Started by crawler.nursery as `python -m crawler.worker SOCKET BYTES SECONDS`. Over the socket come orders: a new socket
to fork a reader for, or the number of a process to end. A reader's frames are a length and a pickle, both ways, between
two processes of one program.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import signal
import socket
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.types import Blog, Link, Page

HEAD = 8
Reading = Callable[["Page", "Link", "Blog"], object]


def main(read: Reading | None = None) -> None:
    """Fork readers until the socket closes; the parent alone decides when that is. read: crawler.parse.read, or a
    test's."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    control = socket.socket(fileno=int(sys.argv[1]))
    memory_bytes, cpu_s = int(sys.argv[2]), float(sys.argv[3])
    os.dup2(2, 1)  # what a library prints must not stand among a command's data
    read = read or _warmed()
    gc.collect()
    gc.freeze()  # what is there now is never looked through again, so that its memory stays shared
    # A tree's elements are freed by their count of uses; at 700 each page is searched ten times on its way
    gc.set_threshold(30_000)
    control.sendall(b"ready")
    while True:
        order, handles, _, _ = socket.recv_fds(control, 64, 1)
        if not order:
            return
        if not handles:
            control.sendall(str(_ended(int(order))).encode())
            continue
        if pid := os.fork():
            os.close(handles[0])
            control.sendall(str(pid).encode())
            continue
        control.close()
        _bound(memory_bytes)
        _serve(socket.socket(fileno=handles[0]), read, cpu_s)
        os._exit(0)


def _warmed() -> Reading:
    """The reader, after it has read two pages: libraries and models that it loads when needed are loaded.

    The long page asks for the model of languages, the short one for trafilatura's second opinion and its word lists.
    """
    from datetime import UTC, datetime

    from crawler import parse, plugins
    from crawler.types import Blog, Link, Page

    for name in plugins.names("crawler.sources"):
        plugins.load("crawler.sources", name, "parse")
    prose = "<p>A model learns from many examples what the next word of a sentence most likely is.</p>" * 9
    url = "https://warm.example/posts/warm/"
    for text in (prose, "<p>A few words.</p>"):
        html = f"<html><head><title>Warm</title></head><body><article><h1>Warm</h1>{text}</article></body></html>"
        page = Page(url, url, 200, "text/html", html.encode(), datetime.fromtimestamp(0, UTC))
        with contextlib.suppress(Exception):  # the pages themselves will tell
            parse.read(page, Link(url, "post", "https://warm.example/"), Blog("https://warm.example/"))
    return parse.read


def _ended(pid: int) -> int:
    """The exit code of a forked process, which is killed if it still runs."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def _serve(peer: socket.socket, read: Reading, cpu_s: float) -> None:
    """Answer page after page until nobody asks any more."""
    stream: Any = peer.makefile("rwb")
    while (task := receive(stream)) is not None:
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
            send(stream, answer)
        except (BrokenPipeError, ConnectionResetError):  # who asked is gone, killed perhaps; nobody is left to tell
            os._exit(0)
        del task, answer
        gc.collect(0)  # a page leaves rings of objects that hold its trees: half of what the process would grow by


def _allow(cpu_s: float) -> None:
    """Let the system end this process after so much processor time: parsers in C heed nothing else. 0: no bound."""
    signal.setitimer(signal.ITIMER_PROF, cpu_s)


def send(stream: Any, value: object) -> None:
    """Write one frame."""
    data = pickle.dumps(value, protocol=5)
    stream.write(len(data).to_bytes(HEAD, "big") + data)
    stream.flush()


def receive(stream: Any) -> Any:
    """Read one frame; None at the end."""
    try:
        head = stream.read(HEAD)
        return pickle.loads(stream.read(int.from_bytes(head, "big"))) if len(head) == HEAD else None
    except (ConnectionResetError, EOFError):
        return None


def _bound(memory_bytes: int) -> None:
    """Limit the address space, where the system can."""
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        if memory_bytes:
            resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


if __name__ == "__main__":
    main()
