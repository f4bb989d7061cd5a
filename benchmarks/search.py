"""What a search costs: cold processes beside sentence-transformers over the same vectors, and warm calls by part.

    python benchmarks/search.py --db FILE [--rounds R] [--save]

The two kinds of cold process take turns. Warm figures are of one Searcher over the store, a query at a time.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

QUERIES = {
    1: ["dropout", "attention", "LSTM", "perplexity", "卷积", "注意力"],
    2: ["transfer learning", "batch normalization", "learning rate", "policy gradient", "迁移学习", "梯度消失"],
    8: [
        "how does the learning rate affect training of transformers",
        "what is the difference between batch and layer norm",
        "why do deep networks need residual connections to train",
        "如何在小数据集上微调一个预训练的语言模型",
    ],
}
PEER = """
import sys, numpy as np
from sentence_transformers import SentenceTransformer
model = SentenceTransformer(sys.argv[1])
rows = np.load(sys.argv[2])
scores = rows @ model.encode([sys.argv[3]], normalize_embeddings=True)[0]
print(np.argsort(-scores)[:10])
"""


SAVE = """
import sys, numpy as np
from pathlib import Path
from kb.store import vectors
from kb.store.connect import open_store
np.save(sys.argv[2], vectors.load_vectors(open_store(Path(sys.argv[1]), create=False), "all-MiniLM-L6-v2").rows)
"""
ROOT = Path(__file__).parent.parent


def process(words: Sequence[str]) -> tuple[float, float]:
    """CPU seconds and greatest resident megabytes of one process; a child counts its parent's, so stay small here."""
    child = subprocess.Popen(list(words), cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"exit {child.returncode}: {' '.join(words)[:200]}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def cold(db: Path, rounds: int) -> dict[str, Any]:
    """Medians over processes that begin with nothing loaded."""
    from kb.embedders import weights

    for part in ("kb", "crawler", "cli.py"):  # as pip does when it installs
        process([sys.executable, "-m", "compileall", "-q", part])
    kb = [sys.executable, "-m", "cli", "--db", str(db.resolve()), "search", "--format", "json"]
    used: dict[str, list[tuple[float, float]]] = {"kb": [], "sentence_transformers": []}
    with tempfile.NamedTemporaryFile(suffix=".npy") as file:
        process([sys.executable, "-c", SAVE, str(db.resolve()), file.name])
        rows = (Path(file.name).stat().st_size - 128) // (384 * 4)
        process([*kb, QUERIES[1][0]])  # the mapped copy of the vectors is made by the first search
        for i in range(rounds):
            query = QUERIES[2][i % len(QUERIES[2])]
            used["kb"].append(process([*kb, query]))
            used["sentence_transformers"].append(
                process([sys.executable, "-c", PEER, str(weights.folder()), file.name, query])
            )
    medians = {
        name: {"cpu_s": round(statistics.median(c for c, _ in runs), 2), "rss_mb": round(max(m for _, m in runs))}
        for name, runs in used.items()
    }
    times = medians["sentence_transformers"]["cpu_s"] / medians["kb"]["cpu_s"]
    return {"passages": rows, **medians, "times_less_cpu": round(times, 1)}


class Laps:
    """Times of named parts."""

    def __init__(self) -> None:
        self.found: dict[str, list[float]] = {}

    @contextmanager
    def of(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.found.setdefault(name, []).append((time.perf_counter() - began) * 1000)

    def figures(self) -> dict[str, dict[str, float]]:
        """Milliseconds."""
        return {
            name: {"p50": round(statistics.median(laps), 1), "p99": round(sorted(laps)[int(0.99 * (len(laps) - 1))], 1)}
            for name, laps in self.found.items()
        }


def warm(db: Path, rounds: int) -> dict[str, Any]:
    """Milliseconds of a call, whole and by leg, for queries of 1, 2 and 8 words."""
    from kb.embedders import load_light
    from kb.language.gloss import load_glosser
    from kb.search import Searcher
    from kb.store.connect import open_store

    embedder, glosser = load_light("all-MiniLM-L6-v2")[0], load_glosser()
    searcher = Searcher(open_store(db, create=False), lambda: embedder, lambda: glosser)
    searcher.search("warm up 预热")
    found = {}
    for n_words, queries in QUERIES.items():
        laps = Laps()
        for query in queries * rounds:
            calls: dict[str, Callable[[], object]] = {
                "embedding": lambda query=query: embedder.encode([query], "query"),
                "text": lambda query=query: searcher.search(query, mode="text"),
                "vector": lambda query=query: searcher.search(query, mode="vector"),
                "hybrid": lambda query=query: searcher.search(query),
            }
            for name, call in calls.items():
                with laps.of(name):
                    call()
        found[f"{n_words} words"] = laps.figures()
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--save", action="store_true", help="write benchmarks/results/search.json")
    options = parser.parse_args()
    figures = {"cold": cold(options.db, options.rounds), "warm_ms": warm(options.db, options.rounds)}
    print(json.dumps(figures, indent=1))
    if options.save:
        from benchmarks.measure import write

        write("search", figures)


if __name__ == "__main__":
    main()
