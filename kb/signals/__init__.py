"""Signals of the ranking: a file each, with WEIGHT and score(corpus) -> float32 (n,) in 0..1, NaN = unknown,
in the order of corpus.posts. Formulas and sources: docs/ranking.md."""
