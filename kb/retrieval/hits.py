"""From posts in order to what is shown of them: one of each group of duplicates, heading path, snippet, facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.text import plain
from kb.retrieval.fusion import Fused
from kb.retrieval.snippets import snippet
from kb.store import filters, posts, vectors
from kb.types import Hit

if TYPE_CHECKING:
    from kb.store.connect import Reader


@dataclass(frozen=True, slots=True)
class Place:
    """A post in the order of hits, and where in it the answer is: a passage, or a stretch of its text."""

    post_id: int
    score: float
    parts: Mapping[str, float]
    start: int = 0
    end: int = 0
    heading: str = ""
    passage_id: int | None = None


def one_of_each_group(reader: Reader, order: Sequence[Fused]) -> list[Fused]:
    """The posts without those that are copies of an earlier one; of equal score, the original is kept."""
    originals = filters.originals(reader, [fused.post_id for fused in order])
    if not originals:
        return list(order)
    by_group: dict[int, Fused] = {}
    for fused in order:
        group = originals.get(fused.post_id, fused.post_id)
        kept = by_group.get(group)
        if kept is None or (fused.post_id == group and abs(fused.score - kept.score) < 1e-6):
            by_group[group] = fused
    return sorted(by_group.values(), key=lambda f: (-f.score, f.post_id))


def hits_of(reader: Reader, places: Sequence[Place], wanted: Sequence[str], first_rank: int) -> list[Hit]:
    """The places as hits; a post that was deleted since is left out."""
    facts = posts.get_posts(reader, [place.post_id for place in places])
    passages = vectors.passages_of(reader, [p.passage_id for p in places if p.passage_id is not None])
    hits: list[Hit] = []
    for place in places:
        post = facts.get(place.post_id)
        if post is None:
            continue
        start, end, heading = place.start, place.end, place.heading
        if place.passage_id is not None and (passage := passages.get(place.passage_id)):
            start, end, heading = passage.start, passage.end, passage.heading
        text = plain(posts.body(reader, post.id)[start:end]) or post.title
        shown = snippet(text, wanted)
        hits.append(Hit(first_rank + len(hits), place.score, place.parts, post, heading, shown, start, end))
    return hits
