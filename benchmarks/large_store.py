"""A large store of real texts repeated with noise, and vectors from them; for measuring what a million passages cost.

    python -m benchmarks.large_store --db REAL --out FILE --passages N

Each post is a real one with one word in twenty replaced by one of the corpus and its passages' vectors turned by some
25 degrees, so that words stay as frequent as they are and no two posts are the same. Rows are written as the stages
write them, without going through them.
"""

from __future__ import annotations

import argparse
import random
import sqlite3
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent))

NOISE = 0.47  # length of what is added to a unit vector: cosine to it about .905


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--passages", type=int, required=True)
    options = parser.parse_args()
    build(options.db, options.out, options.passages)


def build(db: Path, out: Path, n_passages: int) -> None:
    """Write the store."""
    from kb.store.connect import open_store

    out.unlink(missing_ok=True)
    open_store(out, create=True).close()
    real = sqlite3.connect(f"{db.absolute().as_uri()}?mode=ro", uri=True)
    posts = real.execute(
        "SELECT p.id, p.title, p.tags, p.published, p.language, p.quality, p.words, b.markdown, v.made_by FROM post p "
        "JOIN body b ON b.post_id = p.id JOIN post_vector v ON v.post_id = p.id ORDER BY p.id"
    ).fetchall()
    words = sorted({w for post in posts[::7] for w in post[7].split() if w.isalnum()})
    draw, noise = random.Random(3), np.random.default_rng(3)
    made = sqlite3.connect(out, isolation_level=None)
    made.execute("PRAGMA synchronous = OFF")
    made.execute("PRAGMA cache_size = -400000")
    made.execute("BEGIN")
    now = "2026-01-01T00:00:00Z"
    for i in range(31):
        made.execute(
            "INSERT INTO source (id, url, key, kind, status, hosts, patterns, complete, added_at, failures) "
            "VALUES (?, ?, ?, 'blog', 'active', '[]', '[]', 0, ?, 0)",
            (i + 1, f"https://blog{i}.example/", f"blog{i}.example/", now),
        )
    done = post_id = 0
    while done < n_passages:
        post = posts[post_id % len(posts)] if post_id < len(posts) else draw.choice(posts)
        post_id += 1
        done += _copy(real, made, post, post_id, _noisy(post[7], words, draw), noise, now)
    made.execute("COMMIT")
    made.execute("INSERT INTO text_fts (text_fts) VALUES ('optimize')")
    made.close()
    print(f"{out}: {post_id} posts, {done} passages, {out.stat().st_size >> 20} MB")


def _noisy(markdown: str, words: list[str], draw: random.Random) -> str:
    parts = markdown.split(" ")
    for at in draw.sample(range(len(parts)), len(parts) // 20):
        if parts[at].isalnum():
            parts[at] = draw.choice(words)
    return " ".join(parts)


def _copy(
    real: sqlite3.Connection, made: sqlite3.Connection, post: tuple, post_id: int, markdown: str,
    noise: np.random.Generator, now: str,
) -> int:  # fmt: skip
    from crawler.text import plain
    from kb.language.sections import Stretch, stretches
    from kb.language.words import index_form
    from kb.store.rows import strings
    from kb.store.text import STRETCH_BYTES

    old, title, tags, published, language, quality, n_words, _, made_by = post
    digest = f"{post_id:032x}"
    url = f"https://blog{old % 31}.example/{post_id}"
    made.execute(
        "INSERT INTO post (id, source_id, url, key, title, authors, published, language, tags, images, words, quality, "
        "text_from, reader, content_hash, version, first_seen, fetched_at) "
        "VALUES (?, ?, ?, ?, ?, '[]', ?, ?, ?, '[]', ?, ?, 'page', '', ?, 1, ?, ?)",
        (post_id, old % 31 + 1, url, url, title, published, language, tags, n_words, quality, digest, now, now),
    )
    made.execute("INSERT INTO body (post_id, markdown) VALUES (?, ?)", (post_id, markdown))
    head, tag_words = index_form(title), index_form(" · ".join(strings(tags)))
    found = stretches(markdown, STRETCH_BYTES) or [Stretch(0, 0, "")]
    for stretch in found:
        row = made.execute('INSERT INTO text_row (post_id, start, "end", heading) VALUES (?, ?, ?, ?)',
                           (post_id, stretch.start, stretch.end, stretch.heading)).lastrowid  # fmt: skip
        text = index_form(plain(markdown[stretch.start : stretch.end]))
        made.execute("INSERT INTO text_fts (rowid, title, heading, tags, body) VALUES (?, ?, ?, ?, ?)",
                     (row, head, index_form(stretch.headings), tag_words, text))  # fmt: skip
    stored = [row for (row,) in real.execute(
        "SELECT v.row FROM passage p JOIN vector v ON v.passage_id = p.id WHERE p.post_id = ? ORDER BY p.id", (old,)
    )]  # fmt: skip
    rows = np.frombuffer(b"".join(stored), "<f4").reshape(len(stored), -1)
    # as many passages as stretches, whatever part of the post was embedded
    rows = rows[np.linspace(0, len(rows) - 1, len(found)).round().astype(int)]
    rows = rows + noise.normal(0, NOISE / rows.shape[1] ** 0.5, rows.shape).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    for position, (stretch, turned) in enumerate(zip(found, rows, strict=True)):
        passage = made.execute(
            'INSERT INTO passage (post_id, position, heading, start, "end", kind) VALUES (?, ?, ?, ?, ?, ?)',
            (post_id, position, stretch.heading, stretch.start, stretch.end, "prose"),
        ).lastrowid
        made.execute("INSERT INTO vector (passage_id, row) VALUES (?, ?)", (passage, turned.astype("<f4").tobytes()))
    made.execute("INSERT INTO post_vector (post_id, made_by, content_hash, row) VALUES (?, ?, ?, ?)",
                 (post_id, made_by, digest, rows.mean(axis=0).astype("<f4").tobytes()))  # fmt: skip
    return len(found)


if __name__ == "__main__":
    main()
