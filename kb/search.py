"""Search: full text and vectors as two legs, fused; the best passage of each post, one of each group of duplicates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from kb.errors import NotFound, UsageError
from kb.fusion import VECTOR_WEIGHT, Fused, fuse
from kb.hits import Place, hits_of, one_of_each_group
from kb.nearest import Near, Shelf
from kb.query import Query, parse
from kb.store import filters as filters_
from kb.store import text as full_text
from kb.store import vectors
from kb.store.filters import where
from kb.store.text import TextHit
from kb.types import Embedder, Filters, Hit, SearchResult
from kb.words import has_cjk, terms

if TYPE_CHECKING:
    from kb.gloss import Glosser
    from kb.store.connect import Store

Mode = Literal["hybrid", "text", "vector"]


@dataclass(slots=True)
class Searcher:
    """Search over one store; keeps the vectors and the word lists between queries, and sees what is written meanwhile.

    embedder, glosser: called when first needed; without an embedder there is no vector leg.
    """

    store: Store
    embedder: Callable[[], Embedder] | None
    glosser: Callable[[], Glosser]
    _embedder: Embedder | None = None
    _glosser: Glosser | None = None
    _shelf: Shelf | None = None
    _notes: list[str] = field(default_factory=list)

    def search(
        self, query: str, *, n: int = 10, offset: int = 0, mode: Mode = "hybrid", filters: Filters | None = None
    ) -> SearchResult:
        """The hits from `offset` on, at most `n`. Raises UsageError for a field that cannot be (after:never)."""
        asked = parse(query)
        self._notes = []
        if asked.empty and filters is None:
            return SearchResult((), 0, ("nothing was asked for",))
        scope, parameters = self._scope(asked, filters or Filters())
        if not asked.text:
            return self._newest(scope, parameters, n, offset)
        found = self._text_leg(asked.text, scope, parameters) if mode != "vector" else {}
        near = self._vector_leg(asked.text) if mode != "text" else None
        fused = one_of_each_group(self.store.reader, self._fuse(found, near, scope, parameters))
        places = [self._place(f, found, near) for f in fused[offset : offset + n]]
        hits = hits_of(self.store.reader, places, self._marked(asked.text), first_rank=offset + 1)
        return SearchResult(tuple(hits), len(fused), tuple(self._notes))

    def _scope(self, asked: Query, filters: Filters) -> tuple[str, tuple[object, ...]]:
        """The condition over p (post) of filters, fields, phrases and exclusions together."""
        conditions = [where(filters), where(self._fields(asked))]
        conditions += [full_text.matching(e) for e in asked.required]
        conditions += [(f"NOT {sql}", parameters) for sql, parameters in map(full_text.matching, asked.excluded)]
        parts = [(sql, parameters) for sql, parameters in conditions if sql != "1"]
        sql = " AND ".join(f"({sql})" for sql, _ in parts) or "1"
        return sql, tuple(value for _, parameters in parts for value in parameters)

    def _fields(self, asked: Query) -> Filters:
        values: dict[str, object] = {}
        for name, value in asked.fields:
            try:
                if name == "source":
                    from kb.store.sources import find_source

                    values[name] = find_source(self.store.reader, value).id
                elif name == "topic":
                    from kb.store.topics import find_topic

                    values[name] = find_topic(self.store.reader, value).id
                else:
                    values[name] = value
            except NotFound as error:
                raise UsageError(f"{name}: {error}", error.hint) from None
        return Filters(**values)  # type: ignore[arg-type]

    def _text_leg(self, text: str, scope: str, parameters: Sequence[object]) -> dict[int, TextHit]:
        """The best stretch of each post that matches, in the query's words or in the other language's."""
        best: dict[int, TextHit] = {}
        for wanted in (terms(text), self._translated(text)):
            for hit in full_text.search_text(self.store.reader, wanted, where=scope, parameters=parameters):
                if hit.post_id not in best or hit.score > best[hit.post_id].score:
                    best[hit.post_id] = hit
        return best

    def _translated(self, text: str) -> list[str]:
        """The query's words in the other language, as FTS5 strings."""
        words = self._words()
        return terms(words.to_english(text)) if has_cjk(text) else terms(" ".join(words.to_chinese(text)))

    def _vector_leg(self, text: str) -> Near | None:
        if self.embedder is None:
            return None
        if self._embedder is None:
            self._embedder = self.embedder()
        model = self._embedder
        stamp = vectors.stamp(self.store.reader)
        if self._shelf is None or self._shelf.stamp != stamp:
            self._shelf = Shelf.of(*vectors.passage_vectors(self.store, model.name), stamp)
        if not len(self._shelf.posts):
            self._notes.append(self._no_vectors(model.name))
            return None
        if model.languages and "zh" not in model.languages and has_cjk(text):
            text = self._words().to_english(text) or text
        return self._shelf.nearest(model.encode([text], "query")[0])

    def _no_vectors(self, model: str) -> str:
        others = vectors.makers(self.store.reader)
        if not others:
            return "no post has vectors yet, so only words are compared; make them with: kb embed"
        return (
            f"the vectors are by {', '.join(others)}, not by {model}, so only words are compared; "
            "make them anew with: kb embed"
        )

    def _fuse(
        self, found: Mapping[int, TextHit], near: Near | None, scope: str, parameters: Sequence[object]
    ) -> list[Fused]:
        n_posts = filters_.count(self.store.reader, scope, parameters)
        scores = {post_id: hit.score for post_id, hit in found.items()}
        if near is None:
            return fuse(scores, None, n_posts, 0.0)
        keep = filters_.ids_of(self.store.reader, scope, parameters) if scope != "1" else None
        return fuse(scores, near.among(keep), n_posts, VECTOR_WEIGHT)

    def _place(self, fused: Fused, found: Mapping[int, TextHit], near: Near | None) -> Place:
        """Where in the post the answer is: by the leg that gave it more."""
        parts = {"text": fused.text, "vector": fused.vector}
        hit = found.get(fused.post_id)
        passage_id = None if near is None else near.passage(fused.post_id)
        if hit is not None and (passage_id is None or fused.text >= fused.vector):
            return Place(fused.post_id, fused.score, parts, hit.start, hit.end, hit.heading)
        return Place(fused.post_id, fused.score, parts, passage_id=passage_id)

    def _newest(self, scope: str, parameters: Sequence[object], n: int, offset: int) -> SearchResult:
        """Posts that only conditions were named for, newest first."""
        ids = filters_.ids_of(self.store.reader, scope, parameters, newest=True)
        places = [Place(post_id, 0.0, {}, 0, 400, "") for post_id in ids[offset : offset + n]]
        return SearchResult(tuple(hits_of(self.store.reader, places, (), first_rank=offset + 1)), len(ids))

    def _marked(self, text: str) -> list[str]:
        words = self._words()
        other = words.to_english(text) if has_cjk(text) else " ".join(words.to_chinese(text))
        return [text, other]

    def _words(self) -> Glosser:
        if self._glosser is None:
            self._glosser = self.glosser()
        return self._glosser


