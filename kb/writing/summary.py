"""What a line of the list says of a post: its own sentences, why it is there, papers and code that it links to."""

from __future__ import annotations

import re
from dataclasses import replace

from kb.language.terms import tokens
from kb.types import ChartLine, Sentence, StoredPost
from kb.writing.layout import Language, Layout
from kb.writing.select import REPEAT, UNFIT, Chooser, Limits
from kb.writing.standalone import is_chinese
from kb.writing.units import Judge, language_of, places, quoted_words

LEAST = 5  # words of a sentence that says something
MOST = 2  # sentences of a summary
MOST_LINKS = 3  # of a kind
_LINK = re.compile(r"\]\(<?(https?://[^\s()<>]+(?:\([^\s()<>]*\)[^\s()<>]*)*)")
_PAPER = re.compile(
    r"https?://(?:www\.)?(?:arxiv\.org/(?:abs|pdf)/|doi\.org/10\.|openreview\.net/|aclanthology\.org/"
    r"|proceedings\.mlr\.press/|papers\.n(?:eur)?ips\.cc/)"
)
_CODE = re.compile(
    r"https?://(?:www\.)?(?:github\.com/[\w.-]+/[\w.-]+|gitlab\.com/[\w.-]+/[\w.-]+|huggingface\.co/[\w.-]+"
    r"|colab\.research\.google\.com/)"
)


def summary(
    post: StoredPost, markdown: str, choose: Chooser, judge: Judge, language: Language, limits: Limits
) -> tuple[Sentence, ...]:
    """The one or two sentences that come nearest to what the whole post says, in the order they stand there.

    Sentences that the chapters quote already are passed over while there are others.
    """
    own = [i for i, u in enumerate(choose.units) if u.post_id == post.id and u.form == "sentence"]
    mine = [i for i in own if choose.units[i].fit >= UNFIT]  # one that says something is better than two
    taken, title = set(choose.taken), set(tokens(post.title))

    def worth(i: int) -> float:
        unit = choose.units[i]
        roles = max(unit.roles.get(role, 0.0) for role in ("definition", "summary", "principle"))
        early = 1.0 if unit.start < 400 else 0.4 if unit.start < 1500 else 0.0
        titled = len(title & set(tokens(unit.text))) / (len(title) or 1)
        return float(choose.central[i]) + 0.9 * unit.fit + 0.4 * (roles + titled) + 0.3 * early - 0.4 * (i in taken)

    left = limits.quote_words - choose.words[post.id]
    room = limits.quote_share * len(markdown) - choose.characters[post.id]
    chosen: list[int] = []
    for i in sorted(mine, key=lambda i: (-worth(i), i)):
        unit = choose.units[i]
        cost = (0, 0) if i in taken else (unit.words, len(unit.text))
        near = any((choose.rows[i] @ choose.rows[j].T).sum() >= REPEAT for j in chosen)
        if cost[0] <= left and cost[1] <= room and not near:
            chosen.append(i)
            left, room = left - cost[0], room - cost[1]
        if len(chosen) == MOST:
            break
    pieces = [choose.units[i].pieces[0] for i in sorted(chosen)] or _opening(post, markdown, judge, left, room)
    return tuple(
        replace(p, citations=(post.id,), language=None if p.language == language else p.language) for p in pieces
    )


def _opening(post: StoredPost, markdown: str, judge: Judge, words: int, room: float) -> list[Sentence]:
    """For a post that has no sentence that stands alone: the whole one that names a term of the title and several of
    the field; of equals the first. One that goes on from another that is not here, points elsewhere or speaks to the
    reader comes after the others."""
    title = judge.named(post.title)
    whole = [
        text
        for place in places(post.id, post.title, post.language, markdown, judge)
        for text, _ in place.said
        if judge.alone.whole(text) and LEAST <= quoted_words(text) <= words and len(text) <= room
    ]

    def tells(text: str) -> int:
        named = judge.named(text) & judge.terms.telling
        if judge.alone.personal(text):
            return 0
        alone, chinese = judge.alone, is_chinese(text)
        leans = alone.goes_on[chinese].match(text)
        points = any(rules[chinese].search(text) for rules in (alone.openers, alone.points)) or alone.soft.search(text)
        return min(3, len(named)) + 2 * bool(named & title) + 3 * (leans is None) + 2 * (not points)

    best = max(whole, key=tells, default=None)
    return [Sentence(best, "quote", (), "sentence", language_of(best, post.language))] if best else []


def reason(line: ChartLine, language: Language, layout: Layout) -> str:
    """Why a post is in the chart, in a line: the chart's own reason, or the signals that spoke for it most.

    A person's note stands at the end, and is said to be one.
    """
    words = layout.words[language]
    note = words["note_by"].format(note=" ".join(line.note.split())) if line.note else ""
    return words["semicolon"].join(filter(None, (_computed(line, language, layout), note)))


def _computed(line: ChartLine, language: Language, layout: Layout) -> str:
    if line.reason and language == "en":
        return line.reason
    said = [
        zh.format(*m.groups())
        for part in line.reason.split("; ")
        for en, zh in layout.reasons
        if (m := en.fullmatch(part))
    ]
    if said:
        return "，".join(said)
    words = layout.words[language]
    known = {name: value for name, value in line.entry.parts.items() if value is not None}
    best = sorted(known.items(), key=lambda row: (-row[1], row[0]))[:2]
    named = [f"{layout.signals[language].get(name, name)} {value:.2f}" for name, value in best]
    return words["reason"].format(parts=words["separator"].join(named)) if named else ""


def references(markdown: str) -> tuple[tuple[str, str], ...]:
    """(paper or code, URL) of the links in a text, in their order, a few of each."""
    found: dict[str, dict[str, None]] = {"paper": {}, "code": {}}
    for url in _LINK.findall(markdown):
        kind = "paper" if _PAPER.match(url) else "code" if _CODE.match(url) else None
        if kind:
            found[kind][url] = None
    return tuple((kind, url) for kind, urls in found.items() for url in list(urls)[:MOST_LINKS])
