"""Embedding models: one file a family, found by the names of models that it answers for.

A file has `MODELS` (names it answers for; empty for any), `load(model, device) -> Embedder` for many texts, and may
have `load_light(model) -> Embedder`, the same vectors for a query or two, without torch, and `chinese_version() -> str`
where an English model was given a Chinese vocabulary.
"""

from __future__ import annotations

import os
import pkgutil
import sys
from importlib import import_module
from types import ModuleType

from kb.errors import ModelError
from kb.types import Embedder

ANY = "sentence_transformer"  # the family that takes every name that no other file knows


def load(model: str, device: str = "auto") -> Embedder:
    """The embedder of a model for many texts. Raises ModelError when it cannot be had or the device is not there."""
    embedder: Embedder = family(model).load(model, device)
    return embedder


def load_light(model: str) -> tuple[Embedder, str | None]:
    """The embedder of a model for single queries, and a word for -v where it has to be the heavy one after all."""
    chosen = family(model)
    if hasattr(chosen, "load_light"):
        if "numpy" not in sys.modules:
            # starting BLAS threads costs a cold search .2 s of CPU, and a query is too small to need them
            os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        light: Embedder = chosen.load_light(model)
        return light, None
    return load(model, "cpu"), f"{model} has no light path: torch is loaded for the query"


def has_light(model: str) -> bool:
    """Whether single queries go without torch."""
    return hasattr(family(model), "load_light")


def name_of(model: str) -> str:
    """The name under which the model's vectors are stored, without loading it."""
    chosen = family(model)
    name: str = chosen.name_of(model)
    return name


def reads_chinese(model: str) -> bool:
    """Whether an English model was given a Chinese vocabulary, so that its texts are not glossed."""
    return hasattr(family(model), "chinese_version")


def chinese_version(model: str) -> str:
    """What such a model reads Chinese by: the vectors of Chinese texts are made anew when this changes."""
    version: str = family(model).chinese_version()
    return version


def family(model: str) -> ModuleType:
    """The file that answers for a model. Importing it costs nothing: the heavy imports are in its functions."""
    if not model.strip():
        raise ModelError("no model is named", "KB_MODEL takes a name of the hub or a folder")
    for found in pkgutil.iter_modules(__path__):
        module = import_module(f"{__name__}.{found.name}")
        if model in getattr(module, "MODELS", ()):
            return module
    return import_module(f"{__name__}.{ANY}")
