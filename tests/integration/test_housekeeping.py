"""Keeping house: what is followed and how it fares, copies put back over broken stores, and a store kept small."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import cli
from crawler.types import Failure, Link, Outcome, Page, Post, Reference, Report, Verdict
from kb.blogs.sourcelists import new_source
from kb.blogs.suggest import suggest
from kb.jobs.doctor import examine
from kb.settings import load_settings
from kb.store.connect import Store, open_store
from kb.store.copies import back_up, drop_old, put_back, size_of
from kb.store.frontier import keep_page, record_outcome
from kb.store.mentions import known_addresses, mentions
from kb.store.posts import save_post, versions
from kb.store.sources import add_source, due_sources, list_sources, record_report
from kb.types import NewSource

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
HOME = "https://a.example/"


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "kb.sqlite", create=True)
    yield made
    made.close()


def follow(store: Store, url: str = HOME, **more: str) -> int:
    with store.writing() as session:
        return add_source(session, NewSource(url, **more), AT)[0]  # type: ignore[arg-type]


def save(store: Store, name: str, text: str, links: tuple[str, ...] = (), home: str = HOME, at: datetime = AT) -> int:
    source_id = follow(store, home)
    references = tuple(Reference("link", link, "words") for link in links)
    with store.writing() as session:
        return save_post(session, source_id, Post(home + name, name, text, home, references=references), at).post_id


def keep(store: Store, name: str, size: int, at: datetime) -> None:
    page = Page(HOME + name, HOME + name, 200, "text/html", os.urandom(size), at)
    with store.writing() as session:
        keep_page(session, 1, Outcome(Link(page.url, "post", HOME), page, verdict=Verdict("post")))


# -- one blog, many spellings

SPELLINGS = ["a.example", "http://a.example", "https://www.a.example/", "HTTPS://A.Example:443/index.html",
             "https://a.example/?utm_source=list#top"]  # fmt: skip


def test_one_blog_under_five_spellings_is_one_source_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, db = tmp_path / "list.txt", str(tmp_path / "kb.sqlite")
    file.write_text("\n".join(SPELLINGS) + "\n")
    assert cli.run(["--db", db, "sources", "import", str(file)]) == 0
    told = capsys.readouterr().err
    assert told.count("already followed as source 1: ") == 4
    assert "1 of 5 added" in told
    assert cli.run(["--db", db, "sources", "export", "--format", "lines"]) == 0
    assert capsys.readouterr().out == "https://a.example/\n"


def test_a_blog_and_its_feed_are_one_source_in_either_order(store: Store) -> None:
    assert follow(store, HOME, feed="https://a.example/feed.xml") == follow(store, "http://a.example/feed.xml/")
    other = follow(store, "https://b.example/rss", kind="feed")
    assert follow(store, "https://b.example/", feed="https://b.example/rss") == other
    assert follow(store, "https://c.example/") not in (1, other)


def test_a_second_list_fills_in_what_the_first_did_not_say(store: Store) -> None:
    follow(store)
    follow(store, "http://www.a.example", title="A", folder="Vision")
    follow(store, HOME, title="B")
    (source,) = list_sources(store.reader)
    assert (source.url, source.title, source.folder) == (HOME, "A", "Vision")


def test_a_list_with_a_wrong_entry_is_done_in_part(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file, db = tmp_path / "list.txt", str(tmp_path / "kb.sqlite")
    file.write_text("not a url\na.example\n")
    assert cli.run(["--db", db, "sources", "import", str(file)]) == 3
    assert 'left out: not a web address: "not a url"' in capsys.readouterr().err
    file.write_text("not a url\n")
    assert cli.run(["--db", db, "sources", "import", str(file)]) == 2


def test_an_export_names_its_form_by_the_files_ending(store: Store, tmp_path: Path) -> None:
    follow(store, title="A")
    for name, begin in (("a.opml", "<?xml"), ("a.csv", "title,url"), ("a.toml", "blogs = ["), ("a.txt", HOME)):
        target = tmp_path / name
        assert cli.run(["--db", str(store.path), "-q", "sources", "export", "-o", str(target)]) == 0
        assert target.read_text().startswith(begin)


# -- when, and how they fare


def test_a_clock_that_went_back_makes_a_blog_due_and_not_silent_for_years(store: Store) -> None:
    number = follow(store)
    report = Report(HOME, ok=True, complete=True)
    with store.writing() as session:
        record_report(session, number, report, AT, AT + timedelta(hours=6))
    assert due_sources(store.reader, AT + timedelta(hours=1), (), every=False) == []
    assert due_sources(store.reader, AT - timedelta(days=900), (), every=False) == [number]


def cures(store: Store, at: datetime) -> dict[str, str]:
    return {f.what: f.cure for f in examine(store.path, load_settings({}, {}, None), at) if f.level == "warning"}


def test_doctor_names_what_failed_moved_or_lost_its_feed_each_with_the_cure(store: Store) -> None:
    failing, moving, losing = (follow(store, f"https://{n}.example/") for n in ("failing", "moving", "losing"))
    gone = Failure("https://losing.example/feed.xml", "status", "answered 410", AT, 410)
    late = Failure("https://failing.example/", "dns", "no such host", AT)
    with store.writing() as session:
        record_report(session, failing, Report("https://failing.example/", False, False, failure=late), AT, None)
        link = Link("https://moving.example/", "home", "https://moving.example/")
        page = Page("https://new.example/", link.url, 200, "text/html", b"", AT)
        record_outcome(session, moving, Outcome(link, page, verdict=Verdict("home")), None, AT)
        report = Report("https://losing.example/", True, True, feed=gone.url)
        record_report(session, losing, report, AT, AT + timedelta(days=1))
        record_outcome(session, losing, Outcome(Link(gone.url, "feed", report.source), failure=gone), None, AT)
    found = cures(store, AT + timedelta(days=8))
    assert (
        f"kb sources remove {failing}"
        in found["https://failing.example/ has failed since 2026-10-01: dns: no such host"]
    )
    assert "kb sources add https://new.example/" in found["https://moving.example/ has moved to https://new.example/"]
    lost = "https://losing.example/ has lost its feed https://losing.example/feed.xml (status: answered 410)"
    assert "kb sources check https://losing.example/" in found[lost]
    assert found["no blog was visited since 2026-10-01"] == "look at the job: kb schedule show"
    assert not [what for what in cures(store, AT + timedelta(days=2)) if "has failed since" in what]


def test_doctor_tells_a_job_at_work_from_one_that_was_killed(store: Store) -> None:
    from kb.jobs.lock import held
    from tests.fakes import StillClock

    lock = store.path.with_name("kb.sqlite.lock")
    with held(store.path, "kb run", StillClock(AT)):
        assert [f.level for f in examine(store.path, load_settings({}, {}, None), AT) if "is at work" in f.what] == [
            "ok"
        ]
        left = lock.read_text()
    lock.write_text(left)
    assert any("ended without a word" in what for what in cures(store, AT))


def test_a_blog_is_shown_with_the_pages_that_failed_and_why(store: Store, capsys: pytest.CaptureFixture[str]) -> None:
    number = follow(store)
    failure = Failure(f"{HOME}x", "timeout", "no answer in 30 s", AT)
    with store.writing() as session:
        record_outcome(session, number, Outcome(Link(failure.url, "post", HOME), failure=failure), None, AT)
    assert cli.run(["--db", str(store.path), "sources", "show", "a.example"]) == 0
    out = capsys.readouterr().out
    assert f"{HOME}x" in out and "timeout: no answer in 30 s" in out


# -- blogs to follow next


def test_blogs_that_stored_posts_link_to_are_suggested_with_who_links_to_them(store: Store) -> None:
    good, rare = "https://www.good.example/2020/05/attention.html", "https://rare.example/posts/kernels/"
    save(
        store,
        "one",
        "1",
        (good, "https://github.com/a/b", "https://arxiv.org/abs/1", "https://en.wikipedia.org/wiki/X"),
    )
    save(store, "two", "2", (good, rare, "https://a.example/posts/own/", "https://good.example/2021/06/more.html"))
    save(store, "three", "3", (good, "https://followed.example/posts/x/", "https://medium.com/@x/a-story-1"),
         "https://b.example/")  # fmt: skip
    follow(store, "https://followed.example/")
    found = suggest(mentions(store.reader), known_addresses(store.reader), [], 10)
    assert [(s.url, len(s.sources), len(s.posts), len(s.pages)) for s in found] == [
        ("https://www.good.example/", 2, 3, 2),
        ("https://rare.example/", 1, 1, 1),
    ]
    row = found[0].as_json()
    assert (row["linked_by"], row["example"], row["found_in"]) == ([HOME, "https://b.example/"], good, f"{HOME}one")


def test_a_suggestion_is_somebodys_folder_or_a_sites_blog_where_the_links_say_so(store: Store) -> None:
    links = ("https://cs.example/~ada/posts/x.html", "https://firm.example/blog/scaling-laws/",
                             "https://firm.example/blog/2020-data/", "https://listed.example/posts/a-b-c/")  # fmt: skip
    save(store, "one", "1", links)
    curated = [new_source("https://listed.example/notes/", "Listed")]
    found = {s.url: s.title for s in suggest(mentions(store.reader), [], curated, 10)}
    assert found == {
        "https://cs.example/~ada/": None, "https://firm.example/blog/": None, "https://listed.example/notes/": "Listed",
    }  # fmt: skip


def test_a_blog_that_was_forgotten_is_never_suggested(store: Store) -> None:
    save(store, "one", "1", ("https://gone.example/posts/a-b-c/",))
    number = follow(store, "https://gone.example/")
    assert cli.run(["--db", str(store.path), "-q", "sources", "remove", "--forget", str(number)]) == 0
    assert suggest(mentions(store.reader), known_addresses(store.reader), [], 10) == []


# -- keeping it small, putting it back


def test_old_pages_and_texts_go_and_posts_stay(store: Store) -> None:
    follow(store)
    for n in range(4):
        keep(store, f"p{n}", 5_000, AT + timedelta(days=n))
        post_id = save(store, "post", f"text {n}", at=AT + timedelta(days=n))
    done = drop_old(store, 10**9, 99, before=AT + timedelta(days=2))
    assert (done.pages, done.texts) == (2, 1)  # a text counts from when it was replaced
    assert versions(store.reader, post_id) == [2, 3, 4]


def test_a_size_limit_drops_the_oldest_pages_first_and_never_a_post(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    follow(store)
    for n in range(20):
        keep(store, f"p{n:02d}", 100_000, AT + timedelta(days=n))
    save(store, "post", "text")
    most = size_of(store) - 700_000
    done = drop_old(store, 10**9, 99, most_bytes=most)
    assert done.size <= most and 7 <= done.pages <= 10
    left = [url for (url,) in store.reader.execute("SELECT url FROM raw_page ORDER BY url")]
    assert left == [f"{HOME}p{n:02d}" for n in range(done.pages, 20)]
    assert cli.run(["--db", str(store.path), "prune", "--max-mb", "0"]) == 3
    assert "cannot be reached" in capsys.readouterr().err
    assert store.reader.execute("SELECT count(*) FROM post").fetchone()[0] == 1


def test_a_prune_without_room_for_the_smaller_file_is_one_line(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    from kb.errors import StoreError
    from kb.store.copies import compact

    save(store, "post", "text " * 50_000)
    with store.engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count = 1")  # as small as it is now: a full disk, to SQLite
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        with pytest.raises(StoreError, match="cannot write"):
            compact(store)
    assert store.reader.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


@pytest.mark.parametrize("damage", ["text", "torn"])
def test_a_copy_is_put_back_over_a_damaged_store(store: Store, tmp_path: Path, damage: str) -> None:
    save(store, "post", "text")
    copy = tmp_path / "copy.sqlite"
    back_up(store, copy)
    store.close()
    whole = store.path.read_bytes()
    store.path.write_bytes(b"no database " * 500 if damage == "text" else whole[:5000] + b"\xff" * (len(whole) - 5000))
    broken = store.path.read_bytes()
    kept = put_back(copy, store.path)
    assert kept is not None and kept.read_bytes() == broken
    again = open_store(store.path, create=False)
    assert again.reader.execute("SELECT count(*) FROM post").fetchone()[0] == 1
    again.close()


def test_a_job_every_6_hours_visits_every_6_hours_what_is_to_be_visited_so(store: Store) -> None:
    number = follow(store)

    def due(minutes: float, planned: float, ttl_s: float | None = None, rest_s: float | None = None) -> bool:
        report = Report(HOME, ok=True, complete=True, ttl_s=ttl_s, rest_s=rest_s)
        with store.writing() as session:
            row = session.connection().exec_driver_sql
            record_report(session, number, report, AT, AT + timedelta(hours=planned))
            session.flush()
            row("UPDATE source SET ttl_s = ?", (ttl_s,))
        return due_sources(store.reader, AT + timedelta(minutes=minutes), (), every=False) == [number]

    assert due(355, planned=6.5) and not due(340, planned=6.0)  # never much sooner than 6 hours
    assert not due(355, planned=7.5)
    assert not due(355, planned=6.5, ttl_s=6 * 3600) and due(361, planned=6.5, ttl_s=6 * 3600)
    assert not due(355, planned=6.5, rest_s=6.2 * 3600)
    assert not due(50, planned=1.0)  # a wait of less was asked for by the site, or is a rest after a failure
