"""Train kb/data/chinese_rows.npz: rows of Chinese words for the default model's table of word embeddings.

    python -m benchmarks.train_chinese --cut PARALLEL.jsonl[.xz] CUT.npz    about two minutes
    python -m benchmarks.train_chinese CUT.npz [--epochs 8] [--out FOLDER]   a minute on an H100, a day on two cores

PARALLEL holds one JSON object a line with `zh`, `en` and `source`. The model itself stays as it is: of a Chinese
sentence, whose words have one row each, it is to make the vector that it makes of the English one (Reimers and
Gurevych 2020), and one that is nearer to it than to the other sentences of the batch (InfoNCE, van den Oord et al.
2018). At random a word stands as its English word pieces or its characters instead, so that rows of characters and
the mixture with words that have no row are learnt too. Sentences of HELD are kept out, and tell how well it went.
"""

from __future__ import annotations

import argparse
import json
import lzma
import math
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from kb.embedders import weights
from kb.embedders.chinese import ENGLISH, FIRST, LAST
from kb.embedders.minilm import DIM, HEADS, LAYERS, MAX_TOKENS, tokens_of
from kb.language.gloss import HAN, load_glosser

LEAST_USES = 8  # of a word or character that gets a row
LEAST_LISTED = 5  # count of a lexicon's row that is a training pair by itself
GLOSSARY = 4  # times that a reviewed term counts
HELD = ("huggingface/course", "dair-ai/Prompt-Engineering-Guide", "schrodingercatss/tuning_playbook_zh_cn")
AS_ENGLISH, AS_CHARACTERS = 0.12, 0.08  # chance of a word with a row to stand otherwise
NO_ROW_AS_ENGLISH = 0.7  # of a word without one, else as characters
BATCH, BLOCK, WARM, RATE = 1024, 64, 200, 0.002
COSINE, CONTRAST, TEMPERATURE, DROPOUT = 10.0, 0.5, 0.05, 0.1
INITIAL = slice(1000, 20_000)  # word pieces whose mean a row without English starts as

Arrays = dict[str, np.ndarray[Any, Any]]


