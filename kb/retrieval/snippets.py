"""The stretch of a text that shows why it was found, with what matches between two marks."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import accumulate

from kb.language.words import STOP_WORDS, bigrams, fold, is_cjk

BEGIN, END = "\x02", "\x03"
WIDTH = 240  # columns: a CJK character takes two
_TOKEN = re.compile(r"[^\W_]+")
_CJK_OR_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff]+|[^\W_]+")
_SUFFIX = re.compile(r"(?:izations?|isations?|ations?|ings?|edly|ers?|ors?|ies|ed|es|s|ly|e|y)$")


def snippet(text: str, wanted: Iterable[str], width: int = WIDTH) -> str:
    """The part of a plain text that holds the most of the wanted words, marked; its beginning when it holds none."""
    text = re.sub(r"\s+", " ", text.translate({2: None, 3: None})).strip()
    spans = matches(text, wanted)
    columns = _columns(text)
    start = _best_start(text, columns, spans, width)
    end = _reach(columns, start, width)
    start, end = _at_words(text, start, end)
    parts, at = [], start
    for a, b in spans:
        if a >= start and b <= end:
            parts += [text[at:a], BEGIN, text[a:b], END]
            at = b
    parts.append(text[at:end])
    return ("… " if start > 0 else "") + "".join(parts).strip() + (" …" if end < len(text) else "")


def matches(text: str, wanted: Iterable[str]) -> list[tuple[int, int]]:
    """Where the words stand in the text, in order and apart: English ones in any ending, CJK ones by their bigrams."""
    stems, pairs = _needles(wanted)
    hit = bytearray(len(text))
    for match in _TOKEN.finditer(text.lower()) if stems and len(text.lower()) == len(text) else ():
        if _stem(match[0]) in stems:
            hit[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    for pair in pairs:
        at = text.find(pair)
        while at >= 0:
            hit[at : at + len(pair)] = b"\1" * len(pair)
            at = text.find(pair, at + 1)
    return [m.span() for m in re.finditer(rb"\x01+", bytes(hit))]


def _needles(wanted: Iterable[str]) -> tuple[set[str], set[str]]:
    stems: set[str] = set()
    pairs: set[str] = set()
    for words in wanted:
        tokens = _CJK_OR_WORD.findall(fold(words))
        for token in tokens:
            if is_cjk(token):
                pairs.update(bigrams(token)[:-1] if len(token) > 1 else [token])
            elif token.lower() not in STOP_WORDS or len(tokens) == 1:
                stems.add(_stem(token.lower()))
    return stems, pairs


@lru_cache(20_000)
def _stem(word: str) -> str:
    """A word without its ending: coarser than the index's stemmer, since only marks depend on it."""
    return (_SUFFIX.sub("", word, count=1) or word) if len(word) > 4 else word.removesuffix("s")


def _columns(text: str) -> Sequence[int]:
    """How many columns stand before each character, and before the end."""
    if text.isascii():
        return range(len(text) + 1)
    return list(accumulate((2 if "\u2e80" <= c <= "\uffdc" else 1 for c in text), initial=0))


def _reach(columns: Sequence[int], start: int, width: int) -> int:
    """How far a window of so many columns reaches from a start."""
    return bisect_right(columns, columns[start] + width) - 1


def _best_start(text: str, columns: Sequence[int], spans: Sequence[tuple[int, int]], width: int) -> int:
    """Where a window begins that holds the most different matches, some words before the first of them."""
    best, best_start = (0, 0), 0
    for first, (a, _) in enumerate(spans[:200]):
        start = max(0, a - width // 6)
        end = _reach(columns, start, width)
        inside = [text[x:y].lower() for x, y in spans[first : first + 60] if y <= end]
        score = (len(set(inside)), len(inside))
        if score > best:
            best, best_start = score, start
    # no use in an ellipsis for a few words, nor in a window that runs out of text
    if columns[-1] <= width or best_start < 20:
        return 0
    return min(best_start, bisect_left(columns, columns[-1] - width))


def _at_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The window with words whole at its ends, where it has spaces."""
    if start > 0 and text[start - 1].isascii() and text[start - 1].isalnum():
        space = text.find(" ", start, start + 30)
        start = space + 1 if space >= 0 else start
    if end < len(text) and text[end].isascii() and text[end].isalnum():
        space = text.rfind(" ", max(start, end - 30), end)
        end = space if space > start else end
    return start, end
