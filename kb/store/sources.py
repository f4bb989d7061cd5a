"""The followed blogs: added, listed with their health, paused, removed; and what a visit changed of them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from crawler.frontier import MAX_REST, MIN_WAIT_S
from crawler.urls import key
from kb.errors import NotFound
from kb.store.forgetting import forget, refuse_forgotten
from kb.store.rows import clean, dump, instant, iso
from kb.types import NewSource, Source

if TYPE_CHECKING:
    from sqlmodel import Session

    from crawler.types import Report
    from kb.store.tables import SourceRow

_UNREAD = "('thin', 'script', 'wall', 'foreign')"  # pages that were fetched and gave no text
_LIST = f"""
SELECT s.*, (SELECT count(*) FROM post p WHERE p.source_id = s.id) AS posts,
(SELECT count(*) FROM link l WHERE l.source_id = s.id AND l.page_kind IN {_UNREAD}) AS unread FROM source s
"""


def add_source(session: Session, new: NewSource, at: datetime) -> tuple[int, bool]:
    """Follow a blog; gives its id, and whether it was new. Raises UsageError for one that was forgotten for good.

    One that is followed under another spelling, or by its feed, is the same blog; what is not known of it is filled in.
    """
    from sqlmodel import select

    from kb.store.tables import SourceRow

    name = key(new.url)
    refuse_forgotten(session, new.url)
    row = session.exec(select(SourceRow).where(SourceRow.key == name)).first() or _by_feed(session, new)
    if row is not None:
        if row.status == "hand":  # posts of it were added one by one; now the whole blog is wanted
            row.status = "active"
        row.title, row.feed = row.title or new.title, row.feed or new.feed
        row.language, row.folder = row.language or new.language, row.folder or new.folder
        session.add(row)
        assert row.id is not None
        return row.id, False
    row = SourceRow(url=new.url, key=name, title=new.title, feed=new.feed, kind=new.kind,
                    language=new.language, folder=new.folder, added_at=iso(at))  # fmt: skip
    session.add(row)
    session.flush()
    assert row.id is not None
    return row.id, True


def _by_feed(session: Session, new: NewSource) -> SourceRow | None:
    """The blog whose feed is the address that is added, or that was added by the feed of the one that is."""
    from sqlmodel import or_, select

    from kb.store.tables import SourceRow

    wanted = {key(url) for url in (new.url, new.feed) if url}
    rows = session.exec(select(SourceRow).where(or_(SourceRow.feed != None, SourceRow.kind == "feed")))  # noqa: E711
    for row in rows:
        named = {key(row.feed)} if row.feed else set()
        if row.kind == "feed":
            named.add(row.key)
        if named & (wanted if row.kind == "feed" else {key(new.url)}):
            return row
    return None


def hand_source(session: Session, url: str, at: datetime) -> int:
    """The id of the source that holds posts of a host that were added by hand; never visited by itself."""
    from sqlmodel import select

    from kb.store.tables import SourceRow

    row = session.exec(select(SourceRow).where(SourceRow.key == key(url))).first()
    if row is None:
        row = SourceRow(url=url, key=key(url), status="hand", added_at=iso(at))
        session.add(row)
        session.flush()
    assert row.id is not None
    return row.id


def list_sources(reader: sqlite3.Connection) -> list[Source]:
    """All sources in the order they were added."""
    return [_source(row) for row in reader.execute(_LIST + " ORDER BY s.id")]


def unread_pages(reader: sqlite3.Connection, source_id: int) -> list[dict[str, str]]:
    """Each page of a blog that gave no text: its kind (see crawler.types.PageKind), the reasons, its address."""
    rows = reader.execute(
        f"SELECT page_kind AS kind, coalesce(reasons, '') AS reasons, url FROM link"
        f" WHERE source_id = ? AND page_kind IN {_UNREAD} ORDER BY page_kind, url",
        (source_id,),
    )
    return [dict(row) for row in rows]


def find_source(reader: sqlite3.Connection, name: str) -> Source:
    """The source that an id, URL, host or title names. Raises NotFound with the nearest one."""
    rows = list_sources(reader)
    wanted = name.strip().lower()
    host = wanted.split("//")[-1].split("/")[0]
    for matches in (
        lambda s: wanted == str(s.id) or key(name) == key(s.url),
        lambda s: wanted == (s.title or "").lower() or wanted == (s.feed or "").lower(),
        lambda s: "/" not in wanted.split("//")[-1].rstrip("/") and host == s.url.split("//")[-1].split("/")[0].lower(),
    ):
        if found := [s for s in rows if matches(s)]:
            return found[0]
    from difflib import get_close_matches

    near = get_close_matches(name, [s.url for s in rows] + [s.title for s in rows if s.title], 1, 0.4)
    raise NotFound(
        f'no such blog: "{name}"' + (f' (did you mean "{near[0]}"?)' if near else ""), "list them: kb sources"
    )


SLACK = timedelta(minutes=45)  # more than the jitter of the least wait, and the minutes that a job takes before
LEAST_SHARE = 0.96  # of the least wait, that lies between two visits all the same


def due_sources(reader: sqlite3.Connection, now: datetime, only: Sequence[int], every: bool) -> list[int]:
    """Ids of the sources to visit now: the named ones, all of them, or those whose time has come."""
    rows = reader.execute("SELECT * FROM source ORDER BY next_visit IS NOT NULL, next_visit, id")
    return [int(row["id"]) for row in rows if _is_due(row, now, only, every)]


def _is_due(row: sqlite3.Row, now: datetime, only: Sequence[int], every: bool) -> bool:
    if only:
        return row["id"] in only
    if row["status"] != "active":
        return False
    last, planned, rest = (instant(row[name]) for name in ("last_visit", "next_visit", "rest_until"))
    if every or planned is None or planned <= now or (last is not None and last > now):
        return True  # a last visit in the future: the clock went back, and what it said of the next is worth nothing
    if last is None or row["failures"] or (rest is not None and rest > now):
        return False
    return earliest(last, planned, row["ttl_s"] or 0.0) <= now


def earliest(last: datetime, planned: datetime, asked_s: float) -> datetime:
    """From when a job that happens to run may make a visit that is planned for a little later.

    A job every 6 hours would else find a blog that is to be visited every 6 hours and a few minutes due at every second
    run alone. asked_s: what the feed asks for, which is never undercut.
    """
    if planned - last < timedelta(seconds=MIN_WAIT_S):
        return planned
    return max(planned - SLACK, last + max(timedelta(seconds=LEAST_SHARE * MIN_WAIT_S), timedelta(seconds=asked_s)))


def set_status(session: Session, source_id: int, status: str) -> None:
    """Pause or resume a blog."""
    from kb.store.tables import SourceRow

    row = session.get(SourceRow, source_id)
    assert row is not None
    row.status = status
    session.add(row)


def remove_source(session: Session, source_id: int, forget_at: datetime | None) -> int:
    """Stop following a blog; gives how many posts went with it.

    Without forget_at its posts stay and it is no longer visited. With it, posts, texts, passages, vectors and raw
    pages are deleted for good, and the URL is remembered as one never to fetch.
    """
    from kb.store.tables import SourceRow

    row = session.get(SourceRow, source_id)
    assert row is not None
    if forget_at is None:
        row.status = "hand"
        row.next_visit = None
        session.add(row)
        return 0
    return forget(session, row, forget_at)


def record_report(session: Session, source_id: int, report: Report, at: datetime, next_visit: datetime | None) -> None:
    """What a visit said of its blog. next_visit None: as soon as possible, since it did not come to its end."""
    from kb.store.tables import SourceRow

    row = session.get(SourceRow, source_id)
    assert row is not None
    row.last_visit = iso(at)
    row.next_visit = iso(next_visit) if next_visit else None
    row.note = clean(report.note) or None
    row.rest_until = iso(at + min(timedelta(seconds=report.rest_s), MAX_REST)) if report.rest_s else None
    if report.ok:
        row.last_success, row.failures, row.failing_since, row.last_error = iso(at), 0, None, None
        row.title = row.title or (clean(report.title) if report.title else None)
        row.language = row.language or report.language
        row.feed = report.feed or row.feed
        row.watch = report.watch if report.complete else report.watch or row.watch
        row.ttl_s = report.ttl_s or row.ttl_s
        row.looked_at = iso(at) if report.looked else row.looked_at
        row.hosts = dump(sorted(set(json.loads(row.hosts)) | set(report.hosts)))
        row.patterns = dump(report.patterns) if report.patterns else row.patterns
        found = report.posts > 0 or _has_posts(session, source_id)  # one that gave nothing is looked at anew
        row.complete = row.complete or (report.complete and found)
    else:
        row.failures += 1
        row.failing_since = row.failing_since or iso(at)
        row.last_error = clean(f"{report.failure.kind}: {report.failure.detail}") if report.failure else "unknown"
    session.add(row)


def failures_of(reader: sqlite3.Connection, source_id: int) -> int:
    """How many visits in a row have failed."""
    return int(reader.execute("SELECT failures FROM source WHERE id = ?", (source_id,)).fetchone()[0])


def _has_posts(session: Session, source_id: int) -> bool:
    from sqlmodel import select

    from kb.store.tables import PostRow

    return session.exec(select(PostRow.id).where(PostRow.source_id == source_id)).first() is not None


def ttl_of(reader: sqlite3.Connection, source_id: int) -> float | None:
    """How long the source's feed asked to be left alone, when it was last read."""
    ttl_s = reader.execute("SELECT ttl_s FROM source WHERE id = ?", (source_id,)).fetchone()[0]
    return None if ttl_s is None else float(ttl_s)


def days_of_posts(reader: sqlite3.Connection, source_id: int) -> list[str]:
    """The days on which a blog's posts were published, newest first, 20 at most."""
    rows = reader.execute(
        "SELECT substr(published, 1, 10) FROM post WHERE source_id = ? AND published IS NOT NULL"
        " ORDER BY 1 DESC LIMIT 20",
        (source_id,),
    )
    return [str(day) for (day,) in rows]


def _source(row: sqlite3.Row) -> Source:
    status = row["status"]
    if status == "active":
        status = "failing" if row["failures"] else "active" if row["last_success"] else "new"
    visit = instant(row["next_visit"])
    return Source(
        id=row["id"], url=row["url"], title=row["title"], feed=row["feed"], kind=row["kind"], language=row["language"],
        status=status, last_success=row["last_success"], next_visit=iso(visit) if visit else None,
        failures=row["failures"], last_error=row["last_error"], posts=row["posts"], note=row["note"],
        unread=row["unread"], folder=row["folder"], failing_since=row["failing_since"],
    )  # fmt: skip