def pairs(path: Path) -> Iterator[tuple[str, str, str]]:
    """(Chinese, English, source) of the file, each pair once, then of the glossary and the lexicon."""
    seen: set[tuple[str, str]] = set()
    with (lzma.open if path.suffix == ".xz" else open)(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            if (pair := (row["zh"], row["en"])) not in seen:
                seen.add(pair)
                yield *pair, row["source"].split("@")[0]
    glosser = load_glosser()
    for term in glosser.terms():
        for name in term.names:
            if any(map(is_han, name)):
                yield name, term.en, "glossary"
    for line in glosser.lexicon.splitlines()[1:]:
        zh, en, count = line.split("\t")
        if en and len(zh) > 1 and int(count) >= LEAST_LISTED:
            yield zh, en, "lexicon"


def cut(source: Path, target: Path) -> None:
    """Write the pairs as token ids: word pieces below ENGLISH, Chinese words from it on, those with rows first."""
    tokens, glosser = tokens_of(weights.folder()), load_glosser()

    def pieces(text: str) -> list[int]:
        return tokens.ids([text])[0] if text else []

    texts, english, sources = [], [], []
    meaning: dict[str, str] = {}
    uses, characters = Counter[str](), Counter[str]()
    for zh, en, name in pairs(source):
        parts = [(piece, known) for piece, known in glosser.parts(zh)]
        for piece, known in parts:
            if known is not None:
                meaning.setdefault(piece, known)
                uses[piece] += 1
                characters.update(piece)
        texts.append(parts)
        english.append(pieces(en)[: MAX_TOKENS - 2])
        sources.append(name)

    def often(word: str) -> int:
        return max(uses[word], characters[word] if len(word) == 1 else 0)

    singles = {c for c, n in characters.items() if n >= LEAST_USES and is_han(c)}
    words = sorted({w for w, n in uses.items() if n > 1} | singles, key=lambda w: (-often(w), w))
    place = {word: at for at, word in enumerate(words)}

    def ids(parts: list[tuple[str, str | None]]) -> list[int]:
        found: list[int] = []
        for piece, known in parts:
            if known is None:
                found += pieces(piece)
            elif piece in place:
                found.append(ENGLISH + place[piece])
            else:
                found += pieces(known) or [ENGLISH + place[c] for c in piece if c in place]
        return found

    arrays: Arrays = {"words": np.array(words), "rows": np.array(sum(often(w) >= LEAST_USES for w in words)),
                      "sources": np.array(sources)}  # fmt: skip
    ragged = {
        "zh": [ids(parts) for parts in texts], "en": english,
        "word_en": [pieces(meaning.get(w) or "") for w in words],
        "word_characters": [[ENGLISH + place[c] for c in w if c in place and c != w] for w in words],
    }  # fmt: skip
    for name, rows in ragged.items():
        arrays[name] = np.array([i for row in rows for i in row], np.int64)
        arrays[f"{name}_ends"] = np.cumsum([0, *map(len, rows)])
    np.savez_compressed(target, **arrays)  # type: ignore[arg-type]
    print(f"{len(texts)} pairs, {len(words)} words, {arrays['rows']} of them with a row", file=sys.stderr)


def is_han(character: str) -> bool:
    return HAN[0] <= character <= HAN[-1]


class Model(torch.nn.Module):
    """MiniLM with frozen weights, and trainable rows behind its vocabulary."""

    def __init__(self, rows: torch.Tensor) -> None:
        super().__init__()
        from safetensors.torch import load_file

        self._w = dict(load_file(weights.folder() / "model.safetensors").items())
        self.rows = torch.nn.Parameter(rows)

    def to(self, device: str) -> Model:  # type: ignore[override]
        self._w = {name: w.to(device) for name, w in self._w.items()}
        return super().to(device)

    def forward(self, ids: torch.Tensor, lengths: torch.Tensor, dropout: float = 0.0) -> torch.Tensor:
        """Unit vectors, shape (texts, DIM)."""
        w, (n, longest) = self._w, ids.shape
        mask = torch.arange(longest, device=ids.device) < lengths[:, None]
        own = functional.embedding(ids.clamp(max=ENGLISH - 1), w["embeddings.word_embeddings.weight"])
        chinese = functional.embedding((ids - ENGLISH).clamp(min=0), self.rows)
        x = torch.where((ids >= ENGLISH)[..., None], chinese, own)
        x = x + w["embeddings.position_embeddings.weight"][:longest] + w["embeddings.token_type_embeddings.weight"][0]
        x = functional.dropout(self._norm(x, "embeddings"), dropout)
        for i in range(LAYERS):
            at = f"encoder.layer.{i}."
            q, k, v = (
                self._linear(x, f"{at}attention.self.{part}").view(n, longest, HEADS, -1).transpose(1, 2)
                for part in ("query", "key", "value")
            )
            mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=mask[:, None, None, :])
            mixed = mixed.transpose(1, 2).reshape(n, longest, DIM)
            x = self._norm(x + self._linear(mixed, at + "attention.output.dense"), at + "attention.output")
            inner = functional.gelu(self._linear(x, at + "intermediate.dense"))
            x = self._norm(x + self._linear(inner, at + "output.dense"), at + "output")
        mean = (x * mask[..., None]).float().sum(dim=1) / lengths[:, None]
        return functional.normalize(mean, dim=1)

    def _linear(self, x: torch.Tensor, at: str) -> torch.Tensor:
        return functional.linear(x, self._w[at + ".weight"], self._w[at + ".bias"])

    def _norm(self, x: torch.Tensor, at: str) -> torch.Tensor:
        scale, shift = self._w[at + ".LayerNorm.weight"], self._w[at + ".LayerNorm.bias"]
        return functional.layer_norm(x, (DIM,), scale, shift, 1e-12)


