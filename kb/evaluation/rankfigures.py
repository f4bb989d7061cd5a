"""How good the ranking is: against what people cite, against links left out, and without each signal in turn."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.evaluation.measures import interval
from kb.rank import Parameters, combine, parts_of, rank
from kb.ranking.scoring import places
from kb.types import Corpus

if TYPE_CHECKING:
    from kb.types import Float32

FEW = 30  # left-out links below which the interval says more than the figure
MOST = 300  # left-out links that are tried, spread over all
CITED = 3  # citations from which a post counts as cited


@dataclass(frozen=True, slots=True)
class Order:
    """How well a score orders posts that are cited differently; NaN where no such pair is there."""

    pairs: float  # pairs with different counts in the right order, ties half
    within: float  # of those, pairs of one blog
    auc: float  # cited thrice or more against never


def order(scores: Sequence[float], counts: Sequence[int], blogs: Sequence[int]) -> Order:
    """Scores against counts, post by post."""
    s, n, b = np.asarray(scores), np.asarray(counts), np.asarray(blogs)
    more = n[:, None] > n[None, :]
    right = np.where(s[:, None] > s[None, :], 1.0, np.where(s[:, None] == s[None, :], 0.5, 0.0))
    strong = more & (n[:, None] >= CITED) & (n[None, :] == 0)

    def share(chosen: np.ndarray) -> float:
        return float(right[chosen].mean()) if chosen.any() else float("nan")

    return Order(share(more), share(more & (b[:, None] == b[None, :])), share(strong))


def rank_figures(corpus: Corpus, parameters: Parameters, cited: Mapping[int, int]) -> list[dict[str, Any]]:
    """A row for the whole ranking and one for each signal left out. cited: citations by post id, where they are known.

    links: share of pairs in which a post comes before one that no other blog links to, when one blog's links to it are
    left out (with the interval over posts). kept: share of the chart that stays.
    """
    parts = parts_of(corpus, parameters.weights)
    place = places(corpus)
    ids = [i for i in sorted(cited) if i in place]
    blogs = [corpus.posts[place[i]].source_id for i in ids]
    whole = _charted(corpus, parameters)
    hidden = list(_hidden(corpus, parameters, parts))
    rows = []
    for name in (None, *parts):
        weights = {n: w for n, w in parameters.weights.items() if n != name}
        if not weights:
            continue
        scores = combine({n: v for n, v in parts.items() if n != name}, weights, len(corpus.posts))
        o = order([float(scores[place[i]]) for i in ids], [cited[i] for i in ids], blogs)
        links = [_left_out(one, parts, weights, scores) for one in hidden]
        low, high = interval(links)
        kept = whole if name is None else _charted(corpus, replace(parameters, weights=weights))
        rows.append({
            "left_out": name or "nothing", "posts": len(ids), "pairs": _round(o.pairs), "within": _round(o.within),
            "auc": _round(o.auc), "links": round(float(np.mean(links)), 4) if links else None,
            "links_low": round(low, 4) if links else None, "links_high": round(high, 4) if links else None,
            "n_links": len(links), "kept": round(len(whole & kept) / max(1, len(whole)), 4),
        })  # fmt: skip
    return rows


def _round(value: float) -> float | None:
    return None if value != value else round(value, 4)


def _charted(corpus: Corpus, parameters: Parameters) -> set[int]:
    return {e.post_id for e in rank(corpus, parameters, {}) if e.rank is not None}


@dataclass(frozen=True, slots=True)
class Hidden:
    """A post and its parts when one blog's links to it are left out, and the posts that it should come before."""

    at: int
    parts: Mapping[str, float]
    unlinked: np.ndarray


def _hidden(corpus: Corpus, parameters: Parameters, parts: Mapping[str, Float32]) -> Iterator[Hidden]:
    """Each (blog, post) of links across blogs with those links left out, at most MOST of them, spread over all."""
    place = places(corpus)
    blog = {post.id: post.source_id for post in corpus.posts}
    pairs = sorted({(blog[x.from_post], x.to_post) for x in corpus.links
                    if x.from_post in blog and x.to_post in blog and blog[x.from_post] != blog[x.to_post]})  # fmt: skip
    linked = {to for _, to in pairs}
    on = np.array([p.on_topic is True and p.duplicate_of is None and p.id not in linked for p in corpus.posts], bool)
    pairs = [(a, to) for a, to in pairs if corpus.posts[place[to]].on_topic is True]
    for source, to in pairs[:: max(1, -(-len(pairs) // MOST))]:
        links = tuple(x for x in corpus.links if not (x.to_post == to and blog.get(x.from_post) == source))
        others = {(blog[x.from_post], blog[x.to_post]) for x in links if x.from_post in blog and x.to_post in blog}
        pair = (source, blog[to])
        blog_links = tuple(p for p in corpus.blog_links if p != pair or pair in others)
        without = replace(corpus, links=links, blog_links=blog_links)
        names = {n: w for n, w in parameters.weights.items() if n in ("links", "mentions", "standing")}
        at, changed = place[to], parts_of(without, names)
        values = {n: float(changed.get(n, v)[at]) for n, v in parts.items()}
        yield Hidden(at, values, on)


def _left_out(one: Hidden, parts: Mapping[str, Float32], weights: Mapping[str, float], scores: Float32) -> float:
    """The share of unlinked posts that a post comes before without the links in question."""
    own = combine({n: np.array([one.parts[n]], np.float32) for n in parts if n in weights}, weights, 1)[0]
    others = scores[one.unlinked]
    return float(((others < own).mean() + (others <= own).mean()) / 2) if len(others) else 0.5
