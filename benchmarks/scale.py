"""What a search costs in stores of many passages: each leg beside the plain way, filters, and how soon a post is found.

    python -m benchmarks.scale STORE... [--rounds R] [--peers] [--save]

The stores are those of benchmarks.large_store; they are written to (one post is added). --peers also builds and asks
faiss and usearch over the same vectors, where they are installed.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.search import QUERIES

MODEL = "all-MiniLM-L6-v2"
FILTERS = {"language zh": {"language": "zh"}, "one source": {"source": 5}, "since 2023": {"since": "2023-01-01"}}


def spread(laps: Sequence[float]) -> dict[str, float]:
    """Milliseconds."""
    ordered = sorted(lap * 1000 for lap in laps)
    return {"p50": round(statistics.median(ordered), 2), "p99": round(ordered[int(0.99 * (len(ordered) - 1))], 2)}


def timed(call: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of this thread: what the call takes on a quiet machine, however many others share this one."""
    began = time.thread_time()
    found = call()
    return time.thread_time() - began, found


def measure(db: Path, rounds: int, peers: bool) -> dict[str, Any]:
    """All figures of one store."""
    from kb.embedders import load_light
    from kb.language.gloss import load_glosser
    from kb.retrieval.lists import arrange
    from kb.search import Searcher
    from kb.store import common, shelf
    from kb.store.connect import open_store

    store = open_store(db, create=False)
    embedder, glosser = load_light(MODEL)[0], load_glosser()
    counted_s, _ = timed(lambda: common.refresh(store))
    built_s, _ = timed(lambda: shelf.refresh(store, MODEL, arrange, shelf.LEAST_LISTED))
    opened_s, found = timed(lambda: shelf.read_vectors(store, MODEL))
    searcher = Searcher(store, lambda: embedder, lambda: glosser, MODEL)
    searcher.search("warm up 预热")
    queries = [q for group in QUERIES.values() for q in group]
    meant = [embedder.encode([q], "query")[0] for q in queries]
    return {
        "passages": len(found.base.ids),
        "posts": len(found.base.posts),
        "store_mb": db.stat().st_size >> 20,
        "index": {
            "lists": 0 if found.base.centroids is None else len(found.base.centroids),
            "mb": shelf.beside(store).stat().st_size >> 20,
            "build_s": round(built_s, 1), "common_words_s": round(counted_s, 1), "open_ms": round(opened_s * 1000, 1),
        },
        "vector_leg": vector_leg(found, meant, rounds, peers),
        "text_leg": text_leg(store, glosser, rounds),
        "whole_ms": whole(searcher, embedder, rounds),
        "filters_ms": filters(searcher, queries, rounds),
        "findable_ms": findable(store, searcher, embedder),
    }  # fmt: skip


def vector_leg(found: Any, meant: Sequence[Any], rounds: int, peers: bool) -> dict[str, Any]:
    """The lists beside every row compared, and beside other libraries: time, and posts of the exact first ten."""
    from kb.blas import one_thread
    from kb.retrieval.nearest import Shelf

    shelf, rows, owner = Shelf(found), found.base.rows, found.base.owner

    def exact(query: Any) -> list[int]:
        best = np.full(len(found.base.posts), -2, np.float32)
        np.maximum.at(best, owner, rows @ query)
        return [int(i) for i in np.argsort(-best)[:10]]

    def own(query: Any) -> list[int]:
        near = shelf.nearest(query)
        return [int(i) for i in np.searchsorted(found.base.posts, near.posts[np.argsort(-near.best)[:10]])]

    with one_thread()():
        truth = [exact(query) for query in meant]
        figures = {"exact": spread([timed(lambda q=q: rows @ q)[0] for q in meant[:5] * 3])}
        figures["kb"] = compared(own, meant, truth, rounds)
    for name, build in (("faiss IVF-SQ8", _faiss), ("usearch", _usearch)) if peers else ():
        built_s, ask = timed(lambda build=build: build(rows))
        if ask is None:
            continue
        by_post = lambda q, ask=ask: list(dict.fromkeys(int(owner[i]) for i in ask(q)))[:10]  # noqa: E731
        figures[name] = compared(by_post, meant, truth, rounds) | {"build_s": round(built_s, 1)}
    return figures


def compared(ask: Callable[[Any], list[int]], meant: Sequence[Any], truth: Sequence[list[int]], rounds: int) -> Any:
    laps, right = [], []
    for query, wanted in zip(meant, truth, strict=True):
        for _ in range(rounds):
            lap, got = timed(lambda query=query: ask(query))
            laps.append(lap)
        right.append(len(set(got) & set(wanted)) / len(wanted))
    return spread(laps) | {"recall_at_10": round(statistics.mean(right), 3)}


