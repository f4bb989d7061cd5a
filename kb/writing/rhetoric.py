"""What a passage does in its text (background, method, result; definition, comparison, outlook), learnt from labelled
ones: a linear model over words, the words around, the first words, the place, and whatever marks the caller knows.

One code for two uses: the sentences of an abstract, measured on the set csabstruct of Cohan et al. 2019
(benchmarks/adapters.py), and the passages of posts for the article's roles (roles.py, benchmarks/roles.py). A model
is plain numbers, so that using one needs no scikit-learn.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

FIRST_WORDS = 4
PLACES = 6  # places that are told apart, counted from either end
_WORD = re.compile(r"[\u3400-\u9fff]|\b\w+\b|[%:;?]")


@dataclass(frozen=True, slots=True)
class Told:
    """A passage as the model sees it."""

    text: str
    before: str = ""  # the passages around it
    after: str = ""
    place: tuple[int, int] = (0, 1)  # its number among so many
    marks: Mapping[str, float] = field(default_factory=dict)  # what else is known: kind, headings, cues


@dataclass(frozen=True, slots=True)
class Part:
    """A group of features with the weight that its unit vector has beside the others'."""

    weight: float
    widths: tuple[int, ...] = (1,)  # lengths of word groups
    least: int = 2  # passages of the training set that must have a feature


@dataclass(frozen=True, slots=True)
class Recipe:
    """Which features a model has; part of the model."""

    words: Part = Part(1.0, (1, 2, 3))
    around: Part = Part(0.35, (1, 2), 3)
    opening: Part = Part(0.6, (1,), 3)
    place: float = 0.8
    marks: float = 1.0
    c: float = 2.0  # inverse strength of the penalty on weights


ABSTRACT = Recipe()


@dataclass(frozen=True, slots=True)
class Rhetoric:
    """A model that was learnt: each feature with its inverse document frequency and a weight a label."""

    labels: tuple[str, ...]
    recipe: Recipe
    idf: Mapping[str, float]
    weights: Mapping[str, Sequence[float]]  # feature -> weight of each label; "" is the constant

    def scores(self, told: Told) -> dict[str, float]:
        """The probability of each label."""
        total = list(self.weights[""])
        for name, value in vector(told, self.recipe, self.idf).items():
            for i, weight in enumerate(self.weights.get(name, ())):
                total[i] += value * weight
        top = max(total)
        odds = [math.exp(value - top) for value in total]
        return {label: odd / sum(odds) for label, odd in zip(self.labels, odds, strict=True)}

    def label(self, told: Told) -> str:
        """The likeliest label."""
        scores = self.scores(told)
        return max(self.labels, key=scores.__getitem__)

    def predict(self, sentences: Sequence[str]) -> list[str]:
        """A label a sentence of one abstract."""
        return [self.label(told) for told in abstract(sentences)]

    def as_json(self, most: int) -> dict[str, Any]:
        """Numbers that `from_json` reads again: the `most` features that weigh most, rounded."""
        ranked = sorted(self.weights, key=lambda name: (name != "", -max(map(abs, self.weights[name])), name))[
            : most + 1
        ]
        kept = {name: self.weights[name] for name in sorted(ranked)}
        return {
            "labels": list(self.labels),
            "idf": {name: round(value, 2) for name, value in self.idf.items() if name in kept},
            "weights": {name: [round(w, 2) for w in row] for name, row in kept.items()},
        }


def from_json(data: Mapping[str, Any], recipe: Recipe) -> Rhetoric:
    """The model that `as_json` wrote."""
    return Rhetoric(tuple(data["labels"]), recipe, data["idf"], data["weights"])


def abstract(sentences: Sequence[str]) -> list[Told]:
    """The sentences of an abstract, each with its neighbours."""
    around = ["", *sentences, ""]
    n = len(sentences)
    return [Told(text, around[i], around[i + 2], (i, n)) for i, text in enumerate(sentences)]


def learn_abstracts(abstracts: Sequence[Sequence[str]], labels: Sequence[Sequence[str]]) -> Rhetoric:
    """Learns from abstracts with a label a sentence; a minute or two for ten thousand sentences."""
    told = [one for sentences in abstracts for one in abstract(sentences)]
    return learn(told, [label for labelled in labels for label in labelled], ABSTRACT)


def learn(passages: Sequence[Told], labels: Sequence[str], recipe: Recipe, balanced: bool = False) -> Rhetoric:
    """Learns from labelled passages; the same ones give the same model. `balanced`: rare labels weigh more."""
    from sklearn.feature_extraction import DictVectorizer
    from sklearn.linear_model import LogisticRegression

    idf = _frequencies(passages, recipe)
    table = DictVectorizer()
    rows = table.fit_transform([vector(told, recipe, idf) for told in passages])
    model = LogisticRegression(C=recipe.c, max_iter=2000, class_weight="balanced" if balanced else None)
    model.fit(rows, labels)
    weights = dict(zip(table.get_feature_names_out().tolist(), model.coef_.T.tolist(), strict=True))
    return Rhetoric(tuple(map(str, model.classes_)), recipe, idf, weights | {"": model.intercept_.tolist()})


def vector(told: Told, recipe: Recipe, idf: Mapping[str, float]) -> dict[str, float]:
    """A passage's features; those of words only where `idf` knows them."""
    found: dict[str, float] = {}
    for part, counts in _counted(told, recipe):
        row = {name: (1.0 + math.log(n)) * idf[name] for name, n in counts.items() if name in idf}
        length = math.sqrt(sum(value * value for value in row.values()))
        found |= {name: part.weight * value / length for name, value in row.items()}
    found |= {name: recipe.place * value for name, value in _place(*told.place)}
    return found | {f"m:{name}": recipe.marks * value for name, value in told.marks.items()}


def _frequencies(passages: Sequence[Told], recipe: Recipe) -> dict[str, float]:
    """The inverse document frequency of every feature of words that enough passages have."""
    seen: Counter[str] = Counter()
    least: dict[str, int] = {}
    for told in passages:
        for part, counts in _counted(told, recipe):
            seen.update(counts.keys())
            least.update(dict.fromkeys(counts, part.least))
    n = len(passages)
    return {name: math.log((1 + n) / (1 + df)) + 1 for name, df in sorted(seen.items()) if df >= least[name]}


def _counted(told: Told, recipe: Recipe) -> Iterator[tuple[Part, Counter[str]]]:
    """The features of words, part by part."""
    words = _WORD.findall(told.text.lower())
    yield recipe.words, Counter(_groups(words, recipe.words.widths, "w:"))
    for mark, text in (("b:", told.before), ("a:", told.after)):
        yield recipe.around, Counter(_groups(_WORD.findall(text.lower()), recipe.around.widths, mark))
    yield recipe.opening, Counter(f"o{i}:{word}" for i, word in enumerate(words[:FIRST_WORDS]))


def _groups(words: Sequence[str], widths: Iterable[int], mark: str) -> Iterator[str]:
    for width in widths:
        for i in range(len(words) - width + 1):
            yield mark + " ".join(words[i : i + width])


def _place(i: int, n: int) -> Iterator[tuple[str, float]]:
    """Where a passage stands among n."""
    yield f"p:{min(i, PLACES - 1)}", 1.0
    yield f"p:-{min(n - 1 - i, PLACES - 1)}", 1.0
    yield f"p:quarter {4 * i // n}", 1.0
    yield "p:alone", float(n == 1)
    yield "p:share", i / (n - 1) if n > 1 else 0.5
    yield "p:of", min(n, 15) / 15