class Sentences:
    """Texts as token ids on the device, batches of which are framed and padded."""

    def __init__(self, flat: np.ndarray[Any, Any], ends: np.ndarray[Any, Any], device: str) -> None:
        self._flat, self._ends = torch.as_tensor(flat, device=device), torch.as_tensor(ends, device=device)
        self.lengths = (self._ends[1:] - self._ends[:-1]).clamp(max=MAX_TOKENS - 2)

    def batch(self, chosen: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        starts, lengths = self._ends[chosen], self.lengths[chosen]
        at = torch.arange(int(lengths.max()), device=chosen.device)
        ids = self._flat[(starts[:, None] + at).clamp(max=len(self._flat) - 1)]
        framed = torch.zeros(len(chosen), len(at) + 2, dtype=torch.long, device=chosen.device)
        framed[:, 0] = FIRST
        framed[:, 1:-1] = torch.where(at < lengths[:, None], ids, 0)
        framed.scatter_(1, (lengths + 1)[:, None], LAST)
        return framed, lengths + 2


def stand_in(data: Arrays, chance: np.ndarray[Any, Any], english: float, characters: float) -> Arrays:
    """The Chinese sides with each word as its row, its English pieces or its characters, by a chance for each token.

    A word without a row is never kept; where what was drawn is empty, the other takes its place, or the row.
    """
    flat, word = data["zh"], np.maximum(data["zh"] - ENGLISH, 0)
    n_en, n_characters = np.diff(data["word_en_ends"])[word], np.diff(data["word_characters_ends"])[word]
    row = word < int(data["rows"])
    mode = np.where(row, np.where(chance < english, 1, np.where(chance < english + characters, 2, 0)),
                    np.where(chance < NO_ROW_AS_ENGLISH, 1, 2))  # fmt: skip
    mode = np.where((mode == 2) & (n_characters == 0), np.where(row, 0, 1), mode)
    mode = np.where((mode == 1) & (n_en == 0), np.where(row, 0, 2), mode)
    mode = np.where(flat >= ENGLISH, mode, 0)
    size = np.where(mode == 0, 1, np.where(mode == 1, n_en, n_characters))
    ends = np.concatenate(([0], np.cumsum(size)))
    of = np.repeat(np.arange(len(flat)), size)
    nth = np.arange(len(of)) - ends[of]
    from_en = data["word_en"][np.minimum(data["word_en_ends"][word[of]] + nth, len(data["word_en"]) - 1)]
    last = len(data["word_characters"]) - 1
    from_characters = data["word_characters"][np.minimum(data["word_characters_ends"][word[of]] + nth, last)]
    chosen = np.where(mode[of] == 0, flat[of], np.where(mode[of] == 1, from_en, from_characters))
    return {"flat": chosen, "ends": ends[data["zh_ends"]]}


def prepared(path: Path) -> Arrays:
    """The cut pairs; characters without a row are in no word's characters."""
    data = dict(np.load(path))
    kept = data["word_characters"] - ENGLISH < int(data["rows"])
    of = np.repeat(np.arange(len(data["words"])), np.diff(data["word_characters_ends"]))
    data["word_characters"] = data["word_characters"][kept]
    data["word_characters_ends"] = np.concatenate(([0], np.cumsum(np.bincount(of[kept], minlength=len(data["words"])))))
    return data


def first_rows(data: Arrays) -> torch.Tensor:
    """What training starts from: the mean of the word's English pieces, without any that of the vocabulary."""
    from safetensors.torch import load_file

    table = load_file(weights.folder() / "model.safetensors")["embeddings.word_embeddings.weight"]
    ends = data["word_en_ends"]
    english = [data["word_en"][ends[i] : ends[i + 1]] for i in range(int(data["rows"]))]
    return torch.stack([table[ids].mean(dim=0) if len(ids) else table[INITIAL].mean(dim=0) for ids in english])


def train(data: Arrays, epochs: int) -> torch.Tensor:
    """The rows, shape (rows, DIM)."""
    device = "cuda" if torch.cuda.is_available() else "cpu"
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    model = Model(first_rows(data)).to(device)
    taught = encode(model, Sentences(data["en"], data["en_ends"], device), device)
    held = np.isin(data["sources"], HELD)
    ids = np.flatnonzero(~held)
    ids = np.concatenate([ids, np.repeat(ids[data["sources"][ids] == "glossary"], GLOSSARY - 1)])
    lengths = np.diff(data["zh_ends"])
    steps = len(ids) // BATCH * epochs
    optimizer = torch.optim.AdamW([model.rows], lr=RATE, betas=(0.9, 0.98), weight_decay=0.0)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda s: min(1, (s + 1) / WARM) * max(0.02, (1 + math.cos(math.pi * min(1, s / steps))) / 2)
    )
    for epoch in range(epochs):
        seen = stand_in(data, rng.random(len(data["zh"])), AS_ENGLISH, AS_CHARACTERS)
        sentences = Sentences(seen["flat"], seen["ends"], device)
        for batch in shuffled(rng.permutation(ids), lengths, rng):
            chosen = torch.as_tensor(batch, device=device)
            with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
                vectors = model(*sentences.batch(chosen), dropout=DROPOUT)
            loss = loss_of(vectors.float(), taught[chosen])
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            schedule.step()
        print(f"epoch {epoch + 1}: {told(model, data, np.flatnonzero(held), taught, device)}", file=sys.stderr)
    return model.rows.detach().cpu()


