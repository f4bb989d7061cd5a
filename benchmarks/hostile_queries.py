"""Hostile queries through the whole search: legs, fusion, snippets, suggestions, reasons, and the lines of a terminal.

    python -m benchmarks.hostile_queries --db FILE... [--queries N...] [--save]

The queries are seeded: pieces of FTS5 and SQL, quotation marks, control characters, lone surrogates, emoji, other
scripts, words of the store's own titles, in any order; every five-hundredth is up to a megabyte long.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
PIECES = [
    '"', "'", "-", "--", "(", ")", "*", "^", ":", "{", "}", "+", "AND", "OR", "NOT", "NEAR(", "NEAR(a b, 2)", "title:",
    "body:", "has:", "has:code", "has:math", "lang:", "lang:zh", "lang:en", "after:", "after:never", "before:2024",
    "after:2020-02-30", "before:0001", "source:", "topic:", "topic:1", "\0", "\ud800", "\udfff", "\u202e", "\u202d",
    "\u200d", "\ufeff", "\U0001f600", "\U0001f469\u200d\U0001f52c", "迁移", "学习", "的", "為什麼", "の", "한국어",
    "مرحبا", "שלום", "ﬁ", "ＬＳＴＭ", "İ", "ß", "C++", "nn.Linear", "fine-tuning", "don't", "50%",
    "'; DROP TABLE post;--",
    "1 OR 1=1", "a", "the", "\n", "\t", " ", "\\", "/", "?", "%", "_", "x" * 300, "1e999", "-cnn", '-"a b"', "text_fts",
    "MATCH", "rowid", "$\\alpha$", "<mark>", "</script>", "\x02", "\x03", "\x1b[31m", "trnasformer", "gradeint",
]  # fmt: skip
LONG = ("a ", "迁移", '"', "(", "-a ", "OR ", "title:a ", "x", "gradeint ", "\ud800", "迁 ", "a-b.", "\U0001f600")


def queries(n: int, seed: int, words: list[str]) -> Iterator[str]:
    """Seeded queries; words: of the store, so that many find something."""
    draw = random.Random(seed)

    def piece() -> str:
        chance = draw.random()
        if chance < 0.5:
            return draw.choice(PIECES)
        if chance < 0.8:
            return draw.choice(words)
        return chr(draw.choice((draw.randrange(0x80), draw.randrange(0x3000), draw.randrange(0x110000))))

    for i in range(n):
        if i % 500 == 499:
            part = draw.choice(LONG)
            yield part * (draw.choice((1_000, 100_000, 1_000_000)) // len(part))
        else:
            yield draw.choice(("", " ", " ")).join(piece() for _ in range(draw.randrange(12)))


def run(db: Path, n: int, seed: int) -> dict[str, Any]:
    """Milliseconds, and what was raised beside usage errors, by kind with the first query that raised it."""
    from kb.embedders import load_light, name_of
    from kb.errors import UsageError
    from kb.language.gloss import load_glosser
    from kb.retrieval.hitlist import hits_as_text, reading
    from kb.search import Searcher
    from kb.store.connect import open_store

    store = open_store(db, create=False)
    embedder, glosser = load_light("minilm")[0], load_glosser()
    searcher = Searcher(store, lambda: embedder, lambda: glosser, name_of("minilm"))
    searcher.search("warm up 预热")
    titles = [str(title) for (title,) in store.reader.execute("SELECT title FROM post ORDER BY id")]
    words = sorted({word for title in titles for word in title.split()})
    laps: list[tuple[float, str]] = []
    ends, raised = Counter[str](), dict[str, str]()
    for query in queries(n, seed, words):
        began = time.perf_counter()
        try:
            found = searcher.search(query, explained=True)
            hits_as_text(found.hits, True, 80)
            reading(found.reading or {}) if found.reading else None
            ends["hits" if found.hits else "nothing"] += 1
        except UsageError:
            ends["usage error"] += 1
        except Exception as error:
            ends["exception"] += 1
            raised.setdefault(repr(error)[:200], ascii(query[:200]))
        laps.append(((time.perf_counter() - began) * 1000, query))
    return {
        "queries": n,
        "seed": seed,
        "posts": len(titles),
        "ends": dict(ends),
        "raised": raised,
        "ms": _figures(laps),
    }


def _figures(laps: list[tuple[float, str]]) -> dict[str, Any]:
    times = sorted(ms for ms, _ in laps)
    slowest, query = max(laps)
    return {
        "p50": round(statistics.median(times), 1),
        "p99": round(times[int(0.99 * (len(times) - 1))], 1),
        "slowest": round(slowest, 1),
        "slowest_query": {"characters": len(query), "begins": ascii(query[:80])},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, required=True, nargs="+")
    parser.add_argument("--queries", type=int, default=[20_000], nargs="+", help="of each store")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/hostile_queries.json")
    options = parser.parse_args()
    runs = zip(options.db, options.queries, strict=True)
    figures = {"stores": [run(db, n, options.seed + i) for i, (db, n) in enumerate(runs)]}
    print(json.dumps(figures, indent=1, ensure_ascii=False))
    if options.save:
        from benchmarks.measure import write

        write("hostile_queries", figures)


if __name__ == "__main__":
    main()
