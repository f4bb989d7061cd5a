"""Runs a command and measures it from outside: wall time, CPU, and peak memory summed over its process tree."""

from __future__ import annotations

import contextlib
import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
EVERY_S = 0.25  # between two looks at the memory; a shorter peak may be missed
PACKAGES = ("torch", "sentence-transformers", "scikit-learn", "numpy", "trafilatura", "httpx", "sqlmodel")


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a command."""

    wall_s: float
    cpu_s: float  # user and system, children included
    peak_pss_mb: float  # proportional set size, summed over the process tree, at its highest
    code: int
    out: str
    err: str


def run(words: Sequence[str], env: Mapping[str, str] | None = None) -> Run:
    """Run to the end and measure."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    began = time.perf_counter()
    with subprocess.Popen(
        list(words), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **(env or {})}
    ) as process:
        import threading

        streams = {name: _Reader(getattr(process, name)) for name in ("stdout", "stderr")}
        readers = [threading.Thread(target=stream.read, daemon=True) for stream in streams.values()]
        for reader in readers:
            reader.start()
        peak = 0.0
        while process.poll() is None:
            peak = max(peak, memory_mb(process.pid))
            time.sleep(EVERY_S)
        for reader in readers:
            reader.join()  # what was written last is still in the pipe
    wall = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run(
        round(wall, 2),
        round(cpu, 2),
        round(peak, 1),
        process.returncode,
        streams["stdout"].text,
        streams["stderr"].text,
    )


def memory_mb(pid: int) -> float:
    """Proportional set size now, summed over a process and all below it."""
    return sum(_pss_mb(one) for one in _tree(pid))


class _Reader:
    """Drains a pipe, so that the process never waits for us."""

    def __init__(self, stream: Any) -> None:
        self._stream, self.text = stream, ""

    def read(self) -> None:
        with contextlib.suppress(ValueError):
            for line in self._stream:
                self.text += line


def _tree(root: int) -> list[int]:
    """A process and all its descendants."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            with contextlib.suppress(OSError, IndexError):
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
                parents.setdefault(parent, []).append(int(entry.name))
    found, waiting = [], [root]
    while waiting:
        pid = waiting.pop()
        found.append(pid)
        waiting.extend(parents.get(pid, []))
    return found


def _pss_mb(pid: int) -> float:
    with contextlib.suppress(OSError, IndexError, ValueError):
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return int(line.split()[1]) / 1024
    return 0.0


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if "model name" in line
        ),
        platform.processor(),
    )
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024
    return {"cpu": model, "cores": os.cpu_count(), "memory_mb": memory, "python": platform.python_version(),
            "system": platform.system(), "packages": {name: version(name) for name in PACKAGES}}  # fmt: skip


def write(name: str, figures: Mapping[str, Any]) -> None:
    """Commit-ready result: figures, machine, day."""
    RESULTS.mkdir(parents=True, exist_ok=True)
    facts = {"what": name, "day": datetime.now(UTC).date().isoformat(), "machine": machine(), **figures}
    (RESULTS / f"{name}.json").write_text(json.dumps(facts, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"wrote results/{name}.json", file=sys.stderr)


def facts(measured: Run) -> dict[str, Any]:
    """A run's figures without its output."""
    return {k: v for k, v in asdict(measured).items() if k not in ("out", "err")}
