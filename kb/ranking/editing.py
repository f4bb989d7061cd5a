"""What a person corrects: topics' borders, and what the chart must or must not hold.

Each takes effect in the store at once where it can, and at the next run where it must be computed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from crawler.clock import Clock
from kb.errors import NotFound, UsageError
from kb.store import topics as stored
from kb.store.corrections import correct, withdraw
from kb.store.posts import post_id_of
from kb.store.rows import clean, iso
from kb.store.topics import find_topic
from kb.types import Topic

if TYPE_CHECKING:
    from kb.store.connect import Store

LONGEST_NOTE = 500  # characters


def merge_topics(store: Store, clock: Clock, name: str, into: str) -> Topic:
    """Let one topic's posts go to another for good; the first one ends. Raises NotFound, UsageError."""
    one, other = find_topic(store.reader, name), find_topic(store.reader, into)
    if one.id == other.id or one.parent is None or other.parent is None:
        raise UsageError(f'cannot merge "{one.label_en}" into "{other.label_en}"', "name two topics of the lower level")
    at = iso(clock.now())
    with store.writing() as session:
        correct(session, "merge", f"topic:{one.id}", other.id, at)
        stored.merge(session, one.id, other.id, at)
        stored.add_event(session, "merge", one.id, at, into=other.id, by="a person")
    return find_topic(store.reader, str(other.id))


def pin_topic(store: Store, clock: Clock, name: str, *, undo: bool = False) -> Topic:
    """Let a topic keep its posts and its id whatever a new fit says; undo: no more. Raises NotFound."""
    topic = find_topic(store.reader, name)
    if topic.parent is None:
        raise UsageError(f'"{topic.label_en}" is a field of the taxonomy, which stays anyhow', "name a topic under it")
    at = iso(clock.now())
    with store.writing() as session:
        if undo:
            withdraw(session, "pin", f"topic:{topic.id}")
        else:
            correct(session, "pin", f"topic:{topic.id}", None, at)
        stored.add_event(session, "unpin" if undo else "pin", topic.id, at, by="a person")
    return topic


@dataclass(frozen=True, slots=True)
class Marked:
    """A post that a person spoke of."""

    post_id: int
    changed: bool  # False: there was nothing to take back


def mark_post(store: Store, clock: Clock, kind: str, name: str, words: str = "", *, undo: bool = False) -> Marked:
    """pin, ban or note a post (undo: take that back); takes effect with the next edition. Raises NotFound."""
    post_id = post_id_of(store.reader, name)
    if post_id is None:
        raise NotFound(f'no such post: "{name}"', "find it with: kb search")
    said = " ".join("".join(c if c.isprintable() else " " for c in clean(words)).split())
    if len(said) > LONGEST_NOTE:
        raise UsageError(f"a {kind}'s text has at most {LONGEST_NOTE} characters, not {len(said)}", "say it shorter")
    changed = True
    with store.writing() as session:
        if undo:
            changed = withdraw(session, kind, f"post:{post_id}")
        else:
            correct(session, kind, f"post:{post_id}", said, iso(clock.now()))
            if kind in ("pin", "ban"):
                withdraw(session, "ban" if kind == "pin" else "pin", f"post:{post_id}")
    return Marked(post_id, changed)
