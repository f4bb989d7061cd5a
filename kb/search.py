"""Search: full text and vectors as two legs, fused; the best passage of each post, one of each group of duplicates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from kb.errors import NotFound, UsageError
from kb.language.sections import is_references
from kb.retrieval import advice, explain, textleg
from kb.retrieval.fusion import Fused, Order, fuse, vector_weight
from kb.retrieval.hits import Place, hits_of, one_of_each_group
from kb.retrieval.nearest import Near
from kb.retrieval.query import Query, parse
from kb.retrieval.snippets import Wanted
from kb.retrieval.textleg import TextFound
from kb.retrieval.vectorleg import VectorLeg
from kb.store import filters as filters_
from kb.store import text as full_text
from kb.store.filters import where
from kb.types import Embedder, Filters, SearchResult

if TYPE_CHECKING:
    from kb.language.gloss import Glosser
    from kb.store.connect import Store

Mode = Literal["hybrid", "text", "vector"]
Scope = tuple[str, tuple[object, ...]]  # a condition over p (post), and its parameters
WANTED = 300  # posts of the text leg whose nearness is looked up even where lists of neighbours do not lead to them


class Searcher:
    """Search over one store; keeps the vectors and the word lists between queries, and sees what is written meanwhile.

    embedder, glosser: called when first needed; without an embedder there is no vector leg. model: the name that the
    embedder's vectors are stored under, so that it is not loaded where there are none.
    """

    def __init__(
        self, store: Store, embedder: Callable[[], Embedder] | None, glosser: Callable[[], Glosser],
        model: str | None = None,
    ) -> None:  # fmt: skip
        self.store = store
        self._load_words, self._words_loaded = glosser, None
        self._vocabulary = advice.Vocabulary(self._words)
        self._vectors = VectorLeg(store, embedder, self._words, model)

    _words_loaded: Glosser | None

    def search(
        self, query: str, *, n: int = 10, offset: int = 0, mode: Mode = "hybrid", filters: Filters | None = None,
        weight: float | None = None, explained: bool = False,
    ) -> SearchResult:  # fmt: skip
        """The hits from `offset` on, at most `n`. Raises UsageError for a field that cannot be (after:never).

        weight: of the vectors beside the words, 0 to 1; None for the one that fits the query's kind. explained: with
        what each leg gave each hit, and how the query was understood.
        """
        asked, notes = parse(query), list[str]()
        if asked.empty and filters is None:
            return SearchResult((), 0, ("nothing was asked for",))
        scope = self._scope(asked, filters or Filters())
        if not asked.text:
            found = self._newest(scope, n, offset)
            return found if found.total else replace(found, notes=self._nothing(asked, filters))
        spelt = advice.spelling(self.store.reader, self._vocabulary, asked.text, asked.required)
        asked = replace(asked, text=spelt.text)
        notes += spelt.notes
        words, near = self._legs(asked.text, mode, scope, notes)
        if weight is None:
            weight = self._weight(asked.text)
        order = self._fused(words, near, scope, {"text": 0.0, "vector": 1.0}.get(mode, weight))
        chosen, total = self._page(order, n, offset)
        places = [_place(fused, words, near) for fused in chosen]
        hits = hits_of(self.store.reader, places, textleg.wanted(self._words, asked.text), first_rank=offset + 1)
        if mode == "vector" and near is None:
            notes.append("nothing is shown by --mode vector without vectors; leave it out to search by words")
        elif not hits and not total:
            notes += self._nothing(asked, filters)
        elif mode == "hybrid" and not words.hits:
            notes.append("no post has these words; what is shown is at best near in meaning")
        if not explained:
            return SearchResult(tuple(hits), total, tuple(notes))
        hits = [replace(hit, why=explain.hit(hit, words, near, weight if mode == "hybrid" else None)) for hit in hits]
        reading = explain.query(asked, words, self._vectors.as_meant(asked.text) if near else None, weight, mode)
        return SearchResult(tuple(hits), total, tuple(notes), reading)

    def _legs(self, text: str, mode: Mode, scope: Scope, notes: list[str]) -> tuple[TextFound, Near | None]:
        words = TextFound({}) if mode == "vector" else textleg.find(self.store.reader, self._words(), text, *scope)
        if mode == "text":
            return words, None
        keep = filters_.ids_of(self.store.reader, *scope) if scope[0] != "1" else None
        wanted = list(words.hits)[:WANTED]
        return words, self._vectors.nearest(text, notes, keep, wanted)

    def _weight(self, text: str) -> float:
        coverage = self._words().coverage(text) if self._vectors.by_lists(text) else 1.0
        return vector_weight(text, coverage, glossed=self._vectors.glosses(text))

    def _fused(self, words: TextFound, near: Near | None, scope: Scope, weight: float) -> Order:
        n_posts = filters_.count(self.store.reader, *scope)
        scores = {post_id: hit.score for post_id, hit in words.hits.items()}
        if near is None:
            return fuse(scores, None, n_posts, 0.0)
        return fuse(scores, (near.posts, near.best), n_posts, weight, (near.mean, near.spread))

    def _page(self, order: Order, n: int, offset: int) -> tuple[list[Fused], int]:
        """The posts of a page, and how many there are in all, copies counted once."""
        copies = filters_.n_copies(self.store.reader)
        chosen = one_of_each_group(self.store.reader, order.first(offset + n + copies))
        total = len(order)
        if copies:
            originals = filters_.originals(self.store.reader)
            total = len({originals.get(int(i), int(i)) for i in order.posts})
        return chosen[offset : offset + n], total

    def _scope(self, asked: Query, filters: Filters) -> Scope:
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

    def _newest(self, scope: Scope, n: int, offset: int) -> SearchResult:
        """Posts that only conditions were named for, newest first."""
        ids = filters_.ids_of(self.store.reader, *scope, newest=True)
        places = [Place(post_id, 0.0, {}, 0, 400, "") for post_id in ids[offset : offset + n]]
        return SearchResult(tuple(hits_of(self.store.reader, places, Wanted(), first_rank=offset + 1)), len(ids))

    def _nothing(self, asked: Query, filters: Filters | None) -> tuple[str, ...]:
        def count(relaxed: Query, kept: Filters) -> int:
            scope = self._scope(relaxed, kept)
            if not relaxed.text:
                return filters_.count(self.store.reader, *scope)
            return len(textleg.find(self.store.reader, self._words(), relaxed.text, *scope).hits)

        return advice.nothing_found(asked, filters or Filters(), count)

    def _words(self) -> Glosser:
        if self._words_loaded is None:
            self._words_loaded = self._load_words()
        return self._words_loaded


def _place(fused: Fused, words: TextFound, near: Near | None) -> Place:
    """Where in the post the answer is: by the leg that gave it more; by the vectors where words lead to references."""
    parts = {"text": fused.text, "vector": fused.vector}
    hit = words.hits.get(fused.post_id)
    passage_ids: tuple[int, ...] = ()
    if near is not None and (hit is None or fused.text < fused.vector or is_references(hit.heading)):
        passage_ids = near.passages(fused.post_id)
    if hit is not None and not passage_ids:
        return Place(fused.post_id, fused.score, parts, hit.start, hit.end, hit.heading)
    return Place(fused.post_id, fused.score, parts, passage_ids=passage_ids)


def search(
    store: Store, query: str, *, n: int = 10, offset: int = 0, mode: Mode = "hybrid", filters: Filters | None = None,
    embedder: Callable[[], Embedder] | None = None, glosser: Callable[[], Glosser] | None = None,
    model: str | None = None, explained: bool = False,
) -> SearchResult:  # fmt: skip
    """One search; see Searcher."""
    searcher = Searcher(store, embedder, glosser or _glosser, model)
    return searcher.search(query, n=n, offset=offset, mode=mode, filters=filters, explained=explained)


def _glosser() -> Glosser:
    from kb.language.gloss import load_glosser

    return load_glosser()
