"""Kills the main job at random moments, and looks whether anything that was finished is lost and whether it completes.

    python -m benchmarks.kill [--times 10] [--seed 1] [--hosts a.example,b.example] [--crawl]

On the sample web, or on these hosts of the replayed one: `kb run` (with --crawl, `kb crawl`) is ended by SIGKILL, the
store is checked, and the next run goes on with the same store. What comes to its end must have the posts, passages and
vectors of a run that nobody disturbed.
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
from contextlib import ExitStack, closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchmarks.measure import write
from benchmarks.replayed import homes, replayed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hosts", default="", help="of the replayed web, apart by commas")
    parser.add_argument("--crawl", action="store_true")
    given = parser.parse_args()
    hosts = [host for host in given.hosts.split(",") if host]
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        job = Job(("crawl" if given.crawl else "run", *([] if hosts else ["--sample"])))
        if hosts:
            served = stack.enter_context(replayed(Path(folder), hosts))
            job = replace(job, env=served.env, blogs=[homes()[host] for host in hosts])
        result = _measure(job, Path(folder), given.times, random.Random(given.seed))
    name = "_".join(filter(None, ("kill", "crawl" if given.crawl else "", "replayed" if hosts else "")))
    write(name, {"command": " ".join(job.words), "hosts": hosts, **result})
    good = result["runs_that_ended"] == result["with_the_same_posts_and_counts"]
    return 0 if good and all(k["integrity"] == "ok" and not k["lost"] for k in result["kills"]) else 1


def _measure(job: Job, folder: Path, times: int, chance: random.Random) -> dict[str, Any]:
    """What became of the store after each of so many kills, and of each run that came to its end."""
    calm, disturbed = folder / "calm.sqlite", folder / "disturbed.sqlite"
    began = time.monotonic()
    job.run(calm, None)
    whole_s = time.monotonic() - began
    whole = _all(calm)
    kills: list[dict[str, Any]] = []
    ended: list[bool] = []  # of each run that came to its end: whether it has all that the calm one has
    seen: set[str] = set()
    while len(kills) < times:
        after_s = chance.uniform(0.5, whole_s * 0.6)
        if job.run(disturbed, after_s) != -signal.SIGKILL:
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
    ended.append(job.run(disturbed, None) == 0 and _all(disturbed) == whole)
    return {"undisturbed_s": round(whole_s, 1), "kills": kills, "runs_that_ended": len(ended),
            "with_the_same_posts_and_counts": sum(ended), "counts": whole[1]}  # fmt: skip


@dataclass(frozen=True)
class Job:
    """The command that is killed, and the web that it asks."""

    words: tuple[str, ...]
    env: dict[str, str] = field(default_factory=dict)
    blogs: list[str] = field(default_factory=list)

    def run(self, db: Path, kill_after_s: float | None) -> int:
        """The exit code of one run, which is -9 for one that was killed."""
        kb = str(Path(sys.executable).with_name("kb"))
        env = {**os.environ, "OMP_NUM_THREADS": "2", "KB_DELAY_S": "0", **self.env}
        if self.blogs and not db.exists():
            for blog in self.blogs:
                subprocess.run([kb, "--db", db, "-q", "sources", "add", blog], env=env, check=True)
        process = subprocess.Popen([kb, "--db", db, "-q", *self.words], env=env, stdout=subprocess.DEVNULL)
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
