"""Whether a sentence may stand alone: it points at nothing outside itself, is whole, and says something."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from importlib import resources

from crawler.text import count_words

MATH = re.compile(r"\$(?=\S)((?:\\.|[^$\\])+?)(?<=\S)\$(?!\d)")  # a formula in running text, by pandoc's rule
_ENDS = re.compile(r"[.!。！][\"'”’）)]?$")
_BEGINS = re.compile(r"[\"“‘「《(（]?(?:[A-Z0-9]|[a-z]+[A-Z])")  # "kNN" and "word2Vec" begin sentences too
_PAIRS = (("(", ")"), ("（", "）"), ("[", "]"), ("“", "”"), ("「", "」"), ("《", "》"))
_ASIDE = re.compile(r"\([^()]*\)|\bto \w+")  # no place for the verb of a sentence
_CHARACTER = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")
_LATIN = re.compile(r"[A-Za-z][\w'’-]*")
_FIGURE = re.compile(r"\d[\d.,]*")
_THE = re.compile(r"\b[Tt]he\b")
_SCORE = re.compile(r"\d ?[%％]|\b(?:accuracy|F1|BLEU|mAP|FID|AUC|perplexity)\b")
_MEASURED = re.compile(r"\b(?:on|of|for|in|by|to|from|over)\b|在|上|从|由")
_PAST = re.compile(r"\b(?:was|were|had|did|used to be)\b")
# "Smith et al. (2018)", "(Smith & Jones 2018)": whose work it is, and no remains of a list of references
_CITED = re.compile(
    r" et al\.?,? ?\((?:19|20)\d\d[a-z]?\)"
    r"|\s?\((?:[a-z]+ )?[A-Z][\w'’-]+(?:,? et al\.?| ?(?:&|and) [A-Z][\w'’-]+)?,? ?(?:19|20)\d\d[a-z]?\)"
)
# A sentence has one of these; what has none is a caption, a title or an item of a list
_VERB = re.compile(
    r"\b(?:is|are|was|were|be|been|has|have|had|can|could|may|might|will|would|must|should|does|do|did|cannot|(?:"
    r"use|learn|map|implement|recommend|augment|propose|compute|take|make|give|need|let|allow|help|show|mean|work|train|reduce|increase|improve|"
    r"require|provide|contain|consist|depend|become|remain|tend|lead|follow|produce|predict|generate|represent|"
    r"describe|define|combine|apply|add|replace|update|compare|measure|encode|decode|treat|share|keep|"
    r"move|act|assign|estimate|minimi[sz]e|maximi[sz]e|optimi[sz]e|normali[sz]e|generali[sz]e|outperform|"
    r"differ|prevent|force|exploit|rel|introduce|propose|perform|achieve|suffer|start|begin|stop|run|"
    r"save|store|split|turn|grow|decide|choose|select|return|capture|extract|detect|refer|stand|freeze|"
    r"explore|approximate|enable|support|handle|ignore|change|control|pay|lose|gain|find|look|come|go|lie|fit|"
    r"hold|belong|exist|occur|appear|cause|create|build|place|subtract|divide|multipl|cut|translate|"
    r"average|weigh|penali[sz]e|search|embed|feed|copy|reuse|discard|mix|"
    r"attend|converge|diverge|vanish|explode|overfit|memori[sz]e|transfer|fine-tune|adapt|initiali[sz]e|drop|"
    r"mask|rotate|classif|recogni[sz]e|segment|locate|track|"
    r"write|read|put|get|see|know|want|say|explain|reflect|reveal|indicate|suggest|demonstrate|"
    r"confirm|offer|bring|carr|pass|send|receive|connect|separate|balance|limit|restrict|avoid|ensure|"
    r"guarantee|encourage|favou?r|prefer|dominate|beat|win|fail|break|hurt|matter|var|"
    r"exceed|reach|arise|emerge|evolve|continue|compress|quanti[sz]e|prune|distill|"
    r"round|execute|evaluate|verif|check|monitor|stud|investigate|consider|"
    r"assume|interpret|discretize|simplif|satisf|modif|identif|impl|specif|tell|trade|raise|lower|double|"
    r"halve|smooth|concentrate|spread|propagate|accumulate|synchroni[sz]e|broadcast|partition|allocate|"
    r"fuse|wrap|attach|insert|remove|delete|visit|pull|push|drive|steer|guide|inspire|motivate|"
    r"underl"
    r")(?:s|es|y|ies)?)\b"
    r"|^[A-Z][\w-]+ (?:and [A-Z][\w-]+ )?(?:proposed|introduced|suggested|showed|developed|found|trained)\b"
)
ROUGH = 0.5  # from here on a sentence does not go on well from another
WORDS_EN = (8, 42)
WORDS_ZH = (18, 110)  # characters


@dataclass(frozen=True)
class Standalone:
    """The rules, compiled, of data/standalone.toml."""

    openers: tuple[re.Pattern[str], re.Pattern[str]]  # English, Chinese; so for the next two
    points: tuple[re.Pattern[str], re.Pattern[str]]
    person: tuple[re.Pattern[str], re.Pattern[str]]
    soft: re.Pattern[str]
    chatter: re.Pattern[str]
    debris: re.Pattern[str]
    explains: re.Pattern[str]
    vacuous: re.Pattern[str]
    definite: re.Pattern[str]
    goes_on: tuple[re.Pattern[str], re.Pattern[str]]

    def passes(self, text: str) -> bool:
        """Whether a sentence may be quoted by itself."""
        if not _ENDS.search(text):  # the cheapest first: six in seven sentences do not pass
            return False
        bare = _bare(text)
        chinese = is_chinese(bare)
        least, most = WORDS_ZH if chinese else WORDS_EN
        if bare[0] in "\"“「'‘(（[" or not least <= count_words(bare) <= most:
            return False
        if not (chinese or _BEGINS.match(bare)):
            return False
        if any(rules[chinese].search(bare) for rules in (self.openers, self.person, self.points)):
            return False
        return bool(chinese or _VERB.search(_ASIDE.sub("", bare))) and self._clean(bare)

    def whole(self, text: str) -> bool:
        """Whether a sentence is one: it ends, its brackets close, no markup or reference is left in it."""
        if not _ENDS.search(text):
            return False
        return self._clean(_bare(text))

    def _clean(self, bare: str) -> bool:
        """Whether a sentence without its formulas has no remains of anything, and no bracket that is left open."""
        if self.debris.search(bare):
            return False
        return all(bare.count(a) == bare.count(b) for a, b in _PAIRS) and bare.count('"') % 2 == 0

    def follows(self, text: str) -> bool:
        """Whether a sentence may stand right after the one before it in its post, and goes on from that one."""
        chinese = is_chinese(text)
        lead = self.goes_on[chinese].match(text)
        if not lead or not self.whole(text) or self.personal(text):
            return False
        bare = MATH.sub("x", text)
        most = WORDS_ZH[1] if chinese else WORDS_EN[1] - 8
        if not 4 <= count_words(bare) <= most or not (chinese or _VERB.search(bare)):
            return False
        rest = bare[lead.end() :]
        points = self.points[chinese].search(rest)
        return not points and not self.soft.search(bare) and self.roughness(text) < ROUGH

    def substance(self, text: str, n_terms: int) -> float:
        """What a sentence says, -.8 to 1: terms of the field, a reason or an effect; less for what every text says."""
        bare = MATH.sub("x", text)
        told = 0.2 * min(n_terms, 3) + 0.2 * bool(self.explains.search(bare))
        told += 0.2 * min(2, len(set(self.explains.findall(bare)))) / 2
        return told - 0.8 * bool(self.vacuous.search(bare))

    def tells(self, text: str) -> bool:
        """Whether a sentence is whole and no talk, however it begins."""
        leans = self.points[is_chinese(text)].search(text) or self.personal(text)
        return self.whole(text) and not leans and 5 <= count_words(text) <= WORDS_EN[1]

    def personal(self, text: str) -> bool:
        """Whether the writer speaks of himself."""
        return bool(self.person[is_chinese(text)].search(text))

    def roughness(self, text: str) -> float:
        """What makes a sentence less fit to be quoted, 0 (nothing) and up: talk, definites that lean on what stood
        before, formulas, odd length, many figures."""
        bare = MATH.sub("x", text)
        formulas = MATH.findall(text)
        words, chinese = count_words(bare), is_chinese(bare)
        low, high = (22, 75) if chinese else (12, 30)
        rough = 0.6 * bool(self.soft.search(bare)) + 0.25 * min(2, len(self.chatter.findall(bare)))
        rough += 0.2 * len(formulas) + 0.3 * any(len(f) > 30 for f in formulas)
        rough += (
            0.15 * (words < low or words > high)
            + 0.15 * (words < 0.8 * low)
            + 0.1 * (bare.count("(") + bare.count("（"))
        )
        rough += 0.1 * max(0, len(_FIGURE.findall(bare)) - 1) + 0.2 * min(2, len(self.definite.findall(bare)))
        if _SCORE.search(bare) and _FIGURE.search(bare) and not _MEASURED.search(bare):
            rough += 0.5  # a score, and nothing that it was reached on
        if not chinese:
            rough += 0.07 * max(0, len(_THE.findall(bare)) - 1) + 0.15 * bare.startswith("The ")
            rough += 0.12 * bool(_PAST.search(bare))
        return rough


def _bare(text: str) -> str:
    """A sentence with a letter in the place of every formula, and without the years of whom it cites."""
    return _CITED.sub("", MATH.sub("x", text))


def is_chinese(text: str) -> bool:
    """Whether a sentence reads as Chinese, where a character counts as much as a word in Latin letters."""
    characters = len(_CHARACTER.findall(text))
    return characters > 0 and characters >= 0.8 * len(_LATIN.findall(text))


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
        chatter=re.compile("|".join(data["person"]["chatter"])),
        debris=re.compile("|".join(data["debris"]["any"])),
        explains=re.compile("|".join(data["substance"]["explains"]), re.I),
        vacuous=re.compile("|".join(data["substance"]["vacuous"]), re.I),
        definite=re.compile("|".join(data["substance"]["definite"]), re.I),
        goes_on=(
            re.compile(rf"(?:{'|'.join(data['goes_on']['en'])})\b"),
            re.compile(rf"(?:{'|'.join(data['goes_on']['zh'])})"),
        ),
    )
