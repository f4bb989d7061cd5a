"""A blog that is forgotten leaves nothing in the file, and is never fetched again."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import cli
from crawler.types import Post, Reference
from kb.errors import UsageError
from kb.store import frontier
from kb.store.connect import Store, open_store
from kb.store.forgetting import holds, refuse_forgotten
from kb.store.posts import all_posts, save_post
from kb.store.sources import add_source, hand_source, remove_source
from kb.types import NewSource
from tests.integration.test_ingest import NOW

GONE, KEPT = "http://heads.example/blog/", "http://masks.example/"
SECRET = "zyxwvutsrq"  # a word that only the forgotten blog has


def _post(home: str, name: str, text: str) -> Post:
    return Post(f"{home}{name}/", name, text, home, tags=(name,), references=(Reference("link", KEPT),))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path / "kb.sqlite", create=True)
    with made.writing() as session:
        first, _ = add_source(session, NewSource(GONE), NOW)
        second, _ = add_source(session, NewSource(KEPT), NOW)
        for n in range(40):
            save_post(session, first, _post(GONE, f"{SECRET}{n}", f"{SECRET} weighs values by key {n}. " * 40), NOW)
            save_post(session, second, _post(KEPT, f"mask{n}", f"A mask hides key {n}."), NOW)
        save_post(session, first, _post(GONE, f"{SECRET}0", f"{SECRET} edited"), NOW)
    yield made
    made.close()


def _forget(store: Store) -> int:
    with store.writing() as session:
        return remove_source(session, 1, NOW)


def test_nothing_of_a_forgotten_blog_stays_in_the_file(store: Store) -> None:
    path = store.path
    store.engine.connect().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    assert SECRET.encode() in path.read_bytes()
    assert _forget(store) == 40
    assert {post.source for post in all_posts(store.reader)} == {KEPT}
    store.close()
    for file in path.parent.iterdir():
        assert SECRET.encode() not in file.read_bytes(), file


@pytest.mark.parametrize("url", [GONE, "https://www.heads.example/blog", f"{GONE}feed.xml", f"{GONE}heads/"])
def test_nothing_of_a_forgotten_blog_is_followed_or_added_again(store: Store, url: str) -> None:
    _forget(store)
    with pytest.raises(UsageError, match="never fetched again"), store.writing() as session:
        add_source(session, NewSource(url), NOW)
    with pytest.raises(UsageError, match="never fetched again"), store.writing() as session:
        refuse_forgotten(session, url)


def test_what_stands_beside_a_forgotten_blog_is_not_forgotten(store: Store) -> None:
    _forget(store)
    assert not holds(GONE, "http://heads.example/other/")
    with store.writing() as session:
        number, new = add_source(session, NewSource("http://heads.example/other/"), NOW)
        assert new and hand_source(session, "http://heads.example/", NOW) != number
    assert frontier.visit_of(store.reader, number, NOW).barred == (GONE,)


def test_a_single_post_of_a_forgotten_blog_is_refused_before_the_network_is_asked(
    store: Store, capsys: pytest.CaptureFixture[str]
) -> None:
    _forget(store)
    store.close()
    code = cli.run(["--db", str(store.path), "add", f"{GONE}heads/"])
    assert code == 2
    assert f"it is a page of {GONE}" in capsys.readouterr().err


def test_a_list_with_a_forgotten_blog_adds_the_others(
    store: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _forget(store)
    store.close()
    blogs = tmp_path / "blogs.txt"
    blogs.write_text(f"{GONE}\nhttp://tokens.example/\n")
    code = cli.run(["--db", str(store.path), "sources", "import", str(blogs)])
    said = capsys.readouterr().err
    assert code == 0
    assert "1 of 2 added" in said and f"left out: {GONE} was removed with --forget" in said
