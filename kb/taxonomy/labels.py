"""Names for topics in both languages, from the glossary, by class-based TF-IDF over texts and titles.

After Grootendorst (2022), "BERTopic": the topics are the documents. A term's weight in a topic is p * log(p / q)^2,
where p is the share of the topic's posts that name it and q that of all topics'. So one long post does not name its
topic, and what everybody writes has no weight without any list of stop words. (Unsquared it is the term's part of the
divergence between the topic and the rest, and names topics by words as wide as "tensor"; BERTopic's own weight by words
as rare as "camera calibration". Read on the topics of the replayed web.)

What a text names is not yet what it is about: most posts on convolution name the stride, none has it in its title. So
the weight is multiplied by how often titles and tags of the topic name the term, and by how often those of all posts
do that name it at all. What titles name that no glossary holds, such as PyTorch, is a candidate as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from kb.language.gloss import Term
from kb.language.terms import Terms, tokens
from kb.taxonomy.naming import capital, chinese, english, names, own_names, plural, same

SECOND = 0.35  # a second term stands in the label from this part of the first one's weight on
COVER = 0.25  # share of the topic's posts that name a term, below which it says less the fewer they are
MOST = 0.5  # and from which it may name the topic though one title alone names it
LITTLE = 0.5  # a term that says so much less of the topic than the one that another is named by stands beside that
BESIDE = 0.07  # share of titles that a second term stands in at least
TITLES = 2  # titles that a term stands in at least, if any of the topic's stands in so many: one names its post alone
ALONE = 0.4  # a term that so many of the topic's titles name needs no second one, but for one of as many
SHOWN = 8  # terms of a topic
KEPT = 5  # a label stays while its term is among this many
TITLE = 3  # a term in a title or a tag counts as often as this many in the text
TITLED = 0.7  # power of the share of titles
UNTITLED = 0.02  # share of titles that a term is taken to stand in at least
SUBJECT = (1.0, 12.0)  # pseudo-posts: (whose title names a term, whose text does), so that a few posts decide little
WIDE = frozenset({"deep learning", "machine learning", "neural network", "artificial intelligence"})  # add nothing
FIRST = 30  # terms of a topic that are looked at


@dataclass(frozen=True, slots=True)
class Label:
    """A topic's name and what its posts are about."""

    en: str
    zh: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Weights:
    """By topic, for every term: how much it says of the topic, in what share of its titles and of its posts it stands;
    and how many posts name the topic.
    """

    weight: Mapping[int, NDArray[np.float64]]
    titled: Mapping[int, NDArray[np.float64]]
    named: Mapping[int, NDArray[np.float64]]
    posts: Mapping[int, int]


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


def scores(counts: Mapping[int, Sequence[Counter[int]]], texts: Mapping[int, Sequence[str]], terms: Terms) -> Weights:
    """The weight of every term in every topic; 0 for words of every subject."""
    n = len(terms.all)
    share, titled, named = ({t: np.zeros(n) for t in counts} for _ in range(3))
    in_text, in_title = np.zeros(n), np.zeros(n)
    for topic, posts in counts.items():
        for post, text in zip(posts, texts[topic], strict=True):
            for index, k in post.items():
                if index in terms.telling:
                    share[topic][index] += 1.0 - 0.5**k  # naming a term once is half of what naming it often is
                    named[topic][index] += 1
                    in_text[index] += 1
            for index in terms.mentions("\n".join(text.split("\n", 2)[:2])):
                if index in terms.telling:
                    titled[topic][index] += 1
                    in_title[index] += 1
        share[topic] /= max(1, len(posts))
        titled[topic] /= max(1, len(posts))
        named[topic] /= max(1, len(posts))
    usual = np.mean(list(share.values()), axis=0) if share else np.zeros(n)
    subject = (in_title + SUBJECT[0]) / (in_text + SUBJECT[1])
    weight = {}
    for topic, p in share.items():
        apart = p * np.log(np.maximum(p, 1e-9) / np.maximum(usual, 1e-9)).clip(0) ** 2
        weight[topic] = (
            apart * (titled[topic] + UNTITLED) ** TITLED * np.sqrt(subject) * (named[topic] / COVER).clip(max=1)
        )
    return Weights(weight, titled, named, {topic: len(posts) for topic, posts in counts.items()})


