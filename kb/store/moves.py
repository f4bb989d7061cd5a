"""Posts that moved: a permanent redirect gives a stored post its new address, and the old one goes on leading to it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from crawler import shapes
from crawler.types import Outcome, Post
from crawler.urls import key
from kb.store.posts import row_of
from kb.store.rows import clean

if TYPE_CHECKING:
    from sqlmodel import Session

    from kb.store.tables import PostRow

PERMANENT = (301, 308)
ALIKE = 0.5  # share of words that two texts have in common, for one to be the other at a new place


def settle(session: Session, outcome: Outcome) -> Post | None:
    """The outcome's post under the address to store it by; a stored one moves where the answer says that it has.

    A temporary redirect changes no address. Where a redirect leads to some other page, that is a post of its own.
    """
    post, page = outcome.post, outcome.page
    if post is None:
        verdict = outcome.verdict
        if (
            verdict is not None
            and verdict.moved_to
            and key(verdict.moved_to) in {key(link.url) for link in outcome.links}
        ):
            _follow_stub(session, outcome.link.url, verdict.moved_to)
        return None
    row = _own_row(session, outcome.link.url)
    if row is None or page is None or row.key == key(post.url) or row_of(session, key(post.url)) is not None:
        return post
    if not all(status in PERMANENT for status, _ in page.redirects):
        return replace(post, url=row.url)
    if _alike(session, row, post):
        _move(session, row, post.url)
    return post


def _follow_stub(session: Session, old: str, new: str) -> None:
    """A page that was a post has become a stub that leads elsewhere: the post is there now."""
    row = _own_row(session, old)
    if row is not None and shapes.guess(new) == "post" and row_of(session, key(new)) is None:
        _move(session, row, new)


def _own_row(session: Session, url: str) -> PostRow | None:
    """The stored post that has this very URL; none for an alias, which moved before."""
    row = row_of(session, key(url))
    return row if row is not None and row.key == key(url) else None


def _move(session: Session, row: PostRow, url: str) -> None:
    from kb.store.tables import AliasRow

    assert row.id is not None
    session.merge(AliasRow(key=row.key, url=row.url, post_id=row.id))
    row.url, row.key = url, key(url)
    session.add(row)
    session.flush()


def _alike(session: Session, row: PostRow, post: Post) -> bool:
    from kb.store.tables import BodyRow

    if row.title == clean(post.title):
        return True
    body = session.get(BodyRow, row.id)
    ours, theirs = set((body.markdown if body else "").split()), set(post.markdown.split())
    return len(ours & theirs) >= ALIKE * max(len(ours | theirs), 1)
