"""Finds the glossary's terms in texts of either language, quickly enough for whole posts."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from kb.gloss import Term, load_glosser

_HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_TOKEN = re.compile(f"[{_HAN}]|[A-Za-z0-9]+(?:[+#]+)?")
_SHORT = 4  # an abbreviation up to this long is a term only in its own case: "AD" is one, "ad" is a word


class Terms:
    """A trie over the tokens of every name of every term; a Chinese character is a token of its own."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self.all: tuple[Term, ...] = tuple(terms)
        self._root: dict[str, list[tuple[tuple[str, ...], str | None, int]]] = {}
        for index, term in enumerate(self.all):
            for name in term.names:
                tokens = tuple(map(_stem, _TOKEN.findall(name.lower())))
                if tokens:
                    exact = name if name == term.abbr and len(name) <= _SHORT and name.isascii() else None
                    self._root.setdefault(tokens[0], []).append((tokens, exact, index))
        for named in self._root.values():
            named.sort(key=lambda row: (-len(row[0]), row[1] is None, row[2]))

    def mentions(self, text: str) -> Counter[int]:
        """How often each term (by its place in `all`) is named in a text; at one place the longest name wins."""
        cased = _TOKEN.findall(text)
        tokens = [_stem(token.lower()) for token in cased]
        found: Counter[int] = Counter()
        at, n = 0, len(tokens)
        while at < n:
            step = 1
            for names, exact, index in self._root.get(tokens[at], ()):
                width = len(names)
                if (width == 1 or tuple(tokens[at : at + width]) == names) and exact in (None, cased[at]):
                    found[index] += 1
                    step = width
                    break
            at += step
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
