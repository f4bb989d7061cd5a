"""The stage that judges which posts are about deep or machine learning (kb/taxonomy/subject.py says how)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kb.language.terms import Terms
from kb.store import relevance as stored
from kb.taxonomy.fields import READ, Prototypes, field_prototypes, field_shares, fields_hash
from kb.taxonomy.subject import features, load_model, score

if TYPE_CHECKING:
    from kb.store.connect import Store
    from kb.types import Embedder, Float32


@dataclass(frozen=True, slots=True)
class Judged:
    """What the stage did."""

    judged: int
    on_topic: int
    posts: int

    def words(self) -> str:
        return f"{self.judged} posts judged, {self.on_topic} of {self.posts} on the topic"


def run_relevance(
    store: Store,
    embedder: Callable[[], Embedder],
    terms: Terms,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> Judged:
    """Judge the posts that are new, edited, or were judged by another model; one transaction.

    embedder: of the model that made the posts' vectors; called once, for the fields' descriptions.
    """
    reader = store.reader
    model = load_model()
    space = stored.vectors_made_by(reader)
    made_by = f"{model.digest}/{fields_hash()}/{terms.digest}/{space}"
    pending = stored.unjudged(reader, made_by)
    if not pending:
        return Judged(0, *stored.counts(reader))
    fields = field_prototypes(store, embedder) if space else None
    fitted = fields is not None and space.startswith(model.model) and set(model.fields) <= set(fields.ids)
    verdicts: list[stored.Verdict] = []
    for n, post in enumerate(pending, 1):
        near = None
        if fitted and fields is not None and post.vector is not None and post.vector.shape[0] == fields.rows.shape[1]:
            near = _near(fields, post.vector)
        value = score(model, features(post.title, post.tags, post.markdown, terms), near)
        on = value >= model.threshold
        shares = None
        if on and fields is not None:
            beginning = f"{post.title}\n{' / '.join(post.tags)}\n{post.markdown[:READ]}"
            shares = field_shares(beginning, terms, fields)
        verdicts.append(stored.Verdict(post.post_id, value, on, post.state, shares))
        if progress:
            progress("relevance", n, len(pending))
    with store.writing() as session:
        stored.save_verdicts(session, verdicts, made_by)
    return Judged(len(verdicts), *stored.counts(reader))


def _near(fields: Prototypes, vector: Float32) -> dict[str, float]:
    return dict(zip(fields.ids, np.asarray(fields.rows @ vector, float).tolist(), strict=True))
