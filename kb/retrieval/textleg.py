"""The text leg: the best stretch of each post that holds the query's words, in its own language or the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from kb.language.words import has_cjk, phrase, respelt, terms
from kb.retrieval.snippets import Wanted
from kb.store import text as full_text
from kb.store.text import TextHit

if TYPE_CHECKING:
    from kb.language.gloss import Glosser
    from kb.store.connect import Reader

# A query of so many words, or Chinese characters, is little more than a name; in a longer one other names of its parts
# mislead (d2l zh to en .359 without them, .348 with them; semanlink's short tags .546, .551)
SHORT, SHORT_CHINESE = 3, 8
LONGEST_NAME = 4  # words
MOST_NAMES = 64
LEAST_SHARE = 0.75
BALANCED = 0.5


@dataclass(frozen=True, slots=True)
class TextFound:
    """What the words led to."""

    hits: Mapping[int, TextHit]  # by post
    own: tuple[str, ...] = ()  # FTS5 strings
    other: tuple[str, ...] = ()  # the same in the other language, and other names
    narrowed: bool = False  # whether words that nearly every post has only counted beside rarer ones


def find(reader: Reader, words: Glosser, text: str, scope: str, parameters: Sequence[object]) -> TextFound:
    """The best stretch of each post that matches, in the query's own words or by other names.

    scope: a condition over p (post) and its parameters.
    """
    own, other = [*both_spellings(terms(text)), *whole_name(text)], other_names(words, text)
    found, narrowed = full_text.search_text(reader, own, where=scope, parameters=parameters)
    best = {hit.post_id: hit for hit in found}
    # a translation has more words than what it translates, and would win by their number alone
    share = min(1.0, max(LEAST_SHARE, len(own) / max(1, len(other))))
    also, also_narrowed = full_text.search_text(reader, other, where=scope, parameters=parameters)
    if found and also:
        # one concept is several words there (bigrams, other names): its best is no better than the best here, unless
        # what is here is little
        share = min(share, max(BALANCED, found[0].score / max(also[0].score, 1e-9)))
    for hit in also:
        score = hit.score * share
        if hit.post_id not in best or score > best[hit.post_id].score:
            # not `replace`, which took a third of a query's time where thousands match
            best[hit.post_id] = TextHit(hit.post_id, score, hit.start, hit.end, hit.heading)
    return TextFound(best, tuple(own), tuple(other), narrowed or also_narrowed)


def both_spellings(own: list[str]) -> list[str]:
    """The terms, each single word in British and American spelling where they differ."""
    also = (respelt(term.strip('"')) for term in own if " " not in term)
    return list(dict.fromkeys([*own, *(f'"{word}"' for word in also if word)]))


def whole_name(text: str) -> list[str]:
    """A few English words as one phrase, words of grammar included: `out of memory` is more than `memory`.

    Semanlink's short tags .557 nDCG@10 with it, .546 without; pairs of words in longer queries lose (.421 for .431 of
    the text leg on mlquestions).
    """
    if not 1 < len(text.split()) <= LONGEST_NAME or has_cjk(text):
        return []
    whole = phrase(text)
    return [whole.lower()] if whole else []


def other_names(words: Glosser, text: str) -> list[str]:
    """The query in the other language, and other names of the terms of a short one, as FTS5 strings."""
    chinese = has_cjk(text)
    names = terms(words.to_english(text)) if chinese else terms(" ".join(words.to_chinese(text)))
    if chinese and (simple := words.simplified(text)) != text:
        names += terms(simple)
    if len(text) <= SHORT_CHINESE if chinese else len(terms(text)) <= SHORT:
        names += [string for name in words.expand(text) if (string := phrase(name))]
    return list(dict.fromkeys(names))[:MOST_NAMES]


def wanted(words: Callable[[], Glosser], text: str) -> Wanted:
    """What to mark in a snippet: the query, and what it is in the other language and the other characters."""
    lists = words()
    if has_cjk(text):
        return Wanted(tuple(dict.fromkeys((text, lists.simplified(text), lists.to_english(text)))))
    return Wanted((text,), tuple(lists.to_chinese(text)))
