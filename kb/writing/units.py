"""What can be quoted of a post: sentences that stand alone, and steps, formulas and code with the words around them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Literal

from crawler.blocks import Block, blocks
from crawler.text import count_words, plain_inline, sentences
from kb.language.sections import is_references
from kb.language.terms import Terms
from kb.types import Sentence
from kb.writing.roles import FAIR, Roles
from kb.writing.standalone import MATH, Standalone, is_chinese

UnitForm = Literal["sentence", "steps", "math", "code", "commands"]
ITEM = re.compile(r"^(?:[-*+]|\d{1,9}[.)])[ \t]+")
MOST_TOGETHER = 52  # words of two sentences that are quoted as one
NUMBERED = re.compile(r"\d{1,9}[.)][ \t]")
_NEXT_ITEM = re.compile(r"\n(?=[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t])")
_ABBREVIATION = re.compile(r"(?<![\w-])[A-Z]{2,5}(?![\w-])")
_EXPLAINED = re.compile(r"[(（]([A-Z]{2,5})s?[)）]|\b([A-Z]{2,5})s? ?[(（](?=[A-Za-z一-鿿])")
_NAME = re.compile(r"\b[A-Z][\w-]*[A-Z\d]\w*\b")  # ResNet, GPT-4: what the glossary need not know

_IS_A = re.compile(
    r"(?:is|are) (?:an?|the|any)\b|是一[种类]"
    r"|是一个(?=[^，。]{0,20}(?:模型|算法|方法|框架|网络|系统|函数|过程|工具|库|机制|概念|技术|架构|数据集|指标|领域))"
)
_ASIDE = re.compile(r"\([^()]*\)|（[^（）]*）|^(?:An?|The) ")
_INSTALLS = re.compile(r"\b(?:pip3?|conda|apt(?:-get)?|brew) install [\w-]+")  # says all by itself
_COPULA = re.compile(
    r"\b(?:is|are|can be (?:thought|viewed|seen|understood)|refers? to|stands? for|denotes?|means|describes?"
    r"|consists? of)\b|是|指|称为|叫做|定义为"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """Something that is quoted as one: pieces of a single post in the order they stand there."""

    post_id: int
    form: UnitForm
    pieces: tuple[Sentence, ...]
    roles: Mapping[str, float]
    language: str
    start: int  # offset of its block in the post's Markdown
    fit: float  # 0..1, how well it reads alone
    terms: frozenset[int] = frozenset()  # of the glossary, by their place in Terms.all
    subject: frozenset[int] = frozenset()  # those that it begins with

    @property
    def text(self) -> str:
        """The prose of it."""
        return " ".join(p.text for p in self.pieces if p.form in ("sentence", "steps"))

    @property
    def words(self) -> int:
        """What it quotes of prose."""
        return sum(quoted_words(p.text) for p in self.pieces if p.form in ("sentence", "steps"))


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a post a block stands."""

    post_id: int
    language: str | None  # of the post
    subject: frozenset[int]  # the terms of its title
    context: Mapping[str, float]  # what headings and title say of roles
    block: Block
    opens: bool  # whether it is the post's first prose
    said: tuple[tuple[str, str | None], ...] = ()  # its sentences, each with itself and the next
    before: tuple[str, ...] = ()  # the sentences of the block right before, if it is prose
    after: Block | None = None


@dataclass(frozen=True)
class Judge:
    """What is known about texts in general: the roles that they play, what stands alone, the field's terms."""

    roles: Roles
    alone: Standalone
    terms: Terms

    def named(self, text: str) -> frozenset[int]:
        """The terms that a text names, formulas left out."""
        return frozenset(self.terms.mentions(MATH.sub(" ", text)))


def fold(text: str) -> str:
    """Text with every run of white space as one space."""
    return " ".join(text.split())


def quoted_words(text: str) -> int:
    """Words of a quotation; a Chinese character counts as six tenths of a word, as translations come out."""
    words = count_words(text)
    return round(words * 0.6) if is_chinese(text) else words


def language_of(text: str, language: str | None) -> str:
    """The language of a stretch: Chinese or English by its script, unless the post is in another one."""
    if language not in (None, "zh", "en"):
        return language or ""
    return "zh" if is_chinese(text) else "en"


def places(post_id: int, title: str, language: str | None, markdown: str, judge: Judge) -> Iterator[Place]:
    """The blocks of a post with their surroundings, headings left out."""
    path: list[tuple[int, str]] = []
    context: Mapping[str, float] = judge.roles.context((), title)
    before: tuple[str, ...] = ()
    opens = True
    subject = judge.named(title)
    found = blocks(markdown)
    for block, after in zip_longest(found, found[1:]):
        if block.kind == "heading":
            path = [(level, text) for level, text in path if level < block.level]
            path.append((block.level, plain_inline(block.text)))
            context = judge.roles.context([text for _, text in path], title)
            before = ()
            continue
        if any(is_references(text) for _, text in path):
            continue
        pairs = tuple(said_with_next(block))
        yield Place(post_id, language, subject, context, block, opens, pairs, before, after)
        if block.kind in ("paragraph", "list", "quote", "code"):
            # What introduces a formula, table or figure introduces the code below it too; items of a list do not
            before = tuple(text for text, _ in pairs) if block.kind == "paragraph" else ()
            opens = False