def _faiss(rows: Any) -> Any:
    try:
        import faiss
    except ImportError:
        return None
    faiss.omp_set_num_threads(1)
    n_lists = int(4 * len(rows) ** 0.5)
    index = faiss.index_factory(rows.shape[1], f"IVF{n_lists},SQ8", faiss.METRIC_INNER_PRODUCT)
    index.train(rows[:: max(1, len(rows) // (40 * n_lists))])
    index.add(rows)
    faiss.extract_index_ivf(index).nprobe = max(24, n_lists // 40)
    return lambda query: index.search(query[None], 60)[1][0]


def _usearch(rows: Any) -> Any:
    try:
        from usearch.index import Index
    except ImportError:
        return None
    index = Index(ndim=rows.shape[1], metric="ip", dtype="i8")
    index.add(np.arange(len(rows)), rows, threads=1)
    return lambda query: index.search(query, 60).keys


def text_leg(store: Any, glosser: Any, rounds: int) -> dict[str, Any]:
    """The leg beside plain FTS5 bm25 over the same words, and how many of plain's first ten posts it has."""
    from kb.language.words import terms
    from kb.store import text

    plain_sql = (
        "SELECT t.post_id FROM text_fts f JOIN text_row t ON t.id = f.rowid WHERE text_fts MATCH ? "
        "ORDER BY bm25(text_fts) LIMIT 60"
    )
    found: dict[str, Any] = {}
    for n_words, queries in QUERIES.items():
        plain, own, same = [], [], []
        for query in queries:
            words = terms(query)
            for _ in range(max(1, rounds // 3)):
                lap, rows = timed(lambda words=words: store.reader.execute(plain_sql, (" OR ".join(words),)).fetchall())
                plain.append(lap)
                lap, (hits, _) = timed(lambda words=words: text.search_text(store.reader, words))
                own.append(lap)
            first = list(dict.fromkeys(row[0] for row in rows))[:10]
            same.append(len({hit.post_id for hit in hits[:10]} & set(first)) / max(1, len(first)))
        figures = {"plain": spread(plain), "kb": spread(own), "of_plains_ten": round(statistics.mean(same), 2)}
        figures["times_less"] = round(sum(plain) / sum(own), 1)
        found[f"{n_words} words"] = figures
    return found


def whole(searcher: Any, embedder: Any, rounds: int) -> dict[str, Any]:
    """A call by part, for queries of 1, 2 and 8 words."""
    found = {}
    for n_words, queries in QUERIES.items():
        laps: dict[str, list[float]] = {"embedding": [], "text": [], "vector": [], "hybrid": []}
        for i, query in enumerate(queries * max(1, rounds // 3)):
            asked = f"{query} {i % 7}" if n_words == 8 else query
            laps["embedding"].append(timed(lambda asked=asked: embedder.encode([asked], "query"))[0])
            for mode in ("text", "vector", "hybrid"):
                laps[mode].append(timed(lambda asked=asked, mode=mode: searcher.search(asked, mode=mode))[0])
        found[f"{n_words} words"] = {name: spread(values) for name, values in laps.items()}
    return found


def filters(searcher: Any, queries: Sequence[str], rounds: int) -> dict[str, Any]:
    from kb.types import Filters

    return {
        name: spread([timed(lambda q=q, kw=kw: searcher.search(q, filters=Filters(**kw)))[0] for q in queries])
        for name, kw in FILTERS.items()
    }


def findable(store: Any, searcher: Any, embedder: Any) -> dict[str, float]:
    """Milliseconds from the commit of a post, and of its vectors, to the hit."""
    from crawler.types import Post
    from kb.store import vectors
    from kb.store.posts import save_post
    from kb.types import Passage

    word = f"zyzzogeton{time.time_ns()}"
    home = "https://blog1.example/"
    post = Post(f"{home}{word}", word, f"A post on the {word} and its flight.", home)
    with store.writing() as session:
        post_id = save_post(session, 2, post, datetime.now(UTC)).post_id
    text_s, hits = timed(lambda: searcher.search(word, mode="text").hits)
    assert [hit.post.id for hit in hits] == [post_id]
    row = embedder.encode([f"{word}. {post.markdown}"])
    with store.writing() as session:
        digest = session.connection().exec_driver_sql("SELECT content_hash FROM post WHERE id = ?", (post_id,)).scalar()
        passage = Passage(0, post_id, 0, "", "", 0, 10)
        vectors.write_post(session, post_id, f"{MODEL}|x", str(digest), [passage], row, row[0])
    vector_s, hits = timed(lambda: searcher.search(f"the {word} and its flight", mode="vector").hits)
    assert post_id in [hit.post.id for hit in hits]
    return {"text": round(text_s * 1000, 1), "vector": round(vector_s * 1000, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stores", nargs="+", type=Path)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--save", action="store_true", help="add to benchmarks/results/scale.json")
    options = parser.parse_args()
    from benchmarks.measure import RESULTS, write

    file = RESULTS / "scale.json"
    kept = json.loads(file.read_text(encoding="utf-8"))["stores"] if file.exists() else {}
    for db in options.stores:
        figures = measure(db, options.rounds, options.peers)
        print(json.dumps(figures, indent=1), flush=True)
        kept[f"{round(figures['passages'], -3)} passages"] = figures
        if options.save:
            write("scale", {"unit": "CPU time of one thread", "stores": kept})


if __name__ == "__main__":
    main()
