"""all-MiniLM-L6-v2, the default, with a Chinese vocabulary: on torch for many texts, by numpy alone for a query, the
same vectors either way."""

from __future__ import annotations

import json
import mmap
import struct
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.blas import one_thread
from kb.embedders import weights
from kb.embedders.chinese import ENGLISH, Tokens, load_rows, version
from kb.types import Embedder, TextKind

if TYPE_CHECKING:
    import numpy as np

    from kb.types import Float32

NAME = "all-MiniLM-L6-v2"
MODELS = (NAME, f"sentence-transformers/{NAME}", "minilm")
LAYERS, HEADS, DIM, MAX_TOKENS = 6, 12, 384, 256
LANGUAGES = frozenset({"en", "zh"})


def name_of(model: str) -> str:
    """The name under which its vectors are stored."""
    return NAME


def load(model: str, device: str) -> Embedder:
    """The packaged model on torch, for many texts. Raises ModelError when it is not installed or was altered."""
    from kb.embedders.minilm_torch import TorchMiniLM

    return TorchMiniLM(weights.folder(), device)


def load_light(model: str) -> Embedder:
    """The packaged model without torch: loads in some 50 ms, 5 to 20 ms a query."""
    return MiniLM(weights.folder())


def chinese_version() -> str:
    """What it reads Chinese by."""
    return version(tokens_of(weights.folder()))


class MiniLM:
    """The forward pass of BERT (Devlin et al. 2018, post-norm) over the model's own weights, mapped into memory."""

    name, dim, languages, max_tokens = NAME, DIM, LANGUAGES, MAX_TOKENS

    def __init__(self, folder: Path) -> None:
        self._tokens = tokens_of(folder)
        self._w = _tensors(folder / "model.safetensors")
        self._one_thread = one_thread()

    def encode(self, texts: list[str], kind: TextKind = "doc") -> Float32:
        """Unit vectors; one text at a time, so meant for few."""
        import numpy as np

        if not texts:
            return np.zeros((0, DIM), np.float32)
        with self._one_thread():
            return np.stack([self._vector(ids) for ids in self._tokens.framed(texts, MAX_TOKENS)])

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens without the two special ones, however long the text."""
        return [len(ids) for ids in self._tokens.ids(texts)]

    def _vector(self, ids: list[int]) -> Float32:
        import numpy as np

        w, n = self._w, len(ids)
        words = w["embeddings.word_embeddings.weight"][[i if i < ENGLISH else 0 for i in ids]]
        if chinese := [at for at, i in enumerate(ids) if i >= ENGLISH]:
            words[chinese] = self._rows[[ids[at] - ENGLISH for at in chinese]]
        x = words + w["embeddings.position_embeddings.weight"][:n]
        x = _norm(x + w["embeddings.token_type_embeddings.weight"][0], w, "embeddings.LayerNorm")
        for i in range(LAYERS):
            at = f"encoder.layer.{i}."
            x = _norm(x + self._attention(x, at), w, at + "attention.output.LayerNorm")
            inner = _gelu(_linear(x, w, at + "intermediate.dense"))
            x = _norm(x + _linear(inner, w, at + "output.dense"), w, at + "output.LayerNorm")
        mean = x.mean(axis=0)
        unit: Float32 = (mean / np.linalg.norm(mean)).astype(np.float32)
        return unit

    @cached_property
    def _rows(self) -> Float32:
        return load_rows()

    def _attention(self, x: Float32, at: str) -> Float32:
        import numpy as np

        n, w = len(x), self._w
        q, k, v = (
            _linear(x, w, f"{at}attention.self.{part}").reshape(n, HEADS, DIM // HEADS).transpose(1, 0, 2)
            for part in ("query", "key", "value")
        )
        scores = q @ k.transpose(0, 2, 1) / np.float32((DIM // HEADS) ** 0.5)
        weights_ = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights_ /= weights_.sum(axis=-1, keepdims=True)
        mixed = (weights_ @ v).transpose(1, 0, 2).reshape(n, DIM)
        return _linear(mixed, w, at + "attention.output.dense")


def _linear(x: Float32, w: dict[str, Any], at: str) -> Float32:
    y: Float32 = x @ w[at + ".weight"].T + w[at + ".bias"]
    return y


def _norm(x: Float32, w: dict[str, Any], at: str) -> Float32:
    centred = x - x.mean(axis=-1, keepdims=True)
    variance = (centred * centred).mean(axis=-1, keepdims=True)
    y: Float32 = centred / (variance + 1e-12) ** 0.5 * w[at + ".weight"] + w[at + ".bias"]
    return y


def _gelu(x: Float32) -> Float32:
    """x times the normal distribution function; erf by Abramowitz and Stegun 7.1.26, error below 1.5e-7."""
    import numpy as np

    z = np.abs(x) * np.float32(2**-0.5)
    t = 1 / (1 + np.float32(0.3275911) * z)
    poly = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * np.float32(1.061405429)))))
    erf = np.copysign(1 - poly * np.exp(-z * z), x)
    y: Float32 = x * (1 + erf) / 2
    return y


def tokens_of(folder: Path) -> Tokens:
    """The token ids of the model in a folder."""
    from tokenizers import Tokenizer

    return Tokens(Tokenizer.from_file(str(folder / "tokenizer.json")))


def _tensors(path: Path) -> dict[str, np.ndarray[Any, Any]]:
    """The arrays of a safetensors file, views of the mapped file: eight bytes of length, a JSON header, the numbers."""
    import numpy as np

    with path.open("rb") as file:
        mapped = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    (size,) = struct.unpack("<Q", mapped[:8])
    header = json.loads(mapped[8 : 8 + size])
    found = {}
    for name, entry in header.items():
        if name != "__metadata__" and entry["dtype"] == "F32":
            first, last = entry["data_offsets"]
            numbers = np.frombuffer(mapped, "<f4", (last - first) // 4, 8 + size + first)
            found[name] = numbers.reshape(entry["shape"])
    return found
