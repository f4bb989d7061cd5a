"""The stretch of a text that shows why it was found, with what matches between two marks."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from kb.language.words import STOP_WORDS, bigrams, fold, is_cjk, tokens, without_grammar

BEGIN, END = "\x02", "\x03"
WIDTH = 240  # columns: a CJK character takes two
LEAD = WIDTH // 6  # columns before the first match, where no sentence begins within twice as many
_TOKEN = re.compile(r"[^\W_]+")
_SUFFIX = re.compile(r"(?:izations?|isations?|ations?|ings?|edly|ers?|ors?|ies|ed|es|s|ly|e|y)$")
_SENTENCE_END = re.compile(r"[。！？!?；;]+[”’」』）)]*\s*|\.\s+(?=[^a-z])")
_NO_START = " ,.;:!?)]，。、；：！？）】》」』”’"  # marks that begin no snippet


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a snippet should hold: words in any ending, CJK ones by their parts; and names, CJK ones whole."""

    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()


def snippet(text: str, wanted: Wanted, width: int = WIDTH) -> str:
    """The part of a plain text that holds the most of what is wanted, marked; its beginning when it holds none."""
    text = re.sub(r"\s+", " ", text.translate({2: None, 3: None})).strip().lstrip(_NO_START)
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


def matches(text: str, wanted: Wanted) -> list[tuple[int, int]]:
    """Where what is wanted stands in the text, in order and apart."""
    stems, strings = _needles(wanted)
    hit = bytearray(len(text))
    for match in _TOKEN.finditer(text.lower()) if stems and len(text.lower()) == len(text) else ():
        if _stem(match[0]) in stems:
            hit[match.start() : match.end()] = b"\1" * (match.end() - match.start())
    for string in strings:
        at = text.find(string)
        while at >= 0:
            hit[at : at + len(string)] = b"\1" * len(string)
            at = text.find(string, at + 1)
    return [m.span() for m in re.finditer(rb"\x01+", bytes(hit))]


def _needles(wanted: Wanted) -> tuple[set[str], set[str]]:
    """Stems of words, and CJK strings."""
    stems: set[str] = set()
    strings: set[str] = set()
    for text in (*wanted.words, *wanted.names):
        found = tokens(fold(text))
        for token in found:
            if not is_cjk(token):
                if token.lower() not in STOP_WORDS or len(found) == 1:
                    stems.add(_stem(token.lower()))
            elif text in wanted.names:
                strings.add(token)
            else:
                for run in without_grammar(token) or [token]:
                    strings.update(bigrams(run)[:-1] if len(run) > 1 else [run])
    return stems, strings


def _parts(match: str) -> Iterator[str]:
    """What a match counts for: words by their stems, CJK by its bigrams: 迁移学习 is more than 迁移 and 学习."""
    for token in tokens(match.lower()):
        if is_cjk(token) and len(token) > 1:
            yield from bigrams(token)[:-1]
        else:
            yield _stem(token)


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
    """Where a window begins that holds the most different matches, at a sentence's start or some words before them."""
    best, best_start = (0, 0), 0
    found = [(y, set(_parts(text[x:y]))) for x, y in spans[:260]]
    for first, (a, _) in enumerate(spans[:200]):
        start = _begin(text, columns, a)
        end = _reach(columns, start, width)
        inside = [parts for y, parts in found[first : first + 60] if y <= end]
        score = (len(set().union(*inside)), len(inside))
        if score > best:
            best, best_start = score, start
    # no use in an ellipsis for a few words, nor in a window that runs out of text
    if columns[-1] <= width or best_start < 20:
        return 0
    return min(best_start, bisect_left(columns, columns[-1] - width))


def _begin(text: str, columns: Sequence[int], match: int) -> int:
    """Where a snippet that leads to a match begins."""
    earliest = bisect_left(columns, columns[match] - 2 * LEAD)
    ends = [end.end() for end in _SENTENCE_END.finditer(text, earliest, match) if end.end() <= match]
    return ends[-1] if ends else max(0, bisect_left(columns, columns[match] - LEAD))


def _at_words(text: str, start: int, end: int) -> tuple[int, int]:
    """The window with words whole at its ends, where it has spaces."""
    while start and start < end and text[start] in _NO_START:
        start += 1
    if start > 0 and text[start - 1].isascii() and text[start - 1].isalnum():
        space = text.find(" ", start, start + 30)
        start = space + 1 if space >= 0 else start
    if end < len(text) and text[end].isascii() and text[end].isalnum():
        space = text.rfind(" ", max(start, end - 30), end)
        end = space if space > start else end
    return start, end
