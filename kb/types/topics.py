"""Topics and what belongs to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic with its labels; a topic with a parent belongs to that field of the taxonomy."""

    id: int
    label_en: str
    label_zh: str
    terms: tuple[str, ...]
    size: int
    parent: int | None = None
    field: str | None = None  # id in fields.toml, on the upper level alone

    def as_json(self) -> dict[str, Any]:
        """The keys of a topic that stay fixed (docs/cli.md)."""
        return {
            "id": self.id,
            "label_en": self.label_en,
            "label_zh": self.label_zh,
            "terms": list(self.terms),
            "size": self.size,
            "parent": self.parent,
        }


@dataclass(frozen=True, slots=True)
class Assignment:
    """That a post belongs to a topic, and how much (0 to 1); the heaviest one is the post's topic."""

    post_id: int
    topic_id: int
    weight: float
