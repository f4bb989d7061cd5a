"""Topics and editions while a store grows by a twentieth a day, by the stages that `kb` runs; and BERTopic beside them.

    python -m benchmarks.topics --db FILE --labels FILE [--days 20] [--bertopic PYTHON]

FILE is a store with vectors, relevance and topics; it is copied, not written. Labels: a TSV (url, relevance, field).
PYTHON is an interpreter that has BERTopic, and the same torch and scikit-learn.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.measure import write
from crawler.urls import key
from kb.evaluation.topicfigures import LARGE, agreement, some_of, topic_of
from kb.language.terms import load_terms
from kb.rank import run_rank
from kb.ranking.difference import changes
from kb.store.connect import open_store
from kb.store.editions import edition
from kb.store.sorting import sortable
from kb.store.spaces import post_vectors
from kb.store.topics import assignments, list_topics
from kb.taxonomy.fields import kept_prototypes
from kb.taxonomy.regroup import Known, refit
from kb.topics import describe, run_topics

GROWTH = 1.05
OF_A_POST = ("body", "alias", "reference", "relevance", "post_vector", "fingerprint", "duplicate")
DERIVED = ("assignment", "topic_event", "entry", "edition", "correction")


class Days:
    """A clock that a day passes on."""

    def __init__(self) -> None:
        self.at = datetime(2026, 1, 1, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return time.monotonic()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--labels", type=Path, required=True)
    parser.add_argument("--days", type=int, default=20)
    parser.add_argument("--bertopic", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="kb-topics-") as folder:
        result: dict[str, Any] = {"growth": grow(given.db, Path(folder), given.days)}
        result["whole"] = whole(given.db, Path(folder), given.labels)
        result["draws"] = draws(given.db, given.labels)
        if given.bertopic:
            result["bertopic"] = beside(given.db, Path(folder), given.labels, given.bertopic)
    write("topics", result)
    print(
        json.dumps(
            {k: v for k, v in result["growth"].items() if k != "by_day"}
            | {name: result[name] for name in ("whole", "draws")},
            indent=1,
        )
    )
    return 0


def grow(full: Path, folder: Path, days: int) -> dict[str, Any]:
    """Begin with what is a twentieth smaller for each day, add a day's posts, run the stages, compare."""
    file = folder / "growing.sqlite"
    shutil.copy(full, file)
    with closing(sqlite3.connect(file)) as db:
        ids = [i for (i,) in db.execute("SELECT id FROM post ORDER BY id")]
        order = np.random.default_rng(0).permutation(ids).tolist()
        ends = [round(len(order) / GROWTH ** (days - d)) for d in range(days + 1)]
        _empty(db, order[ends[0] :])
    clock, terms, by_day = Days(), load_terms(), []
    store = open_store(file, create=False)
    run_topics(store, clock, terms)  # type: ignore[arg-type]
    run_rank(store, clock)  # type: ignore[arg-type]
    before = _state(store)
    for day in range(1, days + 1):
        clock.at += timedelta(days=1)
        with closing(sqlite3.connect(file)) as db:
            _add(db, full, order[ends[day - 1] : ends[day]])
        began = time.process_time()
        done = run_topics(store, clock, terms)  # type: ignore[arg-type]
        ranked = run_rank(store, clock)  # type: ignore[arg-type]
        cpu_s, after = time.process_time() - began, _state(store)
        by_day.append(_compared(before, after) | {
            "posts": ends[day], "topics": done.topics, "outliers": round(done.outliers / max(1, done.posts), 4),
            "fitted_anew": done.refitted, "cpu_s": round(cpu_s, 2)} | _moved(store, ranked.edition))  # fmt: skip
        before = after
    again = (run_topics(store, clock, terms), run_rank(store, clock))  # type: ignore[arg-type]
    store.close()
    mean = {
        name: round(float(np.mean([d[name] for d in by_day])), 4) for name in ("posts_kept", "labels_kept", "outliers")
    }
    return mean | {
        "worst_day": min(d["posts_kept"] for d in by_day), "fitted_anew": sum(d["fitted_anew"] for d in by_day),
        "rank_changes": sum(d["rank_changes"] for d in by_day), "unexplained": sum(d["unexplained"] for d in by_day),
        "second_run_moved": again[0].changed, "second_run_new_edition": again[1].new, "by_day": by_day,
    }  # fmt: skip


def _empty(db: sqlite3.Connection, late: Sequence[int]) -> None:
    """Take out what comes later, and everything that the stages make."""
    db.execute("CREATE TEMP TABLE late (id INTEGER PRIMARY KEY)")
    db.executemany("INSERT INTO late VALUES (?)", [(i,) for i in late])
    for table in OF_A_POST:
        db.execute(f"DELETE FROM {table} WHERE post_id IN (SELECT id FROM late)")
    db.execute("DELETE FROM duplicate WHERE original_id IN (SELECT id FROM late)")
    for table in DERIVED:
        db.execute(f"DELETE FROM {table}")
    db.execute("DELETE FROM topic WHERE parent IS NOT NULL")
    db.execute("DELETE FROM topic")
    db.execute("DELETE FROM meta WHERE key IN ('topics', 'topics_fit')")
    db.execute("DELETE FROM post WHERE id IN (SELECT id FROM late)")
    db.commit()


