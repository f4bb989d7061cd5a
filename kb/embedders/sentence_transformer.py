"""Any model that sentence-transformers can load, from the hub or a folder, on torch."""

from __future__ import annotations

import logging
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.embedders.weights import whole
from kb.errors import ModelError
from kb.types import Embedder, TextKind

if TYPE_CHECKING:
    from kb.types import Float32

CJK_ENTRIES = 3000  # a vocabulary with this many CJK entries knows Chinese: BERT's English one has 530, XLM-R's 20,000
BATCH = {"cpu": 16, "mps": 64, "cuda": 512}  # texts; on a CPU more than 16 lose the caches (16: 43/s, 64: 39/s)

log = logging.getLogger("kb")


def name_of(model: str) -> str:
    """The name under which its vectors are stored: the hub's name, or the folder's own path."""
    return str(Path(model).resolve()) if Path(model).is_dir() else model


def load(model: str, device: str) -> Embedder:
    """A model of the hub or of a folder. Raises ModelError when it cannot be had or the device is not there."""
    return TorchEmbedder(model, name_of(model), device, None, None)


class TorchEmbedder:
    """A SentenceTransformer in half precision where the device is faster so, batches sorted by length.

    languages: None to tell by the vocabulary whether the model is English alone.
    """

    def __init__(
        self, path: str, name: str, device: str, languages: frozenset[str] | None, max_tokens: int | None
    ) -> None:
        # Threads that wait for each other sleep: with the default they spin, and on a machine that others use too, two
        # threads then did 9 texts a second where one did 35 and two that sleep 28 to 48. Read when torch is loaded
        os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
        import torch

        self.name = name
        self.device = _device(device)
        self._model = _load(path, self.device, _dtype(self.device))
        self.dim = int(self._model.get_embedding_dimension() or 0)
        self.max_tokens = max_tokens or int(self._model.max_seq_length or 512)
        self.languages = _languages(self._tokenizer) if languages is None else languages
        self._torch = torch

    @property
    def _tokenizer(self) -> Any:
        return self._model.tokenizer

    def encode(self, texts: list[str], kind: TextKind = "doc") -> Float32:
        """Unit vectors in float32, whatever the precision that they were computed in."""
        import numpy as np

        if not texts:
            return np.zeros((0, self.dim), np.float32)
        texts = whole(texts)
        lengths = self.count_tokens(texts)
        order = sorted(range(len(texts)), key=lambda i: -lengths[i])
        encode = self._model.encode_query if kind == "query" else self._model.encode_document
        size = BATCH[self.device.split(":")[0]]
        rows = encode([texts[i] for i in order], batch_size=size, convert_to_tensor=True, show_progress_bar=False)
        rows = self._torch.nn.functional.normalize(rows.float(), dim=1).cpu().numpy()
        found: Float32 = np.empty_like(rows)
        found[order] = rows
        return found

    def count_tokens(self, texts: list[str]) -> list[int]:
        """Tokens without special ones, however long the text."""
        backend = getattr(self._tokenizer, "backend_tokenizer", None)
        if backend is None:
            return [len(ids) for ids in self._tokenizer(whole(texts), add_special_tokens=False)["input_ids"]]
        backend.no_truncation()
        backend.no_padding()
        return [len(e.ids) for e in backend.encode_batch_fast(whole(texts), add_special_tokens=False)]


def _device(wanted: str) -> str:
    import torch

    there = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if wanted == "auto":
        return next(device for device, here in there.items() if here)
    if not there.get(wanted.split(":")[0], False):
        found = ", ".join(device for device, here in there.items() if here)
        raise ModelError(f"no device {wanted} on this machine", f"there is: {found} (KB_DEVICE)")
    return wanted


def _dtype(device: str) -> Any:
    """The precision to compute in: bf16 where the chip has it, fp16 on other GPUs, else float32.

    Measured on MiniLM: 1.8 times the texts a second of float32 on a CPU with avx512_bf16, least cosine to it .9999.
    """
    import torch

    if device.startswith("cuda"):
        return torch.bfloat16 if torch.cuda.is_bf16_supported(including_emulation=False) else torch.float16
    if device == "mps":
        return torch.float16
    flags = Path("/proc/cpuinfo")
    fast = flags.exists() and re.search(r"\b(avx512_bf16|amx_bf16|bf16)\b", flags.read_text(errors="replace"))
    return torch.bfloat16 if fast else torch.float32


def _load(path: str, device: str, dtype: Any) -> Any:
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging as chatter

    chatter.disable_progress_bar()  # type: ignore[no-untyped-call]
    chatter.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        return SentenceTransformer(
            path, device=device, trust_remote_code=False, model_kwargs={"dtype": dtype, "use_safetensors": True}
        )
    except Exception as error:  # of many kinds: no network, no such name, no safetensors, a broken folder
        log.debug("model failed name=%s error=%r", path, error)
        raise ModelError(f"the model {path} cannot be loaded: {_first_line(error)}", _hint(path)) from None


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]


def _hint(path: str) -> str:
    if Path(path).is_dir():
        return "a folder must hold modules.json, config.json, tokenizer.json and model.safetensors"
    return "a model of the hub needs the network once; without it set KB_MODEL to a folder, or leave it unset"


def _languages(tokenizer: Any) -> frozenset[str]:
    cjk = re.compile("[\u3400-\u9fff]")
    known = sum(bool(cjk.search(entry)) for entry in tokenizer.get_vocab())
    return frozenset() if known >= CJK_ENTRIES else frozenset({"en"})
