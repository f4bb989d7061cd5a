"""The light forward pass against sentence-transformers itself, on the sample web's own texts in both languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb import embedders
from kb.embedders import weights

CONTENT = Path(__file__).parents[2] / "crawler" / "sample" / "content"


def texts() -> list[str]:
    """250 paragraphs in each language, from a word to more than the model can take."""
    found: dict[bool, list[str]] = {True: [], False: []}
    for file in sorted(CONTENT.rglob("*.md")):
        for block in file.read_text(encoding="utf-8").split("+++")[-1].split("\n\n"):
            chinese = any("\u4e00" <= c <= "\u9fff" for c in block)
            if block.strip() and len(found[chinese]) < 247:
                found[chinese].append(block.strip())
    edges = ["a", "", "x " * 600], ["学", "迁移学习", "梯度" * 400]
    return [*found[False], *edges[0], *found[True], *edges[1]]


@pytest.mark.slow
def test_the_light_pass_gives_the_vectors_of_sentence_transformers() -> None:
    from sentence_transformers import SentenceTransformer

    everything = texts()
    assert len(everything) == 500
    light, _ = embedders.load_light("minilm")
    plain = SentenceTransformer(str(weights.folder()), device="cpu")
    theirs = plain.encode(everything, normalize_embeddings=True)
    cosines = (light.encode(everything) * np.asarray(theirs)).sum(axis=1)
    assert cosines.min() > 0.9999
