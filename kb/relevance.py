"""The stage that judges how much a post is about deep or machine learning, by what it says and not by who says it.

A logistic model over few features: how often and how variedly the text names terms of the glossary, whether title and
tags do, what its code imports, and how near its vector is to each field's prototype and to those of other subjects.
Weights are in data/relevance.json, fitted by benchmarks/fit_relevance.py; docs/ranking.md has the figures.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

from crawler.blocks import blocks
from crawler.text import count_words, plain_inline
from kb.fields import Prototypes, field_prototypes, fields_hash
from kb.store import relevance as stored
from kb.terms import Terms

if TYPE_CHECKING:
    from kb.store.connect import Store
    from kb.types import Embedder, Float32

READ = 16_000  # characters of a post that are looked at: the subject is settled by then, and time is bounded
COUNTS = ("terms", "kinds", "density", "variety", "in_title", "in_tags", "imports", "numeric", "length")
# what code on the subject imports, in Python and in R; the second list is shared with other work on numbers
_ON = (
    "torch|torchvision|torchaudio|tensorflow|tf|keras|jax|flax|optax|haiku|equinox|sklearn|transformers|tokenizers|datasets|peft|trl|vllm|"
    "diffusers|accelerate|timm|mxnet|paddle|mindspore|oneflow|megengine|fastai|caffe2?|theano|lasagne|chainer|lightgbm|"
    "xgboost|catboost|gym|gymnasium|stable_baselines3|sentence_transformers|lightning|pytorch_lightning|ignite|dgl|"
    "torch_geometric|spacy|gensim|allennlp|flair|nltk|tfdatasets|tfprobability|tfhub|luz|caret|tidymodels|glmnet|rstan|pymc3?|pyro|"
    "langchain|llama_index|openai|anthropic|onnx|onnxruntime|tvm|triton|wandb|mlflow|optuna"
)
_NUMERIC = "numpy|pandas|scipy|matplotlib|seaborn|cv2|ggplot2|dplyr|tidyverse"
_IMPORT = re.compile(rf"^\s*(?:from|import|library\(|require\(|using)\s*[\"']?({_ON}|{_NUMERIC})\b", re.M)
_CHINESE = re.compile("[\u4e00-\u9fff]")
_NUMERIC_NAMES = frozenset(_NUMERIC.split("|"))


@dataclass(frozen=True, slots=True)
class Model:
    """Weights of the logistic model: with similarities to the fields, and for posts or models without."""

    model: str  # embedding model that the similarities' weights were fitted on
    fields: tuple[str, ...]
    weights: tuple[float, ...]  # of COUNTS, then of fields
    bias: float
    counts_weights: tuple[float, ...]  # of COUNTS alone
    counts_bias: float
    threshold: float  # from this score on a post is on the topic
    digest: str


@dataclass(frozen=True, slots=True)
class Judged:
    """What the stage did."""

    judged: int
    on_topic: int
    posts: int

    def words(self) -> str:
        return f"{self.judged} posts judged, {self.on_topic} of {self.posts} on the topic"


def load_model() -> Model:
    """The fitted model of data/relevance.json."""
    text = (resources.files("kb") / "data" / "relevance.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    weights, alone = data["weights"], data["counts_weights"]
    return Model(
        model=data["model"],
        fields=tuple(data["fields"]),
        weights=tuple(weights[name] for name in (*COUNTS, *data["fields"])),
        bias=data["bias"],
        counts_weights=tuple(alone[name] for name in COUNTS),
        counts_bias=data["counts_bias"],
        threshold=data["threshold"],
        digest=hashlib.blake2b(text.encode(), digest_size=6).hexdigest(),
    )


def features(title: str, tags: tuple[str, ...], markdown: str, terms: Terms) -> tuple[float, ...]:
    """The counts of one post, in the order of COUNTS."""
    prose, code = [], []
    for block in blocks(markdown[:READ]):
        if block.kind == "code":
            code.append(block.text)
        elif block.kind not in ("math", "figure"):
            prose.append(block.text)
    text = plain_inline("\n".join(prose))
    words = count_words(text)
    chinese = len(_CHINESE.findall(text))
    n = max(50.0, words - 0.4 * chinese)  # a Chinese word has 1.6 characters or so
    named, in_title, in_tags = (_telling(terms, t) for t in (text, title, "\n".join(tags)))
    imported = set(_IMPORT.findall("\n".join(code)))
    return (
        math.log1p(named.total()),
        math.log1p(len(named)),
        min(10.0, 100.0 * named.total() / n),
        min(5.0, 10.0 * len(named) / math.sqrt(n)),
        float(min(2, len(in_title))),
        float(min(3, len(in_tags))),
        float(bool(imported - _NUMERIC_NAMES)),
        float(bool(imported & _NUMERIC_NAMES)),
        math.log(n),
    )


def _telling(terms: Terms, text: str) -> Counter[int]:
    return Counter({index: n for index, n in terms.mentions(text).items() if index in terms.telling})


def score(model: Model, counts: tuple[float, ...], near: Mapping[str, float] | None) -> float:
    """The probability (0 to 1) that a post is on the topic. near: cosine to each field's prototype, None if unknown."""
    if near is None:
        z = model.counts_bias + math.fsum(w * x for w, x in zip(model.counts_weights, counts, strict=True))
    else:
        values = (*counts, *(near[name] for name in model.fields))
        z = model.bias + math.fsum(w * x for w, x in zip(model.weights, values, strict=True))
    return round(1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z)))), 4)


def run_relevance(
    store: Store,
    embedder: Callable[[], Embedder],
    terms: Terms,
    progress: Callable[[str, int, int | None], None] | None = None,
) -> Judged:
    """Judge the posts that are new, edited, or were judged by another model; one transaction.

    embedder: of the model that made the posts' vectors; called once, for the fields' descriptions.
    """
    reader = store.reader
    model = load_model()
    space = stored.vectors_made_by(reader)
    made_by = f"{model.digest}/{fields_hash()}/{len(terms.all)}/{space}"
    pending = stored.unjudged(reader, made_by)
    if not pending:
        return Judged(0, *stored.counts(reader))
    fields = field_prototypes(store, embedder) if space else None
    fitted = fields is not None and space.startswith(model.model) and set(model.fields) <= set(fields.ids)
    verdicts = []
    for n, post in enumerate(pending, 1):
        near = None
        if fitted and fields is not None and post.vector is not None and post.vector.shape[0] == fields.rows.shape[1]:
            near = _near(fields, post.vector)
        value = score(model, features(post.title, post.tags, post.markdown, terms), near)
        verdicts.append((post.post_id, value, value >= model.threshold, post.state))
        if progress:
            progress("relevance", n, len(pending))
    with store.writing() as session:
        stored.save_verdicts(session, verdicts, made_by)
    return Judged(len(verdicts), *stored.counts(reader))


def _near(fields: Prototypes, vector: Float32) -> dict[str, float]:
    return dict(zip(fields.ids, np.asarray(fields.rows @ vector, float).tolist(), strict=True))
