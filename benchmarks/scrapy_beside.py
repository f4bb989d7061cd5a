"""kb crawl beside a Scrapy spider that does the same job, on the same replayed web, one after the other.

    python -m benchmarks.scrapy_beside --scrapy PYTHON [--hosts a,b] [--web FOLDER] [--work FOLDER] [--only kb|scrapy]

PYTHON is the interpreter of an environment that holds scrapy and trafilatura (pip install scrapy trafilatura
lxml_html_clean); kb needs neither for itself. Both crawl without delay through the replaying proxy, which takes its
share of the processor. A post counts when it is one of the web's true posts.
"""

from __future__ import annotations

import argparse
import json
import os
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from benchmarks.measure import facts, run, write
from benchmarks.replayed import replayed

HERE = Path(__file__).parent


def main() -> int:
    """Crawl twice, score both, write the result."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--scrapy", type=Path, required=True)
    parser.add_argument("--hosts", default="", help="only these, separated by commas")
    parser.add_argument("--web", type=Path, default=Path(os.environ.get("KB_WEB", "../shared/web")))
    parser.add_argument("--work", type=Path, help="a folder for the stores and logs; a temporary one without it")
    parser.add_argument("--only", choices=["kb", "scrapy"])
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = given.work or Path(temporary)
        work.mkdir(parents=True, exist_ok=True)
        urls = work / "urls.txt"
        urls.write_text("".join(f"{url}\n" for url in _homes(given.web, given.hosts)))
        result: dict[str, Any] = {
            "blogs": len(urls.read_text().split()),
            "hosts": given.hosts or "all",
            "load": _load(),
        }
        if given.only != "scrapy":
            result["kb"] = _measured(given, work, "kb", urls)
        if given.only != "kb":
            result["scrapy"] = _measured(given, work, "scrapy", urls)
    if "kb" in result and result.get("scrapy", {}).get("posts_a_second"):
        result["times_as_many_posts_a_second"] = round(
            result["kb"]["posts_a_second"] / result["scrapy"]["posts_a_second"], 2
        )
    write("scrapy_beside", result)
    return 0


def _homes(web: Path, hosts: str) -> Iterator[str]:
    for line in (web / "hosts.jsonl").read_text(encoding="utf-8").splitlines():
        url = json.loads(line)["base_url"]
        if not hosts or urlsplit(url).hostname in hosts.split(","):
            yield url


def _load() -> float:
    return round(os.getloadavg()[0], 1)


def _measured(given: argparse.Namespace, work: Path, who: str, urls: Path) -> dict[str, Any]:
    db = work / f"{who}.sqlite"
    for old in work.glob(f"{who}.*"):
        old.unlink()
    with replayed(work, list(filter(None, given.hosts.split(","))), web=given.web) as served:
        env = served.env | {name.lower(): value for name, value in served.env.items()} | {"KB_DELAY_S": "0"}
        if who == "kb":
            kb = [str(Path(sys.executable).with_name("kb")), "--db", str(db), "-q"]
            subprocess.run([*kb, "sources", "import", str(urls)], check=True)
            done = run([*kb, "crawl"], env)
            query = "SELECT p.url, p.title, p.authors, p.published, p.language FROM post p"
        else:
            spider = [str(HERE / "spider.py"), "-a", f"urls={urls}", "-a", f"db={db}"]
            words = [str(given.scrapy), "-m", "scrapy", "runspider", *spider]
            done = run(words, {**env, "PYTHONPATH": str(HERE)})
            query = "SELECT url, title, authors, published, NULL FROM post"
        pages = sum(row["status"] == 200 for row in served.requests())
    if done.code not in (0, 3):
        raise SystemExit(f"{who} ended with {done.code}: {done.err[-2000:]}")
    posts = work / f"{who}.jsonl"
    with closing(sqlite3.connect(db)) as store:
        names = ("url", "title", "authors", "published", "language")
        rows = [dict(zip(names, row, strict=True)) for row in store.execute(query)]
    posts.write_text("".join(json.dumps(row | {"authors": json.loads(row["authors"])}) + "\n" for row in rows))
    words = [sys.executable, str(given.web / "score.py"), str(posts), "--json"]
    score = json.loads(run([*words, *(["--hosts", given.hosts] if given.hosts else [])]).out)
    found = int(score["posts"].partition("/")[0])
    figures = {
        **facts(done), "stored": len(rows), "true_posts": score["posts"], "recall": score["recall"],
        "nonposts": score["nonposts"], "pages": pages, "posts_a_second": round(found / done.wall_s, 2),
        "pages_a_second": round(pages / done.wall_s, 1), "cpu_ms_a_page": round(1000 * done.cpu_s / max(pages, 1), 1),
        "cpu_ms_a_post": round(1000 * done.cpu_s / max(found, 1), 1),
    }  # fmt: skip
    print(f"{who}: {figures}", file=sys.stderr)
    return figures


if __name__ == "__main__":
    sys.exit(main())
