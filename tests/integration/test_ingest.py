"""What a crawl says, written to the store: durable, resumable, nothing twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.types import Caching, Failure, Hint, Link, Outcome, Page, Post, Report, Robots, Verdict, Visit
from kb.errors import NetworkError
from kb.ingest import Event, Tally, ingest
from kb.store import frontier
from kb.store.connect import Store, open_store
from kb.store.posts import all_posts, post_id_of
from kb.store.sources import add_source, due_sources, list_sources, unread_pages
from kb.types import NewSource

NOW = datetime(2026, 10, 1, 12, tzinfo=UTC)
BLOG = "http://attention.example/"


class Clock:
    """Stands still until it is told."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def monotonic(self) -> float:
        return self.at.timestamp()


class Script:
    """A crawl that says what it was given, and remembers what it was told."""

    def __init__(self, *events: Event) -> None:
        self.events, self.visits = events, list[Visit]()

    async def __call__(self, visits: Sequence[Visit], robots: dict[str, Robots]) -> AsyncIterator[Event]:
        self.visits, self.robots = list(visits), robots
        for event in self.events:
            await asyncio.sleep(0)
            yield event


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "kb.sqlite", create=True)
    with made.writing() as session:
        add_source(session, NewSource(BLOG), NOW)
    yield made
    made.close()


def _run(
    store: Store, *events: Event, at: datetime = NOW, keep: int = 10**6, retry: bool = False
) -> tuple[Tally, Script]:
    script = Script(*events)
    clock = Clock(at)
    due = due_sources(store.reader, clock.now(), (), every=True)
    told = ingest(store, due, script, clock, refresh=False, retry=retry, keep_bytes=keep, progress=lambda _: None)
    return asyncio.run(told), script


def _link(name: str, kind: str = "post", **more: object) -> Link:
    return Link(f"{BLOG}{name}", kind, BLOG, **more)  # type: ignore[arg-type]


def _read(name: str, text: str = "Attention weighs values by keys.", *links: Link, url: str | None = None) -> Outcome:
    url = url or f"{BLOG}{name}"
    page = Page(url, f"{BLOG}{name}", 200, "text/html", b"<html>", NOW, Caching(etag=f'"{name}"'))
    post = Post(url, name.title(), text, BLOG, published="2026-09-01")
    return Outcome(_link(name), page, None, Verdict("post", ("prose",)), post, links)


DONE = Report(BLOG, ok=True, complete=True, title="Attention", feed=f"{BLOG}feed.xml", requests=3, posts=1)


def test_a_post_its_source_and_its_validators_are_stored(store: Store) -> None:
    tally, _ = _run(store, _read("heads"), DONE)
    assert (tally.new, tally.sources, tally.reached) == (1, 1, 1)
    (source,) = list_sources(store.reader)
    assert (source.title, source.feed, source.posts, source.status) == ("Attention", f"{BLOG}feed.xml", 1, "active")
    visit = frontier.visit_of(store.reader, source.id, NOW)
    assert visit.complete
    assert visit.caching == {f"{BLOG}heads": Caching(etag='"heads"')}


def test_pages_that_gave_no_text_are_counted_with_the_reason(store: Store) -> None:
    def shut(name: str, kind: str, reason: str) -> Outcome:
        url = f"{BLOG}{name}"
        page = Page(url, url, 200, "text/html", b"<html>", NOW, Caching())
        return Outcome(_link(name), page, None, Verdict(kind, (reason,)))  # type: ignore[arg-type]

    walls = [shut("paid", "wall", "asks for a login"), shut("app", "script", "says that it needs scripts")]
    _run(store, _read("heads"), *walls, shut("gone", "error", "says that it is missing"), DONE)
    (source,) = list_sources(store.reader)
    assert (source.posts, source.unread) == (1, 2)
    rows = unread_pages(store.reader, source.id)
    assert [(row["kind"], row["reasons"]) for row in rows] == [
        ("script", "says that it needs scripts"),
        ("wall", "asks for a login"),
    ]


def test_links_that_wait_come_back_on_the_next_visit_with_what_was_said_of_them(store: Store) -> None:
    waiting = _link("masks", hint=Hint(title="Masks", published="2026-08-01", in_feed=True))
    _run(store, _read("heads", "text", waiting), Report(BLOG, ok=True, complete=False))
    _, script = _run(store)
    (visit,) = script.visits
    assert visit.pending == (waiting,)
    assert not visit.complete
    assert due_sources(store.reader, NOW, (), every=False) == [1]


