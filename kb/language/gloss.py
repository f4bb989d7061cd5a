"""What a Chinese text is about, in English words, and what an English query is called in Chinese.

Full text finds only what is written in the query's language, and an English embedding model knows no Chinese. Both
cross by two word lists, which cut the Chinese of the default model too (kb/embedders/chinese.py): data/glossary.csv,
reviewed terms of the field, and under it data/lexicon.tsv, mined from parallel text (benchmarks/mine_lexicon.py).
"""

import csv
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from importlib import resources
from typing import TypeVar

from kb.language.words import STOP_WORDS, american

T = TypeVar("T")
HAN = "\u3400-\u4dbf\u4e00-\u9fff"
_HAN = re.compile(f"[{HAN}]")
# a stretch to be cut into words: Chinese, and what Latin letters touch it, as names such as KL散度 hold both
# (bounded, or a megabyte of base64 would take the square of its length)
LATIN = "[A-Za-z0-9]{1,40}(?:[.-][A-Za-z0-9]{1,40}){0,4}"
_RUN = re.compile(f"(?:{LATIN})?(?:[{HAN}]+(?:{LATIN})?)+")
_LATIN = re.compile(LATIN)
_TOKEN = re.compile(f"[{HAN}]|[A-Za-z0-9]+(?:[+#]+|\\.[0-9]+)?")
_PUNCTUATION = str.maketrans(
    {chr(wide): chr(wide - 0xFEE0) for wide in range(0xFF01, 0xFF5F)}
    | {
        wide: f"{narrow} "
        for wide, narrow in zip("。、，；：？！）】》」』”’…—\u3000", '.,,;:?!)]""""\'.- ', strict=True)
    }
    | {wide: f" {narrow}" for wide, narrow in zip("（【《「『“‘", '([""""\'', strict=True)}
)
LONGEST = 13  # characters of an entry: the longest Chinese name has as many, mined phrases 8
LONGEST_NAME = 16  # tokens of a term's name, a Chinese character being one
GLOSSARY_USES = 1000  # a reviewed term counts as this frequent: about the 99.5th percentile of the mined counts
UNKNOWN = 25.0  # cost of a character in no entry: more than any entry's, so that it is skipped only when it must be
# cut and glossed to tell whether the lists, or the way they are used, have changed
PROBE = "我们用PyTorch 2.1在ImageNet上预训练了残差网络，再微调最后一层；學習率取 0.001，第七届会议的时间待定。"
CONFIDENT_USES = 3  # a mined translation is reversed from this count on: at 2, nine of 60 that were read are wrong
MOST_REVERSED = 3  # Chinese phrases for an English one
# abbreviations that are a word or a command in lower case, as all of two letters may be
WORDS = "cam clip din dit gap gin hog lime mac map mos nag pac per react sac sam sed sift tee tot zero"
WORDS_TOO = frozenset(WORDS.split())


@dataclass(frozen=True, slots=True)
class Term:
    """A reviewed term of the field in two languages."""

    en: str
    zh: str
    abbr: str  # "LSTM"; "" if it has none
    synonyms: tuple[str, ...]  # other names, English and Chinese
    field: str  # id of a field of data/fields.toml, which may be one beside the subject, or "general"

    @property
    def names(self) -> tuple[str, ...]:
        """All its names in both languages, the two main ones first."""
        return tuple(name for name in (self.en, self.zh, self.abbr, *self.synonyms) if name)


