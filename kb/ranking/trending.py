"""What trends: the chart that the same rules make of scores which halve with age."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from kb.ranking.choose import Choice, choose
from kb.ranking.scoring import days
from kb.types import Corpus, Entry

HALF_LIFE_DAYS = 180.0  # a post half a year old needs twice the score of one of today


def trending_entries(
    corpus: Corpus, entries: Iterable[Entry], rules: Choice, half_life_days: float = HALF_LIFE_DAYS
) -> list[Entry]:
    """The chart of these entries as of corpus.today, best first; their `previous` is the rank in the edition's chart.

    A post without a day has no age and is left out; one that gives a month alone is as old as the month's first day.
    Pins belong to the edition's chart and not to this one.
    """
    scored = {entry.post_id: entry for entry in entries}
    age = days([corpus.today])[0] - days([post.published for post in corpus.posts])
    there = [i for i, post in enumerate(corpus.posts) if post.id in scored and not np.isnan(age[i])]
    posts = tuple(corpus.posts[i] for i in there)
    score = np.array([scored[post.id].score for post in posts], np.float64)
    score *= 0.5 ** (np.maximum(age[there], 0).astype(np.float64) / half_life_days)
    chosen = choose(replace(corpus, posts=posts, pinned=frozenset()), score, rules, relative=True)
    listed = sorted(chosen, key=lambda i: (-float(score[i]), posts[i].url))
    return [
        replace(entry, rank=n, score=float(f"{score[i]:.6g}"), previous=entry.rank)
        for n, i in enumerate(listed, 1)
        for entry in (scored[posts[i].id],)
    ]
