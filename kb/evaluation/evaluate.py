"""Quality on judged queries: the search of `kb search`, asked every query of a set, in one setting or in two."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast

from crawler.text import plain
from crawler.types import Post
from kb.errors import NotFound, UsageError
from kb.evaluation.judged import JudgedQuery, JudgedSet, passage_hash
from kb.evaluation.measures import Measured, difference, interval, mean, measure
from kb.store import filters, posts

if TYPE_CHECKING:
    from crawler.clock import Clock
    from kb.search import Searcher
    from kb.store.connect import Reader, Store
    from kb.types import Hit

HOME = "https://corpus.example/"  # the blog that a set's own documents are posts of
MEASURES = ("ndcg", "mrr", "recall")


@dataclass(frozen=True, slots=True)
class Setting:
    """How to search: the legs, and with both of them the weight of the vectors (None: by the query's kind)."""

    mode: Literal["hybrid", "text", "vector"] = "hybrid"
    weight: float | None = None

    @classmethod
    def parse(cls, text: str) -> Setting:
        """From `hybrid`, `text`, `vector` or `hybrid:0.7`. Raises UsageError."""
        mode, _, number = text.partition(":")
        if mode not in ("hybrid", "text", "vector") or (number and mode != "hybrid"):
            raise UsageError(f"no such setting: {text!r}", "hybrid, text, vector, or hybrid:0.7 (the vectors' weight)")
        if not number and ":" not in text:
            return cls(cast(Any, mode))
        if not re.fullmatch(r"[01]?\.\d+|[01]", number) or not 0 <= float(number) <= 1:
            raise UsageError(f"the vectors' weight cannot be {number!r}", "it is 0 to 1, as in hybrid:0.7")
        return cls(cast(Any, mode), float(number))

    def __str__(self) -> str:
        return self.mode if self.weight is None else f"{self.mode}:{self.weight:g}"


@dataclass(frozen=True, slots=True)
class Answered:
    """One query's figures in one setting."""

    query: JudgedQuery
    measured: Measured
    passage: bool | None  # whether the first answer showed the judged passage; None where none is judged


@dataclass(frozen=True, slots=True)
class Judge:
    """A judged set over a store: documents are named by the post that stands for their group of duplicates."""

    reader: Reader
    ids: Mapping[str, str]  # document of the set -> name that a hit has
    name_of: Callable[[Hit], str]
    missing: int  # documents that were judged and are not in the store

    def ask(self, searcher: Searcher, judged: JudgedSet, setting: Setting, k: int) -> list[Answered]:
        """Every query that has an answer in the store."""
        return [a for query in judged.queries if (a := self._one(searcher, query, setting, k))]

    def _one(self, searcher: Searcher, query: JudgedQuery, setting: Setting, k: int) -> Answered | None:
        relevant: dict[str, float] = {}
        for document, gain in query.relevant.items():
            if name := self.ids.get(document):
                relevant[name] = max(gain, relevant.get(name, 0.0))
        if not relevant:
            return None
        hits = searcher.search(query.text, n=k, mode=setting.mode, weight=setting.weight).hits
        names = [self.name_of(hit) for hit in hits]
        first = next((hit for hit, name in zip(hits, names, strict=True) if name in relevant), None)
        shown = None if not query.passages else first is not None and self._shows(first, query.passages)
        return Answered(query, measure(names, relevant, k), shown)

    def _shows(self, hit: Hit, passages: frozenset[str]) -> bool:
        shown = posts.body(self.reader, hit.post.id)[hit.start : hit.end]
        return any(passage_hash(plain(block)) in passages for block in re.split(r"\n\s*\n", shown))


def judge(reader: Reader, judged: JudgedSet) -> Judge:
    """The judge of a set whose documents are posts of the store. Raises NotFound where none of them is there."""
    originals = filters.originals(reader)

    def group(post_id: int) -> str:
        return str(originals.get(post_id, post_id))

    found = {url: post_id for url in judged.documents if (post_id := posts.post_id_of(reader, url)) is not None}
    if not found:
        raise NotFound(f"the store holds none of the posts that {judged.name} judges",
                       "crawl their blogs first; for the set that comes with kb: kb run --sample")  # fmt: skip
    return Judge(reader, {url: group(i) for url, i in found.items()}, lambda hit: group(hit.post.id),
                 len(judged.documents) - len(found))  # fmt: skip


def judge_of_corpus(reader: Reader, judged: JudgedSet, names: Mapping[int, str]) -> Judge:
    """The judge of a set that brings its documents; names: post id -> document, as `fill` gave them."""
    there = set(names.values())
    return Judge(reader, {d: d for d in there}, lambda hit: names[hit.post.id], len(judged.documents - there))


def fill(store: Store, documents: Iterator[tuple[str, str, str]], clock: Clock) -> dict[int, str]:
    """Store documents (id, title, text) as the posts of one blog, unless they are there; post id -> document."""
    from kb.blogs.sourcelists import new_source
    from kb.store.sources import add_source

    names: dict[int, str] = {}
    with store.writing() as session:
        source_id, _ = add_source(session, new_source(HOME), clock.now())
        for i, (name, title, text) in enumerate(documents):
            post = Post(url=f"{HOME}{i}", title=title, markdown=text, source=HOME)
            names[posts.save_post(session, source_id, post, clock.now()).post_id] = name
    return names


def figures(
    asked: Sequence[Answered], setting: Setting, k: int, base: Sequence[Answered] | None = None
) -> list[dict[str, Any]]:
    """A row for all queries and one for each group: means with the interval of nDCG, and the difference to a base."""
    rows = []
    for group in _groups(asked):
        own = [i for i, a in enumerate(asked) if group in ("all", a.query.group)]
        values = {name: [getattr(asked[i].measured, name) for i in own] for name in MEASURES}
        low, high = interval(values["ndcg"])
        recall_low, recall_high = interval(values["recall"])
        row: dict[str, Any] = {"setting": str(setting), "group": group, "queries": len(own), "k": k}
        row |= {name: round(mean(values[name]), 4) for name in MEASURES} | {
            "low": round(low, 4),
            "high": round(high, 4),
        }
        row |= {"recall_low": round(recall_low, 4), "recall_high": round(recall_high, 4)}
        shown = [asked[i].passage for i in own if asked[i].passage is not None]
        row["passage"] = round(sum(map(bool, shown)) / len(shown), 4) if shown else None
        row |= dict.fromkeys(("against", "difference", "difference_low", "difference_high", "better", "worse", "p"))
        if base is not None:
            d = difference(values["ndcg"], [base[i].measured.ndcg for i in own])
            row |= {"difference": round(d.mean, 4), "difference_low": round(d.low, 4)}
            row |= {"difference_high": round(d.high, 4), "better": d.better, "worse": d.worse, "p": round(d.p, 4)}
        rows.append(row)
    return rows


def by_query(asked: Sequence[Answered], base: Sequence[Answered] | None = None) -> list[dict[str, Any]]:
    """A row a query, those that lose most first."""
    rows = []
    for i, a in enumerate(asked):
        row = {"query": a.query.text, "group": a.query.group, "answers": len(a.query.relevant)}
        row |= {name: round(getattr(a.measured, name), 4) for name in MEASURES}
        other = None if base is None else base[i].measured.ndcg
        row |= {
            "against": other and round(other, 4),
            "difference": None if other is None else round(a.measured.ndcg - other, 4),
        }
        rows.append(row)
    return sorted(rows, key=lambda row: row["ndcg"] if base is None else row["difference"])


def _groups(asked: Sequence[Answered]) -> list[str]:
    named = list(dict.fromkeys(a.query.group for a in asked if a.query.group))
    return ["all", *(named if len(named) > 1 else [])]
