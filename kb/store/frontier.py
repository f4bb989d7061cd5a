"""The frontier at rest: what was found on each blog, what waits, and the validators of what was fetched."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from crawler.frontier import MAX_REST, reread_due
from crawler.retry import MAX_BACK_OFF, back_off, transient
from crawler.types import Blog, Caching, Hint, Link, Outcome, Page, Robots, Seen, Visit
from crawler.urls import key
from kb.store.forgetting import forgotten_urls
from kb.store.rows import clean, dump, instant, iso, strings

if TYPE_CHECKING:
    from sqlmodel import Session

    from kb.store.tables import LinkRow

TRIES = 4  # visits in which a page may fail for good reason (too large, forbidden) before it is left until --refresh
LOOK_EVERY = timedelta(days=7)  # between two visits that ask more than the page that is watched
MAX_AGAIN = 20  # old posts read again in one visit
_GONE = (404, 410)


def visit_of(
    reader: sqlite3.Connection,
    source_id: int,
    now: datetime,
    *,
    refresh: bool = False,
    single: bool = False,
    retry: bool = False,
) -> Visit:
    """All that a crawl needs to know of one source.

    single: only the pages that wait, for posts added by hand. retry: what failed is tried again before its time.
    """
    row = reader.execute("SELECT * FROM source WHERE id = ?", (source_id,)).fetchone()
    links = reader.execute(
        "SELECT url, key, kind, depth, via, hint, state, attempts, not_before, etag, last_modified, final_url, lastmod,"
        " fetched_at, page_kind FROM link WHERE source_id = ? ORDER BY id",
        (source_id,),
    ).fetchall()
    posts = reader.execute(
        "SELECT url, key, published, fetched_at FROM post WHERE source_id = ? ORDER BY id", (source_id,)
    ).fetchall()
    complete = bool(row["complete"]) and not single
    alone = single or row["status"] == "hand"
    seen = _seen(links, posts)
    return Visit(
        blog=Blog(
            url=row["url"],
            title=row["title"],
            language=row["language"],
            hosts=strings(row["hosts"]),
            patterns=strings(row["patterns"]),
            alone=alone,
        ),
        feed=row["feed"],
        watch=row["watch"],
        kind="page" if alone else row["kind"],
        pending=tuple(_link(link, row["url"]) for link in links if _waits(link, now, retry, refresh)),
        known=frozenset(link["key"] for link in links),
        posts={p["url"]: (p["published"] or "")[:10] for p in posts},
        caching=_validators(links),
        indexes={link["url"]: link["page_kind"] for link in links if link["page_kind"] in ("sitemap", "list")},
        seen=seen,
        complete=complete,
        look=complete and _is_time(row["looked_at"], now, LOOK_EVERY),
        again=_read_long_ago(posts, seen, now) if complete else (),
        refresh=refresh,
        barred=forgotten_urls(reader),
        paused_until=_until(row["rest_until"], now),
        asked_today=sum(iso(now - timedelta(days=1)) < (link["fetched_at"] or "") <= iso(now) for link in links),
    )


def _waits(link: sqlite3.Row, now: datetime, retry: bool, refresh: bool) -> bool:
    if link["state"] == "pending":
        return True
    if link["state"] == "left":
        return refresh
    due = link["not_before"] is None or link["not_before"] <= iso(now) or (link["fetched_at"] or "") > iso(now)
    return link["state"] == "failed" and (due or retry or refresh)


def _validators(links: Sequence[sqlite3.Row]) -> dict[str, Caching]:
    """What a conditional request may send, by every URL of a page."""
    found: dict[str, Caching] = {}
    for link in links:
        if (link["etag"] or link["last_modified"]) and link["state"] in ("done", "pending"):
            found[link["url"]] = Caching(link["etag"], link["last_modified"])
            if link["final_url"]:
                found.setdefault(link["final_url"], found[link["url"]])
    return found


def _seen(links: Sequence[sqlite3.Row], posts: Sequence[sqlite3.Row]) -> dict[str, Seen]:
    """When each stored post was last asked for, by key."""
    asked = {link["key"]: link for link in links if link["fetched_at"]}
    asked |= {key(link["final_url"]): link for link in asked.values() if link["final_url"]}
    found: dict[str, Seen] = {}
    for post in posts:
        link = asked.get(post["key"])
        found[post["key"]] = Seen(link["fetched_at"], link["lastmod"]) if link else Seen(post["fetched_at"])
    return found


def _read_long_ago(posts: Sequence[sqlite3.Row], seen: dict[str, Seen], now: datetime) -> tuple[str, ...]:
    """The posts to read again, those that wait longest first."""
    due = sorted(
        (at, post["url"])
        for post in posts
        if reread_due(post["published"], datetime.fromisoformat(at := seen[post["key"]].at), now)
    )
    return tuple(url for _, url in due[:MAX_AGAIN])


def _is_time(last: str | None, now: datetime, every: timedelta) -> bool:
    """Whether something is due that was last done then; a moment in the future means that the clock went back."""
    at = instant(last)
    return at is None or not timedelta() <= now - at < every


def _until(rest_until: str | None, now: datetime) -> datetime | None:
    """The end of a rest that a site asked for; one further off than any can be was reckoned by a clock gone wrong."""
    at = instant(rest_until)
    return at if at is not None and now < at <= now + MAX_REST else None


def record_outcome(session: Session, source_id: int, outcome: Outcome, post_id: int | None, at: datetime) -> None:
    """What became of a link, and the links that it led to, in the caller's transaction."""
    if outcome.links:
        _put(session, [_pending(source_id, link) for link in outcome.links], ())
    if outcome.again:
        _put(session, [_pending(source_id, link) for link in outcome.again], ("state",))
    result = _failed(session, source_id, outcome, at) if outcome.failure else _result(outcome, post_id, at)
    if outcome.doubtful:
        result |= _once_more(session, source_id, outcome, at)
    _put(session, [_pending(source_id, outcome.link) | result], tuple(result))


