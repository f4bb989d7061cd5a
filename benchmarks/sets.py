"""Other people's test sets, scored by their own scorers through benchmarks/adapters.py; the figures go to results/.

    python -m benchmarks.sets [SET ...]

The folder bench/ beside the replayed web (KB_WEB) holds run.py and the sets.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from benchmarks.measure import RESULTS, write

BENCH = Path(os.environ.get("KB_WEB", "../shared/web")).parent / "bench"
KEPT = 24  # figures of a set; the scorers also print case by case


def main(names: list[str]) -> int:
    """Score the named sets, or all; earlier figures of other sets stay."""
    runner = [sys.executable, str(BENCH / "run.py")]
    listed = subprocess.run([*runner, "--list"], capture_output=True, text=True, check=True).stdout
    every = [line.split()[0] for line in listed.splitlines()]
    file = RESULTS / "sets.json"
    figures = json.loads(file.read_text(encoding="utf-8"))["sets"] if file.exists() else {}
    failed = 0
    for name in names or every:
        done = subprocess.run([*runner, name, "--json"], capture_output=True, text=True, check=False)
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        if not lines:
            print(f"{name}: {(done.stdout + done.stderr).strip()[-200:]}", file=sys.stderr)
            failed += 1
            continue
        scored = {k: v for k, v in json.loads(lines[-1]).items() if isinstance(v, int | float | str)}
        figures[name] = {k: round(v, 4) if isinstance(v, float) else v for k, v in list(scored.items())[:KEPT]}
        figures[name].pop("callable", None)
        print(name, figures[name], file=sys.stderr, flush=True)
    write("sets", {"split": "the half that is here", "sets": dict(sorted(figures.items()))})
    return failed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
