"""Words that very many stretches have: in a large store they are not looked up alone, which would cost a tenth of a
second each and say little."""

from __future__ import annotations

import json
import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from functools import lru_cache
from typing import TYPE_CHECKING

from crawler.text import plain
from kb.language.words import index_form
from kb.store.meta import get_meta, set_meta

if TYPE_CHECKING:
    from kb.store.connect import Store

LEAST_STRETCHES = 100_000  # below, BM25 over every match takes some 20 ms at most
LEAST_SHARE = 0.004  # of stretches, from which a word's share is kept
MOST_MATCHES = 12_000  # stretches that a query's words may match together before the commonest are held back
GROWN = 1.5  # times, from which the shares are counted anew
_SAMPLE, _SEED, _META = 4000, 5, "common_words"
_TOKENIZER = "porter unicode61 remove_diacritics 2"  # that of text_fts


def refresh(store: Store) -> bool:
    """Count anew, on a sample of stretches, which words are common, if the store is large and has grown."""
    (n,) = store.reader.execute("SELECT count(*) FROM text_row").fetchone()
    kept = json.loads(get_meta(store.reader, _META) or "{}")
    if n < LEAST_STRETCHES or (kept and n < GROWN * kept["of"]):
        return False
    found = _sampled_shares(store.reader)
    with store.writing() as session:
        set_meta(session, _META, json.dumps({"of": n, "shares": found}, ensure_ascii=False))
    return True


def shares(reader: sqlite3.Connection) -> tuple[int, dict[str, float]]:
    """How many stretches there are, about, and word as indexed -> the share that has it; rare words are not in it."""
    (n,) = reader.execute("SELECT coalesce(max(id), 0) FROM text_row").fetchone()
    if n < LEAST_STRETCHES:
        return int(n), {}
    return int(n), _parsed(get_meta(reader, _META) or "")


@lru_cache(2)
def _parsed(text: str) -> dict[str, float]:
    found: dict[str, float] = json.loads(text)["shares"] if text else {}
    return found


def as_indexed(words: Sequence[str]) -> list[list[str]]:
    """The tokens that the index has for each text."""
    with closing(_memory()) as db:
        db.executemany("INSERT INTO t (rowid, x) VALUES (?, ?)", enumerate(words))
        found: list[list[str]] = [[] for _ in words]
        for term, row in db.execute("SELECT term, doc FROM v ORDER BY doc, offset"):
            found[row].append(term)
        return found


def _memory() -> sqlite3.Connection:
    db = sqlite3.connect(":memory:")
    db.execute(f"CREATE VIRTUAL TABLE t USING fts5(x, tokenize = '{_TOKENIZER}')")
    db.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, instance)")
    return db


def _sampled_shares(reader: sqlite3.Connection) -> dict[str, float]:
    low, high = reader.execute("SELECT min(id), max(id) FROM text_row").fetchone()
    draw = random.Random(_SEED)
    ids = sorted({draw.randint(low, high) for _ in range(_SAMPLE)})
    rows = reader.execute(
        "SELECT p.title || ' ' || t.heading || ' ' || p.tags, b.markdown, t.start, t.\"end\" FROM text_row t "
        "JOIN post p ON p.id = t.post_id JOIN body b ON b.post_id = t.post_id "
        f"WHERE t.id IN ({','.join(map(str, ids))})"
    ).fetchall()
    with closing(_memory()) as db:
        texts = (index_form(f"{head} {plain(markdown[start:end])}") for head, markdown, start, end in rows)
        db.executemany("INSERT INTO t (x) VALUES (?)", ((text,) for text in texts))
        db.execute("CREATE VIRTUAL TABLE w USING fts5vocab(t, row)")
        least = max(2, LEAST_SHARE * len(rows))
        found = db.execute("SELECT term, doc FROM w WHERE doc >= ?", (least,)).fetchall()
    return {term: round(count / len(rows), 4) for term, count in found}