def _put(session: Session, rows: Sequence[dict[str, Any]], changed: Sequence[str]) -> None:
    """Write links of one set of columns; of those that are known already, only the columns `changed`.

    As SQL: through the mapper a page's links take ten times as long, and a crawl writes hundreds of thousands.
    """
    names = tuple(rows[0])
    marks = ", ".join("?" * len(names))
    update = f"UPDATE SET {', '.join(f'{n} = excluded.{n}' for n in changed)}" if changed else "NOTHING"
    session.connection().exec_driver_sql(
        f"INSERT INTO link ({', '.join(names)}) VALUES ({marks}) ON CONFLICT (source_id, key) DO {update}",
        [tuple(row[name] for name in names) for row in rows],
    )


def want_page(session: Session, source_id: int, url: str) -> None:
    """Let one page wait to be fetched, also one that was fetched before."""
    wanted = {"state": "pending", "attempts": 0, "etag": None, "last_modified": None}
    _put(session, [_pending(source_id, Link(url, "post", "")) | wanted], tuple(wanted))


def _pending(source_id: int, link: Link) -> dict[str, Any]:
    hint = dump({k: v for k, v in asdict(link.hint).items() if v}) if link.hint else None
    return {"source_id": source_id, "url": clean(link.url), "key": key(link.url), "kind": link.kind,
            "depth": link.depth, "via": link.via, "hint": hint, "state": "pending", "attempts": 0}  # fmt: skip


def _failed(session: Session, source_id: int, outcome: Outcome, at: datetime) -> dict[str, Any]:
    """The facts of a link that failed: when to try again, or that it is gone.

    A stored post is gone once it was found so in two visits, one that a feed names after TRIES of them. What may pass
    is tried for ever, ever more seldom.
    """
    from kb.store.posts import row_of

    failure, name = outcome.failure, key(outcome.link.url)
    assert failure is not None
    before = _before(session, source_id, name)
    attempts = (before.attempts if before else 0) + 1
    rest = back_off(attempts)
    state = "failed" if transient(failure) or failure.kind == "robots" or attempts < TRIES else "left"
    if failure.kind == "robots" and failure.status is not None and failure.status < 500:
        rest = MAX_BACK_OFF  # forbidden; a robots.txt may change
    if failure.kind in ("scheme", "address"):
        state = "gone"
    if failure.status in _GONE:
        post = row_of(session, name)
        hint = outcome.link.hint
        if post is None and hint is not None and hint.in_feed and attempts < TRIES:
            state = "failed"  # announced, and not there yet
        elif post is None or (before is not None and before.http_status in _GONE):
            state = "gone"
        else:
            state, rest = "failed", timedelta(days=1)
        if post is not None and state == "gone":
            post.gone_at = post.gone_at or iso(at)
            session.add(post)
    return {"state": state, "attempts": attempts, "fetched_at": iso(at), "not_before": iso(at + rest),
            "http_status": failure.status, "reasons": clean(f"{failure.kind}: {failure.detail}")[:300],
            "hint": None if state == "gone" else _pending(0, outcome.link)["hint"]}  # fmt: skip


def _once_more(session: Session, source_id: int, outcome: Outcome, at: datetime) -> dict[str, Any]:
    """The facts of a link whose answer is doubted: asked for again, whole, on a few later visits."""
    before = _before(session, source_id, key(outcome.link.url))
    attempts = (before.attempts if before else 0) + 1
    if attempts >= TRIES:
        return {"attempts": attempts}
    return {"state": "failed", "attempts": attempts, "not_before": iso(at + back_off(attempts)), "etag": None,
            "last_modified": None, "hint": _pending(0, outcome.link)["hint"]}  # fmt: skip


def _before(session: Session, source_id: int, name: str) -> LinkRow | None:
    from sqlmodel import select

    from kb.store.tables import LinkRow

    return session.exec(select(LinkRow).where(LinkRow.source_id == source_id, LinkRow.key == name)).first()


def _result(outcome: Outcome, post_id: int | None, at: datetime) -> dict[str, Any]:
    page, verdict = outcome.page, outcome.verdict
    facts: dict[str, Any] = {"state": "done", "attempts": 0, "not_before": None, "hint": None}
    if page is not None or (verdict is not None and verdict.kind in ("error", "foreign")):
        facts["fetched_at"] = iso(at)
    if page is not None:
        facts |= {"http_status": page.status, "final_url": page.url if page.url != outcome.link.url else None}
        if not page.not_modified:
            facts |= {"etag": page.caching.etag, "last_modified": page.caching.last_modified}
        if outcome.link.hint is not None and outcome.link.hint.lastmod:
            facts["lastmod"] = outcome.link.hint.lastmod
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
        "SELECT r.*, s.url AS home, s.title, s.language, s.hosts, s.patterns, s.status FROM raw_page r"
        " JOIN source s ON s.id = r.source_id WHERE r.key = ?",
        (name,),
    ).fetchone()
    if row is None:
        return None
    at = datetime.fromisoformat(row["fetched_at"])
    page = Page(row["url"], row["url"], 200, row["content_type"], zlib.decompress(row["body"]), at)
    hint = _hint(json.loads(row["hint"])) if row["hint"] else None
    blog = Blog(row["home"], row["title"], row["language"], strings(row["hosts"]), strings(row["patterns"]),
                alone=row["status"] == "hand")  # fmt: skip
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
