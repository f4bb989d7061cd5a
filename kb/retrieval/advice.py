"""What to try when a search finds nothing, and what a word that occurs nowhere may have been meant to be."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from kb.language.words import STOP_WORDS
from kb.retrieval.query import Query
from kb.store import text as full_text
from kb.types import Filters

if TYPE_CHECKING:
    from kb.language.gloss import Glosser
    from kb.store.connect import Reader

SHORTEST = 4  # letters of a word that is looked after: shorter ones are abbreviations
LONG = 7  # letters from which a slip makes no other word
MOST_WORDS = 6  # of a query that are looked after
RARE, FEW, MUCH_MORE = 2, 20, 20  # stretches; times as many have the word that was meant
_WORD = re.compile(r"[A-Za-z][A-Za-z'-]+[A-Za-z]")


@dataclass(frozen=True, slots=True)
class Spelling:
    """A query's text with the words that no post has put right, and what to say of them."""

    text: str
    notes: tuple[str, ...] = ()


def spelling(reader: Reader, vocabulary: Vocabulary, text: str, quoted: Iterable[str] = ()) -> Spelling:
    """Put a word right that no post has, or hardly any, and that is a slip away from one that some, or very many, have.

    Where several posts have the word it is left, and the other word is named. quoted: what is wanted as it is written.
    """
    left = {w.lower() for part in quoted for w in _WORD.findall(part)} | STOP_WORDS
    asked = dict.fromkeys(w for w in _WORD.findall(text) if len(w) >= SHORTEST and w.lower() not in left)
    counts = {w: full_text.occurrences(reader, w, FEW + 1) for w in list(asked)[:MOST_WORDS] if w.isascii()}
    few = {w: n for w, n in counts.items() if n <= FEW}
    if not few:
        return Spelling(text)
    known, notes = vocabulary.counts(reader, whole=min(few.values()) <= RARE), []
    for word, n in few.items():
        near = _meant(reader, word, n, known)
        having = "no post has" if n == 0 else "hardly any post has" if n <= RARE else "few posts have"
        if near and _is_slip(word, near, n, known):
            text = re.sub(rf"(?<![A-Za-z]){re.escape(word)}(?![A-Za-z])", near, text)
            notes.append(f'{having} the word "{word}"; searched for "{near}"')
        elif near or n == 0:
            notes.append(f'{having} the word "{word}"' + (f'; did you mean "{near}"?' if near else ""))
    return Spelling(text, tuple(notes))


def _meant(reader: Reader, word: str, n: int, known: Mapping[str, int]) -> str | None:
    """The word that one which n stretches have may have been meant to be."""
    if not word[1:].islower() and not word.isupper() and (n or len(word) < LONG):
        return None  # a name, such as ConvNeXt, that is near another one
    # a word that some post has was written by somebody: only one that very many have may be what was meant
    least, often = max(1, MUCH_MORE * n), known.get(word.lower(), 0)
    found = (w for w in _nearest(word.lower(), known) if known[w] > often)
    return next((w for w in found if full_text.occurrences(reader, w, least) >= least), None)


def _is_slip(word: str, near: str, n: int, known: Mapping[str, int]) -> bool:
    """Whether it is hardly anything else than a slip of the pen."""
    if n == 0 and len(word) > SHORTEST:
        return True
    return n <= RARE and word.lower() not in known and len(word) >= LONG and distance(word.lower(), near, 1) == 1


@dataclass(slots=True)
class Vocabulary:
    """Words as people write them, with how often; kept between queries, and made anew when posts came."""

    words: Callable[[], Glosser]
    _terms: dict[str, int] = field(default_factory=dict)
    _whole: tuple[int, dict[str, int]] | None = None  # of the store whose last stretch has this id

    def counts(self, reader: Reader, *, whole: bool) -> Mapping[str, int]:
        """Among the field's terms and, if whole, in titles and headings, which takes a quarter of a second at first."""
        if not self._terms:
            self._terms = _counted(name for term in self.words().terms() for name in term.names)
        if not whole:
            return self._terms
        last = full_text.last_row(reader)
        if self._whole is None or self._whole[0] != last:
            self._whole = last, _counted(full_text.titles_and_headings(reader), self._terms)
        return self._whole[1]


def _counted(lines: Iterable[str], before: Mapping[str, int] | None = None) -> dict[str, int]:
    counts = dict(before or {})
    for line in lines:
        for word in _WORD.findall(line):
            if len(word) >= SHORTEST:
                low = word.lower()
                counts[low] = counts.get(low, 0) + 1
    return counts


def _nearest(word: str, known: Mapping[str, int]) -> Iterator[str]:
    """The known words within one slip, or two in a long word; the nearest and most frequent first."""
    most = 1 if len(word) < 6 else 2
    letters = set(word)
    found = []
    for other, count in known.items():
        # each slip changes at most two letters of the set, so that most words are told apart without counting
        if abs(len(other) - len(word)) <= most and len(letters ^ set(other)) <= 2 * most:
            slips = distance(word, other, most)
            if slips <= most:
                found.append((slips, word[0] != other[0], -count, other))
    return iter([other for *_, other in sorted(found)[:20]])


def distance(a: str, b: str, most: int) -> int:
    """Letters left out, put in, changed, or two turned round (Damerau 1964); most + 1 where there are more."""
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, x in enumerate(a, 1):
        older, before, row = before, row, [i] + [0] * len(b)
        for j, y in enumerate(b, 1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (x != y))
            if i > 1 and j > 1 and x == b[j - 2] and a[i - 2] == y:
                row[j] = min(row[j], older[j - 2] + 1)
        if min(row) > most:
            return most + 1
    return row[-1]


def nothing_found(asked: Query, filters: Filters, count: Callable[[Query, Filters], int]) -> tuple[str, ...]:
    """What was in the way, one condition after the other, with how many posts there are without it.

    count: how many posts a query and filters match by their words.
    """
    lines = []
    for words, relaxed, kept in _relaxed(asked, filters):
        if found := count(relaxed, kept):
            lines.append(f"without {words}: {found} post{'s' if found > 1 else ''}")
    if lines:
        return ("nothing found; " + "; ".join(lines),)
    return (
        "nothing found; try fewer or other words, the other language, or --mode vector for what is near in meaning",
    )


def _relaxed(asked: Query, filters: Filters) -> Iterator[tuple[str, Query, Filters]]:
    names = [name for name in ("topic", "source", "since", "until", "language", "has") if getattr(filters, name)]
    for name in names:
        yield f"--{name}", asked, replace(filters, **{name: None})
    for pair in asked.fields:
        yield f"{pair[0]} {pair[1]}", replace(asked, fields=_but(asked.fields, pair)), filters
    for phrase in asked.required:
        yield f"the condition {phrase}", replace(asked, required=_but(asked.required, phrase)), filters
    for phrase in asked.excluded:
        yield f"the exclusion of {phrase}", replace(asked, excluded=_but(asked.excluded, phrase)), filters
    if len(names) + len(asked.fields) + len(asked.required) + len(asked.excluded) > 1:
        yield "any condition", replace(asked, fields=(), required=(), excluded=()), Filters()


def _but(items: Iterable[tuple[str, str] | str], one: object) -> tuple:  # type: ignore[type-arg]
    return tuple(item for item in items if item != one)
