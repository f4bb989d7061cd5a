"""Whatever is typed, a search ends in hits or in a usage error, and soon."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from benchmarks.hostile_queries import queries
from crawler.types import Post
from kb.errors import UsageError
from kb.language.gloss import load_glosser
from kb.retrieval.hitlist import hits_as_text
from kb.retrieval.query import parse
from kb.search import Searcher
from kb.store.connect import open_store
from kb.store.posts import save_post
from kb.store.sources import add_source
from kb.types import NewSource
from tests.fakes import HashingEmbedder

AT = datetime(2026, 10, 1, tzinfo=UTC)
WORDS = ["迁移学习", "nn.Linear", "C++", "한국어", "don't", "the"]


def test_twenty_thousand_hostile_queries_are_understood_or_refused() -> None:
    for query in queries(20_000, 1, WORDS):
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
        *queries(2000, 2, WORDS),
        "迁移" * 500_000,
        "a " * 500_000,
        '"' * 1_000_000,
        "(" * 1_000_000,
        "-a " * 300_000,
    ]:
        try:
            found = searcher.search(query, n=3, explained=True)
        except UsageError:
            continue
        assert all("\0" not in hits_as_text([hit], True, 80) for hit in found.hits)
    store.close()
