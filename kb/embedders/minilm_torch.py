"""all-MiniLM-L6-v2 on torch, with its Chinese rows: batches of like length, each text cut into tokens once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.embedders.chinese import load_rows
from kb.embedders.minilm import LANGUAGES, MAX_TOKENS, NAME, tokens_of
from kb.embedders.sentence_transformer import TorchEmbedder
from kb.types import TextKind

if TYPE_CHECKING:
    from kb.types import Float32

# Tokens of a batch, padding included. On a CPU more lose the caches; on an H100 a quarter of a million take one and a
# half times the texts a second of half as many (benchmarks/results/embed_gpu.json)
TOKENS = {"cpu": 4096, "mps": 1 << 14, "cuda": 1 << 18}


class TorchMiniLM(TorchEmbedder):
    """The packaged model with a row for every Chinese word behind its own vocabulary."""

    def __init__(self, folder: Path, device: str) -> None:
        super().__init__(str(folder), NAME, device, LANGUAGES, MAX_TOKENS)
        self._tokens = tokens_of(folder)
        body = self._model[0].auto_model
        own = body.get_input_embeddings().weight
        rows = self._torch.as_tensor(load_rows(), dtype=own.dtype, device=own.device)
        body.set_input_embeddings(self._torch.nn.Embedding.from_pretrained(self._torch.cat([own.detach(), rows])))

    def encode(self, texts: list[str], kind: TextKind = "doc") -> Float32:
        """Unit vectors in float32, whatever the precision that they were computed in."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.dim), np.float32)
        ids = self._tokens.framed(texts, self.max_tokens)
        order = sorted(range(len(ids)), key=lambda i: -len(ids[i]))
        budget = TOKENS[self.device.split(":")[0]]
        with self._torch.inference_mode():
            rows = [self._forward([ids[i] for i in batch]) for batch in _batches(order, ids, budget)]
        found: Float32 = np.empty((len(ids), self.dim), np.float32)
        found[order] = self._torch.cat(rows).cpu().numpy()
        return found

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens without special ones, however long the text."""
        return [len(ids) for ids in self._tokens.ids(texts)]

    def _forward(self, ids: Sequence[Sequence[int]]) -> Any:
        """Unit vectors of one batch, on the device."""
        import numpy as np

        lengths = np.array([len(row) for row in ids])
        mask = np.arange(lengths.max()) < lengths[:, None]
        padded = np.zeros(mask.shape, np.int64)
        padded[mask] = np.concatenate([np.asarray(row, np.int64) for row in ids])
        features = {"input_ids": padded, "attention_mask": mask.astype(np.int64)}
        on_device = {name: self._torch.from_numpy(rows).to(self.device) for name, rows in features.items()}
        return self._torch.nn.functional.normalize(self._model(on_device)["sentence_embedding"].float(), dim=1)


def _batches(order: Sequence[int], ids: Sequence[Sequence[int]], budget: int) -> Iterator[Sequence[int]]:
    """The order in stretches that take at most so many tokens when they are padded; the longest texts come first."""
    at = 0
    while at < len(order):
        size = max(1, budget // len(ids[order[at]]))
        yield order[at : at + size]
        at += size
