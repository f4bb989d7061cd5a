"""Search: full text and vectors as two legs, fused; the best passage of each post, one of each group of duplicates."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Literal

from kb.blas import one_thread
from kb.errors import ModelError, NotFound, UsageError
from kb.fusion import Fused, fuse, vector_weight
from kb.hits import Place, hits_of, one_of_each_group
from kb.nearest import Near, Shelf
from kb.query import Query, parse
from kb.store import filters as filters_
from kb.store import shelf, vectors
from kb.store import text as full_text
from kb.store.filters import where
from kb.store.text import TextHit
from kb.types import Embedder, Filters, Hit, SearchResult
from kb.words import has_cjk, phrase, terms

if TYPE_CHECKING:
    from kb.gloss import Glosser
    from kb.store.connect import Store

Mode = Literal["hybrid", "text", "vector"]
# A query of so many words, or Chinese characters, is little more than a name; in a longer one other names of its parts
# mislead (d2l zh to en .359 without them, .348 with them; semanlink's short tags .546, .551)
SHORT, SHORT_CHINESE = 3, 8
MOST_NAMES = 64
LEAST_SHARE = 0.75


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
    _one_thread: Callable[[], AbstractContextManager[object]] = nullcontext

    def search(
        self, query: str, *, n: int = 10, offset: int = 0, mode: Mode = "hybrid", filters: Filters | None = None,
        weight: float | None = None,
    ) -> SearchResult:  # fmt: skip
        """The hits from `offset` on, at most `n`. Raises UsageError for a field that cannot be (after:never).

        weight: of the vectors beside the words, 0 to 1; None for the one that fits the query's kind.
        """
        asked = parse(query)
        self._notes = []
        if asked.empty and filters is None:
            return SearchResult((), 0, ("nothing was asked for",))
        scope, parameters = self._scope(asked, filters or Filters())
        if not asked.text:
            return self._newest(scope, parameters, n, offset)
        found = self._text_leg(asked.text, scope, parameters) if mode != "vector" else {}
        near = self._vector_leg(asked.text) if mode != "text" else None
        fused = one_of_each_group(self.store.reader, self._fuse(asked.text, found, near, scope, parameters, weight))
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
        """The best stretch of each post that matches, in the query's own words or by other names."""
        own, other = terms(text), self._other_names(text)
        found = full_text.search_text(self.store.reader, own, where=scope, parameters=parameters)
        best = {hit.post_id: hit for hit in found}
        # a translation has more words than what it translates, and would win by their number alone
        share = min(1.0, max(LEAST_SHARE, len(own) / max(1, len(other))))
        for hit in full_text.search_text(self.store.reader, other, where=scope, parameters=parameters):
            score = hit.score * share
            if hit.post_id not in best or score > best[hit.post_id].score:
                best[hit.post_id] = replace(hit, score=score)
        return best

    def _other_names(self, text: str) -> list[str]:
        """The query in the other language, and other names of the terms of a short one, as FTS5 strings."""
        words, chinese = self._words(), has_cjk(text)
        names = terms(words.to_english(text)) if chinese else terms(" ".join(words.to_chinese(text)))
        if chinese and (simple := self._simplified(text)) != text:
            names += terms(simple)
        if len(text) <= SHORT_CHINESE if chinese else len(terms(text)) <= SHORT:
            names += [string for name in words.expand(text) if (string := phrase(name))]
        return list(dict.fromkeys(names))[:MOST_NAMES]

    def _simplified(self, text: str) -> str:
        rows = (line.split("\t") for line in self._words().characters.splitlines())
        return text.translate({ord(row[0]): row[1] for row in rows if len(row) == 2 and len(row[0]) == 1})

    def _vector_leg(self, text: str) -> Near | None:
        if self.embedder is None:
            return None
        if self._embedder is None:
            try:
                self._embedder = self.embedder()
            except ModelError as error:
                self._notes.append(f"only words are compared: {error}")
                return None
        model = self._embedder
        if self._shelf is None or self._shelf.stamp != vectors.stamp(self.store.reader):
            self._one_thread = one_thread()
            self._shelf = Shelf.of(*shelf.passage_vectors(self.store, model.name))
        if not len(self._shelf.posts):
            self._notes.append(self._no_vectors(model.name))
            return None
        if self._is_glossed(text, model):
            text = self._words().to_english(text) or text
        meant = model.encode([text], "query")[0]
        with self._one_thread():
            return self._shelf.nearest(meant)

    @staticmethod
    def _is_glossed(text: str, model: Embedder) -> bool:
        return bool(model.languages) and "zh" not in model.languages and has_cjk(text)

    def _no_vectors(self, model: str) -> str:
        others = vectors.makers(self.store.reader)
        if not others:
            return "no post has vectors yet, so only words are compared; make them with: kb embed"
        return (
            f"the vectors are by {', '.join(others)}, not by {model}, so only words are compared; "
            "make them anew with: kb embed"
        )

    def _fuse(
        self, text: str, found: Mapping[int, TextHit], near: Near | None, scope: str, parameters: Sequence[object],
        weight: float | None,
    ) -> list[Fused]:  # fmt: skip
        n_posts = filters_.count(self.store.reader, scope, parameters)
        scores = {post_id: hit.score for post_id, hit in found.items()}
        if near is None:
            return fuse(scores, None, n_posts, 0.0)
        keep = filters_.ids_of(self.store.reader, scope, parameters) if scope != "1" else None
        if weight is None:
            glossed = self._embedder is not None and self._is_glossed(text, self._embedder)
            weight = vector_weight(text, self._words().coverage(text) if glossed else 1.0)
        return fuse(scores, near.among(keep), n_posts, weight)

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