def search(
    store: Store, query: str, *, n: int = 10, offset: int = 0, mode: Mode = "hybrid", filters: Filters | None = None,
    embedder: Callable[[], Embedder] | None = None, glosser: Callable[[], Glosser] | None = None,
) -> SearchResult:  # fmt: skip
    """One search; see Searcher."""
    return Searcher(store, embedder, glosser or _glosser).search(query, n=n, offset=offset, mode=mode, filters=filters)


def _glosser() -> Glosser:
    from kb.gloss import load_glosser

    return load_glosser()


def similar(store: Store, post_id: int, n: int = 10) -> list[Hit]:
    """The posts nearest to a post, by the vectors of whole posts; copies of it are left out. Raises NotFound."""
    import numpy as np

    made_by = vectors.maker_of(store.reader, post_id)
    if made_by is None:
        raise NotFound(f"post {post_id} has no vectors", "make them with: kb embed")
    model = made_by.split("|")[0]
    whole = vectors.load_vectors(store, model, "posts")
    own = whole.rows[int(np.searchsorted(whole.ids, post_id))]
    cosines = whole.rows @ own
    group = filters_.originals(store.reader)
    mine = group.get(post_id, post_id)
    order = np.argsort(-cosines, kind="stable")[: 10 * n + 100]
    fused = [Fused(int(whole.ids[i]), float(cosines[i]), 0.0, float(cosines[i])) for i in order]
    fused = [f for f in fused if group.get(f.post_id, f.post_id) != mine]
    chosen = one_of_each_group(store.reader, fused)[:n]
    rows = vectors.passages_of_posts(store, [f.post_id for f in chosen])
    places = []
    for f in chosen:
        ids, vectors_ = rows[f.post_id]
        best = int(ids[int(np.argmax(vectors_ @ own))])
        places.append(Place(f.post_id, f.score, {"vector": f.score}, passage_id=best))
    return hits_of(store.reader, places, (), first_rank=1)
