"""The light forward pass against torch and sentence-transformers, on the sample web's own texts in both languages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from kb import embedders
from kb.embedders import weights
from kb.language.words import has_cjk

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
    light, heavy = embedders.load_light("minilm")[0], embedders.load("minilm", "cpu")
    rows = light.encode(everything)
    assert (rows * heavy.encode(everything)).sum(axis=1).min() > 0.9999
    english = [at for at, text in enumerate(everything) if not has_cjk(text)]  # its own tokens: as it is published
    plain = SentenceTransformer(str(weights.folder()), device="cpu")
    theirs = plain.encode([everything[at] for at in english], normalize_embeddings=True)
    assert len(english) >= 250 and (rows[english] * np.asarray(theirs)).sum(axis=1).min() > 0.9999


@pytest.mark.slow
def test_a_sentence_and_its_translation_are_near_each_other() -> None:
    light = embedders.load_light("minilm")[0]
    pairs = (
        ("学习率太大时，训练的损失会发散。", "With too large a learning rate the training loss diverges."),
        ("残差连接让很深的网络也能训练。", "Residual connections make very deep networks trainable."),
        ("我们把文字切成词元，再查它们的嵌入。", "We cut the text into tokens and look up their embeddings."),
        ("這個模型會過擬合嗎？", "Does this model overfit?"),
    )
    chinese, english = (light.encode([pair[side] for pair in pairs]) for side in (0, 1))
    near = chinese @ english.T
    assert (near.argmax(axis=1) == np.arange(len(pairs))).all() and np.diagonal(near).min() > 0.5
