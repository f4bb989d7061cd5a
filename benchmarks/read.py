"""Reads every page of the replayed web whose kind is known, without a crawler: quality, pages a second, memory.

    python benchmarks/read.py SITES TRUTH OUT [--sample N] [--hosts a,b] [--no-feeds] [--trafilatura] [--write]

SITES is the unpacked folder of sites, TRUTH the folder of posts.jsonl and nonposts.jsonl; OUT gets posts.jsonl and
texts.jsonl for the scorer, which stands beside TRUTH. What a blog's feeds say of a post goes in as a hint, as it does
in a crawl. With --trafilatura the same pages go through trafilatura alone, for its time and memory, and what it keeps.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import resource
import subprocess
import sys
import time
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))


def rows(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8") as file:
        return [json.loads(line) for line in file if line.strip()]


def hints(sites: Path, host: dict[str, Any]) -> tuple[dict[str, Any], tuple[str, ...]]:
    """What the feeds of a host say: hints by key of URL, and the one author of all entries if there is one."""
    from crawler import urls
    from crawler.sources.feed import parse
    from crawler.types import Blog, Link, Page

    found: dict[str, Any] = {}
    authors: set[tuple[str, ...]] = set()
    blog = Blog(host["base_url"], hosts=(host["host"],))
    for feed in host["feeds"][:3]:
        path = sites / host["host"] / feed["path"]
        if path.is_file():
            url = urls.resolve("/" + feed["path"], host["base_url"]) or host["base_url"]
            for thing in parse(Page(url, url, 200, None, path.read_bytes(), datetime.now(UTC)), blog, None):
                if isinstance(thing, Link) and thing.hint is not None:
                    found.setdefault(urls.key(thing.url), thing.hint)
                    authors.add(thing.hint.authors)
    authors.discard(())
    return found, (next(iter(authors)) if len(authors) == 1 and len(found) > 1 else ())


def one(
    job: tuple[str, str, str, bool, Any, tuple[str, ...]],
) -> tuple[str, dict[str, Any] | None, dict[str, Any], float, int]:
    """Read one page: its URL, the post or None, the verdict, the CPU seconds it took, this process's peak in KiB."""
    url, path, home, alone, hint, authors = job
    body = Path(path).read_bytes()
    began = time.process_time()
    post, verdict = (_alone(body), {}) if alone else _read(url, body, home, hint, authors)
    took = time.process_time() - began
    return url, post, verdict, took, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def _alone(body: bytes) -> dict[str, Any]:
    from trafilatura import extract

    text = extract(body, output_format="markdown", with_metadata=True, include_comments=False) or ""
    return {"title": None, "markdown": text}


