"""Names for topics in both languages, from the glossary, by class-based TF-IDF.

Grootendorst (2022), "BERTopic": tf(t, c) * log(1 + A / f(t)), the classes being topics. Here tf is the share of a
topic's posts that name the term, so that one long post does not name its topic, and a term of everybody's has no weight
without any list of stop words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.gloss import Term
from kb.terms import Terms, tokens

SECOND = 0.6  # a second term stands in the label from this part of the first one's score on
SHOWN = 8  # terms of a topic
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


def scores(counts: Mapping[int, Sequence[Counter[int]]], n_terms: int) -> dict[int, NDArray[np.float64]]:
    """Class-based TF-IDF of every term in every topic (topic -> score a term)."""
    tf = {topic: np.zeros(n_terms) for topic in counts}
    for topic, posts in counts.items():
        for post in posts:
            for index, n in post.items():
                tf[topic][index] += 1.0 - 0.5**n  # naming a term once is half of what naming it often is
        tf[topic] /= max(1, len(posts))
    total = np.sum(list(tf.values()), axis=0) if tf else np.zeros(n_terms)
    mean = float(np.sum(total)) / max(1, len(tf))
    weight = np.log1p(mean / np.maximum(total, 1e-9)) * (total > 0)
    rare = np.log1p(len(tf) / np.maximum(total * 4, 1e-9)) * (total > 0)
    return {topic: share * weight * rare for topic, share in tf.items()}


def labels(
    counts: Mapping[int, Sequence[Counter[int]]], texts: Mapping[int, Sequence[str]], terms: Terms,
    standing: Mapping[int, Label],
) -> dict[int, Label]:  # fmt: skip
    """A label for every topic, no two the same: the surest topic chooses its term first.

    standing: labels that topics have. One is kept as long as what it was made from is among the topic's first terms.
    """
    scored = scores(counts, len(terms.all))
    best = {topic: np.argsort(-s, kind="stable")[:30] for topic, s in scored.items()}
    made: dict[int, Label] = {}
    taken: set[str] = set()
    for topic, label in standing.items():
        first = [terms.all[i].en for i in best.get(topic, ())[:KEPT]]
        if label.terms[:1] and label.terms[0] in first:
            made[topic] = Label(
                label.en, label.zh, (label.terms[0], *(t for t in first if t != label.terms[0]))[:SHOWN]
            )
            taken |= {label.en.casefold(), label.zh}
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
    shown = tuple(term.en for term in chosen[:SHOWN])
    for i, first in enumerate(chosen):
        for second, value in list(zip(chosen, values, strict=True))[i + 1 : i + 4]:
            if value >= SECOND * values[i] and not _alike(first, second):
                en, zh = f"{capital(first)} and {second.en}", f"{first.zh}与{second.zh}"
                if en.casefold() not in taken and zh not in taken:
                    return Label(en, zh, shown)
        en, zh = capital(first), first.zh
        if en.casefold() not in taken and zh not in taken:
            return Label(en, zh, shown)
    words = _words(texts)
    name = ", ".join(words[:2]) or "other"
    while name.casefold() in taken:
        name += f" {topic}"
    return Label(name, name, shown or tuple(words[:SHOWN]))


def capital(term: Term) -> str:
    """A term as the beginning of a label: an abbreviation stays as it is."""
    return term.en[:1].upper() + term.en[1:]


def _alike(a: Term, b: Term) -> bool:
    """Whether one term says the other: a label should say two things or one."""
    one, two = set(a.en.lower().replace("-", " ").split()), set(b.en.lower().replace("-", " ").split())
    return bool(one & two) or a.zh in b.zh or b.zh in a.zh


def _words(texts: Sequence[str]) -> list[str]:
    """The words that most of a few texts' titles have, where no reviewed term names them."""
    seen: Counter[str] = Counter()
    for text in texts:
        seen.update(set(tokens(text.partition("\n")[0])))
    return [word for word, _ in sorted(seen.items(), key=lambda w: (-w[1], -len(w[0]), w[0]))]
