"""How the followed blogs fare beyond their last visit: pages that fail, feeds that are gone, homes that moved."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from crawler.urls import key


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page that could not be had."""

    url: str
    state: str  # failed: tried again; left: failed too often; gone: not there
    status: int | None
    why: str
    attempts: int
    fetched_at: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """A blog whose address, or its feed's, is not what it was."""

    source_id: int
    source: str
    old: str
    new: str | None  # None: gone
    why: str = ""


def failed_pages(reader: sqlite3.Connection, source_id: int, limit: int) -> list[FailedPage]:
    """The pages of a blog that failed, those that are tried again first, newest first."""
    rows = reader.execute(
        "SELECT url, state, http_status, reasons, attempts, fetched_at FROM link WHERE source_id = ?"
        " AND state IN ('failed', 'left', 'gone') ORDER BY state, fetched_at DESC, id LIMIT ?",
        (source_id, limit),
    )
    return [FailedPage(r[0], r[1], r[2], r[3] or "unknown", r[4], r[5]) for r in rows]


def waiting_pages(reader: sqlite3.Connection, source_id: int) -> int:
    """How many pages of a blog wait for its next visit."""
    row = reader.execute("SELECT count(*) FROM link WHERE source_id = ? AND state = 'pending'", (source_id,)).fetchone()
    return int(row[0])


def lost_feeds(reader: sqlite3.Connection) -> list[Change]:
    """Blogs whose watched feed answered last that it is not there, or that can't be had."""
    rows = reader.execute(
        "SELECT s.id, s.url, s.feed, l.reasons FROM source s JOIN link l ON l.source_id = s.id AND l.url = s.feed"
        " WHERE s.status = 'active' AND l.state IN ('gone', 'failed') AND s.feed != s.url ORDER BY s.id"
    )
    return [Change(r[0], r[1], r[2], None, r[3] or "unknown") for r in rows]


def moved(reader: sqlite3.Connection) -> list[Change]:
    """Blogs whose home page, or feed where that is their address, led to another address when it was asked last."""
    rows = reader.execute(
        "SELECT s.id, s.url, l.final_url FROM source s JOIN link l ON l.source_id = s.id AND l.url = s.url"
        " WHERE s.status = 'active' AND l.state = 'done' AND l.final_url IS NOT NULL ORDER BY s.id"
    )
    return [Change(r[0], r[1], r[1], r[2]) for r in rows if key(r[1]) != key(r[2])]


def last_success(reader: sqlite3.Connection) -> str | None:
    """When any blog was last visited with success."""
    row = reader.execute("SELECT max(last_success) FROM source WHERE status != 'hand'").fetchone()
    return None if row is None else row[0]
