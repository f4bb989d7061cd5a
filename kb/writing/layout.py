"""The article's fixed structure and its closed list of phrases, read from data/chapters.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any, Literal

Language = Literal["en", "zh"]
Words = Mapping[str, str]  # language -> text
PartForm = Literal["sentence", "steps", "math", "code", "commands"]


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a section that is written in one go."""

    form: PartForm = "sentence"
    roles: Mapping[str, float] | None = None  # role -> how much a sentence of that role belongs here
    quotes: int = 0  # how many units it aims at
    counts: tuple[str, ...] = ()  # names of counts, in their order
    head: Words | None = None  # a small heading
    connect: Words | None = None  # a phrase that stands before the rest
    fit: float = 0.3  # least fitness of its units, see kb/writing/units.py


@dataclass(frozen=True, slots=True)
class SectionPlan:
    number: str
    title: Words
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class ChapterPlan:
    number: str
    title: Words
    sections: tuple[SectionPlan, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """What the article is made of before a post is looked at."""

    title: Words
    title_fewer: Words
    lead: Words  # "{topic}:"
    nothing: Words
    few: Words
    writer: Words  # names the model that rewrote sections
    chapters: tuple[ChapterPlan, ...]
    counts: Mapping[str, Words]  # name -> template
    words: Mapping[str, Words]  # language -> name -> label of the page
    languages: Mapping[str, Words]  # language of the article -> ISO 639-1 -> name
    signals: Mapping[str, Words]  # language of the article -> signal -> what it measures
    reasons: tuple[tuple[re.Pattern[str], str], ...]  # a reason of kb/ranking/chart.py -> in Chinese

    def connects(self, language: str, topics: frozenset[str] = frozenset()) -> frozenset[str]:
        """Every phrase that a `connect` may be, with these topics' labels in the place of {topic}."""
        parts = [p for c in self.chapters for s in c.sections for p in s.parts]
        found = {self.nothing[language], self.few[language]}
        found |= {p.connect[language] for p in parts if p.connect}
        found |= {p.head[language] for p in parts if p.head}
        return frozenset(found | {self.lead[language].format(topic=label) for label in topics})


def load_layout() -> Layout:
    """The project's layout, of data/chapters.toml."""
    return read_layout((resources.files("kb") / "data" / "chapters.toml").read_text(encoding="utf-8"))


def read_layout(text: str) -> Layout:
    """A layout from TOML; a missing language or number raises KeyError, which is a bug of the file."""
    data = tomllib.loads(text)
    chapters = tuple(
        ChapterPlan(c["number"], _words(c), tuple(_section(s) for s in c["section"])) for c in data["chapter"]
    )
    return Layout(
        title=data["title"],
        title_fewer=data["title_fewer"],
        lead=data["lead"],
        nothing=data["nothing"],
        few=data["few"],
        writer=data["writer"],
        chapters=chapters,
        counts=data["counts"],
        words=data["words"],
        languages=data["languages"],
        signals=data["signals"],
        reasons=tuple((re.compile(row["en"]), row["zh"]) for row in data["reason"]),
    )


def _section(given: Mapping[str, Any]) -> SectionPlan:
    parts = (Part(**{**part, "counts": tuple(part.get("counts", ()))}) for part in given["part"])
    return SectionPlan(given["number"], _words(given), tuple(parts))


def _words(given: Mapping[str, Any]) -> Words:
    return {"en": given["en"], "zh": given["zh"]}


@dataclass(frozen=True, slots=True)
class RoleCues:
    """How a role shows: compiled patterns."""

    name: str
    headings: re.Pattern[str]
    strong: tuple[re.Pattern[str], ...]
    fair: tuple[re.Pattern[str], ...]
    weak: tuple[re.Pattern[str], ...]


def load_cues() -> tuple[RoleCues, ...]:
    """The project's roles, of data/roles.toml, in the file's order."""
    data = tomllib.loads((resources.files("kb") / "data" / "roles.toml").read_text(encoding="utf-8"))
    return tuple(
        RoleCues(
            name,
            re.compile(rf"\b(?:{'|'.join(d['headings_en'])})\b|{'|'.join(d['headings_zh'])}", re.I),
            tuple(re.compile(cue) for cue in d["strong"]),
            tuple(re.compile(cue) for cue in d.get("fair", ())),
            tuple(re.compile(cue) for cue in d["weak"]),
        )
        for name, d in data.items()
    )
