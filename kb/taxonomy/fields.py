"""The upper level of the taxonomy: fields of deep learning, and what the same blogs write about beside it."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING

import numpy as np

from kb.errors import ModelError
from kb.language.terms import Terms
from kb.store import relevance as kept
from kb.taxonomy.labels import term_counts

if TYPE_CHECKING:
    from kb.store.connect import Store
    from kb.types import Embedder, Float32

READ = 8000  # characters of a post whose terms are counted for topics
OTHER = "practice"  # the field of topics that are like no field more than posts usually are: code, tools, languages


@dataclass(frozen=True, slots=True)
class Field:
    """A field with the words that describe it; one that is not `on` is left out of the chart."""

    id: str
    label_en: str
    label_zh: str
    description: str
    description_zh: str
    on: bool


@dataclass(frozen=True, slots=True)
class Prototypes:
    """A unit vector a field, in the order of `ids`; the first `n_on` are the fields of deep learning."""

    ids: tuple[str, ...]
    rows: Float32  # (n, dim)
    n_on: int


def load_fields() -> tuple[Field, ...]:
    """The fields of data/fields.toml, those of deep learning first."""
    data = tomllib.loads(_text())
    on = [_field(row, on=True) for row in data["field"]]
    return (*on, *(_field(row, on=False) for row in data["off"]))


def fields_hash() -> str:
    """Fingerprint of the fields' file."""
    return hashlib.blake2b(_text().encode(), digest_size=6).hexdigest()


def prototypes(embedder: Embedder, fields: Sequence[Field]) -> Prototypes:
    """The mean of a field's two descriptions' vectors; a model that knows no Chinese is given that one glossed."""
    chinese = [field.description_zh for field in fields]
    if embedder.languages and "zh" not in embedder.languages:
        from kb.language.gloss import load_glosser

        glosser = load_glosser()
        chinese = [glosser.to_english(text) for text in chinese]
    english = [field.description for field in fields]
    both = embedder.encode(english + chinese).reshape(2, len(fields), -1).sum(axis=0)
    rows = (both / np.maximum(np.linalg.norm(both, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return Prototypes(tuple(field.id for field in fields), rows, sum(field.on for field in fields))


def field_shares(text: str, terms: Terms, fields: Prototypes) -> Float32:
    """How much of what a text (title, tags, body, a line each) names belongs to each field."""
    place = {name: i for i, name in enumerate(fields.ids[: fields.n_on])}
    share = np.zeros(fields.n_on, np.float32)
    squares = 0.0
    for index, n in term_counts([text], terms)[0].items():
        value = float(np.log1p(n))
        squares += value * value
        if (at := place.get(terms.all[index].field)) is not None:
            share[at] += value
    return np.asarray(share / max(squares, 1e-9) ** 0.5, np.float32)


def kept_prototypes(store: Store) -> Prototypes | None:
    """The fields' prototypes in the space of the posts' vectors, if they were computed before."""
    fields = load_fields()
    rows = kept.kept_prototypes(store.reader, _name(store), len(fields))
    return None if rows is None else Prototypes(tuple(f.id for f in fields), rows, sum(f.on for f in fields))


def field_prototypes(store: Store, embedder: Callable[[], Embedder]) -> Prototypes:
    """The same, computed where they are not kept yet, and kept.

    embedder: called only then. Raises ModelError when its vectors have other dimensions than the posts'.
    """
    if found := kept_prototypes(store):
        return found
    model = embedder()
    dim = kept.dimensions(store.reader)
    if dim != model.dim:
        raise ModelError(
            f"the posts' vectors have {dim} dimensions, those of {model.name} have {model.dim}",
            "make them anew by that model: kb embed",
        )
    made = prototypes(model, load_fields())
    with store.writing() as session:
        kept.keep_prototypes(session, _name(store), made.rows)
    return made


def _name(store: Store) -> str:
    return f"{fields_hash()}/{kept.vectors_made_by(store.reader)}"


def _text() -> str:
    return (resources.files("kb") / "data" / "fields.toml").read_text(encoding="utf-8")


def _field(row: dict[str, str], *, on: bool) -> Field:
    return Field(
        row["id"], row.get("label_en", ""), row.get("label_zh", ""), row["description"], row["description_zh"], on
    )
