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
def store(tmp_path: Path) -> Iterator[Store]:
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
    """Passage, post and where the vector points, of all that hold."""
    found = shelf.read_vectors(store, model, least=1)
    rows = []
    for part, alive in ((found.base, found.alive), (found.tail, None)):
        if part is not None:
            rows += [
                (int(i), int(part.posts[o]), int(r.argmax()))
                for i, o, r in zip(part.ids, part.owner, part.rows, strict=True)
                if alive is None or alive[o]
            ]
    return sorted(rows)


EXPECTED = [(1, 1, 0), (2, 1, 1), (3, 2, 1), (4, 2, 2), (5, 3, 2), (6, 3, 3)]


def test_the_copy_says_what_the_tables_say(store: Store) -> None:
    assert read(store) == EXPECTED
    assert copy_of(store).exists()
    assert read(store) == EXPECTED
    assert isinstance(shelf.read_vectors(store, "m").base.rows.base.base, np.memmap)


@pytest.mark.parametrize("spoil", [b"", b"{}", b"\0" * 5000, None])
def test_a_copy_that_is_missing_or_torn_is_made_anew_with_a_word(store: Store, spoil: bytes | None) -> None:
    read(store)
    whole = copy_of(store).read_bytes()
    copy_of(store).write_bytes(whole[:-8] if spoil is None else spoil)
    assert "torn" in shelf.read_vectors(store, "m", least=1).note
    assert copy_of(store).read_bytes() == whole
    copy_of(store).unlink()
    assert read(store) == EXPECTED and copy_of(store).read_bytes() == whole


def test_a_copy_of_the_right_size_with_zeros_for_its_end_is_made_anew_with_a_word(store: Store) -> None:
    shelf.read_vectors(store, "m", least=1)
    whole = copy_of(store).read_bytes()
    copy_of(store).write_bytes(whole[:-200] + bytes(200))
    found = shelf.read_vectors(store, "m", least=1)
    assert "torn" in found.note
    assert copy_of(store).read_bytes() == whole


def test_new_deleted_and_changed_posts_count_at_once_without_a_new_copy(store: Store) -> None:
    read(store)
    whole = copy_of(store).read_bytes()
    add(store, 4)
    assert read(store) == [*EXPECTED, (7, 4, 4), (8, 4, 5)]
    with store.writing() as session:
        vectors.drop_post(session, 1)
    assert read(store) == [*EXPECTED[2:], (7, 4, 4), (8, 4, 5)]
    with store.writing() as session:
        vectors.drop_post(session, 2)
    add(store, 1)
    assert read(store) == [*EXPECTED[4:], (7, 4, 4), (8, 4, 5), (9, 2, 1), (10, 2, 2)]
    assert copy_of(store).read_bytes() == whole


def test_a_copy_of_a_store_that_went_another_way_serves_what_is_the_same_alone(store: Store, tmp_path: Path) -> None:
    other = open_store(tmp_path / "other.sqlite", create=True)
    for i in (0, 1, 5):
        add(other, i)
    own = read(other)
    read(store)
    shelf.beside(other).write_bytes(copy_of(store).read_bytes())
    assert read(other) == own != EXPECTED
    other.close()


def test_many_changes_make_a_new_copy(store: Store) -> None:
    read(store)
    for i in range(10, 80):
        add(store, i % 7)  # seven posts again and again
        with store.writing() as session:
            vectors.drop_post(session, 1)
    for i in range(100):
        with store.writing() as session:
            source_id, _ = add_source(session, NewSource(HOME), AT)
            post_id = save_post(session, source_id, Post(f"{HOME}x{i}", f"{i}", f"x {i}", HOME), AT).post_id
            digest = (
                session.connection().exec_driver_sql("SELECT content_hash FROM post WHERE id = ?", (post_id,)).scalar()
            )
            row = np.eye(8, dtype=np.float32)[[1]]
            vectors.write_post(
                session, post_id, "m|c", str(digest), [Passage(0, post_id, 0, "", "", 0, 1)], row, row[0]
            )
    assert len(read(store)) > 100
    assert shelf.read_vectors(store, "m", least=1).tail is None


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


def test_a_copy_that_cannot_be_written_is_done_without(store: Store) -> None:
    copy_of(store).mkdir()
    assert read(store) == EXPECTED
    assert copy_of(store).is_dir()


def halves(rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Two lists: even places and odd ones."""
    lists = (np.arange(len(rows)) % 2).astype(np.int32)
    return np.stack([rows[lists == i].mean(axis=0) for i in range(2)]), lists


def test_rows_in_lists_are_the_same_rows_and_stay_so_through_changes(store: Store) -> None:
    assert shelf.refresh(store, "m", halves, 1) == 6
    assert shelf.read_vectors(store, "m").base.centroids is not None
    assert read(store) == EXPECTED
    add(store, 4)
    with store.writing() as session:
        vectors.drop_post(session, 1)
    assert read(store) == [*EXPECTED[2:], (7, 4, 4), (8, 4, 5)]
    assert shelf.refresh(store, "m", halves, 1) == 0  # a few changes are not worth a new index
    assert shelf.read_vectors(store, "m").base.centroids is not None
