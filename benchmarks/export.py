"""How long `kb export` takes for every format over a large store, and whether hostile texts escape from any format.

    python -m benchmarks.export [--db FILE] [--posts 100000] [--payloads FILE.jsonl]

The store is copied and grown to so many posts by copies of its own posts' facts, references, topics and post vectors;
what the article is written of, the charted posts' texts, stays as it is. `--payloads` has a line of JSON with `html`
for each attack; each is put as title, text, author, blog, topic and address into an article for every format.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from benchmarks.measure import facts, run, write
from tests.articles import hand_made
from tests.formats import kept, unharmed

# Columns that must differ in a copy; every other column is taken as it is
_COPIED = {
    "post": {"id": "id + :shift", "url": "url || '#' || :n", "key": "key || '#' || :n",
             "content_hash": "content_hash || :n"},
    "reference": {"id": "NULL", "post_id": "post_id + :shift"},
    "post_vector": {"post_id": "post_id + :shift"},
    "assignment": {"post_id": "post_id + :shift"},
    "relevance": {"post_id": "post_id + :shift"},
}  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", type=Path, default=Path("out/bench/kb.sqlite"))
    parser.add_argument("--posts", type=int, default=100_000)
    parser.add_argument("--payloads", type=Path)
    given = parser.parse_args()
    figures: dict[str, Any] = {}
    if given.db.is_file():
        with tempfile.TemporaryDirectory() as folder:
            store = Path(folder) / "kb.sqlite"
            with closing(sqlite3.connect(given.db)) as source, closing(sqlite3.connect(store)) as copy:
                source.backup(copy)
            figures["posts"] = grow(store, given.posts)
            figures["runs"] = [export(store, Path(folder), language) for language in ("en", "zh", "en")]
            first, _, again = figures["runs"]
            figures["same_bytes"] = first["digest"] == again["digest"]
    if given.payloads:
        figures["payloads"] = attacks(given.payloads)
    write("export", figures)
    return 0 if figures.get("same_bytes", True) and not figures.get("payloads", {}).get("failed") else 1


def grow(store: Path, posts: int) -> int:
    """Copies of all posts' rows until there are so many; gives how many there are."""
    with closing(sqlite3.connect(store)) as db:
        have, top = db.execute("SELECT count(*), max(id) FROM post").fetchone()
        for n in range(1, -(-posts // have)):
            for table, changed in _COPIED.items():
                columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
                values = ", ".join(changed.get(column, f'"{column}"') for column in columns)
                where = f"id <= {top}" if table == "post" else f"post_id <= {top}"
                sql = f"INSERT INTO {table} SELECT {values} FROM {table} WHERE {where}"
                db.execute(sql, {name: value for name, value in (("shift", n * top), ("n", n)) if f":{name}" in sql})
        db.commit()
        return int(db.execute("SELECT count(*) FROM post").fetchone()[0])


def export(store: Path, folder: Path, language: str) -> dict[str, Any]:
    """One run of the command for every format at once."""
    target = folder / "article"
    shutil.rmtree(target, ignore_errors=True)
    words = [sys.executable, "-m", "cli", "--db", str(store), "export", "--format", "all", "--language", language]
    measured = run([*words, "-o", str(target)])
    files = sorted(file for file in target.rglob("*") if file.is_file())
    digest = hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
    sizes = {file.name: file.stat().st_size for file in files if file.parent == target}
    return {"language": language, **facts(measured), "files": len(files), "bytes": sizes, "digest": digest[:16]}


def attacks(file: Path) -> dict[str, Any]:
    """How many payloads became anything but text in some format, or were lost from all."""
    lines = [json.loads(line)["html"] for line in file.read_text(encoding="utf-8").splitlines()]
    failed = []
    for n, payload in enumerate(lines):
        for article in (hand_made(payload), hand_made("A title", payload)):
            try:
                unharmed("all", article)
                if article.top[0].post.title == payload:
                    kept("all", article)
            except AssertionError as error:
                failed.append({"n": n, "why": str(error)[:200]})
    return {"tried": len(lines), "places": "title, text, author, blog, topic, code, formula; address", "failed": failed}


if __name__ == "__main__":
    sys.exit(main())