@dataclass(frozen=True)
class Glosser:
    """Crosses between Chinese and English by word lists; made of their texts, which are parsed when first needed."""

    glossary: str = field(repr=False)  # CSV: en, zh, abbr, synonyms, field
    lexicon: str = field(repr=False)  # TSV: zh, en (empty for a word of grammar), count
    characters: str = field(repr=False)  # TSV: traditional, simplified

    def terms(self) -> list[Term]:
        """The reviewed terms, ordered by their English names."""
        return list(self._terms)

    def to_english(self, text: str) -> str:
        """The text with each Chinese run as English words; Latin words, numbers and punctuation stay where they are.

        The words are those of the cheapest cutting by word frequency. What no list knows, names mostly, is left out.
        """
        if not _HAN.search(text):
            return text
        english = _RUN.sub(self._gloss_run, self._simplify(text).translate(_PUNCTUATION))
        return re.sub(r"(?<=[(\[]) | (?=[,.;:?!)\]])", "", re.sub(r"\s+", " ", english)).strip()

    def parts(self, text: str) -> Iterator[tuple[str, str | None]]:
        """The text in pieces: a Chinese word (simplified, lower case) with its English, "" where no list has any; all
        else as it is written, with None, punctuation set as English is."""
        simple, at = self._simplify(text).translate(_PUNCTUATION), 0
        for run in _RUN.finditer(simple):
            if run.start() > at:
                yield simple[at : run.start()], None
            for start, end, word in self._cut(run[0]):
                piece = run[0][start:end]
                yield (piece.lower(), word or "") if _HAN.search(piece) else (piece, None)
            at = run.end()
        if at < len(simple):
            yield simple[at:], None

    def to_chinese(self, text: str) -> list[str]:
        """Chinese phrases for the English ones in the text, longest first match, the likeliest of a phrase first."""
        tokens = [token for token in _TOKEN.findall(text) if not _HAN.match(token)]
        phrases = _longest_first(tokens, self._chinese)
        return list(dict.fromkeys(name for names in phrases for name in names))

    def expand(self, query: str) -> list[str]:
        """Other names, in both languages, of the reviewed terms that the query names."""
        simple = self._simplify(query)
        mentioned = _longest_first(_TOKEN.findall(simple), self._named)
        names = dict.fromkeys(name for term in mentioned for name in term.names)
        asked = f" {_key(simple)} "
        return [name for name in names if f" {_key(self._simplify(name))} " not in asked]

    def _named(self, tokens: list[str]) -> Term | None:
        """The term that these words name. An abbreviation that may be a word is one only as its author wrote it."""
        phrase = " ".join(tokens)
        return self._by_abbreviation.get(phrase) or self._by_name(_key(phrase))

    def _chinese(self, tokens: list[str]) -> list[str]:
        """What English words are called in Chinese; by the lexicon only where the glossary has no name for them."""
        if term := self._named(tokens):
            return [name for name in term.names if _HAN.search(name)]
        if all(token.lower() in STOP_WORDS for token in tokens):
            return []
        phrase = " ".join(tokens)
        rows = [row for shape in {phrase.lower(), _key(phrase)} for row in self._reversed.get(shape, ())]
        return [zh for _, zh in sorted(rows, reverse=True)[:MOST_REVERSED]]

    def coverage(self, text: str) -> float:
        """The share of the Chinese characters that some list has, words of grammar included; 1 for no Chinese."""
        seen = known = 0
        for run in _RUN.finditer(self._simplify(text).translate(_PUNCTUATION)):
            for start, end, word in self._cut(run[0]):
                characters = len(_HAN.findall(run[0][start:end]))
                seen += characters
                known += characters if word is not None else 0
        return known / seen if seen else 1.0

    def _gloss_run(self, run: re.Match[str]) -> str:
        """English words for one run."""
        words = (word or "" for _, _, word in self._cut(run[0]))
        return f" {' '.join(word for word in words if word)} "

    def _cut(self, text: str) -> list[tuple[int, int, str | None]]:
        """A run's words with their English, None for what no list knows; a Viterbi search, cost being minus log
        frequency."""
        lower, entries = text.lower(), self._entries
        best = [0.0] + [math.inf] * len(text)
        cut = [0] * (len(text) + 1)
        words: list[str | None] = [None] * (len(text) + 1)
        for start in range(len(text)):
            so_far = best[start]
            latin = _LATIN.match(text, start)
            end, word = (latin.end(), latin[0]) if latin else (start + 1, None)
            if so_far + UNKNOWN < best[end]:
                best[end], cut[end], words[end] = so_far + UNKNOWN, start, word
            for end in range(start + 1, min(len(text), start + LONGEST) + 1):
                entry = entries.get(lower[start:end])
                if entry and so_far + entry[1] < best[end]:
                    best[end], cut[end], words[end] = so_far + entry[1], start, entry[0]
        found: list[tuple[int, int, str | None]] = []
        end = len(text)
        while end:
            found.append((cut[end], end, words[end]))
            end = cut[end]
        return found[::-1]

    def simplified(self, text: str) -> str:
        """The text in simplified characters."""
        return self._simplify(text)

    def _simplify(self, text: str) -> str:
        return text.translate(self._simplified)

    @cached_property
    def _simplified(self) -> dict[int, str]:
        pairs = (line.split("\t") for line in self.characters.splitlines() if "\t" in line)
        return {ord(traditional): simplified for traditional, simplified in pairs if len(traditional) == 1}

    @cached_property
    def _terms(self) -> tuple[Term, ...]:
        rows = csv.reader(self.glossary.splitlines())
        next(rows)  # the names of the columns
        return tuple(Term(en, zh, abbr, tuple(filter(None, names.split("|"))), of) for en, zh, abbr, names, of in rows)

    def _by_name(self, key: str) -> Term | None:
        """The term that has a name of this `_key`. Names are keyed when one of their initial is first asked for: a
        search asks for few, and keying all takes a third of its time."""
        initial = key[:1]
        if initial not in self._keyed:
            self._keyed[initial] = {_key(name): term for name, term in self._initials.get(initial, ())}
        return self._keyed[initial].get(key)

    @cached_property
    def _keyed(self) -> dict[str, dict[str, Term]]:
        return {}

    @cached_property
    def _initials(self) -> dict[str, list[tuple[str, Term]]]:
        """(name, term) by the first character of the name's key."""
        found: dict[str, list[tuple[str, Term]]] = {}
        for term in self._terms:
            for name in term.names:
                if name == term.abbr and (len(name) < 3 or name.lower() in WORDS_TOO):
                    continue
                if not name.isascii():
                    name = self._simplify(name)
                if initial := _initial(name):
                    found.setdefault(initial, []).append((name, term))
        return found

    @cached_property
    def _by_abbreviation(self) -> dict[str, Term]:
        return {term.abbr: term for term in self._terms if term.abbr}

    @cached_property
    def _reversed(self) -> dict[str, list[tuple[int, str]]]:
        """English word or phrase -> (count, Chinese) of the lexicon's confident rows."""
        turned: dict[str, list[tuple[int, str]]] = {}
        for line in self.lexicon.splitlines()[1:]:
            zh, en, count = line.split("\t")
            if int(count) >= CONFIDENT_USES:
                turned.setdefault(en, []).append((int(count), zh))
        return turned

    @cached_property
    def _entries(self) -> dict[str, tuple[str, float]]:
        """Chinese word or phrase -> (English, cost in nats); the reviewed terms stand above the mined ones."""
        rows = [line.split("\t") for line in self.lexicon.splitlines()[1:]]
        uses = Counter(count for _, _, count in rows)
        total = math.log(1 + sum(int(count) * rows_with for count, rows_with in uses.items()))
        costs = {count: total - math.log(int(count) + 0.5) for count in uses}
        entries = {zh: (en, costs[count]) for zh, en, count in rows}
        cost = total - math.log(GLOSSARY_USES)
        for term in self._terms:
            names = (self._simplify(name).lower() for name in term.names if _HAN.search(name))
            entries.update(dict.fromkeys(names, (term.en, cost)))
        return entries


