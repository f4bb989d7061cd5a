"""Memory of a crawl by the number of posts stored: every blog of the replayed web under several names.

    python -m benchmarks.copies [--copies 10] [--time-limit S]

The greatest memory over the process tree is told for every thousand posts: it should not grow with them.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.measure import memory_mb, write
from benchmarks.replayed import Kb, homes, replayed

EVERY_S = 1.0  # between two looks
STEP = 1000  # posts


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--copies", type=int, default=10)
    parser.add_argument("--time-limit", type=int, help="seconds, after which the crawl ends where it stands")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        write("copies", {"copies": given.copies, "time_limit_s": given.time_limit, **measured(Path(made), given)})
    return 0


def measured(folder: Path, given: argparse.Namespace) -> dict[str, Any]:
    """The crawl's figures."""
    kb, urls = Kb(folder / "kb.sqlite"), folder / "urls.txt"
    urls.write_text("".join(f"{_named(url, n)}\n" for n in range(given.copies) for url in homes().values()))
    with replayed(folder, copies=given.copies) as served:
        if (added := kb.run(served, "sources", "import", str(urls))).code:
            raise SystemExit(added.err)
        words = [str(Path(sys.executable).with_name("kb")), "-q", "crawl"]
        words += ["--time-limit", str(given.time_limit)] if given.time_limit else []
        env = {**os.environ, "KB_DELAY_S": "0", "KB_DB": str(kb.db), **served.env}
        began, peaks = time.monotonic(), dict[int, float]()
        with subprocess.Popen(words, env=env, stdout=subprocess.DEVNULL) as process:
            while process.poll() is None:
                step = kb.rows("SELECT count(*) FROM post")[0][0] // STEP * STEP
                peaks[step] = max(peaks.get(step, 0.0), memory_mb(process.pid))
                time.sleep(EVERY_S)
        wall_s = time.monotonic() - began
        requests = len(served.requests())
    return {
        "blogs": len(kb.rows("SELECT 1 FROM source")), "posts": kb.rows("SELECT count(*) FROM post")[0][0],
        "requests": requests, "wall_s": round(wall_s, 1), "exit": process.returncode,
        "peak_pss_mb_by_posts": {str(step): round(mb, 1) for step, mb in sorted(peaks.items())},
    }  # fmt: skip


def _named(url: str, n: int) -> str:
    """A blog's home page under the name of its n-th copy."""
    host = urlsplit(url).netloc
    return url if n == 0 else url.replace(host, f"c{n}.{host}", 1)


if __name__ == "__main__":
    sys.exit(main())