def _read(
    url: str, body: bytes, home: str, hint: Any, authors: tuple[str, ...]
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    from dataclasses import asdict

    from crawler.sources.page import parse
    from crawler.types import Blog, Page, Post, Verdict

    page = Page(url, url, 200, "text/html; charset=utf-8", body, datetime.now(UTC))
    post, verdict = None, None
    for thing in parse(page, Blog(home, authors=authors), hint):
        if isinstance(thing, Post):
            post = thing
        elif isinstance(thing, Verdict):
            verdict = thing
    assert verdict is not None
    return (asdict(post) if post else None), asdict(verdict)


def jobs_of(a: argparse.Namespace) -> list[tuple[str, str, str, bool, Any, tuple[str, ...]]]:
    """What to read: posts first, then pages that are none."""
    from crawler import urls

    hosts = {row["host"]: row for row in rows(a.truth.parent / "hosts.jsonl")}
    fed = {name: ({}, ()) if a.no_feeds else hints(a.sites, row) for name, row in hosts.items()}
    only = set(filter(None, a.hosts.split(",")))
    jobs = []
    for name in ("posts", "nonposts"):
        taken: dict[str, int] = defaultdict(int)
        for row in rows(a.truth / f"{name}.jsonl"):
            path = a.sites / row["host"] / row["path"]
            if (
                (only and row["host"] not in only)
                or not path.is_file()
                or (a.sample and taken[row["host"]] >= a.sample)
            ):
                continue
            taken[row["host"]] += 1
            known, authors = fed[row["host"]]
            home = hosts[row["host"]]["base_url"]
            jobs.append((row["url"], str(path), home, False, known.get(urls.key(row["url"])), authors))
    return jobs


def read_all(jobs: list[Any], processes: int, out: Path | None) -> dict[str, Any]:
    """Read every page; the figures. With `out`, the posts, their texts and the verdicts go to files there."""
    seconds, peak, n_posts = [], 0, 0
    with ProcessPoolExecutor(processes) as pool, contextlib.ExitStack() as open_files:
        files = {}
        if out is not None:
            out.mkdir(parents=True, exist_ok=True)
            for name in ("posts", "texts", "verdicts"):
                files[name] = open_files.enter_context((out / f"{name}.jsonl").open("w", encoding="utf-8"))
        list(pool.map(one, jobs[: 8 * processes], chunksize=8))  # what is loaded once is no page's time
        began = time.perf_counter()
        for url, post, verdict, took, rss in pool.map(one, jobs, chunksize=8):
            seconds.append(took)
            peak = max(peak, rss)
            n_posts += post is not None
            if not files:
                continue
            _line(files["verdicts"], {"url": url, **verdict, "seconds": round(took, 4)})
            if post is not None:
                _line(files["texts"], {"url": url, "markdown": post.pop("markdown")})
                _line(files["posts"], {**post, "url": url})
        took = time.perf_counter() - began
    ordered = sorted(seconds)
    return {
        "pages": len(jobs), "posts": n_posts, "seconds": round(took, 1),
        "pages_per_second": round(len(jobs) / took, 1),
        "cpu_ms_mean": round(1000 * sum(seconds) / max(1, len(seconds)), 1),
        "cpu_ms_median": round(1000 * ordered[len(ordered) // 2], 1),
        "cpu_ms_p99": round(1000 * ordered[int(len(ordered) * 0.99)], 1),
        "peak_mib_a_process": round(peak / 1024),
    }  # fmt: skip


def _line(file: Any, row: dict[str, Any]) -> None:
    file.write(json.dumps(row, ensure_ascii=False) + "\n")


def score(a: argparse.Namespace, out: Path) -> dict[str, Any]:
    """What the scorer beside the truth says of the posts in `out`; of trafilatura's, which lack facts, the texts."""
    figures = scored(a, out, "")
    kept = ("kept_code", "kept_formulas", "kept_cells", "boilerplate")
    facts = () if out != a.out else ("recall", "nonposts", "title", "day", "authors", "language")
    return {name: figures[name] for name in (*facts, *kept)}


def least_kept(a: argparse.Namespace, whole: float) -> dict[str, Any]:
    """The blog without which the most of the pages' code is kept; whole: the share that is kept with it."""
    hosts = [row["host"] for row in rows(a.truth.parent / "hosts.jsonl")]
    low = [host for host in hosts if scored(a, a.out, host)["kept_code"] < whole]  # 0 too where a blog has no code
    rest = {host: scored(a, a.out, ",".join(h for h in hosts if h != host))["kept_code"] for host in low}
    worst = max(low, key=lambda host: rest[host], default=None)
    return {"blog": worst, "kept_code_of_the_others": rest.get(worst or "", whole)}


def scored(a: argparse.Namespace, out: Path, hosts: str) -> dict[str, Any]:
    """The scorer's figures for some hosts, or for all."""
    command = [sys.executable, a.truth.parent / "score.py", out / "posts.jsonl", "--json", "--truth", a.truth]
    command += ["--texts", out / "texts.jsonl", "--sites", a.sites, "--hosts", hosts]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=True)
    figures = json.loads(done.stdout)
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in figures.items()}


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("sites", type=Path)
    p.add_argument("truth", type=Path)
    p.add_argument("out", type=Path)
    p.add_argument("--sample", type=int, default=0, help="at most so many posts and non-posts a host")
    p.add_argument("--hosts", default="")
    p.add_argument("--no-feeds", action="store_true")
    p.add_argument("--trafilatura", action="store_true", help="the same pages through trafilatura alone as well")
    p.add_argument("--write", action="store_true", help="to results/read.json")
    p.add_argument("--processes", type=int, default=2)
    a = p.parse_args()
    jobs = jobs_of(a)
    figures = {"kb": read_all(jobs, a.processes, a.out)}
    if a.trafilatura:
        alone = [(url, path, home, True, None, ()) for url, path, home, *_ in jobs]
        figures["trafilatura, its default"] = read_all(alone, a.processes, None)
        known = {row["url"] for row in rows(a.truth / "posts.jsonl")}
        posts = [job for job in jobs if job[0] in known]
        figures["kb, pages that are posts"] = read_all(posts, a.processes, None)
        figures["trafilatura, the same"] = read_all(
            [(u, f, h, True, None, ()) for u, f, h, *_ in posts], a.processes, a.out / "trafilatura"
        )
    kept = {"kb": score(a, a.out)}
    kept["least kept"] = least_kept(a, kept["kb"]["kept_code"])
    if a.trafilatura:
        kept["trafilatura"] = score(a, a.out / "trafilatura")
    print(json.dumps({**figures, "scored": kept}, indent=1))
    if a.write:
        from benchmarks.measure import write

        made = {"sample_a_host": a.sample or "all", "processes": a.processes, "readers": figures, "scored": kept}
        write("read", made)


if __name__ == "__main__":
    main()
