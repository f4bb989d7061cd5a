"""Topics of any texts, told their number: the fit of kb/topics.py without a store, ids to keep, or outliers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from kb.taxonomy.clusters import cluster, frame_of
from kb.taxonomy.fields import field_shares, load_fields, prototypes
from kb.taxonomy.subject import features, load_model, score, usual_likeness

if TYPE_CHECKING:
    from kb.language.terms import Terms
    from kb.types import Embedder, Float32


def group_texts(texts: Sequence[str], rows: Float32, k: int, embedder: Embedder, terms: Terms) -> list[int]:
    """A topic (0 to k - 1) for each text. rows: the texts' unit vectors by that embedder.

    The fields of deep learning weigh as much as the texts are about them, so that other texts are sorted by their
    vectors alone.
    """
    if not texts:
        return []
    fields = prototypes(embedder, load_fields())
    cosines = rows @ fields.rows.T
    model = load_model()
    counts = [features(text.partition(". ")[0], (), text, terms) for text in texts]
    near = [dict(zip(fields.ids, row, strict=True)) for row in cosines.tolist()]
    relevance = float(np.mean([score(model, c, n) for c, n in zip(counts, near, strict=True)]))
    shares = np.stack([field_shares(f"{text.partition('. ')[0]}\n\n{text}", terms, fields) for text in texts])
    on = np.asarray(cosines[:, : fields.n_on], np.float32)
    frame = frame_of(on, shares, k, relevance, usual_likeness(model, embedder.name))
    return [int(label) for label in cluster(frame.features(rows, on, shares), k)]
