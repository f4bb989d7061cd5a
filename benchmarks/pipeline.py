"""The main job on the replayed web, stage by stage: what was found, how well it was read, time and memory.

    python -m benchmarks.pipeline --db FILE [--web FOLDER] [--keep]

FOLDER (or KB_WEB) holds the replayed web: replay.py, score.py, truth/; bench/ beside it holds the other scorers.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from benchmarks.measure import facts, run, write

PORT = 8917


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--web", type=Path, default=Path(os.environ.get("KB_WEB", "../shared/web")))
    parser.add_argument("--keep", action="store_true", help="go on with the store that is there")
    given = parser.parse_args()
    if not given.keep:
        for end in ("", "-wal", "-shm"):
            given.db.with_name(given.db.name + end).unlink(missing_ok=True)
    ca = given.db.with_suffix(".pem")
    server = subprocess.Popen(
        [sys.executable, str(given.web / "replay.py"), "--port", str(PORT), "--ca", str(ca),
         "--log", str(given.db.with_suffix(".log"))], stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait_for(ca)
        result = _measure(given.db, given.web, ca)
    finally:
        server.terminate()
        server.wait()
    write("pipeline", result)
    return 0


def _wait_for(ca: Path) -> None:
    """The first start unpacks the sites; the port answers when that is done."""
    import socket

    for _ in range(600):
        with socket.socket() as probe:
            if ca.exists() and probe.connect_ex(("127.0.0.1", PORT)) == 0:
                return
        time.sleep(0.2)
    raise SystemExit("the replayed web did not start")


def _measure(db: Path, web: Path, ca: Path) -> dict[str, Any]:
    proxy = f"http://127.0.0.1:{PORT}"
    env = {"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy, "SSL_CERT_FILE": str(ca), "KB_DELAY_S": "0", "KB_DB": str(db)}
    kb = [str(Path(sys.executable).with_name("kb"))]
    urls = db.with_suffix(".txt")
    hosts = [json.loads(line)["base_url"] for line in (web / "hosts.jsonl").read_text().splitlines()]
    urls.write_text("\n".join(hosts) + "\n")
    result: dict[str, Any] = {"stages": {}}

    def stage(name: str, *words: str) -> str:
        done = run([*kb, *words], env)
        result["stages"][name] = facts(done)
        print(
            f"{name}: {done.wall_s} s, {done.peak_pss_mb} MB, exit {done.code}: {done.err.strip()[-300:]}",
            file=sys.stderr,
        )
        return done.out

    stage("import", "sources", "import", str(urls))
    stage("crawl", "crawl")
    stage("embed", "embed")
    stage("cluster", "cluster")
    stage("rank", "rank")
    stage("second crawl", "crawl", "--all")
    stage("second run", "run")
    stage("export", "export", "--format", "html", "-o", str(db.with_suffix(".html")))
    stage("search", "search", "transfer learning")
    posts, texts, top = (db.with_suffix(f".{n}") for n in ("posts.jsonl", "texts.jsonl", "top.json"))
    posts.write_text(run([*kb, "posts", "--format", "jsonl"], env).out)
    rows = (
        json.loads(line)
        for line in run([*kb, "posts", "--format", "jsonl", "--with", "markdown"], env).out.splitlines()
    )
    texts.write_text("".join(json.dumps({"url": r["url"], "markdown": r["markdown"]}) + "\n" for r in rows))
    top.write_text(run([*kb, "top", "100", "--format", "json"], env).out)
    result["stats"] = json.loads(run([*kb, "stats", "--format", "json"], env).out)
    score = [sys.executable, str(web / "score.py"), str(posts), "--json"]
    result["score"] = json.loads(run(score).out)
    bench = web.parent / "bench"
    result["labels"] = json.loads(run([sys.executable, str(bench / "labels.py"), str(posts), str(top), "--json"]).out)
    result["citations"] = json.loads(run([sys.executable, str(bench / "citations.py"), str(posts), "--json"]).out)
    crawl = result["stages"]["crawl"]
    result["posts_per_s"] = round(result["stats"]["posts"] / crawl["wall_s"], 1)
    return result


if __name__ == "__main__":
    sys.exit(main())
