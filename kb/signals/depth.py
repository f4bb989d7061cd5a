"""How much a post explains: prose, structure, formulas, code and figures together, each with diminishing returns.

Mere length is one part of five: a long text without structure or anything shown gets at most about a half.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kb.scoring import quality, saturate

if TYPE_CHECKING:
    from kb.types import Corpus, Float32

WEIGHT = 0.2
# half of the credit at: the medians of the posts on the topic of the replayed web, rounded
HALVES = {"words": 1500, "formulas": 15, "code_lines": 40, "figures": 6, "headings": 8}


def score(corpus: Corpus) -> Float32:
    """Weighted mean of the saturated counts."""
    words, formulas, code, figures, headings, tables = quality(
        corpus, "words", "formulas", "code_lines", "figures", "headings", "tables"
    )
    shown = 1 - (1 - saturate(formulas, HALVES["formulas"])) * (1 - saturate(code, HALVES["code_lines"]))
    seen = saturate(figures + tables, HALVES["figures"])
    parts = 0.45 * saturate(words, HALVES["words"]) + 0.2 * shown + 0.2 * seen
    return np.asarray(parts + 0.15 * saturate(headings, HALVES["headings"]), np.float32)
