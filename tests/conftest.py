"""What several kinds of test share: a store of the sample web, made once by the main job itself."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

import cli

if (
    "PYTEST_XDIST_WORKER" in os.environ
):  # workers that each take all cores for a product of matrices wait for each other
    os.environ.setdefault("OMP_NUM_THREADS", "1")

# The same examples every time: a check that fails by chance on somebody else's change helps nobody
settings.register_profile("same", derandomize=True)
settings.load_profile("same")


@pytest.fixture(scope="session")
def sample_store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store that `kb run --sample` made; not to be written (copy it: sample_copy)."""
    file = tmp_path_factory.mktemp("sample") / "sample.sqlite"
    assert cli.run(["--db", str(file), "-q", "run", "--sample"]) == 0
    return file


@pytest.fixture
def sample_copy(sample_store: Path, tmp_path: Path) -> Iterator[Path]:
    """The same, to do with as one likes."""
    from kb.store.connect import open_store
    from kb.store.copies import back_up

    copy = tmp_path / "sample.sqlite"
    store = open_store(sample_store, create=False)
    back_up(store, copy)
    store.close()
    yield copy
    shutil.rmtree(tmp_path, ignore_errors=True)
