"""Whatever is typed, a search ends in hits or in a usage error, and soon."""

from __future__ import annotations

import random
from datetime import UTC, datetime
from pathlib import Path

from crawler.types import Post
from kb.errors import UsageError
from kb.language.gloss import load_glosser
from kb.retrieval.query import parse
from kb.search import Searcher
from kb.store.connect import open_store
from kb.store.posts import save_post
from kb.store.sources import add_source
from kb.types import NewSource
from tests.fakes import HashingEmbedder

AT = datetime(2026, 10, 1, tzinfo=UTC)
PIECES = [
    '"', "'", "-", "--", "(", ")", "*", "^", ":", "{", "}", "+", "AND", "OR", "NOT", "NEAR(", "title:", "body:", "has:",
    "lang:", "after:", "before:2024", "source:", "topic:", "\0", "\ud800", "\udfff", "\u202e", "\u200d", "😀", "👩‍🔬",
    "迁移", "学习", "の", "한국어", "ﬁ", "ＬＳＴＭ", "C++", "nn.Linear", "fine-tuning", "don't", "50%",
    "'; DROP TABLE post;--", "a", "the", "\n", "\t", " ", "\\", "/", "?", "%", "_", "x" * 300, "1e999", "-cnn",
    '-"a b"', "text_fts MATCH", "rowid",
]  # fmt: skip


def queries(n: int, seed: int) -> list[str]:
    random_ = random.Random(seed)

    def piece() -> str:
        if random_.random() < 0.7:
            return random_.choice(PIECES)
        return chr(random_.choice((random_.randrange(0x80), random_.randrange(0x3000), random_.randrange(0x110000))))

    def one() -> str:
        glue = random_.choice(("", " "))
        return glue.join(piece() for _ in range(random_.randrange(12)))

    return [one() for _ in range(n)]


def test_twenty_thousand_hostile_queries_are_understood_or_refused() -> None:
    for query in queries(20_000, 1):
        try:
            understood = parse(query)
        except UsageError:
            continue
        assert "\0" not in understood.text


def test_hostile_queries_are_answered(tmp_path: Path) -> None:
    store = open_store(tmp_path / "kb.sqlite", create=True)
    with store.writing() as session:
        source_id, _ = add_source(session, NewSource("https://blog.example/"), AT)
        for i, text in enumerate(("a b", "迁移学习 nn.Linear C++", "don't fine-tuning 50%", "😀 한국어 の")):
            post = Post(f"https://blog.example/{i}", f"the {i}", text, "https://blog.example/")
            save_post(session, source_id, post, AT)
    glosser, model = load_glosser(), HashingEmbedder()
    searcher = Searcher(store, lambda: model, lambda: glosser)
    for query in [
        *queries(2000, 2),
        "迁移" * 500_000,
        "a " * 500_000,
        '"' * 1_000_000,
        "(" * 1_000_000,
        "-a " * 300_000,
    ]:
        try:
            searcher.search(query, n=3)
        except UsageError:
            continue
    store.close()