def labels(
    counts: Mapping[int, Sequence[Counter[int]]], texts: Mapping[int, Sequence[str]], terms: Terms,
    standing: Mapping[int, Label],
) -> dict[int, Label]:  # fmt: skip
    """A label for every topic, no two the same: the surest topic chooses its term first.

    texts: of the topics' posts, in the order of counts; the first two lines are title and tags. standing: labels that
    topics have. One is kept as long as what it was made from is among the topic's first terms.
    """
    found = scores(counts, texts, terms)
    titles = {topic: [names(text) for text in some] for topic, some in texts.items()}
    everywhere = Counter(name for some in titles.values() for title in some for name in title)
    n = sum(map(len, titles.values()))
    every = [text for some in texts.values() for text in some]
    best = {t: _candidates(found, t, list(own_names(texts[t], everywhere, n, terms, every)), terms) for t in counts}
    unknown = _unknown_abbreviations({row[0] for rows in best.values() for row in rows[:SHOWN]}, counts, texts, terms)
    best = {t: [(unknown.get(row[0].en, row[0]), *row[1:]) for row in rows] for t, rows in best.items()}
    made: dict[int, Label] = {}
    taken: set[str] = set()  # names of terms, and whole labels
    for topic, label in standing.items():
        first = [term.en for term, _, _ in best.get(topic, ())[:KEPT]]
        if label.terms[:1] and label.terms[0] in first:
            shown = (label.terms[0], *(t for t in first if t != label.terms[0]))[:SHOWN]
            made[topic] = Label(label.en, label.zh, shown)
            taken |= {same(name) for name in (label.en, label.zh, label.terms[0], *label.en.split(" and "),
                                              *label.zh.split("与"))}  # fmt: skip
    order = sorted(best, key=lambda t: (-(best[t][0][1] if best[t] else 0.0), t))
    for topic in order:
        if topic in made:
            continue
        waiting = [rows[0] for t, rows in best.items() if rows and t != topic and t not in made]
        made[topic] = _label(topic, best[topic], texts.get(topic, ()), taken, waiting)
        taken |= {same(made[topic].en), same(made[topic].zh)}
    return made


def _candidates(
    found: Weights, topic: int, own: Sequence[tuple[str, float, float]], terms: Terms
) -> list[tuple[Term, float, float]]:
    """(term, weight, share of titles) of what may name a topic: what several titles name, the weightiest first, then
    the rest. own: proper names of titles.
    """
    weight, titled = found.weight[topic], found.titled[topic]
    order = [i for i in np.argsort(-weight, kind="stable")[:FIRST] if weight[i] > 0]
    rows = [(terms.all[i], float(weight[i]), float(titled[i])) for i in order]
    most_name = {terms.all[i].en for i in order if found.named[topic][i] >= MOST}
    first, most = (rows[0][2], rows[0][1]) if rows else (0.0, 1.0)
    for name, share, lift in own:
        # by its titles alone: as weighty as the first term where that stands in as many of them
        rows.append((Term(name, name, "", (), "general"), most * lift * share / max(first, UNTITLED), share))
    many = [row for row in rows if row[2] * found.posts[topic] > TITLES - 0.5 or row[0].en in most_name]
    if all(row[0].en in WIDE for row in many):
        many = rows
    return sorted(rows, key=lambda row: (row not in many, -row[1], row[0].en))


