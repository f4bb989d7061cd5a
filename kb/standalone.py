"""Whether a sentence may stand alone: it points at nothing outside itself, is whole, and says something."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib import resources

from crawler.text import cjk_share, count_words

MATH = re.compile(r"\$(?=\S)((?:\\.|[^$\\])+?)(?<=\S)\$(?!\d)")  # a formula in running text, by pandoc's rule
_ENDS = re.compile(r"[.!。！][\"'”’）)]?$")
_BEGINS = re.compile(r"[\"“‘「《(（]?(?:[A-Z0-9]|[a-z]+[A-Z])")  # "kNN" and "word2Vec" begin sentences too
_PAIRS = (("(", ")"), ("（", "）"), ("[", "]"), ("“", "”"), ("「", "」"), ("《", "》"))
WORDS_EN = (8, 42)
WORDS_ZH = (14, 110)  # characters


@dataclass(frozen=True)
class Standalone:
    """The rules, compiled, of data/standalone.toml."""

    openers: tuple[re.Pattern[str], re.Pattern[str]]  # English, Chinese; so for the next two
    points: tuple[re.Pattern[str], re.Pattern[str]]
    person: tuple[re.Pattern[str], re.Pattern[str]]
    soft: re.Pattern[str]
    debris: re.Pattern[str]

    def passes(self, text: str) -> bool:
        """Whether a sentence may be quoted by itself."""
        bare = MATH.sub("x", text)
        if not self.whole(text) or bare[0] in "\"“「'‘":
            return False
        chinese = is_chinese(bare)
        least, most = WORDS_ZH if chinese else WORDS_EN
        if not least <= count_words(bare) <= most or not (chinese or _BEGINS.match(bare)):
            return False
        return not any(rules[chinese].search(bare) for rules in (self.openers, self.points, self.person))

    def whole(self, text: str) -> bool:
        """Whether a sentence is one: it ends, its brackets close, no markup or reference is left in it."""
        bare = MATH.sub("x", text)
        if self.debris.search(bare) or not _ENDS.search(text):
            return False
        return all(bare.count(a) == bare.count(b) for a, b in _PAIRS) and bare.count('"') % 2 == 0

    def personal(self, text: str) -> bool:
        """Whether the writer speaks of himself."""
        return bool(self.person[is_chinese(text)].search(text))

    def roughness(self, text: str) -> float:
        """What makes a sentence less fit to be quoted, 0 (nothing) to 1: formulas, odd length, a word to the reader."""
        rough = 0.5 if self.soft.search(text) else 0.0
        formulas = MATH.findall(text)
        rough += 0.2 * len(formulas) + (0.3 if any(len(f) > 30 for f in formulas) else 0.0)
        words = count_words(text)
        low, high = (22, 80) if is_chinese(text) else (12, 30)
        rough += 0.15 * (words < low or words > high) + 0.3 * text.endswith(("!", "！"))
        return min(1.0, rough + 0.1 * (text.count("(") + text.count("（")))


def is_chinese(text: str) -> bool:
    """Whether a sentence reads as Chinese; terms in Latin letters may stand in it."""
    return cjk_share(text) > 0.3


def load_standalone() -> Standalone:
    """The project's rules."""
    data = tomllib.loads((resources.files("kb") / "data" / "standalone.toml").read_text(encoding="utf-8"))
    en, zh = (
        {name: "|".join(data[name][tongue]) for name in ("openers", "points", "person")} for tongue in ("en", "zh")
    )
    return Standalone(
        openers=(re.compile(rf"^\W*(?:{en['openers']})\b", re.I), re.compile(rf"^\W*(?:{zh['openers']})")),
        points=(re.compile(rf"\b(?:{en['points']})\b", re.I), re.compile(zh["points"])),
        person=(re.compile(rf"\b(?:{en['person']})\b"), re.compile(zh["person"])),
        soft=re.compile("|".join(data["person"]["soft"])),
        debris=re.compile("|".join(data["debris"]["any"])),
    )
