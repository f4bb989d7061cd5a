"""What reference managers want of a post: a key, its authors in parts, its date in parts."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from urllib.parse import urlsplit

from kb.rendering.marks import clean
from kb.types import ChartLine, StoredPost

_DATE = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?!\d)")
_PERSON = re.compile(r"[^\W\d_][\w.'’-]*( [^\W\d_][\w.'’-]*){1,3}")
_GROUP = re.compile(
    r"\b(?:the|team|labs?|ai|research|blog|group|authors?|editors?|staff|inc|ltd|university|institute|community|desk"
    r"|company|foundation|network|project|science|learning|data|news|press|admin)\b",
    re.I,
)
_PARTICLES = frozenset(("van", "von", "de", "der", "den", "da", "di", "del", "la", "le", "ten", "ter", "dos", "el"))
_SMALL = frozenset(("a", "an", "the", "of", "on", "in", "to", "for", "and", "how", "what", "is", "are", "with", "why"))


def person(name: str) -> tuple[str, str] | None:
    """(given names, family name with its particles) of a person's name in Latin letters; None for anything else."""
    name = clean(name)
    if not _PERSON.fullmatch(name) or _GROUP.search(name) or not name[:1].isupper():
        return None
    if any(unicodedata.east_asian_width(c) in "WF" for c in name):
        return None
    words = name.split(" ")
    first = next((i for i, word in enumerate(words) if i and word.lower() in _PARTICLES), len(words) - 1)
    return " ".join(words[:first]), " ".join(words[first:])


def date_parts(post: StoredPost) -> tuple[int, ...]:
    """Year, month and day of publication, as far as they are known."""
    found = _DATE.match(post.published or "")
    if not found:
        return ()
    year, month, day = (int(part or 0) for part in found.groups())
    if not 1 <= month <= 12:
        return (year,)
    return (year, month, day) if 1 <= day <= 31 else (year, month)


def keys(lines: Sequence[ChartLine]) -> dict[int, str]:
    """A citation key a post, such as weng2018attention; those that would be equal get letters by rank."""
    found: dict[int, str] = {}
    taken: dict[str, int] = {}
    for line in lines:
        key = _key(line.post)
        n = taken[key] = taken.get(key, 0) + 1
        found[line.post.id] = key if n == 1 else f"{key}-{n}"
    return found


def _key(post: StoredPost) -> str:
    names = [p[1] for author in post.authors if (p := person(author))]
    who = _ascii(names[0]) if names else ""
    if not who:
        labels = [label for label in (urlsplit(post.url).hostname or "").split(".") if label not in ("www", "blog")]
        who = _ascii(labels[0]) if labels else ""
    words = [_ascii(word) for word in clean(post.title).split()]
    title = next((word for word in words if len(word) > 2 and word not in _SMALL), "")
    dated = date_parts(post)
    return f"{who or 'post'}{dated[0] if dated else ''}{title[:24]}"


def _ascii(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", plain.lower())
