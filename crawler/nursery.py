"""Where parser processes come from: one process that has everything imported and forks the others.

What the parsers load (a language model of 70 MB among it) is in memory once, however many processes read, and a new
process is there in a millisecond. Orders go over a socket, one after the other, each with one answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import sys
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path

START_S = 60.0  # of the process, imports included, on a busy machine
ANSWER_S = 30.0  # of one order: a fork, or the end of a process


class Nursery:
    """Starts when the first process is asked for; `close` ends it, and with it all that it forked."""

    def __init__(self, module: str, memory_bytes: int, cpu_s: float) -> None:
        """module: what the process runs; memory_bytes and cpu_s: bounds of each forked one."""
        self._words = (sys.executable, "-m", module)
        self._bounds = (str(memory_bytes), str(cpu_s))
        self._process: Process | None = None
        self._control: socket.socket | None = None
        self._turn = asyncio.Lock()

    async def fork(self) -> tuple[int, socket.socket]:
        """A new process: its id, and the socket to it. Raises RuntimeError where none can be had."""
        async with self._turn:
            for _ in range(2):  # once more where the nursery itself has been killed
                try:
                    if self._control is None:
                        await self._start()
                    return await self._forked()
                except (TimeoutError, OSError, ValueError):
                    await self._drop()
        raise RuntimeError("the parser processes do not start; what they said stands above")

    async def end(self, pid: int) -> int | None:
        """End a process, whatever it is doing; its exit code (minus the signal that killed it), None if not known."""
        async with self._turn:
            if self._control is None:
                return None
            try:
                return int(await self._answer_to(f"{pid}".encode()))
            except (TimeoutError, OSError, ValueError):
                return None

    async def close(self) -> None:
        async with self._turn:
            await self._drop()

    async def _start(self) -> None:
        ours, theirs = socket.socketpair()
        root = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
        # One thread each: the processes are the parallelism, and a process with threads must not be forked
        single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
        environ = os.environ | single | {"PYTHONPATH": path}
        number = str(theirs.fileno())
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._words, number, *self._bounds, stdin=DEVNULL, env=environ, pass_fds=(theirs.fileno(),)
            )
        finally:
            theirs.close()
        ours.setblocking(False)
        self._control = ours
        async with asyncio.timeout(START_S):
            await self._answer()

    async def _forked(self) -> tuple[int, socket.socket]:
        assert self._control is not None
        ours, theirs = socket.socketpair()
        try:
            socket.send_fds(self._control, [b"fork"], [theirs.fileno()])
            async with asyncio.timeout(ANSWER_S):
                pid = int(await self._answer())
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        ours.setblocking(False)
        return pid, ours

    async def _answer_to(self, order: bytes) -> bytes:
        assert self._control is not None
        async with asyncio.timeout(ANSWER_S):
            await asyncio.get_running_loop().sock_sendall(self._control, order)
            return await self._answer()

    async def _answer(self) -> bytes:
        assert self._control is not None
        answer = await asyncio.get_running_loop().sock_recv(self._control, 64)
        if not answer:
            raise ConnectionError("the process that forks the parsers has ended")
        return answer

    async def _drop(self) -> None:
        control, self._control = self._control, None
        process, self._process = self._process, None
        if control is not None:
            control.close()
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()
