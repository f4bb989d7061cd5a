"""The embed stage: cuts the posts that have no vectors into passages and gives each a vector, batch by batch."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.clock import Clock
from kb import embedders
from kb.language.gloss import PROBE
from kb.language.words import has_cjk
from kb.passages import VERSION, cut
from kb.store import vectors
from kb.types import Embedder, Passage

if TYPE_CHECKING:
    from kb.language.gloss import Glosser
    from kb.store.connect import Store
    from kb.types import Float32

# Characters of text that are cut and encoded together and written in one transaction: long enough that sorting by
# length leaves little padding, short enough that a kill loses some 12 s of work
BATCH_CHARS = 400_000
LEAST_TIMED = 500  # passages that tell how fast this machine is


@dataclass(frozen=True, slots=True)
class Embedded:
    """How far the stage is."""

    posts: int
    total: int
    passages: int
    rate: float  # passages a second


def embed(
    store: Store,
    model: str,
    load: Callable[[], Embedder],
    glosser: Callable[[], Glosser],
    clock: Clock,
    progress: Callable[[Embedded], None] = lambda _: None,
    *,
    stop: Callable[[], bool] = lambda: False,
    batch_chars: int = BATCH_CHARS,
) -> Embedded:
    """Give every post vectors of its present text by the model. Nothing is loaded when nothing is missing.

    model: what `embedders` calls it. A text with Chinese is glossed first where the model knows none; changed word
    lists redo those alone. What is committed stays: a run that was killed, or stopped between two batches by
    `stop`, goes on where it was.
    """
    words = None if embedders.reads_chinese(model) else glosser()
    made_by = makers(model, words)
    waiting = vectors.missing(store.reader, made_by)
    done = Embedded(0, len(waiting), 0, 0.0)
    if not waiting:
        return done
    embedder = load()
    if words is not None and (not embedder.languages or "zh" in embedder.languages):
        words, made_by = None, (made_by[0], made_by[0])  # one that reads Chinese as it is
    began = clock.monotonic()
    for batch in _batches(waiting, batch_chars):
        if stop():
            break
        written = _embed_batch(store, [post.post_id for post in batch], embedder, words, made_by)
        passed = max(clock.monotonic() - began, 1e-6)
        passages = done.passages + written
        done = Embedded(done.posts + len(batch), len(waiting), passages, passages / passed)
        progress(done)
    if done.passages >= LEAST_TIMED:
        with store.writing() as session:
            vectors.remember_rate(session, done.rate)
    return done


def makers(model: str, glosser: Glosser | None) -> tuple[str, str]:
    """`made_by` of vectors of a text without Chinese, and of one with some: model, cutter, what Chinese is read by."""
    plain = f"{embedders.name_of(model)}|{VERSION}"
    if glosser is None:
        return plain, f"{plain}|{embedders.chinese_version(model)}"
    # the lists, and what is made of them: the way of cutting words may change too
    seen = "\0".join((glosser.glossary, glosser.lexicon, glosser.characters, glosser.to_english(PROBE)))
    return plain, f"{plain}|gloss-{hashlib.blake2b(seen.encode(), digest_size=4).hexdigest()}"


def _batches(waiting: Sequence[vectors.Unembedded], chars: int) -> Iterator[list[vectors.Unembedded]]:
    batch: list[vectors.Unembedded] = []
    size = 0
    for post in waiting:
        if batch and size + post.size > chars:
            yield batch
            batch, size = [], 0
        batch.append(post)
        size += post.size
    if batch:
        yield batch


def _embed_batch(
    store: Store, ids: Sequence[int], embedder: Embedder, glosser: Glosser | None, made_by: tuple[str, str]
) -> int:
    """Cut, encode and write some posts in one transaction; how many passages they had."""
    posts: list[tuple[int, str, str, list[Passage]]] = []
    texts: list[str] = []
    for post_id in ids:
        if (stored := vectors.text_of(store.reader, post_id)) is None:
            continue  # gone since the list was made
        title, markdown, content_hash = stored
        chinese = has_cjk(title + markdown)
        translate = glosser.to_english if glosser is not None and chinese else None
        passages = cut_for(embedder, translate, title, markdown)
        posts.append((post_id, made_by[chinese], content_hash, passages))
        texts += [translate(p.text) if translate else p.text for p in passages]
    rows = embedder.encode(texts)
    with store.writing() as session:
        at = 0
        for post_id, maker, content_hash, passages in posts:
            own = rows[at : at + len(passages)]
            at += len(passages)
            vectors.write_post(session, post_id, maker, content_hash, passages, own, mean_of(own))
    return len(texts)


def cut_for(embedder: Embedder, translate: Callable[[str], str] | None, title: str, markdown: str) -> list[Passage]:
    """A post's passages, within the embedder's limit after glossing."""

    def count(texts: list[str]) -> list[int]:
        return embedder.count_tokens([translate(text) for text in texts] if translate else texts)

    return cut(title, markdown, count=count, max_tokens=embedder.max_tokens)


def mean_of(rows: Float32) -> Float32:
    """A post's vector: the mean of its passages' vectors, at length 1. The title stands in every passage."""
    import numpy as np

    mean = rows.mean(axis=0)
    unit: Float32 = (mean / max(float(np.linalg.norm(mean)), 1e-12)).astype(np.float32)
    return unit
