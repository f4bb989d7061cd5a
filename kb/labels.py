"""Names for topics in both languages, from the glossary, by class-based TF-IDF.

After Grootendorst (2022), "BERTopic": the topics are the documents. A term's weight in a topic is p * log(p / q)^2,
where p is the share of the topic's posts that name it and q that of all topics'. So one long post does not name its
topic, and what everybody writes has no weight without any list of stop words. (Unsquared it is the term's part of the
divergence between the topic and the rest, and names topics by words as wide as "tensor"; BERTopic's own weight by words
as rare as "camera calibration". Read on the topics of the replayed web.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.gloss import Term
from kb.terms import Terms, tokens

SECOND = 0.5  # a second term stands in the label from this part of the first one's score on
SHOWN = 8  # terms of a topic
LONG_EN, LONG_ZH = 22, 6  # characters above which an abbreviation is shorter to read
STEM = 5  # letters; words that begin alike say the same
KEPT = 5  # a label stays while its term is among this many
TITLE = 3  # a term in a title or a tag counts as often as this many in the text


@dataclass(frozen=True, slots=True)
class Label:
    """A topic's name and what its posts are about."""

    en: str
    zh: str
    terms: tuple[str, ...]


def term_counts(texts: Sequence[str], terms: Terms) -> list[Counter[int]]:
    """How often each text names each term; its first two lines are title and tags."""
    counted = []
    for text in texts:
        head, _, body = text.partition("\n")
        tags, _, body = body.partition("\n")
        found = terms.mentions(body)
        for index, n in terms.mentions(f"{head}\n{tags}").items():
            found[index] += TITLE * n
        counted.append(found)
    return counted


def scores(counts: Mapping[int, Sequence[Counter[int]]], terms: Terms) -> dict[int, NDArray[np.float64]]:
    """The weight of every term in every topic (topic -> weight a term); 0 for words of every subject."""
    n = len(terms.all)
    share = {topic: np.zeros(n) for topic in counts}
    for topic, posts in counts.items():
        for post in posts:
            for index, k in post.items():
                if index in terms.telling:
                    share[topic][index] += 1.0 - 0.5**k  # naming a term once is half of what naming it often is
        share[topic] /= max(1, len(posts))
    usual = np.mean(list(share.values()), axis=0) if share else np.zeros(n)
    return {topic: p * np.log(np.maximum(p, 1e-9) / np.maximum(usual, 1e-9)).clip(0) ** 2 for topic, p in share.items()}


def labels(
    counts: Mapping[int, Sequence[Counter[int]]], texts: Mapping[int, Sequence[str]], terms: Terms,
    standing: Mapping[int, Label],
) -> dict[int, Label]:  # fmt: skip
    """A label for every topic, no two the same: the surest topic chooses its term first.

    standing: labels that topics have. One is kept as long as what it was made from is among the topic's first terms.
    """
    scored = scores(counts, terms)
    best = {topic: np.argsort(-s, kind="stable")[:30] for topic, s in scored.items()}
    made: dict[int, Label] = {}
    taken: set[str] = set()  # names of terms, and whole labels
    for topic, label in standing.items():
        first = [terms.all[i].en for i in best.get(topic, ())[:KEPT]]
        if label.terms[:1] and label.terms[0] in first:
            made[topic] = Label(
                label.en, label.zh, (label.terms[0], *(t for t in first if t != label.terms[0]))[:SHOWN]
            )
            taken |= {*label.en.casefold().split(" and "), *label.zh.split("与"), label.en.casefold(), label.zh}
    order = sorted(scored, key=lambda t: (-float(scored[t].max(initial=0.0)), t))
    for topic in order:
        if topic in made:
            continue
        chosen = [terms.all[i] for i in best[topic] if scored[topic][i] > 0]
        values = [float(scored[topic][i]) for i in best[topic] if scored[topic][i] > 0]
        made[topic] = _label(topic, chosen, values, texts.get(topic, ()), taken)
        taken |= {made[topic].en.casefold(), made[topic].zh}
    return made


def _label(topic: int, chosen: Sequence[Term], values: Sequence[float], texts: Sequence[str], taken: set[str]) -> Label:
    """The first term that no other topic is named by, and with it a second one that says something else."""
    shown = tuple(term.en for term in chosen[:SHOWN])
    free = [(term, value) for term, value in zip(chosen, values, strict=True) if not _taken(term, taken)]
    if not free:
        words = _words(texts)
        name = ", ".join(words[:2]) or "other"
        while name.casefold() in taken:
            name += f" {topic}"
        return Label(name, name, shown or tuple(words[:SHOWN]))
    first, most = free[0]
    second = next((t for t, value in free[1:4] if value >= SECOND * most and not _alike(first, t)), None)
    taken |= {first.en.casefold(), first.zh} | ({second.en.casefold(), second.zh} if second else set())
    if second is None:
        return Label(capital(english(first)), chinese(first), shown)
    en, zh = f"{capital(english(first))} and {english(second)}", f"{chinese(first)}与{chinese(second)}"
    return Label(en, zh, shown)


def _taken(term: Term, taken: set[str]) -> bool:
    return not taken.isdisjoint({term.en.casefold(), term.zh, english(term).casefold(), chinese(term)})


def english(term: Term) -> str:
    """A term's name in a label: the abbreviation that everybody knows it by where the name is long."""
    return term.abbr if term.abbr and len(term.en) > LONG_EN else term.en


def chinese(term: Term) -> str:
    """The same in Chinese."""
    return term.abbr if term.abbr and len(term.zh) > LONG_ZH else term.zh


def capital(name: str) -> str:
    """A name as the beginning of a label; what has capitals already stays as it is."""
    return name[:1].upper() + name[1:]


def _alike(a: Term, b: Term) -> bool:
    """Whether one term says the other: a label should say two things or one."""
    one, two = (term.en.lower().replace("-", " ").split() for term in (a, b))
    kin = any(x[:STEM] == y[:STEM] for x in one for y in two)
    return kin or a.zh in b.zh or b.zh in a.zh


def _words(texts: Sequence[str]) -> list[str]:
    """The words that most of a few texts' titles have, where no reviewed term names them."""
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(set(tokens(text.partition("\n")[0])))
    return [word for word, _ in sorted(seen.items(), key=lambda w: (-w[1], -len(w[0]), w[0]))]
