"""A Chinese vocabulary for the English default model: words, and for each a row of its table of word embeddings.

The rows were trained on parallel text (benchmarks/train_chinese.py) until the model, all else of it unchanged, gave a
Chinese sentence the vector that it gives the English one (Reimers and Gurevych 2020, of the word embeddings alone). An
English text has the tokens and the vector that it always had.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import cached_property, lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from kb.embedders.weights import whole
from kb.language.gloss import PROBE
from kb.language.words import has_cjk

if TYPE_CHECKING:
    from tokenizers import Tokenizer

    from kb.language.gloss import Glosser
    from kb.types import Float32

ENGLISH = 30522  # entries of the model's own vocabulary; the Chinese rows stand behind them
FIRST, LAST = 101, 102  # [CLS], [SEP]
REMEMBERED = 50_000  # stretches of text between Chinese words, most of them punctuation and names


class Tokens:
    """Token ids of texts in English and Chinese; the Chinese words and lists are read at the first Chinese text.

    A Chinese word is cut out by the lists of kb/language/gloss.py and has one token if the vocabulary has a row for
    it; else the word pieces of its English; else those of its characters that have rows.
    """

    def __init__(self, tokenizer: Tokenizer) -> None:
        tokenizer.no_padding()
        tokenizer.no_truncation()
        self._tokenizer = tokenizer
        self._pieces = lru_cache(REMEMBERED)(self._word_pieces)

    def ids(self, texts: list[str]) -> list[list[int]]:
        """The tokens of each text without special ones, however long it is."""
        texts = whole(texts)
        english = [text for text in texts if not has_cjk(text)]
        encoded = iter(self._tokenizer.encode_batch_fast(english, add_special_tokens=False))
        return [list(self._chinese(text)) if has_cjk(text) else next(encoded).ids for text in texts]

    def framed(self, texts: list[str], most: int) -> list[list[int]]:
        """The tokens of each text between the two special ones, at most so many in all."""
        return [[FIRST, *ids[: most - 2], LAST] for ids in self.ids(texts)]

    def _chinese(self, text: str) -> Iterator[int]:
        words = self._words
        for piece, english in self._glosser.parts(text):
            if english is None:
                yield from self._pieces(piece)
            elif (row := words.get(piece)) is not None:
                yield ENGLISH + row
            elif english:
                yield from self._pieces(english)
            else:
                yield from (ENGLISH + words[character] for character in piece if character in words)

    def _word_pieces(self, text: str) -> tuple[int, ...]:
        return tuple(self._tokenizer.encode(text, add_special_tokens=False).ids)

    def reviewed(self) -> list[tuple[str, str]]:
        """What the glossary calls in Chinese, with its English; its other English names make no difference here."""
        return [(name, term.en) for term in self._glosser.terms() for name in term.names if has_cjk(name)]

    @cached_property
    def _words(self) -> dict[str, int]:
        return {word: row for row, word in enumerate(_read("chinese_words.txt").decode().splitlines())}

    @cached_property
    def _glosser(self) -> Glosser:
        from kb.language.gloss import load_glosser

        return load_glosser()


def load_rows() -> Float32:
    """The rows of the Chinese words, shape (words, 384); kept as int8 with a scale a row."""
    import numpy as np

    with resources.as_file(resources.files("kb") / "data" / "chinese_rows.npz") as path, np.load(path) as kept:
        rows: Float32 = kept["rows"] * kept["scales"][:, None]
    return rows


def version(tokens: Tokens) -> str:
    """Changes with whatever gives a Chinese text another vector: the rows, the lists, the way of cutting words."""
    seen = hashlib.blake2b(digest_size=4)
    for name in ("chinese_words.txt", "chinese_rows.npz", "lexicon.tsv", "traditional.tsv"):
        seen.update(_read(name))
    seen.update(repr(tokens.reviewed()).encode())
    seen.update(repr(tokens.ids([PROBE])).encode())
    return f"zh-{seen.hexdigest()}"


def _read(name: str) -> bytes:
    return (resources.files("kb") / "data" / name).read_bytes()
