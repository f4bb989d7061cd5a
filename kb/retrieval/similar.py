"""Posts about the same as a post, by the vectors of whole posts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.errors import NotFound
from kb.retrieval.fusion import Fused
from kb.retrieval.hits import Place, hits_of, one_of_each_group
from kb.retrieval.snippets import Wanted
from kb.store import filters, vectors
from kb.types import Hit

if TYPE_CHECKING:
    from kb.store.connect import Store


def similar(store: Store, post_id: int, n: int = 10, offset: int = 0) -> list[Hit]:
    """The posts nearest to a post; copies of it are left out. Raises NotFound for one that has no vectors."""
    import numpy as np

    made_by = vectors.maker_of(store.reader, post_id)
    if made_by is None:
        raise NotFound(f"post {post_id} has no vectors", "make them with: kb embed")
    whole = vectors.load_vectors(store, made_by.split("|")[0], "posts")
    own = whole.rows[int(np.searchsorted(whole.ids, post_id))]
    cosines = whole.rows @ own
    group = filters.originals(store.reader)
    mine = group.get(post_id, post_id)
    order = np.argsort(-cosines, kind="stable")[: offset + n + len(group) + 1]
    fused = [Fused(int(whole.ids[i]), float(cosines[i]), 0.0, float(cosines[i])) for i in order]
    fused = [f for f in fused if group.get(f.post_id, f.post_id) != mine]
    chosen = one_of_each_group(store.reader, fused)[offset : offset + n]
    rows = vectors.passages_of_posts(store, [f.post_id for f in chosen])
    places = []
    for f in chosen:
        ids, passages = rows[f.post_id]
        best = int(ids[int(np.argmax(passages @ own))])
        places.append(Place(f.post_id, f.score, {"vector": f.score}, passage_ids=(best,)))
    return hits_of(store.reader, places, Wanted(), first_rank=offset + 1)
