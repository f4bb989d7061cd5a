"""How much a post explains: prose, structure, formulas, code and figures together, each with diminishing returns.

Mere length is a quarter of it: a long text without structure and with nothing shown gets no more than that.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from kb.ranking.scoring import quality, saturate

if TYPE_CHECKING:
    from kb.types import Corpus, Float32

WEIGHT = 0.08
# half of the credit at: the medians of the posts on the topic of the replayed web, rounded
HALVES = {"words": 1500, "formulas": 15, "code_lines": 40, "figures": 6, "headings": 8}


def score(corpus: Corpus) -> Float32:
    """Weighted mean of the saturated counts."""
    words, formulas, code, figures, headings, tables = quality(
        corpus, "words", "formulas", "code_lines", "figures", "headings", "tables"
    )
    shown = 1 - (1 - saturate(formulas, HALVES["formulas"])) * (1 - saturate(code, HALVES["code_lines"]))
    seen = saturate(figures + tables, HALVES["figures"])
    built = saturate(headings, HALVES["headings"])
    return np.asarray(0.25 * saturate(words, HALVES["words"]) + 0.3 * shown + 0.3 * seen + 0.15 * built, np.float32)