def _add(db: sqlite3.Connection, full: Path, new: Sequence[int]) -> None:
    """Put a day's posts in, with all that was known of them."""
    db.execute("ATTACH ? AS whole", (str(full),))
    db.execute("CREATE TEMP TABLE new (id INTEGER PRIMARY KEY)")
    db.executemany("INSERT INTO new VALUES (?)", [(i,) for i in new])
    db.execute("INSERT INTO post SELECT * FROM whole.post WHERE id IN (SELECT id FROM new)")
    for table in OF_A_POST[:-1]:
        db.execute(f"INSERT INTO {table} SELECT * FROM whole.{table} WHERE post_id IN (SELECT id FROM new)")
    db.execute("""INSERT OR IGNORE INTO duplicate SELECT * FROM whole.duplicate
        WHERE post_id IN (SELECT id FROM post) AND original_id IN (SELECT id FROM post)""")
    db.commit()


def _state(store: Any) -> tuple[dict[int, int], dict[int, tuple[str, str]]]:
    own = {a.post_id: a.topic_id for a in reversed(assignments(store.reader))}
    return own, {t.id: (t.label_en, t.label_zh) for t in list_topics(store.reader) if t.parent is not None}


def _compared(before: Any, after: Any) -> dict[str, float]:
    (own, labels), (now, named) = before, after
    return {
        "posts_kept": round(float(np.mean([now.get(i) == t for i, t in own.items()])), 4),
        "labels_kept": round(float(np.mean([named.get(t) == label for t, label in labels.items()])), 4),
    }


def _moved(store: Any, number: int | None) -> dict[str, int]:
    if number is None or number < 2:
        return {"rank_changes": 0, "unexplained": 0}
    found = changes(edition(store.reader, number - 1), edition(store.reader, number))
    moved = [c for c in found if c.rank != c.previous]
    return {"rank_changes": len(moved), "unexplained": sum(not c.explained for c in found)}


def _labels(store: Any, file: Path) -> dict[int, str]:
    ids = {str(k): int(i) for i, k in store.reader.execute("SELECT id, key FROM post")}
    rows = (line.split("\t") for line in file.read_text(encoding="utf-8").splitlines())
    return {ids[key(url)]: field for url, relevance, field, *_ in rows if relevance != "off" and key(url) in ids}


def whole(full: Path, folder: Path, labels: Path) -> dict[str, Any]:
    """One fit over all posts from nothing: time, memory, and agreement with a reader."""
    file = folder / "whole.sqlite"
    shutil.copy(full, file)
    with closing(sqlite3.connect(file)) as db:
        _empty(db, [])
    store = open_store(file, create=False)
    began = time.process_time()
    done = run_topics(store, Days(), load_terms())  # type: ignore[arg-type]
    cpu_s = time.process_time() - began
    own, _ = _state(store)
    known = _labels(store, labels)
    figures = {f.name: f.value for f in agreement({i: own.get(i) for i in known}, known)}
    store.close()
    return {"posts": done.posts, "topics": done.topics, "outliers": round(done.outliers / done.posts, 4),
            "cpu_s": round(cpu_s, 2)} | figures  # fmt: skip


def draws(full: Path, labels: Path, n: int = 6) -> dict[str, Any]:
    """Fits from nothing on nineteen posts in twenty, drawn anew each time: mean and standard deviation.

    mixed: of the topics with eight labelled posts or more, the share that holds English and Chinese ones.
    """
    store = open_store(full, create=False)
    reader = store.reader
    known = _labels(store, labels)
    language = {int(i): str(tag or "")[:2] for i, tag in reader.execute("SELECT id, language FROM post")}
    vectors = post_vectors(reader)
    whole = set(vectors.ids.tolist())
    posts = [post for post in sortable(reader) if post.post_id in whole]
    described = describe(posts, vectors, kept_prototypes(store))
    found: dict[str, list[float]] = {}
    for seed in range(n):
        chosen = np.random.default_rng(seed).random(len(posts)) < 1 / GROWTH
        own = topic_of(refit(Known((), {}), some_of(described, chosen)))
        mine = [i for i in known if i in own]
        for figure in agreement({i: own[i] for i in mine}, known):
            found.setdefault(figure.name, []).append(figure.value)
        of_topic = {t: Counter(language[i] for i in mine if own[i] == t) for t in set(own.values())}
        large = [c for c in of_topic.values() if c.total() >= LARGE]
        found.setdefault("mixed", []).append(float(np.mean([c["en"] > 0 and c["zh"] > 0 for c in large])))
    store.close()
    return {"n": n} | {
        name: {"mean": round(float(np.mean(v)), 4), "sd": round(float(np.std(v)), 4)} for name, v in found.items()
    }


def beside(full: Path, folder: Path, labels: Path, python: Path) -> dict[str, Any]:
    """BERTopic with its defaults on the same posts and vectors, twice, with other seeds."""
    store = open_store(full, create=False)
    on = [int(i) for (i,) in store.reader.execute("SELECT post_id FROM relevance WHERE on_topic ORDER BY post_id")]
    vectors = post_vectors(store.reader)
    place = {int(i): n for n, i in enumerate(vectors.ids)}
    ids = [i for i in on if i in place]
    texts = dict(store.reader.execute("SELECT post_id, substr(markdown, 1, 8000) FROM body").fetchall())
    known = _labels(store, labels)
    store.close()
    np.save(folder / "rows.npy", vectors.rows[[place[i] for i in ids]])
    (folder / "docs.json").write_text(json.dumps([texts[i] for i in ids]))
    script = Path(__file__).with_name("bertopic_beside.py")
    done = subprocess.run([str(python), str(script), str(folder)], capture_output=True, text=True, check=True)
    runs = json.loads(done.stdout.splitlines()[-1])
    for one in runs["runs"]:
        own = dict(zip(ids, one.pop("topics_of"), strict=True))
        one |= {f.name: f.value for f in agreement({i: own.get(i) for i in known}, known)}
    return dict(runs)


if __name__ == "__main__":
    sys.exit(main())
