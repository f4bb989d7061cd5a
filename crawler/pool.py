"""Parser processes with limits on time and memory: the death of one costs one page, and starts another."""

from __future__ import annotations

import asyncio
import contextlib
import os
import pickle
import signal
import sys
from asyncio.subprocess import PIPE, Process
from pathlib import Path
from typing import Protocol

from crawler import parse
from crawler.clock import Clock
from crawler.parse import Read
from crawler.types import Blog, Failure, Link, Page
from crawler.worker import HEAD

CPU_S = 20.0  # of processor time for one page; the slowest of the replayed web takes 2
WALL_S = 120.0  # for the same on a machine that is busy with other things
START_S = 60.0  # of a process, imports included, on a busy machine
MEMORY_BYTES = 2 << 30
PAGES = 3_000  # until a process is replaced, so that what libraries keep does not grow for ever


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
        self._words = (sys.executable, "-m", module, str(memory_bytes), str(cpu_s))
        self._workers = max(1, workers)
        self._idle: list[_Worker] = []
        self._turn: asyncio.Semaphore | None = None

    async def __aenter__(self) -> ProcessPool:
        self._turn = asyncio.Semaphore(self._workers)
        return self

    async def __aexit__(self, *_: object) -> None:
        for worker in self._idle:
            await worker.stop()
        self._idle.clear()

    async def read(self, page: Page, link: Link, blog: Blog) -> Read | Failure:
        assert self._turn is not None, "a ProcessPool is used within `async with`"
        async with self._turn:
            worker = self._idle.pop() if self._idle else _Worker(self._words)
            try:
                answer = await worker.ask(pickle.dumps((page, link, blog), protocol=5), self._wall_s)
            except TimeoutError:
                answer = f"the parse took longer than {self._wall_s:g} s"
            except (EOFError, OSError):
                answer = await worker.obituary()
            finally:
                # Not idle again unless it answered: a cancelled one still works on the old page
                if worker.free and worker.pages < PAGES:
                    self._idle.append(worker)
                else:
                    await asyncio.shield(worker.stop())
        if isinstance(answer, Read):
            return answer
        return Failure(link.url, "parser", str(answer)[:300], self._clock.now())


class _Worker:
    """One process and its pipes."""

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words
        self._process: Process | None = None
        self.pages = 0
        self.free = False

    async def ask(self, task: bytes, time_s: float) -> object:
        """Hand a task over and wait for its answer; raises TimeoutError, EOFError or OSError.

        RuntimeError where no process can be started: that is no fault of the page's.
        """
        self.free = False
        if self._process is None:
            try:
                async with asyncio.timeout(START_S):
                    await self._start()
            except (TimeoutError, EOFError, OSError) as error:
                raise RuntimeError("the parser processes do not start; what they said stands above") from error
        process = self._process
        assert process is not None and process.stdin is not None
        async with asyncio.timeout(time_s):
            process.stdin.write(len(task).to_bytes(HEAD, "big") + task)
            await process.stdin.drain()
            answer = await self._receive()
        self.pages += 1
        self.free = True
        return answer

    async def _start(self) -> None:
        root = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
        # One thread each: the processes are the parallelism, and every BLAS thread costs memory
        single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        environ = os.environ | single | {"PYTHONPATH": path}
        self._process = await asyncio.create_subprocess_exec(*self._words, stdin=PIPE, stdout=PIPE, env=environ)
        await self._receive()

    async def _receive(self) -> object:
        assert self._process is not None and self._process.stdout is not None
        head = await self._process.stdout.readexactly(HEAD)
        return pickle.loads(await self._process.stdout.readexactly(int.from_bytes(head, "big")))

    async def obituary(self) -> str:
        """Why the process is no more."""
        code = None
        if self._process is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(5):
                    code = await self._process.wait()
        if code is not None and code == -getattr(signal, "SIGPROF", 0):
            return "the parse took more processor time than a page may"
        return f"the parser process died on this page (exit {code})"

    async def stop(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process, self.free = self._process, None, False
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
