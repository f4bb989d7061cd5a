"""Finds the glossary's terms in texts of either language, quickly enough for whole posts."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable
from functools import cached_property

from kb.language.gloss import Term, load_glosser

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(f"[{_HAN}]|[A-Za-z0-9]+(?:[+#]+)?")
_SHORT = 4  # an abbreviation up to this long is a term only in its own case: "AD" is one, "ad" is a word


class Terms:
    """Every name of every term by its tokens; a Chinese character is a token of its own."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.all: tuple[Term, ...] = tuple(terms)
        # words of every subject, such as "method" and "survey", say nothing of a text's own
        self.telling = frozenset(i for i, term in enumerate(self.all) if term.field != "general")
        self._exact: dict[str, int] = {}  # short abbreviations, in their own case
        self._named: dict[tuple[str, ...], int] = {}
        widths: dict[str, set[int]] = {}
        for index, term in enumerate(self.all):
            for name in term.names:
                found = tuple(map(_stem, _TOKEN.findall(name.lower())))
                if name == term.abbr and len(name) <= _SHORT and len(found) == 1:
                    self._exact.setdefault(name, index)
                elif found:
                    self._named.setdefault(found, index)
                    widths.setdefault(found[0], set()).add(len(found))
        # words that names of terms are made of, such as "graph" and "diffusion"
        self.words = frozenset(word for named in self._named for word in named)
        for name in self._exact:
            widths.setdefault(_stem(name.lower()), set())
        self._widths = {first: sorted(found, reverse=True) for first, found in widths.items()}

    @cached_property
    def digest(self) -> str:
        """Changes with any name or field of any term."""
        return hashlib.blake2b(repr(self.all).encode(), digest_size=6).hexdigest()

    def mentions(self, text: str) -> Counter[int]:
        """How often each term (by its place in `all`) is named in a text; at one place the longest name wins."""
        cased = _TOKEN.findall(text)
        stems = {token: _stem(token.lower()) for token in set(cased)}
        tokens = [stems[token] for token in cased]
        starts = [i for i, token in enumerate(tokens) if token in self._widths]
        found: Counter[int] = Counter()
        free = 0
        for at in starts:
            if at < free:
                continue
            for width in self._widths[tokens[at]]:
                index = self._named.get(tuple(tokens[at : at + width]))
                if index is not None:
                    found[index] += 1
                    free = at + width
                    break
            else:
                if (index := self._exact.get(cased[at])) is not None:
                    found[index] += 1
        return found


def load_terms() -> Terms:
    """The terms of the project's glossary."""
    return Terms(load_glosser().terms())


def _stem(token: str) -> str:
    return token[:-1] if len(token) > 3 and token[-1] == "s" and token[-2] not in "su" else token


def tokens(text: str) -> list[str]:
    """Lower-case words of a text without numbers, plurals folded; Chinese runs as overlapping pairs of characters."""
    return [token for token in map(_stem, _WORD.findall(text.lower())) if len(token) > 1] + [
        run[i : i + 2] for run in _RUN.findall(text) for i in range(len(run) - 1)
    ]


_WORD = re.compile(r"[a-z][a-z0-9]*(?:[+#]+)?")
_RUN = re.compile(f"[{_HAN}]{{2,}}")
