"""How well the article tells what a passage does, on judged/roles.tsv: macro F1 and the confusion matrix of each half.

    python -m benchmarks.roles --db STORE

A passage is found again by its offset, or by its mark where the reader has moved it; one that is not found is left
out and counted. It has the role with the highest score of kb/writing/roles.py, which the article's selection uses;
formulas and code are told by their block, and what scores under LEAST is `other`. The figure of always answering the
commonest role stands beside it.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measure import write
from crawler.text import plain
from kb.article import load_judge
from kb.store.connect import open_store
from kb.store.posts import body, get_post, post_id_of
from kb.writing.roles import same
from kb.writing.units import Judge, Place, fold, places

JUDGED = Path(__file__).parent / "judged" / "roles.tsv"
LEAST = 0.2  # chosen on the half `tune`
Pair = tuple[str, str]  # label, answer


def main() -> int:
    """Judge both halves and write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, required=True)
    given = parser.parse_args()
    reader, judge = open_store(given.db, create=False).reader, load_judge()
    with JUDGED.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    pairs: dict[str, list[Pair]] = {"tune": [], "report": []}
    lost = 0
    for row in rows:
        post_id = post_id_of(reader, row["url"])
        post = get_post(reader, post_id) if post_id is not None else None
        if post is None:
            lost += 1
            continue
        markdown = body(reader, post.id)
        found = list(places(post.id, post.title, post.language, markdown, judge))
        place = _place(found, markdown, row)
        if place is None and _marked(markdown, row):
            pairs[row["half"]].append((row["label"], "other"))  # under references, which the article does not read
        elif place is None:
            lost += 1
        else:
            pairs[row["half"]].append((row["label"], role_of(place, markdown, judge)))
    figures = {half: _figures(some) for half, some in pairs.items()}
    print(json.dumps({half: f["macro_f1"] for half, f in figures.items()}), "lost", lost, file=sys.stderr)
    write("roles", {"not_found": lost, "halves": figures})
    return 0


def role_of(place: Place, markdown: str, judge: Judge) -> str:
    """The role that a passage has for the article."""
    if place.block.kind in ("math", "code"):
        return "formula" if place.block.kind == "math" else "code"
    text = plain(markdown[place.block.start : place.block.end])
    scores: dict[str, float] = {}
    for role, score in judge.roles.combine(place.context, text, place.opens).items():
        if role not in ("formula", "code"):
            scores[same(role)] = max(score, scores.get(same(role), 0.0))
    best = max(scores, key=scores.__getitem__, default="other")
    return best if scores.get(best, 0.0) >= LEAST else "other"


def _place(found: Sequence[Place], markdown: str, row: dict[str, str]) -> Place | None:
    """The passage of a row: at its offset if its mark is there, else wherever that is."""
    ordered = sorted(found, key=lambda p: p.block.start != int(row["offset"]))
    return next((p for p in ordered if _mark(p, markdown) == row["mark"]), None)


def _mark(place: Place, markdown: str) -> str:
    block = place.block
    text = block.text if block.kind in ("code", "math") else plain(markdown[block.start : block.end])
    return hashlib.sha1(fold(text).encode()).hexdigest()[:12]


def _marked(markdown: str, row: dict[str, str]) -> bool:
    from crawler.blocks import blocks

    for block in blocks(markdown):
        text = block.text if block.kind in ("code", "math") else plain(markdown[block.start : block.end])
        if hashlib.sha1(fold(text).encode()).hexdigest()[:12] == row["mark"]:
            return True
    return False


def _figures(pairs: Sequence[Pair]) -> dict[str, object]:
    labels = sorted({label for label, _ in pairs})
    common = Counter(label for label, _ in pairs).most_common(1)[0][0]
    each = {label: _f1(pairs, label) for label in labels}
    return {
        "passages": len(pairs),
        "macro_f1": round(sum(each.values()) / len(each), 3),
        "accuracy": round(sum(label == answer for label, answer in pairs) / len(pairs), 3),
        "macro_f1_of_the_commonest": round(_f1([(label, common) for label, _ in pairs], common) / len(each), 3),
        "f1": {label: round(value, 2) for label, value in each.items()},
        "confusion": {label: dict(Counter(a for lab, a in pairs if lab == label).most_common()) for label in labels},
    }


def _f1(pairs: Sequence[Pair], label: str) -> float:
    right = sum(label == told == answer for told, answer in pairs)
    wrong = sum((told == label) != (answer == label) for told, answer in pairs)
    return 2 * right / (2 * right + wrong) if right else 0.0


if __name__ == "__main__":
    sys.exit(main())
