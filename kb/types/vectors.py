"""Passages, their vectors, and what makes them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Float32 = NDArray[np.float32]
    Int64 = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a post that is embedded as one."""

    id: int  # 0 before it is stored
    post_id: int
    position: int  # 0 for the first of a post
    heading: str  # heading path, "Optimisers > Adam"; empty above the first heading
    text: str  # what the model sees, before glossing
    start: int  # offsets of the stretch in the post's Markdown, in characters
    end: int
    kind: Literal["prose", "code"] = "prose"


@dataclass(frozen=True, slots=True)
class Vectors:
    """Unit vectors of one model; row i belongs to ids[i]."""

    ids: Int64  # (n,) passage or post ids
    rows: Float32  # (n, dim)
    model: str


TextKind = Literal["doc", "query"]  # some models put another prompt before a query


class Embedder(Protocol):
    """Turns texts into unit vectors. A file of kb/embedders gives one by load(model, device)."""

    name: str  # the id that is stored beside every vector
    dim: int
    languages: frozenset[str]  # ISO 639-1; empty: any
    max_tokens: int  # special tokens included

    def encode(self, texts: list[str], kind: TextKind = "doc") -> Float32:
        """Shape (len(texts), dim), float32, each row of length 1."""
        ...

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens of each text by the model's own tokenizer, special tokens left out."""
        ...
