"""The frontier at rest: what was found on each blog, what waits, and the validators of what was fetched."""

from __future__ import annotations

import json
import sqlite3
import zlib
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any

from crawler.types import Blog, Caching, Hint, Link, Outcome, Page, Robots, Visit
from crawler.urls import key
from kb.store.rows import clean, dump, iso, strings

if TYPE_CHECKING:
    from sqlmodel import Session

MAX_ATTEMPTS = 4  # of one URL; a page that failed so often in four visits is left until --refresh
# States of a link. pending: waits. done: answered. failed: waits for another try. gone: 404 or 410, twice.


def visit_of(
    reader: sqlite3.Connection, source_id: int, now: datetime, *, refresh: bool = False, single: bool = False
) -> Visit:
    """All that a crawl needs to know of one source. single: only the pages that wait, for posts added by hand."""
    row = reader.execute("SELECT * FROM source WHERE id = ?", (source_id,)).fetchone()
    links = reader.execute(
        "SELECT url, key, kind, depth, via, hint, state, attempts, not_before, etag, last_modified"
        " FROM link WHERE source_id = ? ORDER BY id",
        (source_id,),
    ).fetchall()
    posts = reader.execute("SELECT url, published FROM post WHERE source_id = ?", (source_id,)).fetchall()
    waiting = [link for link in links if _waits(link, iso(now))]
    return Visit(
        blog=Blog(
            url=row["url"],
            title=row["title"],
            language=row["language"],
            hosts=strings(row["hosts"]),
            patterns=strings(row["patterns"]),
        ),
        feed=row["feed"],
        kind="page" if single or row["status"] == "hand" else row["kind"],
        pending=tuple(_link(link, row["url"]) for link in waiting),
        known=frozenset(link["key"] for link in links),
        posts={p["url"]: (p["published"] or "")[:10] for p in posts},
        caching={
            link["url"]: Caching(link["etag"], link["last_modified"])
            for link in links
            if (link["etag"] or link["last_modified"]) and link["state"] == "done"
        },
        complete=bool(row["complete"]) and not waiting and not single,
        refresh=refresh,
    )


def _waits(link: sqlite3.Row, now: str) -> bool:
    if link["state"] == "pending":
        return True
    again = link["state"] == "failed" and link["attempts"] < MAX_ATTEMPTS
    return again and (link["not_before"] is None or link["not_before"] <= now)


def record_outcome(session: Session, source_id: int, outcome: Outcome, post_id: int | None, at: datetime) -> None:
    """What became of a link, and the links that it led to, in the caller's transaction."""
    from sqlalchemy.dialects.sqlite import insert

    from kb.store.tables import LinkRow

    if outcome.links:
        rows = [_pending(source_id, link) for link in outcome.links]
        session.execute(insert(LinkRow).on_conflict_do_nothing(index_elements=["source_id", "key"]), rows)
    done = _pending(source_id, outcome.link) | _result(outcome, post_id, at)
    statement = insert(LinkRow).values(**done)
    changed = {name: done[name] for name in _result(outcome, post_id, at) if name != "attempts"}
    if outcome.failure is not None:
        changed["attempts"] = LinkRow.__table__.c.attempts + 1  # type: ignore[attr-defined]
    session.execute(statement.on_conflict_do_update(index_elements=["source_id", "key"], set_=changed))


def want_page(session: Session, source_id: int, url: str) -> None:
    """Let one page wait to be fetched, also one that was fetched before."""
    from sqlalchemy.dialects.sqlite import insert

    from kb.store.tables import LinkRow

    row = _pending(source_id, Link(url, "post", ""))
    wanted = {"state": "pending", "attempts": 0, "etag": None, "last_modified": None}
    statement = insert(LinkRow).values(**row)
    session.execute(statement.on_conflict_do_update(index_elements=["source_id", "key"], set_=wanted))


def _pending(source_id: int, link: Link) -> dict[str, Any]:
    hint = dump({k: v for k, v in asdict(link.hint).items() if v}) if link.hint else None
    return {"source_id": source_id, "url": clean(link.url), "key": key(link.url), "kind": link.kind,
            "depth": link.depth, "via": link.via, "hint": hint, "state": "pending", "attempts": 0}  # fmt: skip


