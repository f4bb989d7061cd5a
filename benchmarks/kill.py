"""Kills the main job at random moments, and looks whether anything that was finished is lost and whether it completes.

    python -m benchmarks.kill [--times 10] [--seed 1]

On the sample web: `kb run --sample` is ended by SIGKILL, the store is checked, and the next run goes on with the same
store. What comes to its end must have the posts, passages and vectors of a run that nobody disturbed.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.measure import write


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    chance = random.Random(given.seed)
    with tempfile.TemporaryDirectory() as folder:
        calm, disturbed = Path(folder) / "calm.sqlite", Path(folder) / "disturbed.sqlite"
        began = time.monotonic()
        _run(calm, None)
        whole_s = time.monotonic() - began
        whole = _all(calm)
        kills: list[dict[str, Any]] = []
        ended: list[bool] = []  # of each run that came to its end: whether it has all that the calm one has
        seen: set[str] = set()
        while len(kills) < given.times:
            after_s = chance.uniform(0.5, whole_s * 0.6)
            if _run(disturbed, after_s) != -signal.SIGKILL:
                ended.append(_all(disturbed) == whole)
                for name in (disturbed, *disturbed.parent.glob("disturbed.sqlite[-.]*")):
                    name.unlink(missing_ok=True)  # begin anew, so that every kill finds something to disturb
                seen = set()
                continue
            posts = _posts(disturbed)
            kills.append({"after_s": round(after_s, 2), "integrity": _check(disturbed), "posts": len(posts),
                          "lost": len(seen - posts)})  # fmt: skip
            seen |= posts
            print(kills[-1], file=sys.stderr)
        ended.append(_run(disturbed, None) == 0 and _all(disturbed) == whole)
        result = {"undisturbed_s": round(whole_s, 1), "kills": kills, "runs_that_ended": len(ended),
                  "with_the_same_posts_and_counts": sum(ended), "counts": whole[1]}  # fmt: skip
    write("kill", result)
    good = all(ended) and all(k["integrity"] == "ok" and not k["lost"] for k in kills)
    return 0 if good else 1


def _run(db: Path, kill_after_s: float | None) -> int:
    """The exit code of one run, which is -9 for one that was killed."""
    kb = Path(sys.executable).with_name("kb")
    process = subprocess.Popen([kb, "--db", db, "-q", "run", "--sample"], env={**os.environ, "OMP_NUM_THREADS": "2"})
    try:
        return process.wait(kill_after_s)
    except subprocess.TimeoutExpired:
        process.kill()
        return process.wait()


def _check(db: Path) -> str:
    if not db.exists():
        return "ok"
    with closing(sqlite3.connect(db)) as store:
        return str(store.execute("PRAGMA integrity_check").fetchone()[0])


def _posts(db: Path) -> set[str]:
    if not db.exists():
        return set()
    with closing(sqlite3.connect(db)) as store:
        if not store.execute("SELECT 1 FROM sqlite_master WHERE name = 'post'").fetchone():
            return set()
        return {url for (url,) in store.execute("SELECT url FROM post")}


def _all(db: Path) -> tuple[set[str], dict[str, int]]:
    return _posts(db), _counts(db)


def _counts(db: Path) -> dict[str, int]:
    with closing(sqlite3.connect(db)) as store:
        tables = ("post", "body", "text_row", "passage", "vector", "post_vector", "relevance", "duplicate")
        return {t: store.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables}


if __name__ == "__main__":
    sys.exit(main())
