"""How much a post is about deep or machine learning, by what it says and not by who says it.

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
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import numpy as np

from crawler.blocks import blocks
from crawler.text import count_words, plain_inline
from kb.language.terms import Terms
from kb.taxonomy.clusters import Usual
from kb.taxonomy.fields import load_fields

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
    usual: Mapping[str, tuple[float, float, float, float]]  # field -> mean and deviation of cosines, then of shares
    digest: str


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
        usual={name: tuple(row) for name, row in data["usual"].items()},
        digest=hashlib.blake2b(text.encode(), digest_size=6).hexdigest(),
    )


def usual_likeness(model: Model, space: str) -> Usual | None:
    """What likeness to the fields of deep learning is like elsewhere; None in the space of another embedding model."""
    if space != model.model:
        return None
    rows = np.array([model.usual[field.id] for field in load_fields() if field.on], np.float32).T
    return Usual(rows[[0, 2]], rows[[1, 3]])


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
    return Counter({index: n for index, n in terms.mentions(text).items() if terms.all[index].field in _fields()})


@cache
def _fields() -> frozenset[str]:
    """Of deep learning: a term of another field, such as image processing, names the subject of its own."""
    return frozenset(field.id for field in load_fields() if field.on)


def score(model: Model, counts: tuple[float, ...], near: Mapping[str, float] | None) -> float:
    """The probability (0 to 1) that a post is on the topic. near: cosine to each field's prototype, None if unknown."""
    if near is None:
        z = model.counts_bias + math.fsum(w * x for w, x in zip(model.counts_weights, counts, strict=True))
    else:
        values = (*counts, *(near[name] for name in model.fields))
        z = model.bias + math.fsum(w * x for w, x in zip(model.weights, values, strict=True))
    return round(1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z)))), 4)
