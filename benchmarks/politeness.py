"""How a crawl with a second between two requests looks from the other side: the log of the replayed web, host by host.

python -m benchmarks.politeness [HOST ...] [--workers 4] [--limit 60] [--delay 1]
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from itertools import pairwise
from pathlib import Path
from typing import Any

from benchmarks.measure import write
from benchmarks.replayed import Kb, replayed

HOSTS = ("artem.sobolev.name", "colah.github.io", "distill.pub", "explained.ai", "mohanksriram.github.io",
         "nicolovaligi.com", "yang-song.net")  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hosts", nargs="*", default=HOSTS)
    parser.add_argument("--workers", default="4")
    parser.add_argument("--limit", default="60")
    parser.add_argument("--delay", type=float, default=1.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        kb = Kb(folder / "kb.sqlite", {"KB_DELAY_S": str(given.delay), "KB_WORKERS": given.workers})
        with replayed(folder, given.hosts) as served:
            kb.follow(served, given.hosts)
            done = kb.run(served, "crawl", "--limit", given.limit)
            rows = served.requests()
    hosts = {host: _facts([row for row in rows if row["host"] == host]) for host in sorted({r["host"] for r in rows})}
    least = min(facts["least_gap_s"] for facts in hosts.values() if facts["least_gap_s"] is not None)
    most = max(facts["most_open"] for facts in hosts.values())
    told = {"delay_s": given.delay, "workers": int(given.workers), "exit": done.code, "wall_s": done.wall_s}
    write("politeness", {**told, "requests": len(rows), "least_gap_s": least, "most_open": most, "hosts": hosts})
    return int(most > 1 or least < 0.95 * given.delay)


def _facts(rows: list[dict[str, Any]]) -> dict[str, Any]:
    starts = sorted(row["start"] for row in rows)
    gaps = [round(after - before, 3) for before, after in pairwise(starts)]
    return {"requests": len(rows), "most_open": max(row["open"] for row in rows),
            "least_gap_s": min(gaps, default=None), "first": min(rows, key=lambda row: row["start"])["path"],
            "agents": sorted({row["agent"] for row in rows})}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