def said_with_next(block: Block) -> list[tuple[str, str | None]]:
    """The sentences of a paragraph or a list as they read, each with itself and the next one of its paragraph or item.

    Block quotations are other people's words: none.
    """
    if block.kind == "paragraph":
        texts = [plain_inline(block.text)]
    elif block.kind == "list":
        texts = items(block)
    else:
        return []
    found: list[tuple[str, str | None]] = []
    for text in texts:
        spans = sentences(text)
        for (a, b), after in zip_longest(spans, spans[1:]):
            found.append((fold(text[a:b]), fold(text[a : after[1]]) if after else None))
    return found


def items(block: Block) -> list[str]:
    """The items of a list as they read, without their marks."""
    return [plain_inline(ITEM.sub("", item.strip())) for item in _NEXT_ITEM.split(block.text)]


def sentence_units(place: Place, judge: Judge) -> Iterator[Unit]:
    """The sentences of a block that stand alone. What they are about should stand early and have a name in the field.

    The first of a stretch is where posts define and give background.
    """
    if NUMBERED.match(place.block.text):
        return  # the steps of a list mean something in their order alone
    every = place.said
    for n, (text, both) in enumerate(every):
        if not judge.alone.passes(text) and not (_INSTALLS.search(text) and judge.alone.tells(text)):
            continue
        whole = _with_next(text, both, every[n + 1][0] if both else "", judge)
        named = judge.named(whole)
        tongue = language_of(text, place.language)
        roles = judge.roles.combine(place.context, whole, n == 0 and not place.before)
        pieces = (Sentence(whole, "quote", (), "sentence", tongue),)
        opening = text[:14] if is_chinese(text) else " ".join(text.split()[:7])
        subject = frozenset(judge.terms.mentions(opening))
        roles = _checked(roles, text, judge.named(text), judge)
        if place.opens and n == 0 and subject & place.subject:
            roles["definition"] = min(1.0, roles.get("definition", 0.0) + 0.35)  # so posts say what they are about
        fit = _fit(text, whole, named, subject, place, judge)
        yield Unit(place.post_id, "sentence", pieces, roles, tongue, place.block.start, fit, named, subject)


def _with_next(text: str, both: str | None, after: str, judge: Judge) -> str:
    """A sentence with the next one, where that goes on from it and both are short enough to be quoted as one."""
    if both is None or not judge.alone.follows(after):
        return text
    return both if quoted_words(both) <= MOST_TOGETHER else text


def _fit(
    text: str, whole: str, named: frozenset[int], subject: frozenset[int], place: Place, judge: Judge
) -> float:  # fmt: skip
    """How well a sentence reads alone and what it says: its subject early, terms, reasons, no roughness."""
    opening = text[:14] if is_chinese(text) else " ".join(text.split()[:7])
    fit = 0.3 * bool(subject) + 0.15 * bool(_NAME.search(opening)) + 0.15 * bool(named & place.subject)
    if not subject and not _NAME.search(opening):
        fit -= 0.3  # it speaks of something that has no name here
    terms, unclear = named & judge.terms.telling, opaque(whole, judge.terms)
    if not terms:
        fit -= 0.3  # names alone may be of anything
    names = set(_NAME.findall(whole)) - unclear
    fit += 0.6 * judge.alone.substance(whole, len(terms) + len(names)) + 0.1 * (whole != text)
    fit -= 0.15 * len(unclear)
    return max(0.0, min(1.0, fit - judge.alone.roughness(text)))


def opaque(text: str, terms: Terms) -> frozenset[str]:
    """The abbreviations of a text that neither it nor the glossary explains."""
    found = {name for name in _ABBREVIATION.findall(MATH.sub(" ", text)) if not terms.mentions(name)}
    return frozenset(found - {name for pair in _EXPLAINED.findall(text) for name in pair}) if found else frozenset()


def _checked(roles: dict[str, float], text: str, named: frozenset[int], judge: Judge) -> dict[str, float]:
    """Roles without those that ask for terms which are not there: a definition has one for its subject, a comparison
    sets two things side by side."""
    if "definition" in roles:
        copula = _COPULA.search(text)
        subject = text[: copula.start()] if copula else ""
        if not subject or len(subject.split()) > 9 or len(subject) > 70 or not judge.terms.mentions(subject):
            roles["definition"] *= 0.5
        elif (
            copula
            and roles["definition"] >= FAIR
            and _IS_A.match(text, copula.start())
            and len(_ASIDE.sub("", subject).split()) <= 4
        ):
            roles["definition"] = min(1.0, roles["definition"] + 0.3)
    if "comparison" in roles and len(named) + len(_NAME.findall(text)) < 2:
        roles["comparison"] *= 0.5
    return roles
