"""The stage that sorts posts into topics that stay.

New posts go to the standing topics, only what fits none is clustered, and all is clustered anew only when the posts
have outgrown the fit; then ids are handed on by the best matching."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from crawler.clock import Clock
from kb.language.terms import Terms
from kb.store import sorting as stored
from kb.store.corrections import corrections
from kb.store.meta import get_meta, set_meta
from kb.store.rows import iso
from kb.store.sorting import Sortable
from kb.store.spaces import post_vectors, vectors_made_by
from kb.taxonomy import regroup
from kb.taxonomy.clusters import Frame
from kb.taxonomy.fields import OTHER, READ, Prototypes, fields_hash, kept_prototypes, load_fields
from kb.taxonomy.labels import Label, labels, term_counts
from kb.taxonomy.subject import load_model, usual_likeness
from kb.types import Assignment, Topic

if TYPE_CHECKING:
    from sqlmodel import Session

    from kb.store.connect import Store
    from kb.types import Vectors

METHOD = "kmeans+fields/1"
GROWN = 1.5  # the posts have outgrown a fit when there are so many times as many
MOST_OUTLIERS = 0.12  # share of posts without a topic from which all is clustered anew
NAMING = 40  # posts nearest to a topic's centroid that it is named by


@dataclass(frozen=True, slots=True)
class Clustered:
    """What the stage did."""

    posts: int  # on the topic, with a vector
    topics: int
    outliers: int
    changed: int  # posts that came to a topic, left one, or went to another
    events: int
    refitted: bool = False

    def words(self) -> str:
        share = self.outliers / self.posts if self.posts else 0.0
        return f"{self.topics} topics, {self.changed} posts moved, {self.outliers} ({share:.0%}) in none"


def run_topics(store: Store, clock: Clock, terms: Terms) -> Clustered:
    """Bring topics and assignments up to date in one transaction; nothing new writes nothing.

    Needs the verdicts of kb/relevance.py, and the fields' prototypes that it keeps.
    """
    reader = store.reader
    fields = kept_prototypes(store)
    posts = stored.sortable(reader) if fields is not None else []
    said = corrections(reader, "topic")
    made_by = f"{METHOD}/{fields_hash()}/{vectors_made_by(reader)}"
    mark = _digest(made_by, [(p.post_id, p.stamp, p.copy) for p in posts], [(c.kind, c.subject) for c in said])
    standing = stored.standing(reader, made_by)
    before = stored.placed(reader)
    if get_meta(reader, "topics") == mark:
        return Clustered(len(posts), len(standing), len(posts) - len(before), 0, 0)
    ids = [field.id for field in load_fields()]
    known = regroup.Known(
        tuple(regroup.Draft(t.id, ids.index(t.field), t.centroid) for t in standing),
        {post_id: rows[0].topic_id for post_id, (_, rows) in before.items()},
        frozenset(c.id for c in said if c.kind == "pin") | {int(c.value) for c in said if c.kind == "merge"},
    )
    frame = _frame(get_meta(reader, "topics_fit"), made_by)
    vectors = post_vectors(reader)
    whole = set(vectors.ids.tolist())
    posts = [p for p in posts if p.post_id in whole]
    stamps = {p.post_id: p.stamp for p in posts}
    kept = {i: rows for i, (stamp, rows) in before.items() if stamps.get(i) == stamp}
    plan = None
    if frame is not None and standing and len(posts) < GROWN * frame.fitted_on:
        fresh = [p for p in posts if p.post_id not in kept]
        described = describe(fresh, vectors, fields)
        plan = regroup.place(frame, known, [a for rows in kept.values() for a in rows], described)
        outliers = len(posts) - len({a.post_id for a in plan.assignments})
        plan = None if outliers > max(5, MOST_OUTLIERS * len(posts)) else plan
    refitted = plan is None
    if plan is None:
        described = describe(posts, vectors, fields)
        plan = regroup.refit(known, described) if posts else regroup.Plan((), (), regroup.deaths(known), None)
    names = _names(store, plan, standing, terms, refitted=refitted)
    given = frozenset(c.id for c in said if c.kind == "rename")
    at = iso(clock.now())
    with store.writing() as session:
        changed = _write(session, plan, names, standing, given, made_by, at, stamps)
        set_meta(session, "topics", mark)
        if plan.frame is not None:
            set_meta(session, "topics_fit", _frame_text(plan.frame, made_by))
    outliers = len(posts) - len({a.post_id for a in plan.assignments})
    return Clustered(len(posts), len(plan.topics), outliers, changed, len(plan.events), refitted)


def describe(posts: Sequence[Sortable], vectors: Vectors, fields: Prototypes | None) -> regroup.Described:
    """The posts as the fit sees them; all have vectors."""
    if not posts or fields is None:
        empty = np.zeros((0, 1), np.float32)
        return regroup.Described((), (), empty, empty, empty, 0.0)
    rows = vectors.rows[np.searchsorted(vectors.ids, [p.post_id for p in posts])]
    relevance = float(np.mean([p.relevance for p in posts]))
    return regroup.Described(
        tuple(p.post_id for p in posts), tuple(p.copy for p in posts), rows,
        (rows @ fields.rows[: fields.n_on].T).astype(np.float32), np.stack([p.shares for p in posts]), relevance,
        usual_likeness(load_model(), vectors.model), fields.ids.index(OTHER),
    )  # fmt: skip


def _names(
    store: Store, plan: regroup.Plan, standing: Sequence[stored.Standing], terms: Terms, *, refitted: bool
) -> dict[int, Label]:
    """Labels by key for the topics that are new, or for all after a new fit."""
    wanted = [t.key for t in plan.topics if refitted or t.key < 0]
    if not wanted:
        return {}
    members: dict[int, list[Assignment]] = {}
    for a in plan.assignments:
        members.setdefault(a.topic_id, []).append(a)
    near = {key: sorted(rows, key=lambda a: (-a.weight, a.post_id))[:NAMING] for key, rows in members.items()}
    texts = stored.texts_of(store.reader, sorted({a.post_id for rows in near.values() for a in rows}), READ)
    of = {key: [texts[a.post_id] for a in rows] for key, rows in sorted(near.items())}
    counts = {key: term_counts(some, terms) for key, some in of.items()}
    named = labels(counts, of, terms, {t.id: Label(t.label_en, t.label_zh, t.terms) for t in standing})
    return {key: named[key] for key in wanted if key in named}


def _write(
    session: Session, plan: regroup.Plan, names: Mapping[int, Label], standing: Sequence[stored.Standing],
    given: frozenset[int], made_by: str, at: str, stamps: Mapping[int, str],
) -> int:  # fmt: skip
    """Store the plan; how many posts changed."""
    fields = load_fields()
    labelled = {t.id: Label(t.label_en, t.label_zh, t.terms) for t in standing} | dict(names)
    sizes: dict[int, int] = {}
    seen = set()
    for a in plan.assignments:  # the first of a post is its own topic
        if a.post_id not in seen:
            sizes[a.topic_id] = sizes.get(a.topic_id, 0) + 1
            seen.add(a.post_id)
    parents = {}
    for place in sorted({t.field for t in plan.topics}):
        field = fields[place]
        size = sum(sizes.get(t.key, 0) for t in plan.topics if t.field == place)
        topic = Topic(stored.field_topic(session, field.id), field.label_en, field.label_zh, (), size, None, field.id)
        parents[place] = stored.save_topic(session, topic, at, made_by, keep_label=topic.id in given)
    ids = {}
    for draft in plan.topics:
        label = labelled.get(draft.key, Label(f"Topic {draft.key}", f"主题 {draft.key}", ()))
        size = sizes.get(draft.key, 0)
        topic = Topic(max(0, draft.key), label.en, label.zh, label.terms, size, parents[draft.field])
        ids[draft.key] = stored.save_topic(session, topic, at, made_by, draft.centroid, keep_label=draft.key in given)
    stored.bury_all_but(session, {*ids.values(), *parents.values()}, at)
    for event in plan.events:
        detail = dict(event.detail)
        if "into" in detail:
            detail["into"] = ids.get(detail["into"], detail["into"])
        stored.add_event(session, event.kind, ids.get(event.key, event.key), at, **detail)
    made = [Assignment(a.post_id, ids[a.topic_id], a.weight) for a in plan.assignments]
    return stored.save_assignments(session, made, stamps)


def _digest(*parts: Any) -> str:
    return hashlib.blake2b(json.dumps(parts).encode(), digest_size=12).hexdigest()


def _frame(text: str | None, made_by: str) -> Frame | None:
    data = json.loads(text) if text else {}
    if data.pop("made_by", None) != made_by:
        return None
    mean, scale = (np.array(data.pop(name), np.float32) for name in ("mean", "scale"))
    return Frame(mean, scale, **data)


def _frame_text(frame: Frame, made_by: str) -> str:
    return json.dumps({
        "made_by": made_by, "mean": frame.mean.round(6).tolist(), "scale": frame.scale.round(6).tolist(),
        "weight": frame.weight, "floor": frame.floor, "usual": frame.usual, "fitted_on": frame.fitted_on,
    })  # fmt: skip
