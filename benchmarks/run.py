"""`make bench`: every measurement that this machine has the data for, one after the other.

python -m benchmarks.run [NAME ...]
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

WEB = Path(os.environ.get("KB_WEB", "../shared/web"))
SCRAPY = os.environ.get("KB_SCRAPY")  # an interpreter that has scrapy and trafilatura, in an environment of its own
# name -> words after `python -m`, and whether the replayed web is needed
MEASUREMENTS = {
    "simulate": (["benchmarks.simulate"], True),
    "timer": (["benchmarks.timer"], False),
    "kill": (["benchmarks.kill"], False),
    "epochs": (["benchmarks.epochs"], True),
    "faults": (["benchmarks.faults"], True),
    "politeness": (["benchmarks.politeness"], True),
    "copies": (["benchmarks.copies"], True),
    "pipeline": (["benchmarks.pipeline", "--db", "out/bench/kb.sqlite"], True),
    "topics": (
        ["benchmarks.topics", "--db", "out/bench/kb.sqlite", "--labels", str(WEB.parent / "bench/labels.tsv")],
        True,
    ),
    "chart": (["benchmarks.chart", "--db", "out/bench/kb.sqlite"], True),
    "scale_topics": (["benchmarks.scale_topics", "--db", "out/bench/kb.sqlite"], True),
    "search": (["benchmarks.search", "--db", "out/bench/kb.sqlite", "--save"], True),
    "sets": (["benchmarks.sets"], True),
    "article": (["benchmarks.article", "--db", "out/bench/kb.sqlite"], True),
    "mutations": (["benchmarks.mutations", "--db", "out/bench/kb.sqlite"], True),
    "export": (["benchmarks.export", "--db", "out/bench/kb.sqlite"], True),
    "roles": (["benchmarks.roles", "--db", "out/bench/kb.sqlite"], True),
}
if SCRAPY:
    MEASUREMENTS["scrapy_beside"] = (["benchmarks.scrapy_beside", "--scrapy", SCRAPY], True)


def main(names: list[str]) -> int:
    """Run the named measurements, or all; the number of those that failed."""
    Path("out/bench").mkdir(parents=True, exist_ok=True)
    failed = 0
    for name in names or list(MEASUREMENTS):
        words, needs_web = MEASUREMENTS[name]
        if needs_web and not WEB.is_dir():
            print(f"{name}: skipped, there is no replayed web at {WEB} (KB_WEB)")
            continue
        print(f"{name}: python -m {' '.join(words)}", flush=True)
        failed += subprocess.run([sys.executable, "-m", *words], check=False).returncode != 0
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
