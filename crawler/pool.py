"""Parser processes with limits on time and memory: the death of one costs one page, and starts another."""

from __future__ import annotations

import asyncio
import contextlib
import pickle
import signal
from typing import Protocol

from crawler import parse
from crawler.clock import Clock
from crawler.nursery import Nursery
from crawler.parse import Read
from crawler.types import Blog, Failure, Link, Page
from crawler.worker import HEAD

CPU_S = 20.0  # of processor time for one page; the slowest of the replayed web takes 2
WALL_S = 120.0  # for the same on a machine that is busy with other things
MEMORY_BYTES = 2 << 30
# After so many pages a process is replaced, which costs milliseconds: it grows by a quarter of a megabyte with each
PAGES = 60
# A page of this size takes a hundred megabytes and more: one at a time, and the process that read it is replaced
LARGE = 400_000  # bytes
BUFFER = 1 << 20  # bytes of an answer that are read in one go


class ParsePool(Protocol):
    """Reads pages, somewhere."""

    async def read(self, page: Page, link: Link, blog: Blog) -> Read | Failure:
        """What the page is, or why it could not be read."""
        ...


class InlinePool:
    """Reads in this very process, without limits: for tests and small jobs."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def read(self, page: Page, link: Link, blog: Blog) -> Read | Failure:
        try:
            return parse.read(page, link, blog)
        except Exception as error:
            return Failure(link.url, "parser", f"{type(error).__name__}: {error}"[:200], self._clock.now())


class ProcessPool:
    """Reads in worker processes, started when first needed; used within `async with`."""

    def __init__(
        self,
        workers: int,
        clock: Clock,
        *,
        cpu_s: float = CPU_S,
        wall_s: float = WALL_S,
        memory_bytes: int = MEMORY_BYTES,
        module: str = "crawler.worker",
    ) -> None:
        """module: what a process runs; another than the default only in tests."""
        self._clock, self._wall_s = clock, wall_s
        self._nursery = Nursery(module, memory_bytes, cpu_s)
        self._workers = max(1, workers)
        self._idle: list[_Worker] = []
        self._turn: asyncio.Semaphore | None = None
        self._large = asyncio.Lock()

    async def __aenter__(self) -> ProcessPool:
        self._turn = asyncio.Semaphore(self._workers)
        return self

    async def __aexit__(self, *_: object) -> None:
        for worker in self._idle:
            await worker.stop()
        self._idle.clear()
        await self._nursery.close()

    async def read(self, page: Page, link: Link, blog: Blog) -> Read | Failure:
        assert self._turn is not None, "a ProcessPool is used within `async with`"
        large = len(page.body) >= LARGE
        async with self._large if large else contextlib.nullcontext(), self._turn:
            worker = self._idle.pop() if self._idle else _Worker(self._nursery)
            try:
                answer = await worker.ask(pickle.dumps((page, link, blog), protocol=5), self._wall_s)
            except TimeoutError:
                answer = f"the parse took longer than {self._wall_s:g} s"
            except (EOFError, OSError):
                answer = await worker.obituary()
            finally:
                # Not idle again unless it answered: a cancelled one still works on the old page
                if worker.free and worker.pages < PAGES and not large:
                    self._idle.append(worker)
                else:
                    await asyncio.shield(worker.stop())
        if isinstance(answer, Read):
            return answer
        return Failure(link.url, "parser", str(answer)[:300], self._clock.now())


class _Worker:
    """One process and the socket to it."""

    def __init__(self, nursery: Nursery) -> None:
        self._nursery = nursery
        self._pid: int | None = None
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self.pages = 0
        self.free = False

    async def ask(self, task: bytes, time_s: float) -> object:
        """Hand a task over and wait for its answer; raises TimeoutError, EOFError or OSError.

        RuntimeError where no process can be started: that is no fault of the page's.
        """
        self.free = False
        if self._streams is None:
            self._pid, peer = await self._nursery.fork()
            self._streams = await asyncio.open_connection(sock=peer, limit=BUFFER)
        reader, writer = self._streams
        async with asyncio.timeout(time_s):
            writer.write(len(task).to_bytes(HEAD, "big"))
            writer.write(task)
            await writer.drain()
            head = await reader.readexactly(HEAD)
            answer: object = pickle.loads(await reader.readexactly(int.from_bytes(head, "big")))
        self.pages += 1
        self.free = True
        return answer

    async def obituary(self) -> str:
        """Why the process is no more."""
        code = await self._end()
        if code is not None and code == -signal.SIGPROF:
            return "the parse took more processor time than a page may"
        return f"the parser process died on this page (exit {code})"

    async def stop(self) -> None:
        """End the process, whatever it is doing."""
        streams, self._streams, self.free = self._streams, None, False
        if streams is not None:
            streams[1].close()
            with contextlib.suppress(OSError):
                await streams[1].wait_closed()
        await self._end()

    async def _end(self) -> int | None:
        pid, self._pid = self._pid, None
        return None if pid is None else await self._nursery.end(pid)
