"""The mapped copy of the vectors: used when it is right, made anew when it is not, never wrong."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from crawler.types import Post
from kb.store import shelf, vectors
from kb.store.connect import Store, open_store
from kb.store.posts import save_post
from kb.store.sources import add_source
from kb.types import NewSource, Passage

AT = datetime(2026, 10, 1, tzinfo=UTC)
HOME = "https://blog.example/"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    monkeypatch.setattr(shelf, "LEAST_ROWS", 1)
    made = open_store(tmp_path / "kb.sqlite", create=True)
    for i in range(3):
        add(made, i)
    yield made
    made.close()


def add(store: Store, i: int, model: str = "m") -> int:
    rows = np.eye(8, dtype=np.float32)[[i, i + 1]]
    with store.writing() as session:
        source_id, _ = add_source(session, NewSource(HOME), AT)
        post_id = save_post(session, source_id, Post(f"{HOME}{i}", f"{i}", f"text {i}", HOME), AT).post_id
        digest = session.connection().exec_driver_sql("SELECT content_hash FROM post WHERE id = ?", (post_id,)).scalar()
        passages = [Passage(0, post_id, j, "", "", 0, 1) for j in range(2)]
        vectors.write_post(session, post_id, f"{model}|cut1", str(digest), passages, rows, rows[0])
    return post_id


def copy_of(store: Store) -> Path:
    return store.path.with_name("kb.sqlite.vectors")


def read(store: Store, model: str = "m") -> list[tuple[int, int, int]]:
    ids, owners, rows, _ = shelf.passage_vectors(store, model)
    return [(int(i), int(o), int(r.argmax())) for i, o, r in zip(ids, owners, rows, strict=True)]


EXPECTED = [(1, 1, 0), (2, 1, 1), (3, 2, 1), (4, 2, 2), (5, 3, 2), (6, 3, 3)]


def test_the_copy_says_what_the_tables_say(store: Store) -> None:
    assert read(store) == EXPECTED
    assert copy_of(store).exists()
    assert read(store) == EXPECTED
    assert isinstance(shelf.passage_vectors(store, "m")[2].base.base, np.memmap)


@pytest.mark.parametrize("spoil", [b"", b"{}", b"\0" * 5000, None])
def test_a_copy_that_is_missing_or_torn_is_made_anew(store: Store, spoil: bytes | None) -> None:
    read(store)
    whole = copy_of(store).read_bytes()
    copy_of(store).write_bytes(whole[:-8] if spoil is None else spoil)
    assert read(store) == EXPECTED
    assert copy_of(store).read_bytes() == whole


def test_new_and_deleted_rows_count_at_once(store: Store) -> None:
    read(store)
    add(store, 4)
    assert read(store) == [*EXPECTED, (7, 4, 4), (8, 4, 5)]
    with store.writing() as session:
        vectors.drop_post(session, 1)
    assert read(store) == [*EXPECTED[2:], (7, 4, 4), (8, 4, 5)]


def test_ids_never_come_back(store: Store) -> None:
    with store.writing() as session:
        vectors.drop_post(session, 3)
    add(store, 3)
    assert [i for i, _, _ in read(store)] == [1, 2, 3, 4, 7, 8]


def test_a_store_put_back_that_went_another_way_has_another_state(store: Store, tmp_path: Path) -> None:
    copy = open_store(tmp_path / "copy.sqlite", create=True)
    with copy.writing() as session:
        add_source(session, NewSource(HOME), AT)
    for i in (0, 1, 5):
        add(copy, i)
    one, other = vectors.stamp(store.reader), vectors.stamp(copy.reader)
    assert one[:2] == other[:2] and one != other
    copy.close()


def test_another_model_has_no_rows_here(store: Store) -> None:
    assert read(store, "other") == []
    assert read(store) == EXPECTED


def test_a_folder_that_cannot_be_written_is_read_all_the_same(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shelf, "_write", full)
    assert read(store) == EXPECTED
    assert not copy_of(store).exists()
