"""Topics and ranking of many posts, simulated from a store's real ones: CPU time and peak memory by number of posts.

    python -m benchmarks.scale_topics --db FILE [--posts 10000 100000 300000]

A simulated post is a real one with noise on its vector (cosine about .9), in one blog of fifty posts, with links as
frequent as the store's. Each size is a process of its own.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
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
    parser.add_argument("--shares", type=Path)
    given = parser.parse_args()
    if given.one:
        print(json.dumps(measure(given.db, given.one, given.shares)))
        return 0
    rows = []
    with tempfile.NamedTemporaryFile(suffix=".npy") as kept:
        np.save(kept.name, shares_of(given.db))
        _measure_all(given.db, given.posts, kept.name, rows)
    write("scale_topics", {"sizes": rows})
    return 0


def _measure_all(db: Path, sizes: Sequence[int], shares: str, rows: list[dict[str, Any]]) -> None:
    for n in sizes:
        words = [sys.executable, "-m", "benchmarks.scale_topics", "--db", str(db), "--one", str(n), "--shares", shares]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        rows.append(json.loads(done.stdout.splitlines()[-1]))
        print(rows[-1], file=sys.stderr, flush=True)


def shares_of(file: Path) -> Any:
    """The fields' shares in the real posts' terms, which take longer than all that is measured."""
    from kb.language.terms import load_terms
    from kb.store.connect import open_store
    from kb.store.sorting import texts_of
    from kb.taxonomy.fields import field_shares, kept_prototypes

    store = open_store(file, create=False)
    fields, terms = kept_prototypes(store), load_terms()
    assert fields is not None
    base = _base(store.reader)
    texts = texts_of(store.reader, base, 8000)
    store.close()
    return np.stack([field_shares(texts[i], terms, fields) for i in base])


def _base(reader: Any) -> list[int]:
    """The real posts that others are simulated from."""
    from kb.store.sorting import sortable
    from kb.store.spaces import post_vectors

    there = set(post_vectors(reader).ids.tolist())
    return [p.post_id for p in sortable(reader) if p.post_id in there and not p.copy]


def measure(file: Path, n: int, shares: Path) -> dict[str, Any]:
    from kb.language.terms import load_terms
    from kb.rank import default_parameters, rank
    from kb.taxonomy.labels import labels, term_counts
    from kb.taxonomy.regroup import Known, refit
    from kb.topics import NAMING

    described, corpus, source_of, texts = simulated(file, n, np.load(shares))
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


def simulated(file: Path, n: int, shares: Any) -> tuple[Any, Any, dict[int, int], dict[int, str]]:
    """Posts as the fit and the ranking see them, the real post behind each, and the real posts' texts."""
    from kb.store.connect import open_store
    from kb.store.corpus import read_corpus
    from kb.store.sorting import texts_of
    from kb.taxonomy.fields import kept_prototypes
    from kb.taxonomy.regroup import Described
    from kb.taxonomy.subject import load_model, usual_likeness
    from kb.types import PostLink, Vectors

    store = open_store(file, create=False)
    real = read_corpus(store.reader, "2026-11-25")
    fields = kept_prototypes(store)
    assert fields is not None
    place = {int(i): k for k, i in enumerate(real.vectors.ids)}
    base = _base(store.reader)
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
    posts = tuple(
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
        real, posts=posts, vectors=Vectors(ids.astype(np.int64), rows, real.vectors.model), links=links,
        references={int(i): real.references.get(source_of[int(i)], {}) for i in ids}, evidence=(),
        relevance={int(i): real.relevance[source_of[int(i)]] for i in ids}, blog_links=blogs, translations={},
        roundups=frozenset(),
    )  # fmt: skip
    return described, corpus, source_of, texts


if __name__ == "__main__":
    sys.exit(main())