def load_glosser() -> Glosser:
    """The project's glosser, of the word lists in kb/data."""
    data = resources.files("kb") / "data"
    glossary, lexicon, characters = (
        (data / name).read_text(encoding="utf-8") for name in ("glossary.csv", "lexicon.tsv", "traditional.tsv")
    )
    return Glosser(glossary, lexicon, characters)


def _longest_first(tokens: list[str], look_up: Callable[[list[str]], T | None]) -> Iterator[T]:
    """What the look-up finds in the tokens from left to right, of several that begin alike the longest."""
    at = 0
    while at < len(tokens):
        for end in range(min(len(tokens), at + LONGEST_NAME), at, -1):
            if found := look_up(tokens[at:end]):
                yield found
                at = end
                break
        else:
            at += 1


def _initial(name: str) -> str:
    """The first character of a name's `_key`, found without making it; "" where it has none."""
    if name[:1].isascii() and name[:1].isalnum():
        return name[0].lower()
    first = _TOKEN.search(name.lower())
    return first[0][0] if first else ""


def _stem(token: str) -> str:
    token = american(token)
    return token[:-1] if len(token) > 3 and token[-1] == "s" and token[-2] not in "su" else token


def _key(name: str) -> str:
    """Lower-case words in the singular and single Chinese characters; a hyphen parts words."""
    return " ".join(map(_stem, _TOKEN.findall(name.lower())))
