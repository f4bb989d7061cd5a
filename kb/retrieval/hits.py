"""From posts in order to what is shown of them: one of each group of duplicates, heading path, snippet, facts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.text import plain
from kb.language.sections import is_references
from kb.retrieval.fusion import Fused
from kb.retrieval.snippets import Wanted, snippet
from kb.store import filters, posts, vectors
from kb.types import Hit, Passage

if TYPE_CHECKING:
    from kb.store.connect import Reader


AS_GOOD = 0.8  # of its copy's score: an original that is as near is shown in its stead


@dataclass(frozen=True, slots=True)
class Place:
    """A post in the order of hits, and where in it the answer is: one of its passages, or a stretch of its text."""

    post_id: int
    score: float
    parts: Mapping[str, float]
    start: int = 0
    end: int = 0
    heading: str = ""
    passage_ids: tuple[int, ...] = ()  # the nearest first; what is shown is the first that is no list of references


def one_of_each_group(reader: Reader, order: Sequence[Fused]) -> list[Fused]:
    """The best of each group of duplicates; the original where it is nearly as good as its copies."""
    originals = filters.originals(reader, [fused.post_id for fused in order])
    if not originals:
        return list(order)
    shown: dict[int, Fused] = {}  # in the order of each group's best, so that no page loses a post
    best: dict[int, float] = {}
    for fused in order:
        group = originals.get(fused.post_id, fused.post_id)
        least = AS_GOOD * best.setdefault(group, fused.score)
        if group not in shown or (fused.post_id == group and fused.score >= least):
            shown[group] = fused
    return list(shown.values())


def hits_of(reader: Reader, places: Sequence[Place], wanted: Wanted, first_rank: int) -> list[Hit]:
    """The places as hits; a post that was deleted since is left out."""
    facts = posts.get_posts(reader, [place.post_id for place in places])
    passages = vectors.passages_of(reader, [i for place in places for i in place.passage_ids])
    hits: list[Hit] = []
    for place in places:
        post = facts.get(place.post_id)
        if post is None:
            continue
        start, end, heading = place.start, place.end, place.heading
        if passage := _telling([passages[i] for i in place.passage_ids if i in passages]):
            start, end, heading = passage.start, passage.end, passage.heading
        text = plain(posts.body(reader, post.id)[start:end]) or post.title
        shown = snippet(text, wanted)
        hits.append(Hit(first_rank + len(hits), place.score, place.parts, post, heading, shown, start, end))
    return hits


def _telling(passages: Sequence[Passage]) -> Passage | None:
    """The first passage that is no list of references; the first of all where each is one."""
    return next((p for p in passages if not is_references(p.heading)), passages[0] if passages else None)
