"""Topics and ranking of many posts, simulated from a store's real ones: CPU time and peak memory by number of posts.

    python -m benchmarks.scale_topics --db FILE [--posts 10000 100000 300000] [--bertopic PYTHON [--beside 100000]]

A simulated post is a real one with noise on its vector (cosine about .9), in one blog of fifty posts, with links as
frequent as the store's. Each size is a process of its own. What each post names of the fields is in the store already,
as the stage before leaves it. --bertopic: an interpreter that has BERTopic, which sorts as many of the same vectors
with its defaults, naming its topics by the first 1,000 characters of the posts behind them.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import write

PER_BLOG = 50
NOISE = 0.025  # a coordinate, of 384


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--posts", type=int, nargs="+", default=[10_000, 100_000, 300_000])
    parser.add_argument("--one", type=int)
    parser.add_argument("--bertopic", type=Path)
    parser.add_argument("--beside", type=int, default=100_000)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.db, given.one)))
        return 0
    rows = []
    for n in given.posts:
        words = [sys.executable, "-m", "benchmarks.scale_topics", "--db", str(given.db), "--one", str(n)]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        rows.append(json.loads(done.stdout.splitlines()[-1]))
        print(rows[-1], file=sys.stderr, flush=True)
    found: dict[str, Any] = {"sizes": rows}
    if given.bertopic:
        found["bertopic"] = bertopic(given.db, given.beside, given.bertopic)
    write("scale_topics", found)
    return 0


def bertopic(file: Path, n: int, python: Path) -> dict[str, Any]:
    """BERTopic once with its defaults on n simulated posts: time, memory, topics, outliers."""
    described, _, source_of, texts = simulated(file, n)
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "rows.npy", described.vectors)
        docs = [texts[source_of[i]][:1000] for i in described.ids]
        (Path(folder) / "docs.json").write_text(json.dumps(docs))
        del described, docs
        script = Path(__file__).with_name("bertopic_beside.py")
        words = [str(python), str(script), folder, "--seeds", "0"]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    found = json.loads(done.stdout.splitlines()[-1])
    (run,) = found["runs"]
    del run["topics_of"], run["names"]
    return {"posts": n, "version": found["version"], "peak_rss_mb": found["peak_rss_mb"]} | run


def measure(file: Path, n: int) -> dict[str, Any]:
    from kb.language.terms import load_terms
    from kb.rank import default_parameters, rank
    from kb.taxonomy.labels import labels, term_counts
    from kb.taxonomy.regroup import Known, refit
    from kb.topics import NAMING

    described, corpus, source_of, texts = simulated(file, n)
    terms = load_terms()
    wall, cpu = time.perf_counter(), time.process_time()
    plan = refit(Known((), {}), described)
    fitted = time.process_time() - cpu
    near: dict[int, list[Any]] = {}
    for a in plan.assignments:
        near.setdefault(a.topic_id, []).append(a)
    of = {
        t: [texts[source_of[a.post_id]] for a in sorted(rows, key=lambda a: -a.weight)[:NAMING]]
        for t, rows in near.items()
    }
    labels({t: term_counts(some, terms) for t, some in of.items()}, of, terms, {})
    labelled = time.process_time() - cpu - fitted
    own = {a.post_id: a.topic_id for a in reversed(plan.assignments)}
    posts = tuple(replace(p, topic=own.get(p.id)) for p in corpus.posts)
    began = time.process_time()
    rank(replace(corpus, posts=posts, assignments=plan.assignments), default_parameters(), {})
    return {
        "posts": n, "topics": len(plan.topics), "wall_s": round(time.perf_counter() - wall, 1),
        "cpu_s": round(time.process_time() - cpu, 1), "fit_cpu_s": round(fitted, 1), "labels_cpu_s": round(labelled, 1),
        "rank_cpu_s": round(time.process_time() - began, 1),
        "peak_rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }  # fmt: skip


def simulated(file: Path, n: int) -> tuple[Any, Any, dict[int, int], dict[int, str]]:
    """Posts as the fit and the ranking see them, the real post behind each, and the real posts' texts."""
    from kb.store.connect import open_store
    from kb.store.corpus import read_corpus
    from kb.store.sorting import sortable, texts_of
    from kb.taxonomy.fields import kept_prototypes
    from kb.taxonomy.regroup import Described
    from kb.taxonomy.subject import load_model, usual_likeness
    from kb.types import PostLink, Vectors

    store = open_store(file, create=False)
    real = read_corpus(store.reader, "2026-11-25")
    fields = kept_prototypes(store)
    assert fields is not None
    place = {int(i): k for k, i in enumerate(real.vectors.ids)}
    posts = [p for p in sortable(store.reader) if p.post_id in place and not p.copy]
    base, shares = [p.post_id for p in posts], np.stack([p.shares for p in posts])
    texts = texts_of(store.reader, base, 8000)
    store.close()
    rng = np.random.default_rng(0)
    drawn = rng.integers(0, len(base), n)
    rows = np.empty((n, real.vectors.rows.shape[1]), np.float32)
    for first in range(0, n, 50_000):
        some = drawn[first : first + 50_000]
        part = real.vectors.rows[[place[base[k]] for k in some]]
        part = part + rng.normal(0, NOISE, part.shape).astype(np.float32)
        rows[first : first + len(some)] = part / np.linalg.norm(part, axis=1, keepdims=True)
    ids = np.arange(1, n + 1)
    model = load_model()
    described = Described(
        tuple(ids.tolist()), (False,) * n, rows, (rows @ fields.rows[: fields.n_on].T).astype(np.float32),
        shares[drawn],
        float(np.mean([real.relevance[i] for i in base])), usual_likeness(model, real.vectors.model),
    )  # fmt: skip
    by_id = {p.id: p for p in real.posts}
    copies = tuple(
        replace(
            by_id[base[k]], id=int(i), url=f"https://b{i // PER_BLOG}.example/{i}", source_id=int(i) // PER_BLOG + 1
        )
        for i, k in zip(ids, drawn, strict=True)
    )
    n_links = round(len(real.links) * n / max(1, len(real.posts)))
    links = tuple(PostLink(int(a), int(b)) for a, b in rng.integers(1, n + 1, (n_links, 2)) if a != b)
    blogs = tuple(sorted({(x.from_post // PER_BLOG + 1, x.to_post // PER_BLOG + 1) for x in links}))
    source_of = dict(zip(ids.tolist(), (base[k] for k in drawn), strict=True))
    corpus = replace(
        real, posts=copies, vectors=Vectors(ids.astype(np.int64), rows, real.vectors.model), links=links,
        references={int(i): real.references.get(source_of[int(i)], {}) for i in ids}, evidence=(),
        relevance={int(i): real.relevance[source_of[int(i)]] for i in ids}, blog_links=blogs, translations={},
        roundups=frozenset(),
    )  # fmt: skip
    return described, corpus, source_of, texts


if __name__ == "__main__":
    sys.exit(main())
