"""The store on disk: made, upgraded, refused, written by one at a time, copied, put back, pruned."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from crawler.types import Post, Reference
from kb.errors import StoreError
from kb.store import schema
from kb.store.connect import Store, open_store
from kb.store.copies import back_up, drop_old, put_back
from kb.store.posts import add_alias, body, get_post, post_id_of, save_post, version_of, versions
from kb.store.sources import add_source, due_sources, find_source, list_sources, remove_source
from kb.types import NewSource

AT = datetime(2026, 10, 1, 12, tzinfo=UTC)
URL = "http://attention.example/heads/"


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = open_store(tmp_path / "kb.sqlite", create=True)
    yield made
    made.close()


def _post(text: str = "Attention weighs values by keys.", **more: object) -> Post:
    return Post(url=URL, title="Heads", markdown=text, source="http://attention.example/", **more)  # type: ignore[arg-type]


def _save(store: Store, post: Post) -> tuple[int, str]:
    with store.writing() as session:
        source_id, _ = add_source(session, NewSource(post.source), AT)
        saved = save_post(session, source_id, post, AT)
    return saved.post_id, saved.change


def test_a_new_store_has_the_newest_schema_and_opens_again_without_work(tmp_path: Path) -> None:
    file = tmp_path / "new" / "kb.sqlite"
    open_store(file, create=True).close()
    assert schema.revision_of(file) == schema.head()
    before = file.read_bytes()
    open_store(file, create=False).close()
    assert file.read_bytes() == before


def test_the_tables_of_the_migrations_are_those_of_the_models(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext
    from sqlmodel import SQLModel

    with store.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"include_object": lambda _o, name, kind, _r, _c: not (kind == "table" and "_fts" in name)}
        )
        assert compare_metadata(context, SQLModel.metadata) == []


@pytest.mark.parametrize("revision", ["0001", "0002", "0003"])
def test_a_store_of_an_earlier_schema_is_upgraded_after_a_copy_and_loses_nothing(store: Store, revision: str) -> None:
    from alembic import command
    from alembic.config import Config
    from sqlalchemy import create_engine

    number, _ = _save(store, _post())
    file = store.path
    config = Config()
    config.set_main_option("script_location", str(files("migrations")))
    store.close()
    engine = create_engine(f"sqlite:///{file}")  # whose foreign keys do not hold up a table that is made anew
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
        connection.commit()
    engine.dispose()
    assert schema.revision_of(file) == revision
    again = open_store(file, create=False)
    assert schema.revision_of(file) == schema.head()
    assert body(again.reader, number) == "Attention weighs values by keys."
    assert [source.url for source in list_sources(again.reader)] == ["http://attention.example/"]
    again.close()
    assert schema.revision_of(file.with_name(f"{file.name}.before-{schema.head()}-from-{revision}")) == revision


def test_a_missing_store_is_only_made_when_asked(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no store at"):
        open_store(tmp_path / "none.sqlite", create=False)
    assert not (tmp_path / "none.sqlite").exists()


def test_a_file_that_is_no_database_or_another_program_s_is_refused_and_untouched(tmp_path: Path) -> None:
    text = tmp_path / "text.sqlite"
    text.write_text("this is no database, however long it may be " * 50)
    with pytest.raises(StoreError, match="is no database"):
        open_store(text, create=True)
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as db:
        db.execute("CREATE TABLE tracks (id)")
    before = other.read_bytes()
    with pytest.raises(StoreError, match="another program"):
        open_store(other, create=True)
    assert other.read_bytes() == before


def test_a_store_of_a_newer_program_is_refused(store: Store) -> None:
    with closing(sqlite3.connect(store.path)) as db:
        db.execute("UPDATE alembic_version SET version_num = '9999'")
        db.commit()
    with pytest.raises(StoreError, match=r"has schema 9999, this program knows up to"):
        open_store(store.path, create=True)


def test_a_folder_in_place_of_the_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="is a folder"):
        open_store(tmp_path, create=True)


def test_a_place_that_cannot_be_written_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError, match="cannot write"):
        open_store(tmp_path / "file" / "kb.sqlite", create=True)


def test_a_block_that_raises_leaves_nothing_behind(store: Store) -> None:
    with pytest.raises(ZeroDivisionError), store.writing() as session:
        add_source(session, NewSource("http://a.example/"), AT)
        raise ZeroDivisionError
    assert list_sources(store.reader) == []


def test_a_second_writer_waits_for_the_first(store: Store) -> None:
    began, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with store_of_thread.writing() as session:
            add_source(session, NewSource("http://a.example/"), AT)
            began.set()
            go_on.wait(5)

    store_of_thread = Store(store.path)
    thread = threading.Thread(target=slow)
    thread.start()
    began.wait(5)
    threading.Timer(0.1, go_on.set).start()
    with store.writing() as session:
        add_source(session, NewSource("http://b.example/"), AT)
    thread.join()
    store_of_thread.close()
    assert [s.url for s in list_sources(store.reader)] == ["http://a.example/", "http://b.example/"]


def test_a_post_is_new_then_the_same_then_edited_with_its_earlier_text_kept(store: Store) -> None:
    number, change = _save(store, _post())
    assert change == "new"
    assert _save(store, _post()) == (number, "same")
    assert _save(store, _post("Attention weighs values.")) == (number, "edited")
    assert versions(store.reader, number) == [1, 2]
    assert version_of(store.reader, number, 1) == ("Heads", "Attention weighs values by keys.")
    assert body(store.reader, number) == "Attention weighs values."


def test_a_post_is_found_by_id_url_and_alias(store: Store) -> None:
    number, _ = _save(store, _post())
    with store.writing() as session:
        add_alias(session, "http://attention.example/old/", number)
    names = (str(number), URL, "http://attention.example/heads/index.html", "http://attention.example/old/")
    assert [post_id_of(store.reader, name) for name in names] == [number] * 4
    assert post_id_of(store.reader, "http://attention.example/other/") is None


def test_a_post_with_marks_that_sqlite_cannot_hold_is_stored_without_them(store: Store) -> None:
    number, _ = _save(store, _post("nul \0 and surrogate \ud800 here", authors=("a\ud800",)))
    post = get_post(store.reader, number)
    assert post is not None
    assert "\0" not in body(store.reader, number)


def test_a_source_is_one_however_its_address_is_spelt(store: Store) -> None:
    with store.writing() as session:
        spelt = ("http://a.example/", "http://A.example", "http://a.example:80/", "http://a.example/#top")
        ids = {add_source(session, NewSource(url), AT)[0] for url in spelt}
    assert len(ids) == 1


def test_a_source_is_found_by_id_host_and_title_and_a_wrong_name_is_answered_with_the_nearest(store: Store) -> None:
    with store.writing() as session:
        number, _ = add_source(session, NewSource("http://attention.example/", "Attention, Explained"), AT)
    for name in (str(number), "attention.example", "attention, explained", "http://attention.example"):
        assert find_source(store.reader, name).id == number
    with pytest.raises(Exception, match=r'no such blog: "attention.exampl" \(did you mean'):
        find_source(store.reader, "attention.exampl")


def test_forgetting_a_source_deletes_its_posts_for_good_and_refuses_it_afterwards(store: Store) -> None:
    _save(store, _post(references=(Reference("link", "http://b.example/"),)))
    source = find_source(store.reader, "attention.example")
    with store.writing() as session:
        assert remove_source(session, source.id, AT) == 1
    left = {t: store.reader.execute(f"SELECT count(*) FROM {t}").fetchone()[0]
            for t in ("post", "body", "reference", "text_row", "text_fts", "source")}  # fmt: skip
    assert set(left.values()) == {0}, left
    with pytest.raises(Exception, match="never fetched again"), store.writing() as session:
        add_source(session, NewSource("http://attention.example/"), AT)


def test_what_is_due_is_what_was_never_visited_or_whose_time_has_come(store: Store) -> None:
    with store.writing() as session:
        number, _ = add_source(session, NewSource("http://a.example/"), AT)
    assert due_sources(store.reader, AT, (), every=False) == [number]


def test_a_copy_holds_everything_and_can_be_put_back(store: Store, tmp_path: Path) -> None:
    number, _ = _save(store, _post())
    copy = tmp_path / "copy.sqlite"
    assert back_up(store, copy) == copy.stat().st_size
    _save(store, _post("changed since"))
    store.close()
    kept = put_back(copy, store.path)
    again = open_store(store.path, create=False)
    assert body(again.reader, number) == "Attention weighs values by keys."
    again.close()
    assert kept is not None and schema.revision_of(kept) == schema.head()


def test_a_copy_is_never_written_over_a_file_and_a_damaged_one_is_never_put_back(store: Store, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="exists already"):
        back_up(store, store.path)
    wrong = tmp_path / "wrong.sqlite"
    wrong.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match="is no database"):
        put_back(wrong, store.path)
    assert schema.revision_of(store.path) == schema.head()


def test_pruning_keeps_the_newest_texts(store: Store) -> None:
    for text in ("one", "two", "three", "four"):
        number, _ = _save(store, _post(text))
    assert drop_old(store, 0, versions=1).texts == 2
    assert versions(store.reader, number) == [3, 4]


def test_pages_that_name_one_canonical_address_are_one_post_in_either_order(store: Store) -> None:
    twin = "http://attention.example/posts/heads/"
    first, _ = _save(
        store, Post(url=twin, title="Heads", markdown="Text.", source="http://attention.example/", canonical=URL)
    )
    assert _save(store, _post("Text."))[0] == first
    again = Post(
        url=twin + "?page=1", title="Heads", markdown="Text.", source="http://attention.example/", canonical=URL
    )
    assert _save(store, again) == (first, "same")
    post = get_post(store.reader, first)
    assert post is not None and post.url == URL
    assert post_id_of(store.reader, twin) == first


def test_a_canonical_address_shared_by_pages_of_other_titles_merges_nothing(store: Store) -> None:
    pages = [Post(url=f"{URL}{n}/", title=f"Post {n}", markdown="Text.", source="http://attention.example/",
                  canonical="http://attention.example/") for n in range(3)]  # fmt: skip
    assert len({_save(store, page)[0] for page in pages}) == 3
