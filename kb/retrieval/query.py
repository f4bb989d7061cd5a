"""The query language: words, "phrases", -not, NOT, OR, field:value; what is none of these is plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date, timedelta

from kb.errors import UsageError
from kb.language.words import phrase

LONGEST = 2000  # characters of a query that are looked at
MOST_CONDITIONS = 20  # phrases, exclusions and titles
PROSE = 12  # words outside quotation marks from which a query is a pasted sentence, whose marks mean nothing

_PART = re.compile(r'(?P<minus>-(?=[\w"]))?(?:(?P<field>[A-Za-z]+):(?=\S))?(?:"(?P<phrase>[^"]*)"|(?P<word>\S+))')
_FIELDS = {
    "title": "title", "source": "source", "blog": "source", "topic": "topic", "lang": "language",
    "language": "language", "after": "since", "since": "since", "before": "until", "until": "until", "has": "has",
}  # fmt: skip
_LANGUAGES = {"english": "en", "chinese": "zh", "中文": "zh", "英文": "en", "英语": "en", "汉语": "zh"}
_HAS = {"code": "code", "math": "math", "maths": "math", "formula": "math", "formulas": "math"}


@dataclass(frozen=True, slots=True)
class Query:
    """A query as understood."""

    text: str  # what is ranked by: the words and phrases that are wanted
    required: tuple[str, ...] = ()  # FTS5 expressions, each of which some stretch of the post must match
    excluded: tuple[str, ...] = ()  # and which none may match
    fields: tuple[tuple[str, str], ...] = ()  # filter -> value: source, topic, language, since, until, has

    @property
    def empty(self) -> bool:
        """Whether nothing at all is asked for."""
        return not (self.text or self.required or self.excluded or self.fields)


@dataclass(slots=True)
class _Reading:
    prose: bool = False
    wanted: list[str] = field(default_factory=list)
    required: list[str] = field(default_factory=list)
    excluded: list[str] = field(default_factory=list)
    fields: list[tuple[str, str]] = field(default_factory=list)


def parse(text: str) -> Query:
    """Understand a query. Raises UsageError for a known field whose value cannot be (after:never)."""
    clean = "".join(" " if c.isspace() or ord(c) < 32 else c for c in text[:LONGEST])
    clean = clean.encode("utf-8", "replace").decode("utf-8")
    parts = list(_PART.finditer(clean))
    reading = _Reading(prose=sum(part["word"] is not None for part in parts) >= PROSE)
    at = 0
    while at < len(parts):
        at = _alternatives(parts, at, reading) or _single(parts, at, reading)
    return Query(
        " ".join(" ".join(reading.wanted).split()),
        tuple(dict.fromkeys(reading.required))[:MOST_CONDITIONS],
        tuple(dict.fromkeys(reading.excluded))[:MOST_CONDITIONS],
        tuple(reading.fields),
    )


def _alternatives(parts: list[re.Match[str]], at: int, reading: _Reading) -> int | None:
    """Take `a OR b OR c` that begins at a part; where it goes on, or None when there is none."""
    chain = [at]
    while not reading.prose and chain[-1] + 2 < len(parts) and parts[chain[-1] + 1][0] == "OR":
        chain.append(chain[-1] + 2)
    if len(chain) == 1:
        return None
    expressions = [_expression(parts[i]) for i in chain if not parts[i]["minus"]]
    if found := [e for e in expressions if e]:
        reading.required.append(" OR ".join(found))
    reading.wanted += [_value(parts[i]) for i in chain if not parts[i]["minus"]]
    return chain[-1] + 1


def _single(parts: list[re.Match[str]], at: int, reading: _Reading) -> int:
    """Take one part; where it goes on."""
    part, negated = parts[at], False
    if part[0] == "NOT" and at + 1 < len(parts) and not reading.prose:
        at += 1
        part, negated = parts[at], True
    negated = negated or (part["minus"] is not None and not reading.prose)
    name = _FIELDS.get((part["field"] or "").lower())
    value = _value(part)
    if name is not None and name != "title":
        if not negated:
            reading.fields.append((name, _checked(name, value)))
        return at + 1
    expression = _expression(part)
    if negated:
        if expression:
            reading.excluded.append(expression)
        return at + 1
    if expression and (name == "title" or (part["phrase"] is not None and not reading.prose)):
        reading.required.append(expression)
    reading.wanted.append(value)
    return at + 1


def _value(part: re.Match[str]) -> str:
    """The words of a part; an unknown field's name is one of them."""
    value = part["phrase"] if part["phrase"] is not None else part["word"]
    unknown = part["field"] and part["field"].lower() not in _FIELDS
    return f"{part['field']}:{value}" if unknown else str(value)


def _expression(part: re.Match[str]) -> str | None:
    """The FTS5 expression that a stretch must match for the part to be in it."""
    words = phrase(_value(part))
    in_title = (part["field"] or "").lower() == "title"
    return f"{{title}} : {words}" if words and in_title else words


def _checked(name: str, value: str) -> str:
    """A field's value in the form that filters take."""
    low = value.lower()
    if name in ("since", "until"):
        return _day(name, value)
    if name == "language":
        code = _LANGUAGES.get(low, low)
        if not re.fullmatch(r"[a-z]{2,3}", code):
            raise UsageError(f"lang: cannot be {value!r}", "give a code of two letters, such as lang:zh")
        return code
    if name == "has":
        if low not in _HAS:
            raise UsageError(f"has: cannot be {value!r}", "it is has:code or has:math")
        return _HAS[low]
    return value


def _day(name: str, value: str) -> str:
    """A day, or the first (after:) or the one before the first (before:) of a year or month."""
    word = "after" if name == "since" else "before"
    match = re.fullmatch(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", value)
    try:
        found = date(int(match[1]), int(match[2] or 1), int(match[3] or 1)) if match else None
    except ValueError:
        found = None
    if found is None:
        raise UsageError(
            f"{word}: cannot be {value!r}", f"give a day that there is, as {word}:2024-05-31 or {word}:2024"
        )
    if name == "until" and found > date.min:
        found -= timedelta(days=1)
    return found.isoformat()
