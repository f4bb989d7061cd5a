"""Points and comments from a scripted server on loopback: kept, asked for again when aged, and never in the way."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import cli
from crawler.http import Fetcher
from crawler.types import Post
from kb.evidence import Gathered, gather
from kb.services import hackernews, lobsters
from kb.store.connect import Store, open_store
from kb.store.corpus import evidence, linkers_of, post_links, references
from kb.store.posts import save_post
from kb.store.sources import add_source
from kb.types import NewSource
from tests.fakes import StillClock

HOME = "https://heads.example/"
HN, LOBSTERS = "/api/v1/search", "/domains/heads.example.json"


class Service:
    """Answers each path (without its query) with (status, type, body), the same each time; remembers what was asked."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[int, str, bytes]] = {}
        self.headers: dict[str, str] = {}
        self.asked: list[str] = []
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.partition("?")[0]
                if path != "/robots.txt":
                    service.asked.append(self.path)
                status, kind, body = service.answers.get(path, (404, "text/plain", b"nothing here"))
                if service.headers.get("ETag") and self.headers.get("If-None-Match") == service.headers["ETag"]:
                    status, body = 304, b""
                self.send_response(status)
                for name, value in {"Content-Type": kind, "Content-Length": str(len(body)), **service.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                return None

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()

    def says(self, path: str, body: Any, status: int = 200, kind: str = "application/json") -> None:
        self.answers[path] = (status, kind, body if isinstance(body, bytes) else json.dumps(body).encode())

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.end()


@pytest.fixture
def clock() -> StillClock:
    return StillClock()


@pytest.fixture
def store(tmp_path: Path, clock: StillClock) -> Iterator[Store]:
    made = open_store(tmp_path / "kb.sqlite", create=True)
    with made.writing() as session:
        source_id, _ = add_source(session, NewSource(HOME), clock.now())
        for name in ("one", "two", "three"):
            save_post(session, source_id, Post(HOME + name, name, f"Attention {name}.", HOME), clock.now())
    with closing(sqlite3.connect(made.path)) as db:
        db.execute(
            "INSERT INTO relevance (post_id, score, on_topic, content_hash, made_by) "
            "SELECT id, 0.9, id != 3, content_hash, 'test' FROM post"
        )
        db.commit()
    yield made
    made.close()


def hit(url: str, points: object, comments: object = 3, number: str = "7") -> dict[str, object]:
    return {"url": url, "points": points, "num_comments": comments, "objectID": number, "title": "<b>x</b>"}


def story(url: str, score: int, comments: int = 1) -> dict[str, object]:
    return {"url": url, "score": score, "comment_count": comments, "short_id_url": "https://lobste.rs/s/abc"}


def ask(store: Store, clock: StillClock, service: Service, *names: str) -> Gathered:
    async def act() -> Gathered:
        async with Fetcher(clock=clock, agent="kb/test", allow_addresses=["127.0.0.1"]) as fetcher:
            named = dict.fromkeys(names or ("hackernews", "lobsters"), service.base)
            return await gather(store, named, fetcher, clock, delay_s=0)

    return asyncio.run(act())


def found(store: Store) -> set[tuple[int, str, float]]:
    return {(e.post_id, e.kind, e.value) for e in evidence(store.reader)}


def test_the_best_story_of_each_post_is_kept_with_its_thread(store: Store, clock: StillClock, service: Service) -> None:
    hits = [hit(HOME + "one?utm_source=x", 40, 9, "1"), hit("http://heads.example/one", 90, 2, "2"),
            hit("https://elsewhere.example/", 900), hit(HOME + "none", 5)]  # fmt: skip
    service.says(HN, {"hits": hits})
    service.says(LOBSTERS, [story(HOME + "two", 12, 4)])
    done = ask(store, clock, service)
    assert (done.hosts, done.due, done.changed, done.failed) == (2, 2, 2, {})
    assert found(store) == {
        (1, "hackernews_points", 90), (1, "hackernews_comments", 2), (2, "lobsters_points", 12),
        (2, "lobsters_comments", 4),
    }  # fmt: skip
    assert {e.url for e in evidence(store.reader)} == {
        "https://news.ycombinator.com/item?id=2", "https://lobste.rs/s/abc",
    }  # fmt: skip
    assert "query=heads.example" in service.asked[0] or "query=heads.example" in service.asked[1]


def test_a_host_is_asked_for_once_a_week_and_the_same_answer_writes_nothing(
    store: Store, clock: StillClock, service: Service
) -> None:
    service.says(HN, {"hits": [hit(HOME + "one", 40)]})
    ask(store, clock, service, "hackernews")
    before = store.reader.execute("SELECT * FROM evidence").fetchall()
    assert ask(store, clock, service, "hackernews").due == 0 and len(service.asked) == 1
    clock.pass_s(8 * 86_400)
    done = ask(store, clock, service, "hackernews")
    assert (done.hosts, done.changed, len(service.asked)) == (1, 0, 2)
    assert [tuple(r) for r in store.reader.execute("SELECT * FROM evidence")] == [tuple(r) for r in before]
    clock.pass_s(8 * 86_400)
    service.says(HN, {"hits": []})
    assert ask(store, clock, service, "hackernews").changed == 1 and found(store) == set()


def test_an_answer_that_did_not_change_is_not_sent_again(store: Store, clock: StillClock, service: Service) -> None:
    service.says(HN, {"hits": [hit(HOME + "one", 40)]})
    service.headers["ETag"] = '"v1"'
    ask(store, clock, service, "hackernews")
    clock.pass_s(8 * 86_400)
    service.says(HN, b"never read")
    done = ask(store, clock, service, "hackernews")
    assert (done.hosts, done.changed, done.failed) == (1, 0, {})
    assert (1, "hackernews_points", 40) in found(store)


def test_lobsters_is_asked_for_the_next_page_while_pages_are_full(
    store: Store, clock: StillClock, service: Service
) -> None:
    service.says(LOBSTERS, [story(f"{HOME}else-{i}", 1) for i in range(24)] + [story(HOME + "one", 3)])
    service.says("/domains/heads.example/page/2.json", [story(HOME + "two", 8)])
    ask(store, clock, service, "lobsters")
    assert {(i, v) for i, kind, v in found(store) if kind == "lobsters_points"} == {(1, 3), (2, 8)}
    assert len(service.asked) == 2


@pytest.mark.parametrize(
    ("status", "kind", "body", "says"),
    [
        (200, "text/html", b"<html>Just a moment...</html>", "answered text/html that is no answer of it"),
        (200, "application/json", b"", "that is no answer of it"),
        (200, "application/json", b'{"hits": 3}', "no list of hits"),
        (200, "application/json", b"\xff\xfe[", "that is no answer of it"),
        (200, "application/json", b"[" * 100_000, "that is no answer of it"),
        (429, "text/plain", b"slow down", "left alone until the next run"),
        (503, "text/html", b"<html>maintenance</html>", "left alone until the next run"),
        (500, "text/html", b"<html>oops</html>", "500"),
    ],
)
def test_nonsense_and_refusals_cost_only_the_service_that_gave_them(
    store: Store, clock: StillClock, service: Service, status: int, kind: str, body: bytes, says: str
) -> None:
    service.says(HN, body, status, kind)
    service.says(LOBSTERS, [story(HOME + "two", 12)])
    done = ask(store, clock, service)
    assert says in done.failed["hackernews"] and set(done.failed) == {"hackernews"}
    assert (2, "lobsters_points", 12) in found(store)
    assert ask(store, clock, service, "hackernews").due == 1  # it was not had, so it is due still


def test_stories_with_odd_fields_are_passed_over(store: Store, clock: StillClock, service: Service) -> None:
    odd = [
        None,
        3,
        {},
        hit(HOME + "two", -5),
        hit(HOME + "two", "90"),
        hit(HOME + "two", 9, number="7/../x"),
        {"url": None, "points": 3},
        hit(HOME + "two" * 2000, 9),
        hit("not a url", 4),
        hit(HOME + "one", 6, None),
    ]
    service.says(HN, {"hits": odd})  # fmt: skip
    ask(store, clock, service, "hackernews")
    assert found(store) == {(1, "hackernews_points", 6), (1, "hackernews_comments", 0)}


def test_a_service_that_cannot_be_reached_is_said_once_and_left_alone(
    store: Store, clock: StillClock, service: Service
) -> None:
    service.end()
    done = ask(store, clock, service)
    assert done.hosts == 0 and set(done.failed) == {"hackernews", "lobsters"}
    service.__init__()  # type: ignore[misc]  # the fixture ends a server that runs


def test_what_robots_txt_forbids_is_not_asked(store: Store, clock: StillClock, service: Service) -> None:
    service.says("/robots.txt", b"User-agent: *\nDisallow: /api/", kind="text/plain")
    service.says(HN, {"hits": [hit(HOME + "one", 40)]})
    done = ask(store, clock, service, "hackernews")
    assert "robots.txt forbids it" in done.failed["hackernews"] and service.asked == []


def test_the_command_says_what_was_had_and_what_not(
    store: Store, service: Service, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_ALLOW_LOOPBACK", "true")
    monkeypatch.setenv("KB_DELAY_S", "0")
    monkeypatch.setenv("KB_EVIDENCE", f"hackernews={service.base}, lobsters={service.base}")
    service.says(HN, {"hits": [hit(HOME + "one", 40)]})
    service.says(LOBSTERS, b"<html>", 500)
    assert cli.run(["--db", str(store.path), "evidence"]) == 3
    assert "asked for 1 of 2 hosts: 1 posts have other points" in capsys.readouterr().err
    assert cli.run(["--db", str(store.path), "evidence"]) == 1
    monkeypatch.setenv("KB_EVIDENCE", "none")
    assert cli.run(["--db", str(store.path), "evidence"]) == 0
    for wrong in ("reddit", "hackernews=ftp://x"):
        monkeypatch.setenv("KB_EVIDENCE", wrong)
        assert cli.run(["--db", str(store.path), "evidence"]) == 2
        assert "error: KB_EVIDENCE cannot be" in capsys.readouterr().err


def test_a_services_paths_hold_whatever_host_they_are_given() -> None:
    for host in ("a.example", "xn--fiqs8s.example", "a.example/../x?y#z", "空.example"):
        for service in (hackernews, lobsters):
            path = service.ask(host, 0)
            assert path is not None and path.isascii() and ".." not in path.replace("..%2F", "") and " " not in path
    assert hackernews.ask("a.example", 1) is None and lobsters.ask("a.example", lobsters.MOST_PAGES) is None


def test_linkers_are_of_other_blogs_no_copies_and_of_the_time(sample_store: Path) -> None:
    reader = open_store(sample_store, create=False).reader
    blog = {int(i): int(s) for i, s in reader.execute("SELECT id, source_id FROM post")}
    found: dict[int, list[int]] = {}
    for link in post_links(reader):
        if blog[link.from_post] != blog[link.to_post]:
            found.setdefault(link.to_post, []).append(link.from_post)
    assert found and linkers_of(reader, blog) == found
    assert linkers_of(reader, blog, until="2000-01-01T00:00:00Z") == {}
    few = sorted(blog)[:5]
    assert references(reader, few) == {i: n for i, n in references(reader).items() if i in few}
