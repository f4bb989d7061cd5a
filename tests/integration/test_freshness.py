"""Posts that were edited, moved or taken down, and sources that ask for rest: what the store makes of later visits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from crawler.types import Caching, Failure, Hint, Link, Outcome, Page, Report, Verdict, Visit
from crawler.urls import key
from kb.store import frontier
from kb.store.connect import Store, open_store
from kb.store.posts import all_posts, body, get_post, post_id_of, versions
from kb.store.sources import add_source, due_sources, list_sources
from kb.types import NewSource
from tests.integration.test_ingest import BLOG, DONE, NOW, _link, _read, _run

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "kb.sqlite", create=True)
    with made.writing() as session:
        add_source(session, NewSource(BLOG), NOW)
    _run(made, _read("heads"), DONE)
    yield made
    made.close()


def _gone(name: str, status: int = 404) -> Outcome:
    return Outcome(_link(name), failure=Failure(f"{BLOG}{name}", "status", f"answered {status}", NOW, status))


def _moved(name: str, to: str, *statuses: int, text: str = "Attention weighs values by keys.") -> Outcome:
    read = _read(name, text, url=f"{BLOG}{to}")
    assert read.page is not None and read.post is not None
    page = replace(read.page, redirects=tuple((status, f"{BLOG}{to}") for status in statuses))
    return replace(read, page=page, post=replace(read.post, title="Heads" if text.startswith("Att") else "Other"))


def _titled(name: str, title: str, text: str = "A mask hides what comes later.") -> Outcome:
    read = _read(name, text)
    assert read.post is not None
    return replace(read, post=replace(read.post, title=title))


def _visit(store: Store, at: datetime = NOW, **more: bool) -> Visit:
    return frontier.visit_of(store.reader, 1, at, **more)


@pytest.mark.parametrize("status", [404, 410])
def test_a_stored_post_is_gone_when_it_was_found_so_twice(store: Store, status: int) -> None:
    _run(store, _gone("heads", status), DONE)
    (post,) = all_posts(store.reader)
    assert not post.gone
    assert _visit(store).pending == ()
    assert [link.url for link in _visit(store, NOW + DAY).pending] == [f"{BLOG}heads"]
    _run(store, _gone("heads", status), DONE, at=NOW + DAY)
    (post,) = all_posts(store.reader)
    assert post.gone
    assert _visit(store, NOW + 9 * DAY).pending == ()


def test_a_page_that_only_the_feed_names_is_asked_for_again_before_it_counts_as_gone(store: Store) -> None:
    announced = Outcome(_link("soon", hint=Hint(in_feed=True)), failure=_gone("soon").failure)
    for n in range(frontier.TRIES):
        _run(store, announced, _gone("never"), DONE, at=NOW + n * DAY)
        waits = [link.url for link in _visit(store, NOW + (n + 1) * DAY).pending]
        assert waits == ([f"{BLOG}soon"] if n + 1 < frontier.TRIES else [])


def test_a_post_that_comes_back_is_no_longer_gone(store: Store) -> None:
    _run(store, _gone("heads"), DONE)
    _run(store, _gone("heads"), DONE)
    _run(store, _read("heads"), DONE)
    (post,) = all_posts(store.reader)
    assert not post.gone


@pytest.mark.parametrize("status", [301, 308])
def test_a_post_that_moved_for_good_has_its_new_address_and_the_old_one_leads_to_it(store: Store, status: int) -> None:
    tally, _ = _run(store, _moved("heads", "2026/heads", status), DONE)
    assert (tally.new, tally.edited) == (0, 0)
    (post,) = all_posts(store.reader)
    assert post.url == f"{BLOG}2026/heads"
    assert post_id_of(store.reader, f"{BLOG}heads") == post_id_of(store.reader, f"{BLOG}2026/heads") == post.id


@pytest.mark.parametrize("statuses", [(302,), (307,), (301, 302)])
def test_a_post_that_is_elsewhere_for_a_while_keeps_its_address(store: Store, statuses: tuple[int, ...]) -> None:
    _run(store, _moved("heads", "beta/heads", *statuses), DONE)
    (post,) = all_posts(store.reader)
    assert post.url == f"{BLOG}heads"
    assert post_id_of(store.reader, f"{BLOG}beta/heads") == post.id


def test_a_redirect_to_some_other_page_overwrites_no_post(store: Store) -> None:
    _run(store, _moved("heads", "welcome", 301, text="All of our old notes are gone. Subscribe here."), DONE)
    assert {post.url for post in all_posts(store.reader)} == {f"{BLOG}heads", f"{BLOG}welcome"}
    assert versions(store.reader, 1) == [1]


def test_a_post_under_two_queries_is_one_post_at_its_plain_address(store: Store) -> None:
    for name in ("masks?day=3", "masks?day=4", "masks"):
        tally, _ = _run(store, _titled(name, "Masks"), DONE)
        assert tally.new == (name == "masks?day=3")
    assert post_id_of(store.reader, f"{BLOG}masks?day=3") == post_id_of(store.reader, f"{BLOG}masks") == 2
    assert {post.url for post in all_posts(store.reader)} == {f"{BLOG}heads", f"{BLOG}masks"}
    _run(store, _titled("masks?id=9", "Masks", "Another text of the same name."), DONE)
    assert len(all_posts(store.reader)) == 3


def test_a_post_that_became_a_stub_moves_to_where_the_stub_leads(store: Store) -> None:
    new = _link("posts/heads", "page")
    page = Page(f"{BLOG}heads", f"{BLOG}heads", 200, "text/html", b"<html>", NOW)
    stub = Outcome(_link("heads"), page, None, Verdict("redirect", ("leads on",), new.url), None, (new,))
    tally, _ = _run(store, stub, _moved("posts/heads", "posts/heads"), DONE)
    assert tally.new == 0
    (post,) = all_posts(store.reader)
    assert post.url == new.url
    assert post_id_of(store.reader, f"{BLOG}heads") == post.id


def test_a_page_that_cannot_be_read_is_tried_ever_more_seldom_and_for_ever(store: Store) -> None:
    slow = Outcome(_link("slow"), failure=Failure(f"{BLOG}slow", "timeout", "no answer in 30 s", NOW))
    at, waits = NOW, []
    for _ in range(10):
        _run(store, slow, DONE, at=at)
        wait = next(h for h in range(1, 400) if _visit(store, at + timedelta(hours=h)).pending)
        waits.append(wait)
        at += timedelta(hours=wait)
    assert waits == [2, 4, 8, 16, 32, 64, 128, 168, 168, 168]


def test_a_page_that_fails_for_good_reason_is_left_until_everything_is_asked_again(store: Store) -> None:
    large = Outcome(_link("large"), failure=Failure(f"{BLOG}large", "too_large", "the body is larger", NOW))
    for n in range(4):
        _run(store, large, DONE, at=NOW + n * DAY)
    assert _visit(store, NOW + 99 * DAY, retry=True).pending == ()
    assert [link.url for link in _visit(store, refresh=True).pending] == [f"{BLOG}large"]


def test_an_answer_that_is_doubted_is_asked_for_again_whole_and_not_for_ever(store: Store) -> None:
    doubted = replace(_read("masks"), post=None, verdict=Verdict("thin"), doubtful=True)
    for n in range(3):
        _run(store, doubted, DONE, at=NOW + n * DAY)
        visit = _visit(store, NOW + (n + 1) * DAY)
        assert [link.url for link in visit.pending] == [f"{BLOG}masks"]
        assert f"{BLOG}masks" not in visit.caching
    _run(store, doubted, DONE, at=NOW + 3 * DAY)
    assert _visit(store, NOW + 99 * DAY, retry=True).pending == ()


def test_a_blog_that_gave_nothing_is_looked_at_anew(store: Store) -> None:
    with store.writing() as session:
        number, _ = add_source(session, NewSource("http://empty.example/"), NOW)
    _run(store, Report("http://empty.example/", ok=True, complete=True))
    assert not frontier.visit_of(store.reader, number, NOW).complete


def test_a_visit_that_has_retries_still_watches(store: Store) -> None:
    slow = Outcome(_link("slow"), failure=Failure(f"{BLOG}slow", "timeout", "no answer in 30 s", NOW))
    _run(store, slow, DONE)
    visit = _visit(store, NOW + DAY)
    assert visit.complete and visit.pending


def test_what_waits_once_more_is_kept_with_its_validators_when_the_program_dies(store: Store) -> None:
    archive = _link("archive", "list")
    page = Page(archive.url, archive.url, 200, "text/html", b"", NOW, Caching('"a"'))
    _run(store, Outcome(archive, page, None, Verdict("list")), DONE)
    _run(store, replace(_read("masks"), again=(archive,)))  # and no report
    visit = _visit(store)
    assert [link.url for link in visit.pending] == [archive.url]
    assert visit.caching[archive.url] == Caching('"a"')


def test_old_posts_are_read_again_after_a_quarter_of_their_age(store: Store) -> None:
    assert _visit(store, NOW + 29 * DAY).again == ()
    assert _visit(store, NOW + 31 * DAY).again == (f"{BLOG}heads",)
    not_modified = Page(f"{BLOG}heads", f"{BLOG}heads", 304, None, b"", NOW)
    _run(store, Outcome(_link("heads"), not_modified), DONE, at=NOW + 400 * DAY)
    assert _visit(store, NOW + 430 * DAY).again == ()
    assert _visit(store, NOW + 520 * DAY).again == (f"{BLOG}heads",)


def test_the_day_of_change_that_a_sitemap_gave_is_remembered(store: Store) -> None:
    read = _read("heads")
    _run(store, replace(read, link=replace(read.link, hint=Hint(lastmod="2026-09-30"))), DONE)
    assert _visit(store).seen[key(f"{BLOG}heads")].lastmod == "2026-09-30"


def test_a_site_that_asks_for_rest_is_not_asked_even_when_named(store: Store) -> None:
    _run(store, Report(BLOG, ok=True, complete=False, rest_s=7200))
    assert _visit(store, NOW).paused_until == NOW + timedelta(hours=2)
    assert _visit(store, NOW + timedelta(hours=3)).paused_until is None
    assert due_sources(store.reader, NOW + timedelta(hours=1), (), every=False) == []
    assert due_sources(store.reader, NOW + timedelta(hours=3), (), every=False) == [1]


def test_what_the_site_and_its_feed_ask_for_moves_the_next_visit(store: Store) -> None:
    def next_visit(report: Report) -> timedelta:
        _run(store, report)
        (source,) = list_sources(store.reader)
        return datetime.fromisoformat(source.next_visit or "") - NOW

    assert next_visit(DONE) <= timedelta(hours=27)
    assert next_visit(replace(DONE, max_age_s=40 * 3600.0)) >= timedelta(hours=40)
    assert next_visit(replace(DONE, ttl_s=72 * 3600.0)) >= timedelta(hours=72)
    assert next_visit(DONE) >= timedelta(hours=72)  # remembered when the feed was not read again


def test_a_clock_that_goes_back_leaves_no_source_waiting_for_years(store: Store) -> None:
    ahead = NOW + 3650 * DAY
    _run(store, replace(_read("masks"), failure=None), replace(DONE, rest_s=3600), at=ahead)
    assert due_sources(store.reader, NOW, (), every=False) == [1]
    visit = _visit(store, NOW)
    assert visit.paused_until is None and visit.look and visit.asked_today == 1


def test_requests_of_the_last_day_are_counted(store: Store) -> None:
    assert _visit(store, NOW).asked_today == 1
    assert _visit(store, NOW + 2 * DAY).asked_today == 0


def test_an_edit_is_a_version_and_new_surroundings_are_none(store: Store) -> None:
    _run(store, _read("heads", "Attention weighs values by keys."), DONE)
    assert versions(store.reader, 1) == [1]
    tally, _ = _run(store, _read("heads", "Attention weighs values by keys and queries."), DONE)
    assert (tally.edited, versions(store.reader, 1)) == (1, [1, 2])
    post = get_post(store.reader, 1)
    assert post is not None and not post.gone


def test_a_link_that_leads_elsewhere_is_kept_and_makes_no_version(store: Store) -> None:
    _run(store, _read("heads", "See [my notes](http://attention.example/a) and ![a](old.png)."), DONE)
    tally, _ = _run(store, _read("heads", "See my notes and ![a](new.png)."), DONE)
    assert (tally.edited, versions(store.reader, 1)) == (0, [1, 2])
    assert body(store.reader, 1) == "See my notes and ![a](new.png)."
    tally, _ = _run(store, _read("heads", "See my notes and ![b](new.png)."), DONE)
    assert tally.edited == 1


def test_links_found_on_a_later_visit_keep_their_place(store: Store) -> None:
    waits = Link(f"{BLOG}later", "page", BLOG, 1, f"{BLOG}heads")
    _run(store, _read("heads", "Attention weighs values by keys.", waits))
    visit = _visit(store)
    assert visit.complete and visit.pending == (waits,)