def _result(outcome: Outcome, post_id: int | None, at: datetime) -> dict[str, Any]:
    page, failure, verdict = outcome.page, outcome.failure, outcome.verdict
    if failure is not None:
        gone = failure.status in (404, 410)
        forbidden = failure.kind == "robots" and failure.status is not None and failure.status < 500
        final = forbidden or failure.kind in ("scheme", "address")
        return {"state": "gone" if gone or final else "failed", "attempts": 1, "fetched_at": iso(at),
                "http_status": failure.status, "reasons": clean(f"{failure.kind}: {failure.detail}")[:300],
                "hint": None if gone else _pending(0, outcome.link)["hint"]}  # fmt: skip
    facts: dict[str, Any] = {"state": "done", "attempts": 0, "fetched_at": iso(at), "hint": None}
    if page is not None:
        facts |= {"http_status": page.status, "final_url": page.url if page.url != outcome.link.url else None}
        if not page.not_modified:
            facts |= {"etag": page.caching.etag, "last_modified": page.caching.last_modified}
    if verdict is not None:
        facts |= {"page_kind": verdict.kind, "reasons": clean("; ".join(verdict.reasons))[:300]}
    if post_id is not None:
        facts["post_id"] = post_id
    return facts


def _link(row: sqlite3.Row, source: str) -> Link:
    hint = None
    if row["hint"]:
        facts: dict[str, Any] = json.loads(row["hint"])
        hint = _hint(facts)
    return Link(row["url"], row["kind"], source, row["depth"], row["via"], hint)


def _hint(facts: dict[str, Any]) -> Hint:
    given: dict[str, Any] = {name: tuple(v) if isinstance(v, list) else v for name, v in facts.items()}
    return Hint(**given)


def keep_page(session: Session, source_id: int, outcome: Outcome) -> None:
    """Keep a page as it was fetched, compressed, for reading it again."""
    from kb.store.tables import RawPageRow

    page = outcome.page
    assert page is not None
    hint = _pending(source_id, outcome.link)["hint"]
    session.merge(RawPageRow(key=key(page.url), url=page.url, source_id=source_id, content_type=page.content_type,
                             fetched_at=iso(page.fetched_at), hint=hint, body=zlib.compress(page.body, 6)))  # fmt: skip


def kept_pages(reader: sqlite3.Connection, source_id: int | None) -> list[str]:
    """Keys of the kept pages, of one source or of all."""
    where = "" if source_id is None else f" WHERE source_id = {int(source_id)}"
    return [str(k) for (k,) in reader.execute(f"SELECT key FROM raw_page{where} ORDER BY key")]


def kept_page(reader: sqlite3.Connection, name: str) -> tuple[Page, Link, Blog, int] | None:
    """A kept page as it came, the link that led to it, its blog, and the id of its source."""
    row = reader.execute(
        "SELECT r.*, s.url AS home, s.title, s.language, s.hosts, s.patterns FROM raw_page r"
        " JOIN source s ON s.id = r.source_id WHERE r.key = ?",
        (name,),
    ).fetchone()
    if row is None:
        return None
    at = datetime.fromisoformat(row["fetched_at"])
    page = Page(row["url"], row["url"], 200, row["content_type"], zlib.decompress(row["body"]), at)
    hint = _hint(json.loads(row["hint"])) if row["hint"] else None
    blog = Blog(row["home"], row["title"], row["language"], strings(row["hosts"]), strings(row["patterns"]))
    return page, Link(row["url"], "post", row["home"], hint=hint), blog, row["source_id"]


def kept_bytes(reader: sqlite3.Connection) -> int:
    """Bytes that the kept pages take, compressed."""
    return int(reader.execute("SELECT coalesce(sum(length(body)), 0) FROM raw_page").fetchone()[0])


def robots_of(reader: sqlite3.Connection) -> dict[str, Robots]:
    """Every robots.txt as last answered, by origin."""
    return {
        row["origin"]: Robots(row["origin"], row["status"], row["body"], datetime.fromisoformat(row["fetched_at"]))
        for row in reader.execute("SELECT * FROM robots")
    }


def record_robots(session: Session, robots: Robots) -> None:
    """Remember a robots.txt."""
    from kb.store.tables import RobotsRow

    row = RobotsRow(origin=robots.origin, status=robots.status, body=robots.body, fetched_at=iso(robots.fetched_at))
    session.merge(row)