def _unknown_abbreviations(
    some: Collection[Term], counts: Mapping[int, Sequence[Counter[int]]], texts: Mapping[int, Sequence[str]],
    terms: Terms,
) -> dict[str, Term]:  # fmt: skip
    """Those of some terms whose abbreviation no more texts use than write the name out, without it; by name."""
    place = {term.en: i for i, term in enumerate(terms.all)}
    posts = [(post, text) for t, rows in counts.items() for post, text in zip(rows, texts[t], strict=True)]
    found = {}
    for term in some:
        if not term.abbr or (index := place.get(term.en)) is None:
            continue
        naming = [text for post, text in posts if index in post]
        short = sum(term.abbr in text for text in naming)
        if short <= sum(term.en.lower() in text.lower() for text in naming):
            found[term.en] = replace(term, abbr="")
    return found


def _label(
    topic: int, chosen: Sequence[tuple[Term, float, float]], texts: Sequence[str], taken: set[str],
    waiting: Sequence[tuple[Term, float, float]],
) -> Label:  # fmt: skip
    """The first term that no other topic is named by, and with it a second one that says something else.

    waiting: the first terms of topics that choose later; one that says more of such a topic is left to it.
    """
    shown = tuple(term.en for term, _, _ in chosen[:SHOWN])
    free = [row for row in chosen if not _taken(row[0], taken)]
    if not free:
        words = _words(texts)
        name = ", ".join(words[:2]) or "other"
        while same(name) in taken:
            name += f" {topic}"
        return Label(name, name, shown or tuple(words[:SHOWN]))
    lead, most, _ = chosen[0]
    if _is_name(lead) and _taken(lead, taken) and (within := _within(lead, chosen[1:6], taken)):
        return Label(*within, shown)
    if free[0][1] < LITTLE * most and free[0][2] < BESIDE:  # what is left would mislead alone
        own = free[0][0]
        taken |= _names(own)
        return Label(
            f"{capital(plural(english(lead)))} and {plural(english(own))}", f"{chinese(lead)}与{chinese(own)}", shown
        )
    first, most, titled = free[0]
    shown = (first.en, *(name for name in shown if name != first.en))[:SHOWN]
    least = min(max(BESIDE, (TITLES - 0.5) / max(1, len(texts))), titled) if titled < ALONE else ALONE
    near = [row for row in free[1:5] if row[1] >= SECOND * most and row[2] >= least and not _alike(first, row[0])]
    left = {term.en: weight for term, weight, _ in sorted(waiting, key=lambda row: row[1])}
    near = [row for row in near if row[0].en not in WIDE and row[1] >= left.get(row[0].en, 0.0)]
    second = max(near, key=lambda row: row[2], default=None)
    taken |= _names(first) | (_names(second[0]) if second else set())
    if second is None:
        return Label(capital(plural(english(first))), chinese(first), shown)
    en = f"{capital(plural(english(first)))} and {plural(english(second[0]))}"
    return Label(en, f"{chinese(first)}与{chinese(second[0])}", shown)


def _is_name(term: Term) -> bool:
    """Whether it is a proper name that titles gave and no glossary."""
    return term.field == "general" and term.en == term.zh


def _within(
    name: Term, beside: Sequence[tuple[Term, float, float]], taken: set[str]
) -> tuple[str, str] | None:  # fmt: skip
    """ "Image classification in PyTorch": what a topic does with what another one is already named by."""
    free = [term for term, _, _ in beside if not _taken(term, taken)] or [term for term, _, _ in beside]
    if not free:
        return None
    term = free[0]
    en = f"{capital(plural(english(term)))} in {english(name)}"
    taken |= _names(term)
    return None if same(en) in taken else (en, f"{chinese(name)}中的{chinese(term)}")


def _names(term: Term) -> set[str]:
    return {same(name) for name in (term.en, term.zh, english(term), chinese(term))}


def _taken(term: Term, taken: set[str]) -> bool:
    return not taken.isdisjoint(_names(term))


STEM = 5  # letters; words that begin alike say the same


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
