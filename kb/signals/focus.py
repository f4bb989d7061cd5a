"""Whether a post is about a subject of the field by name: the share of its title that is terms of the glossary.

A title such as "Understanding batch normalization" promises an explanation that others look for and cite; "Notes, week
12" does not. Both languages; a Chinese character counts as half a word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from kb.language.terms import load_terms

if TYPE_CHECKING:
    from kb.types import Corpus, Float32

WEIGHT = 0.03
FEWEST = 3.0  # words that a title is taken to have at least
_HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]")


def score(corpus: Corpus) -> Float32:
    """The share of the title's words that belong to terms, at most 1."""
    terms = load_terms()
    out = np.zeros(len(corpus.posts), np.float32)
    for i, post in enumerate(corpus.posts):
        named = sum(len(terms.all[k].en.split()) for k in terms.mentions(post.title))
        out[i] = min(1.0, named / max(FEWEST, _length(post.title)))
    return out


def _length(title: str) -> float:
    han = len(_HAN.findall(title))
    return len(_HAN.sub(" ", title).split()) + han / 2