def test_a_link_that_was_fetched_is_known_and_no_longer_waits(store: Store) -> None:
    _run(store, _read("heads", "text", _link("masks")), _read("masks"), DONE)
    _, script = _run(store)
    assert script.visits[0].pending == ()
    assert len(script.visits[0].known) == 2


def test_the_same_text_again_changes_no_row_of_a_post(store: Store) -> None:
    _run(store, _read("heads"), DONE)
    before = [tuple(row) for row in store.reader.execute("SELECT * FROM post")]
    tally, _ = _run(store, _read("heads"), DONE, at=NOW + timedelta(days=3))
    assert (tally.new, tally.edited) == (0, 0)
    assert [tuple(row) for row in store.reader.execute("SELECT * FROM post")] == before


def test_a_redirected_address_leads_to_the_post(store: Store) -> None:
    _run(store, _read("old", url=f"{BLOG}new"), DONE)
    assert post_id_of(store.reader, f"{BLOG}old") == post_id_of(store.reader, f"{BLOG}new") == 1


def test_a_failed_page_is_tried_again_later_and_a_missing_one_is_not(store: Store) -> None:
    slow = Outcome(_link("slow"), failure=Failure(f"{BLOG}slow", "timeout", "no answer in 30 s", NOW))
    gone = Outcome(_link("gone"), failure=Failure(f"{BLOG}gone", "status", "404", NOW, 404))
    tally, _ = _run(store, slow, gone, DONE)
    assert len(tally.failures) == 2
    assert [_run(store, at=NOW + after)[1].visits[0].pending for after in (timedelta(hours=1), timedelta(hours=3))] == [
        (),
        (_link("slow"),),
    ]
    assert _run(store, retry=True)[1].visits[0].pending == (_link("slow"),)


def test_a_failing_source_is_seen_again_after_a_growing_while_and_never_stops(store: Store) -> None:
    failed = Report(BLOG, ok=False, complete=False, failure=Failure(BLOG, "dns", "no such host", NOW))
    waits = []
    for _ in range(12):
        clock = Clock()
        script = Script(failed)
        told = ingest(store, [1], script, clock, refresh=False, keep_bytes=0, progress=lambda _: None)
        with pytest.raises(NetworkError, match="no blog could be reached"):
            asyncio.run(told)
        (source,) = list_sources(store.reader)
        assert source.next_visit is not None
        waits.append(datetime.fromisoformat(source.next_visit) - NOW)
    assert waits == sorted(waits)
    assert timedelta(hours=1) <= waits[0] <= timedelta(hours=2.5)
    assert timedelta(days=7) <= waits[-1] <= timedelta(days=8)
    assert (source.status, source.failures, source.last_error) == ("failing", 12, "dns: no such host")


def test_one_source_that_fails_does_not_hide_another_that_works(store: Store) -> None:
    with store.writing() as session:
        add_source(session, NewSource("http://gradients.example/"), NOW)
    failure = Failure("http://gradients.example/", "dns", "no such host", NOW)
    failed = Report("http://gradients.example/", ok=False, complete=False, failure=failure)
    tally, _ = _run(store, failed, _read("heads"), DONE)
    assert (tally.reached, len(tally.failed), tally.new) == (1, 1, 1)


def test_raw_pages_are_kept_up_to_the_limit(store: Store) -> None:
    _run(store, _read("heads"), keep=0)
    assert frontier.kept_pages(store.reader, None) == []
    _run(store, _read("masks"), keep=10**6)
    assert len(frontier.kept_pages(store.reader, 1)) == 1


def test_robots_are_remembered(store: Store) -> None:
    robots = Robots("http://attention.example", 200, b"User-agent: *\nDisallow: /x", NOW)
    _run(store, robots, DONE)
    _, script = _run(store)
    assert script.robots == {"http://attention.example": robots}


def test_what_was_finished_before_an_interruption_is_kept(store: Store) -> None:
    class Broken(Script):
        async def __call__(self, visits: Sequence[Visit], robots: dict[str, Robots]) -> AsyncIterator[Event]:
            yield _read("heads")
            raise KeyboardInterrupt

    told = ingest(store, [1], Broken(), Clock(), refresh=False, keep_bytes=0, progress=lambda _: None)
    with pytest.raises(KeyboardInterrupt):
        asyncio.run(told)
    assert [post.title for post in all_posts(store.reader)] == ["Heads"]
