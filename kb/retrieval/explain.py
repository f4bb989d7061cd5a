"""Why a hit is where it is: each leg's rank and score, the words that matched, and how the query was understood."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from kb.retrieval.nearest import Near
from kb.retrieval.query import Query
from kb.retrieval.textleg import TextFound
from kb.types import Hit

if TYPE_CHECKING:
    from collections.abc import Mapping

BEGIN, END = "\x02", "\x03"
MOST_WORDS = 12


def hit(hit: Hit, words: TextFound, near: Near | None, weight: float | None) -> dict[str, Any]:
    """What each leg gave a post. `score` is the leg's own (BM25, cosine), `part` what it is of the hit's score."""
    found: dict[str, Any] = {"text": None, "vector": None, "words": _matched(hit)}
    if (text := words.hits.get(hit.post.id)) is not None:
        better = sum(other.score > text.score for other in words.hits.values())
        found["text"] = {"rank": better + 1, "of": len(words.hits), "score": round(text.score, 3),
                         "part": round(hit.parts.get("text", 0.0), 3)}  # fmt: skip
    if near is not None and (cosine := near.cosine(hit.post.id)) is not None:
        found["vector"] = {"rank": int((near.best > cosine).sum()) + 1, "of": len(near.posts),
                           "score": round(cosine, 3), "part": round(hit.parts.get("vector", 0.0), 3)}  # fmt: skip
    return found


def query(asked: Query, words: TextFound, meant: str | None, weight: float, mode: str) -> dict[str, Any]:
    """How a query was understood. meant: the text as the model sees it; None without vectors."""
    return {
        "words": [term.strip('"*').replace('"*', "") for term in words.own],
        "other_names": [term.strip('"*') for term in words.other],
        "meant": meant,
        "vector_weight": round(weight, 3) if mode == "hybrid" and meant is not None else None,
        "required": list(asked.required),
        "excluded": list(asked.excluded),
        "fields": [list(pair) for pair in asked.fields],
        "common_words_narrowed": words.narrowed,
    }


def lines(why: Mapping[str, Any]) -> list[str]:
    """A hit's reasons for a terminal, a line a leg."""
    found = []
    for name, unit in (("text", "BM25"), ("vector", "cosine")):
        if (leg := why[name]) is None:
            found.append(f"{name:<7} no match" if name == "text" else f"{name:<7} not compared")
        else:
            place = f"{leg['rank']} of {leg['of']}"
            found.append(f"{name:<7} {place:<14} {unit} {leg['score']:<7g} gives {leg['part']:+.2f}")
    if why["words"]:
        found.append(f"{'words':<7} {', '.join(why['words'])}")
    return found


def reading_lines(reading: Mapping[str, Any]) -> list[str]:
    """How a query was understood, for a person."""
    found = [f"words: {', '.join(reading['words']) or 'none'}"]
    if reading["other_names"]:
        found.append(f"also as: {', '.join(reading['other_names'])}")
    if reading["meant"] is not None:
        weight = reading["vector_weight"]
        found.append(f"meaning of: {reading['meant']}" + (f" (weighs {weight:.2f})" if weight is not None else ""))
    for name, key in (("must hold", "required"), ("must not hold", "excluded")):
        if reading[key]:
            found.append(f"{name}: {', '.join(reading[key])}")
    if reading["fields"]:
        found.append("only: " + ", ".join(f"{name} {value}" for name, value in reading["fields"]))
    if reading["common_words_narrowed"]:
        found.append("words that very many posts have counted only where rarer ones, or the whole name, stand too")
    return found


def _matched(hit: Hit) -> list[str]:
    """The different words that are marked in the snippet, in their order."""
    parts = hit.snippet.split(BEGIN)[1:]
    words = dict.fromkeys(" ".join(part.split(END)[0].lower().split()) for part in parts)
    return list(words)[:MOST_WORDS]
