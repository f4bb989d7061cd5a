"""What a sentence does in a text (defines, compares, warns of an attack, ...), by headings, cue words and structure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kb.writing.layout import RoleCues, load_cues

# Weights, tuned by reading what they choose: a strong cue is enough for a section, a heading alone is not
HEADING = 0.28  # the heading that a sentence stands under
ABOVE = 0.15  # a heading further up
TITLE = 0.15  # the post's title
STRONG = 0.6
STRONG_MORE = 0.15  # every further strong cue
FAIR = 0.4  # says less surely what a sentence does
FAIR_MORE = 0.1
WEAK = 0.1
WEAK_MORE = 0.05
FIRST = 0.1  # for what opens a post or its section, where posts define and give background
ENOUGH = 0.4  # from here on a sentence has the role
# Headings that tell what stands under them: a conclusion concludes, whatever its words
TELLING = {"summary": 0.5, "outlook": 0.38}
_SAME = {"steps": "algorithm", "integration": "testing"}  # two cue lists of the article, one role for a reader


@dataclass(frozen=True)
class Roles:
    """Scores texts against a set of roles; a value, made of patterns."""

    cues: tuple[RoleCues, ...]

    def of(self, text: str, headings: Sequence[str], title: str = "", first: bool = False) -> dict[str, float]:
        """Role -> score in 0..1 of a sentence under these headings, outermost first; roles of score 0 are left out."""
        return self.combine(self.context(headings, title), text, first)

    def context(self, headings: Sequence[str], title: str) -> dict[str, float]:
        """What the headings and the title alone say; the same for all sentences of a stretch."""
        found = {}
        for cue in self.cues:
            score = 0.0
            if headings and cue.headings.search(headings[-1]):
                score = TELLING.get(cue.name, HEADING)
            elif any(cue.headings.search(heading) for heading in headings[:-1]):
                score = ABOVE
            elif title and cue.headings.search(title):
                score = TITLE
            if score:
                found[cue.name] = score
        return found

    def combine(self, context: Mapping[str, float], text: str, first: bool = False) -> dict[str, float]:
        """The scores of a sentence whose headings gave `context`."""
        found = {}
        # Cues within a sentence are written small, names in them are not: its first letter counts as either
        small = text[:1].lower() + text[1:]
        for cue in self.cues:
            score = context.get(cue.name, 0.0)
            if strong := sum(1 for pattern in cue.strong if pattern.search(text) or pattern.match(small)):
                score += STRONG + STRONG_MORE * (strong - 1)
            if fair := sum(1 for pattern in cue.fair if pattern.search(text) or pattern.match(small)):
                score += FAIR_MORE * fair if strong else FAIR + FAIR_MORE * (fair - 1)
            if weak := sum(1 for pattern in cue.weak if pattern.search(text) or pattern.match(small)):
                score += WEAK + WEAK_MORE * (weak - 1)
            if score and first and cue.name in ("definition", "background"):
                score += FIRST
            if score:
                found[cue.name] = min(1.0, round(score, 3))
        return found


def same(role: str) -> str:
    """The role as it is learnt and judged."""
    return _SAME.get(role, role)


def load_roles() -> Roles:
    """The project's roles."""
    return Roles(load_cues())
