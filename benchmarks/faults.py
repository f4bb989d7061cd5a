"""What kb makes of a web that misbehaves: each fault on each kind of document, on a third of all requests, and a soak.

    python -m benchmarks.faults [--kinds drop,bomb] [--documents feed,any] [--soak N] [--folder FOLDER]

Each case crawls a few hosts of the replayed web into a new store while the fault lasts, and once more when it is over.
Told is what was stored in the end beside a crawl that nobody disturbed, what was said of failures, and what it cost.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import RESULTS, write
from benchmarks.replayed import Kb, cost, replayed, truth

HOSTS = ("artem.sobolev.name", "colah.github.io", "santhalakshminarayana.github.io", "yang-song.net")
SMALL = ("artem.sobolev.name", "yang-song.net")  # for many rounds
KINDS: dict[str, dict[str, Any]] = {
    "status": {"status": 503}, "delay": {"seconds": 0.3}, "drop": {}, "truncate": {}, "slowloris": {"seconds": 1},
    "redirect": {"to": "http://127.0.0.1:1/"}, "loop": {}, "bomb": {"mib": 256}, "endless": {}, "trap": {},
    "mislabel": {"content_type": "image/png"}, "garbage": {},
}  # fmt: skip
DOCUMENTS = {
    "robots": r"/robots\.txt$",
    "feed": r"/(?!sitemap)[\w.-]*(?:rss|feed|atom|index)[\w.-]*\.xml$",
    "sitemap": r"/[^/]*sitemap[^/]*\.xml$",
    "list": r"^https?://[^/]+/(?:$|page/|archives?/|tags?/|categor|posts/?$|blog/?$)",
    "post": "",  # a part of the posts, by name
    "any": ".",  # a third of all requests
}
SLOW_POSTS = 2  # of which each takes half a minute and several tries


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kinds", default=",".join(KINDS))
    parser.add_argument("--documents", default=",".join(DOCUMENTS))
    parser.add_argument("--soak", type=int, default=0, metavar="ROUNDS", help="instead: all faults at once, so often")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = given.folder or Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        hosts = SMALL if given.soak else HOSTS
        calm = _calm(folder, hosts)
        if given.soak:
            rounds = [_case(folder, f"soak-{n}", hosts, _everything(n), calm) for n in range(given.soak)]
            write("soak", {"hosts": hosts, "posts": len(calm), "summary": _summed(rounds), "rounds": rounds})
            return _bad(rounds)
        earlier = RESULTS / "faults.json"
        cases = json.loads(earlier.read_text())["cases"] if earlier.exists() else {}
        for kind in given.kinds.split(","):
            for document in given.documents.split(","):
                rule = _rule(kind, document)
                cases[f"{kind} on {document}"] = _case(folder, f"{kind}-{document}", hosts, [rule], calm)
                done = list(cases.values())
                write("faults", {"hosts": HOSTS, "posts": len(calm), "summary": _summed(done), "cases": cases})
        return _bad(done)


def _calm(folder: Path, hosts: Sequence[str]) -> set[str]:
    """The posts of a crawl that nobody disturbs."""
    kb = _new(folder / "calm.sqlite")
    with replayed(folder, hosts) as served:
        kb.follow(served, hosts)
        kb.run(served, "crawl")
    return {name for (name,) in kb.rows("SELECT key FROM post")}


def _new(path: Path) -> Kb:
    for end in ("", "-wal", "-shm"):
        path.with_name(path.name + end).unlink(missing_ok=True)
    return Kb(path)


def _rule(kind: str, document: str) -> dict[str, Any]:
    rule = {"match": DOCUMENTS[document], "do": kind, **KINDS[kind]}
    if document == "any":
        return rule | {"share": 0.33, "seed": 1}
    if document == "post":
        urls = [row["url"] for row in truth(HOSTS)][::4]
        some = urls[:SLOW_POSTS] if kind == "slowloris" else urls
        rule["match"] = "^https?://(?:" + "|".join(re.escape(url.partition("://")[2]) for url in some) + ")$"
    return rule


def _everything(seed: int) -> list[dict[str, Any]]:
    """All faults that take no long time, each on some 4 % of the requests: a third of them in all."""
    kinds = [kind for kind in KINDS if kind not in ("slowloris", "delay")]
    return [{"match": ".", "do": kind, **KINDS[kind], "share": 0.04, "seed": 100 * seed + n}
            for n, kind in enumerate(kinds)]  # fmt: skip


def _case(
    folder: Path, name: str, hosts: Sequence[str], rules: Sequence[dict[str, Any]], calm: set[str]
) -> dict[str, Any]:
    """One store: crawled under the faults, then without them."""
    kb = _new(folder / "case.sqlite")
    with replayed(folder, hosts, faults=rules) as served:
        kb.follow(served, hosts)
        done = kb.run(served, "crawl")
        under = {name for (name,) in kb.rows("SELECT key FROM post")}
        asked = served.requests()
    failing = kb.rows("SELECT count(*) FROM source WHERE failures > 0 OR note IS NOT NULL")[0][0]
    waiting = kb.rows("SELECT count(*) FROM link WHERE state IN ('failed', 'left', 'pending')")[0][0]
    said = int(m[1]) if (m := re.search(r"(\d+) pages failed", done.err)) else 0
    with replayed(folder, hosts) as served:
        after = kb.run(served, "crawl", "--all")
        stored = {name for (name,) in kb.rows("SELECT key FROM post")}
        second = cost(served.requests())["requests"]
    facts = {
        "exit": done.code, "wall_s": done.wall_s, "cpu_s": done.cpu_s, "peak_pss_mb": done.peak_pss_mb,
        "requests": len(asked), "stored": len(calm & under), "stored_that_are_none": sorted(under - calm)[:5],
        "pages_failed": said, "blogs_with_a_word": failing, "links_to_ask_again": waiting,
        "silent": bool(calm - under) and not (said or failing or waiting or done.code),
        "after": {"exit": after.code, "requests": second, "stored": len(calm & stored),
                  "missing": sorted(calm - stored)[:5], "traceback": "Traceback" in done.err + after.err},
    }  # fmt: skip
    print(name, {k: v for k, v in facts.items() if v}, file=sys.stderr, flush=True)
    return facts


def _summed(cases: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {
        "cases": len(cases),
        "everything stored when the fault was over": sum(not case["after"]["missing"] for case in cases),
        "something stored that is no post": sum(bool(case["stored_that_are_none"]) for case in cases),
        "silent": sum(case["silent"] for case in cases),
        "tracebacks": sum(case["after"]["traceback"] for case in cases),
        "peak_pss_mb": max(case["peak_pss_mb"] for case in cases),
        "wall_s": {"median": sorted(case["wall_s"] for case in cases)[len(cases) // 2],
                   "longest": max(case["wall_s"] for case in cases)},
    }  # fmt: skip


def _bad(cases: Sequence[dict[str, Any]]) -> int:
    """How many cases lost something for good, in silence, or ended in a traceback."""
    return sum(bool(c["after"]["missing"]) or c["silent"] or c["after"]["traceback"] for c in cases)


if __name__ == "__main__":
    sys.exit(main())
