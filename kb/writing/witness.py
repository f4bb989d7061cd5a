"""Says whether posts bear out a sentence that a writer model made of them; what is in doubt is turned down.

No check of words and vectors proves that a sentence follows from another. These turn down what can be seen: numbers and
names that the posts do not have, words and meaning that no stretch of them comes near, a "not" or an opposite where the
post has none. It errs on the side of the posts: a sentence that is turned down costs a quotation in its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

from crawler.blocks import blocks
from kb.language.terms import tokens
from kb.writing.standalone import is_chinese
from kb.writing.units import said_with_next

if TYPE_CHECKING:
    from kb.types import Float32

SPAN = 3  # sentences of a stretch
SAME, ACROSS = 0.6, 0.45  # least share of a sentence's words in a stretch: of its language, of the other (glossed)
EACH = 0.25  # and in a stretch of every post that it cites
NEAR = 0.6  # least cosine with a stretch: MiniLM gives two sentences of one subject .3 to .5
LOOKED_AT = 4  # stretches with most words in common that are embedded
MOST_WORDS = 80
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"\b(?:[A-Z][\w+-]*[A-Z\d][\w+-]*|[a-z]+[A-Z]\w*|[A-Z]{2,})\b")
_INNER = re.compile(r"(?<=[\w,;:)] )[A-Z][a-z]{2,}\b")
_NOT = re.compile(
    r"\b(?:not|no|never|none|nor|without|cannot|hardly|fails? to|unable)\b|n['’]t\b|不|没有|无法|未|并非|从未", re.I
)
_OPPOSITES = tuple(
    (re.compile(a, re.I), re.compile(b, re.I))
    for a, b in (
        (
            r"\b(?:increas|rais|grow|enlarg)\w*|增加|增大|提高|提升|上升",
            r"\b(?:reduc|decreas|lower|shrink|drop)\w*|减少|减小|降低|下降",
        ),
        (
            r"\b(?:better|outperform\w*|superior)\b|更好|优于|好于",
            r"\b(?:worse|underperform\w*|inferior)\b|更差|不如|劣于",
        ),
        (r"\b(?:faster|quicker|speeds? up)\b|更快|加快|加速", r"\b(?:slower|slows? down)\b|更慢|减慢|变慢"),
        (r"\bmore\b|更多", r"\b(?:less|fewer)\b|更少"),
        (r"\b(?:larger|bigger|higher)\b|更大|更高", r"\b(?:smaller|lower)\b|更小|更低"),
        (r"\b(?:always|all)\b|总是|所有", r"\b(?:never|none)\b|从不|没有"),
        (
            r"\b(?:prevent|avoid|mitigat|alleviat)\w*|避免|防止|缓解",
            r"\b(?:caus|lead|induc|worsen)\w*|导致|引起|造成|加剧",
        ),
        (r"\b(?:easy|easier|simple)\b|容易|简单", r"\b(?:hard|harder|difficult)\b|困难|难以"),
    )
)  # fmt: skip


class Witness:
    """Holds sentences against posts; `texts_of` gives a post's texts, `encode` unit vectors of English texts."""

    def __init__(
        self,
        texts_of: Callable[[int], Sequence[str]],
        encode: Callable[[list[str]], Float32],
        to_english: Callable[[str], str],
    ) -> None:
        self._encode, self._to_english = encode, to_english
        self._texts = cache(lambda post_id: "\n".join(texts_of(post_id)))
        self._stretches = cache(lambda post_id: tuple(_stretches(texts_of(post_id))))
        self._tokens = cache(lambda text: frozenset(tokens(text)))
        self._english = cache(self._in_english)

    def objection(self, text: str, citations: Sequence[int]) -> str | None:
        """What is wrong with a sentence, in words; None where nothing was found."""
        if len(tokens(text)) < 3 or len(text.split()) > MOST_WORDS or len(text) > 8 * MOST_WORDS:
            return "not a sentence of a few words"
        everything = "\n".join(self._texts(post_id) for post_id in citations)
        if strange := _strange(text, everything):
            return f"its posts do not name {strange}"
        ranked = [self._best(text, post_id) for post_id in citations]
        if any(not found or found[0][0] < EACH for found in ranked):
            return "one of its posts says nothing like it"
        found = sorted((row for rows in ranked for row in rows), key=lambda row: -row[0])
        share, best = found[0]
        least = SAME if is_chinese(text) == is_chinese(best) else ACROSS
        if share < least:
            return f"its posts have {share:.0%} of its words in one stretch, where {least:.0%} are asked for"
        if wrong := _turned(text, best):
            return wrong
        rows = self._encode([self._english(text), *(self._english(s) for _, s in found[:LOOKED_AT])])
        cosine = float(max(rows[1:] @ rows[0]))
        return None if cosine >= NEAR else f"it means something else than its posts (cosine {cosine:.2f})"

    def _best(self, text: str, post_id: int) -> list[tuple[float, str]]:
        """The stretches of a post that have most of a sentence's words, with the share of them."""
        own, english = self._tokens(text), self._tokens(self._english(text))
        found = []
        for stretch in self._stretches(post_id):
            same = is_chinese(stretch) == is_chinese(text)
            mine, theirs = (own, self._tokens(stretch)) if same else (english, self._tokens(self._english(stretch)))
            found.append((len(mine & theirs) / (len(mine) or 1), stretch))
        return sorted(found, key=lambda row: -row[0])[:LOOKED_AT]

    def _in_english(self, text: str) -> str:
        return self._to_english(text) if is_chinese(text) else text


def _stretches(texts: Sequence[str]) -> list[str]:
    found: list[str] = []
    for text in texts:
        for block in blocks(text):
            sentences = [sentence for sentence, _ in said_with_next(block)]
            found += [" ".join(sentences[i : i + SPAN]) for i in range(max(1, len(sentences) - SPAN + 1)) if sentences]
    return found


def _strange(text: str, everything: str) -> str | None:
    """A number or a name of a sentence that stands nowhere in what it cites."""
    numbers = set(_NUMBER.findall(everything))
    for number in _NUMBER.findall(text):
        if number not in numbers:
            return str(number)
    lower = everything.casefold()
    for name in [*_NAME.findall(text), *_INNER.findall(text)]:
        if not re.search(rf"(?<![a-z0-9]){re.escape(name.casefold())}", lower):
            return str(name)
    return None


def _turned(text: str, best: str) -> str | None:
    """Whether a sentence says the opposite of the stretch that it is nearest to, as far as single words tell."""
    if bool(_NOT.search(text)) and not _NOT.search(best):
        return "it denies where its post does not"
    if _NOT.search(best) and not _NOT.search(text) and len(said_once(best)) == 1:
        return "its post denies where it does not"
    for one, other in _OPPOSITES:
        for a, b in ((one, other), (other, one)):
            if a.search(text) and not a.search(best) and b.search(best):
                return "it says the opposite of its post"
    return None


def said_once(text: str) -> list[str]:
    """The sentences of a stretch."""
    return [part for part in re.split(r"(?<=[.!?。！？])\s*", text) if part]