def loss_of(vectors: torch.Tensor, taught: torch.Tensor) -> torch.Tensor:
    scores = vectors @ taught.T / TEMPERATURE
    own = torch.arange(len(vectors), device=vectors.device)
    contrast = (functional.cross_entropy(scores, own) + functional.cross_entropy(scores.T, own)) / 2
    return COSINE * (1 - (vectors * taught).sum(dim=1).mean()) + CONTRAST * contrast


def shuffled(ids: np.ndarray[Any, Any], lengths: np.ndarray[Any, Any], rng: Any) -> list[np.ndarray[Any, Any]]:
    """Batches of sentences of like length, in random order."""
    batches = []
    for start in range(0, len(ids), BATCH * BLOCK):
        block = ids[start : start + BATCH * BLOCK]
        block = block[np.argsort(lengths[block], kind="stable")]
        batches += [block[i : i + BATCH] for i in range(0, len(block) - BATCH + 1, BATCH)]
    return [batches[i] for i in rng.permutation(len(batches))]


@torch.no_grad()
def encode(model: Model, sentences: Sentences, device: str) -> torch.Tensor:
    """Unit vectors of all sentences."""
    found = torch.zeros(len(sentences.lengths), DIM, device=device)
    for chosen in torch.argsort(sentences.lengths).split(2 * BATCH):
        with torch.autocast(device, torch.bfloat16, enabled=device == "cuda"):
            found[chosen] = model(*sentences.batch(chosen)).float()
    return found


def told(model: Model, data: Arrays, held: np.ndarray[Any, Any], taught: torch.Tensor, device: str) -> str:
    """How near the held sentences are to their translations, and how often nothing else is nearer."""
    seen = stand_in(data, np.full(len(data["zh"]), 0.5), 0.0, 0.0)
    ends = seen["ends"]
    flat = np.concatenate([seen["flat"][ends[i] : ends[i + 1]] for i in held])
    own = Sentences(flat, np.concatenate(([0], np.cumsum(np.diff(ends)[held]))), device)
    vectors, target = encode(model, own, device), taught[torch.as_tensor(held, device=device)]
    scores, right = vectors @ target.T, torch.arange(len(held), device=device)
    first = [float((scores.argmax(dim=side) == right).float().mean()) for side in (1, 0)]
    return f"cosine {float((vectors * target).sum(dim=1).mean()):.4f}, first {first[0]:.4f} and {first[1]:.4f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--cut", type=Path, metavar="PARALLEL", help="cut these pairs, and write the file that is named"
    )
    parser.add_argument("file", type=Path)
    parser.add_argument("--epochs", type=int, default=8)
    parser.add_argument("--out", type=Path, default=Path("kb/data"))
    given = parser.parse_args()
    if given.cut:
        cut(given.cut, given.file)
        return
    data = prepared(given.file)
    rows = train(data, given.epochs).numpy()
    scales = np.abs(rows).max(axis=1) / 127
    np.savez(given.out / "chinese_rows.npz", rows=np.round(rows / scales[:, None]).astype(np.int8), scales=scales)
    words = "".join(f"{word}\n" for word in data["words"][: len(rows)])
    (given.out / "chinese_words.txt").write_text(words, encoding="utf-8")


if __name__ == "__main__":
    main()
