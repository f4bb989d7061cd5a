"""Pages as they must not be: cut off at every hundredth, nested without end, feeds taken for pages, bytes of any kind.

    python benchmarks/hostile_pages.py SITES TRUTH [--feeds FILE] [--pages 50] [--save]

SITES and TRUTH as for benchmarks/read.py. FILE has a line of JSON with `data_b64` and `test`, its name, for each
hostile feed. What raises, or gives no verdict, is counted; the exit code is 1 if anything was.
"""

from __future__ import annotations

import argparse
import base64
import json
import random
import resource
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.measure import write
from benchmarks.read import rows

_URL = "https://blog.example/posts/one/"
_MEGABYTE = 1 << 20


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sites", type=Path)
    parser.add_argument("truth", type=Path)
    parser.add_argument("--feeds", type=Path)
    parser.add_argument("--pages", type=int, default=50)
    parser.add_argument("--save", action="store_true", help="to results/hostile_pages.json")
    given = parser.parse_args()
    figures = {"cut off": read_all(cut(given.sites, given.truth, given.pages)), "made": read_all(made())}
    if given.feeds:
        figures["feeds read as pages"] = read_all(feeds(given.feeds))
    print(json.dumps(figures, indent=1))
    if given.save:
        write("hostile_pages", {"kinds": figures})
    return int(any(kind["failed"] for kind in figures.values()))


def cut(sites: Path, truth: Path, n: int) -> Iterator[tuple[str, bytes]]:
    """n pages of as many blogs as there are, each ended after every hundredth of its bytes."""
    of_host: dict[str, list[Path]] = {}
    for row in rows(truth / "posts.jsonl"):
        of_host.setdefault(row["host"], []).append(sites / row["host"] / row["path"])
    draw = random.Random(3)
    queues = [draw.sample(paths, len(paths)) for _, paths in sorted(of_host.items())]
    pages = [path for turn in zip(*(queue[:9] for queue in queues if len(queue) >= 2), strict=False) for path in turn]
    for page in pages[:n]:
        data = page.read_bytes()
        for percent in range(1, 100):
            yield f"{page.name} {percent} %", data[: len(data) * percent // 100]


def made() -> Iterator[tuple[str, bytes]]:
    """Pages that nobody wrote."""
    frame = b"<html><head><title>Heads</title></head><body><article><h1>Heads</h1>%s</article></body></html>"
    prose = b"<p>Attention lets every token look at every other one, and a residual path carries the rest.</p>" * 9
    for tag in ("table><tr><td", "div", "ul><li", "b", "blockquote", "span", "p", "a href=x", "pre", "svg", "math"):
        opened = f"<{tag}>".encode()
        yield f"a megabyte of {tag}", frame % (prose + opened * (_MEGABYTE // len(opened)))
    yield "100 MB of text", frame % (prose + b"<p>" + b"word " * (20 * _MEGABYTE))
    yield "one line of 10 MB", frame % (prose + b"<p>" + b"w" * (10 * _MEGABYTE))
    yield "a megabyte of attributes", frame % (b"<p " + b"a=b " * (_MEGABYTE // 4) + b">" + prose)
    yield "a megabyte of entities", frame % (prose + b"<p>" + b"&amp;" * (_MEGABYTE // 5))
    yield "NUL bytes", frame % prose.replace(b" ", b"\x00 ")
    yield "lone surrogates", frame % prose.replace(b"token", b"to\xed\xa0\x80ken")
    for charset in ("utf-16", "gb18030", "shift_jis", "utf-7", "no-such"):
        meta = b"<head><meta charset=" + charset.encode() + b">"
        yield f"says {charset} and is not", (frame % prose).replace(b"<head>", meta)
    draw = random.Random(5)
    for i in range(200):
        yield f"random bytes {i}", b"<html><body>" + draw.randbytes(draw.randint(0, 20_000))


def feeds(file: Path) -> Iterator[tuple[str, bytes]]:
    """Feeds of a set of hostile ones."""
    for row in rows(file):
        yield row["test"], base64.b64decode(row["data_b64"])


def read_all(pages: Iterator[tuple[str, bytes]]) -> dict[str, Any]:
    """Read every page as a crawl does; how many, what became of them, and what they cost."""
    from crawler.sources.page import parse
    from crawler.types import Blog, Page, Verdict

    kinds: Counter[str] = Counter()
    slowest, failed = (0.0, ""), []
    for name, data in pages:
        began = time.process_time()
        try:
            page = Page(_URL, _URL, 200, "text/html", data, datetime.now(UTC))
            verdicts = [v for v in parse(page, Blog("https://blog.example/"), None) if isinstance(v, Verdict)]
        except Exception as error:
            failed.append(f"{name}: {type(error).__name__}: {error}"[:200])
            continue
        kinds[verdicts[-1].kind if verdicts else "no verdict"] += 1
        slowest = max(slowest, (round(time.process_time() - began, 2), name))
    if kinds["no verdict"]:
        failed.append(f"no verdict: {kinds['no verdict']}")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return {
        "pages": sum(kinds.values()) + len(failed), "failed": failed[:20], "kinds": dict(kinds.most_common()),
        "slowest_cpu_s": slowest[0], "slowest": slowest[1], "peak_mib_so_far": peak,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
