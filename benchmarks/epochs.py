"""Later visits measured: the replayed web at three times, crawled in turn with one store.

    python -m benchmarks.epochs [HOST ...] [--folder FOLDER]

At epoch -1 one post in five is not there yet, at epoch 1 one in seventeen is edited. Told is what each ordinary visit
costs and finds, and whether a visit with --refresh makes a new version of every edited post and of no other.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import write
from benchmarks.replayed import Kb, Served, changed, cost, names, replayed, truth
from crawler.urls import host

Names = dict[str, frozenset[str]]  # URL of a post -> every name that it may be stored under


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("hosts", nargs="*")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        result = measured(folder, given.hosts)
    write("epochs" if not given.hosts else "epochs-some", result)
    return 0


def measured(folder: Path, hosts: Sequence[str]) -> dict[str, Any]:
    """The figures of all visits."""
    rows = truth(hosts)
    every = names(rows)
    late = {url: every[url] for url in changed(rows, -1)}
    edited = {url: every[url] for url in changed(rows, 1)}
    early = {url: found for url, found in every.items() if url not in late}
    kb, result = Kb(folder / "kb.sqlite"), dict[str, Any]({"hosts": list(hosts) or "all"})
    for end in ("", "-wal", "-shm"):
        kb.db.with_name(kb.db.name + end).unlink(missing_ok=True)
    with replayed(folder, hosts, epoch=-1) as served:
        kb.follow(served, hosts)
        served.requests()
        result["first visit, epoch -1"] = _visit(kb, served, early)
        result["second visit, epoch -1"] = _visit(kb, served, early)
    with replayed(folder, hosts, epoch=0) as served:
        result["ordinary visit, epoch 0"] = _visit(kb, served, late)
        result["once more, epoch 0"] = _visit(kb, served, late)
        result["refresh, epoch 0"] = _visit(kb, served, every, "--refresh") | _versions(kb, {})
    with replayed(folder, hosts, epoch=1) as served:
        result["ordinary visit, epoch 1"] = _visit(kb, served, every) | _versions(kb, edited)
        result["refresh, epoch 1"] = _visit(kb, served, every, "--refresh") | _versions(kb, edited)
        result["refresh again"] = _visit(kb, served, every, "--refresh") | _versions(kb, edited)
    return result


def _visit(kb: Kb, served: Served, wanted: Names, *words: str) -> dict[str, Any]:
    """One visit of all blogs: its cost, and how many of the wanted posts are stored then."""
    done = kb.run(served, "crawl", "--all", *words)
    asked = served.requests()
    stored = kb.posts()
    missing = Counter(host(url) for url, found in wanted.items() if found.isdisjoint(stored))
    by_host = Counter(row["host"] for row in asked)
    told = {"exit": done.code, "wall_s": done.wall_s, **cost(asked), "blogs": len(kb.rows("SELECT 1 FROM source")),
            "wanted": len(wanted), "stored": len(wanted) - missing.total(), "missing": dict(missing.most_common(12)),
            "most requests": dict(by_host.most_common(6))}  # fmt: skip
    print(words, {k: v for k, v in told.items() if k != "most requests"}, done.err.strip()[-300:], file=sys.stderr)
    return told


def _versions(kb: Kb, edited: Names) -> dict[str, Any]:
    """New versions among the posts that were edited, and among all others."""
    stored = kb.posts()
    versions = dict(kb.rows("SELECT post_id, count(*) FROM version GROUP BY 1"))
    wanted = {stored[name] for found in edited.values() for name in found if name in stored}
    others = set(versions) - wanted
    urls = dict(kb.rows("SELECT id, url FROM post"))
    missing = Counter(host(urls[number]) for number in wanted - set(versions))
    return {"edited": len(wanted), "with one new version": sum(versions.get(n) == 1 for n in wanted),
            "with more": sum(versions.get(n, 0) > 1 for n in wanted), "without": dict(missing),
            "others with a new version": sorted(urls[n] for n in others)[:20], "n_others": len(others)}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
