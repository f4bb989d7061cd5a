"""The default model's files: found, verified once, refused when they are not what they should be."""

import hashlib
import sys
from pathlib import Path

import pytest

from kb import embedders
from kb.embedders import weights
from kb.errors import ModelError


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    model = tmp_path / "some_model" / "model"
    model.mkdir(parents=True)
    (tmp_path / "some_model" / "__init__.py").write_text("raise ImportError('must not be imported')")
    (model / "model.safetensors").write_bytes(b"numbers")
    monkeypatch.syspath_prepend(str(tmp_path))
    return model


DIGEST = hashlib.sha256(b"numbers").hexdigest()


def test_the_package_is_found_and_never_imported(package: Path, tmp_path: Path) -> None:
    assert weights.folder("some_model", DIGEST, tmp_path / "memory.json") == package
    assert "some_model" not in sys.modules


def test_altered_weights_are_refused_even_after_they_were_verified(package: Path, tmp_path: Path) -> None:
    weights.folder("some_model", DIGEST, tmp_path / "memory.json")
    (package / "model.safetensors").write_bytes(b"other numbers")
    with pytest.raises(ModelError, match="is not the model it should be"):
        weights.folder("some_model", DIGEST, tmp_path / "memory.json")


def test_a_missing_package_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not installed"):
        weights.folder("no_such_package_of_models", DIGEST, tmp_path / "memory.json")


def test_a_memory_that_cannot_be_written_costs_time_and_nothing_else(package: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert weights.folder("some_model", DIGEST, tmp_path / "file" / "memory.json") == package


def test_a_folder_that_holds_no_model_is_a_model_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be loaded"):
        embedders.load(str(tmp_path), "cpu")


def test_a_device_that_is_not_there_is_a_model_error() -> None:
    with pytest.raises(ModelError, match="no device"):
        embedders.load("minilm", "mps:7" if sys.platform != "darwin" else "cuda")
