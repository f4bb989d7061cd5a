"""What differs between two editions, and why: a rank changes for a part of its own, or for what stands above it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kb.store.causes import Window, counts, row_causes
from kb.store.connect import Reader
from kb.store.editions import edition as read_edition
from kb.store.editions import entry_of
from kb.store.posts import get_posts
from kb.types import Edition, Entry, StoredPost

NAMED = 3  # entries above that are named


@dataclass(frozen=True, slots=True)
class Change:
    """An entry that came, left, or has another rank or score, with the reasons."""

    post_id: int
    rank: int | None  # in the later edition
    previous: int | None  # in the earlier one
    score: float | None
    parts: Mapping[str, tuple[float | None, float | None]]  # own parts that changed: (before, after)
    above: tuple[int, ...] = ()  # posts whose coming, leaving or change of score moved it
    rules: tuple[str, ...] = ()  # parameters that changed, which may move any post

    @property
    def kind(self) -> str:
        if self.previous is None:
            return "came"
        if self.rank is None:
            return "left"
        return "moved" if self.rank != self.previous else "scored"

    @property
    def explained(self) -> bool:
        """Whether a reason is known; one without would be a bug."""
        return self.kind in ("came", "left") or bool(self.parts or self.above or self.rules)


@dataclass(frozen=True, slots=True)
class Told:
    """A change with its post and its reasons in words."""

    change: Change
    post: StoredPost | None
    why: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        change = self.change
        return {
            "kind": change.kind, "rank": change.rank, "previous": change.previous, "score": change.score,
            "parts": {name: list(values) for name, values in change.parts.items()}, "above": list(change.above),
            "post": self.post and self.post.as_json(), "post_id": change.post_id, "why": list(self.why),
        }  # fmt: skip


def changes(old: Edition, new: Edition, uncharted: Mapping[int, Entry] | None = None) -> list[Change]:
    """Every entry whose rank or score differs, by its rank in the later edition, those that left at the end.

    Pure. uncharted: entries of posts that left, where the later edition still has them.
    """
    before = {e.post_id: e for e in old.entries if e.rank is not None}
    after = {e.post_id: e for e in new.entries if e.rank is not None}
    rules = tuple(sorted(name for name in {*old.parameters, *new.parameters}
                         if old.parameters.get(name) != new.parameters.get(name)))  # fmt: skip
    own = {
        i: _parts(before.get(i), after.get(i) or (uncharted or {}).get(i)) for i in sorted({*before, *after})
    }  # fmt: skip
    causes = {i for i in own if (i in before) != (i in after) or own[i]}
    found = []
    for i in own:
        was, now = before.get(i), after.get(i)
        rank, previous = (now.rank if now else None), (was.rank if was else None)
        if rank == previous and not own[i]:
            continue
        above = tuple(j for j in causes if j != i and _above(j, before, after, previous, rank))
        found.append(Change(i, rank, previous, now.score if now else None, own[i], above, rules))
    return sorted(found, key=lambda c: (c.rank is None, c.rank or c.previous or 0))


def _parts(was: Entry | None, now: Entry | None) -> dict[str, tuple[float | None, float | None]]:
    """The parts that differ; none for a post that one of the editions does not hold, nor for a new signal."""
    if was is None or now is None:
        return {}
    names = sorted({*was.parts} & {*now.parts})
    return {n: (was.parts.get(n), now.parts.get(n)) for n in names if was.parts.get(n) != now.parts.get(n)}


def _above(
    j: int, before: Mapping[int, Entry], after: Mapping[int, Entry], previous: int | None, rank: int | None
) -> bool:
    """Whether entry j crossed this one, or competed with one that came or left."""
    if previous is None or rank is None:
        return (j in before) != (j in after)
    over_before = j in before and (before[j].rank or 0) < previous
    over_after = j in after and (after[j].rank or 0) < rank
    return over_before != over_after


def difference(reader: Reader, first: int, second: int) -> list[Told]:
    """The changes from one edition to another, told. Raises NotFound."""
    old, new = read_edition(reader, first), read_edition(reader, second)
    gone = {e.post_id for e in old.entries} - {e.post_id for e in new.entries}
    later = {i: entry for i in sorted(gone) if (entry := entry_of(reader, second, i)) is not None}
    found = changes(old, new, later)
    posts = get_posts(reader, sorted({c.post_id for c in found} | {j for c in found for j in c.above[:NAMED]}))
    window = Window(*sorted((old.made_at, new.made_at)))
    return [Told(c, posts.get(c.post_id), tuple(_why(reader, window, c, posts))) for c in found]


def _why(
    reader: Reader, window: Window, change: Change, posts: Mapping[int, StoredPost]
) -> Iterable[str]:  # fmt: skip
    for name, (was, now) in change.parts.items():
        rows = row_causes(reader, window, change.post_id, name)
        because = "; ".join(rows) or _whole(reader, window)
        yield f"{name} {_value(was)} -> {_value(now)}: {because}"
    if change.kind in ("came", "left") and not change.parts:
        yield from row_causes(reader, window, change.post_id, "")
        if change.kind == "came" and (row := posts.get(change.post_id)) is not None and row.duplicate_of is None:
            yield "its post, or what is known of it, is new to the chart"
    if change.rules:
        yield f"set otherwise: {', '.join(change.rules)}"
    if change.above:
        named = [posts[j].title if j in posts else f"post {j}" for j in change.above[:NAMED]]
        more = f" and {len(change.above) - NAMED} more" if len(change.above) > NAMED else ""
        yield f"{'crossed by' if change.kind in ('moved', 'scored') else 'beside'}: {'; '.join(named)}{more}"


def _whole(reader: Reader, window: Window) -> str:
    """What came to the whole store, where no single row can be named."""
    came = [f"{n} {name}" for name, n in counts(reader, window).items() if n]
    return "measured against " + (", ".join(came) or "the same rows by another method")


def _value(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.2f}"
