"""What would have changed a post's place: pure arithmetic over its parts and the scores that stand in the chart."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kb.types import Part

SHOWN = 3  # changes that are named, the smallest first
# x / (x + half) of a count: what a higher value means in things that can be counted, and what they are
COUNTED = {
    "standing": (2.0, "other blogs that link to its blog"),
    "links": (1.5, "linking blogs of mean rank"),
    "mentions": (1.0, "round-ups of other blogs"),
    "references": (4.0, "papers cited"),
}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post stands in an edition."""

    rank: int | None
    score: float
    charted: tuple[float, ...]  # scores by rank
    last_of_field: float | None  # least score of its field in the chart
    hurdle: str | None = None  # the rule that keeps it out, whatever its score
    alike: str | None = None  # the nearest charted post, where it is near


def otherwise(place: Place, parts: Sequence[Part]) -> Iterator[str]:
    """What a post wants for a better place, and what it owes to its greatest part; a line each."""
    if place.rank is None and place.hurdle:
        yield f"not charted: {place.hurdle}"
        return
    if place.rank is None:
        yield from _left_out(place, parts)
    elif place.rank > 1:
        above = place.charted[place.rank - 2]
        yield f"rank {place.rank - 1} has {above:.4f}, {above - place.score:.4f} more; {_rise(place, parts, above)}"
    else:
        yield "no post stands above it"
    if place.rank is not None and (lost := _without(place, parts)):
        yield lost


def _left_out(place: Place, parts: Sequence[Part]) -> Iterator[str]:
    target = place.last_of_field if place.last_of_field is not None else min(place.charted, default=None)
    if target is None:
        yield "not charted: the chart is empty"
    elif target > place.score:
        yield (
            f"not charted: the last of its field in the chart has {target:.4f}, {target - place.score:.4f} more; "
            f"{_rise(place, parts, target)}"
        )
    else:
        like = f", and it is like {place.alike}" if place.alike else ""
        yield f"not charted: the places of its field went to posts less like others, or of fewer-charted blogs{like}"


def _rise(place: Place, parts: Sequence[Part], target: float) -> str:
    """The smallest changes of one part that would reach a score."""
    gap, known = target - place.score + 1e-6, [p for p in parts if p.value is not None and p.weight > 0]
    ways = sorted(
        (gap / part.weight, part.name, (part.value or 0.0) + gap / part.weight, part.value or 0.0)
        for part in known
        if (part.value or 0.0) + gap / part.weight <= 1.0
    )
    said = [f"{name} {now:.2f} -> {wanted:.2f}{_counted(name, now, wanted)}" for _, name, wanted, now in ways[:SHOWN]]
    return "any of these would do: " + "; ".join(said) if said else "no single part could make that up"


def _counted(name: str, now: float, wanted: float) -> str:
    if name not in COUNTED or wanted >= 0.999:
        return ""
    half, things = COUNTED[name]
    more = half * wanted / (1 - wanted) - half * now / (1 - now)
    return f" (about {max(1, math.ceil(more - 0.01))} more {things})"


def _without(place: Place, parts: Sequence[Part]) -> str | None:
    """The rank that a post would have without the part that it owes most to, its weight given to the others."""
    best = max(parts, key=lambda p: ((p.value or 0.0) - place.score) * p.weight, default=None)
    if best is None or best.value is None or best.value <= place.score or best.weight >= 1:
        return None
    score = (place.score - best.value * best.weight) / (1 - best.weight)
    rank = 1 + sum(s > score for i, s in enumerate(place.charted, 1) if i != place.rank)
    where = f"rank {rank}" if rank < len(place.charted) else "below the last that is charted now"
    return f"without {best.name} it would have {score:.4f}: {where}"
