"""A thousand articles with one thing changed, each held against the store: what is changed must be found.

    python -m benchmarks.mutations --db STORE [--n 1000] [--seed 0]

Four kinds, in turn, on the article in both languages: a word changed (of a quotation, a phrase of ours, a count, a
summary, a title), a number changed (in a count, a rank, a score, a date, a quotation), a citation swapped for that of
another post, a sentence added. A swap to a post that says the same to the letter changes nothing that is said: such
mutants are counted apart and must pass, all others must not.
"""

from __future__ import annotations

import argparse
import copy
import json
import random
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks.measure import write
from crawler.text import plain
from kb import exporters
from kb.press import about_of, open_press, publish
from kb.published import violations
from kb.settings import load_settings
from kb.store.connect import open_store
from kb.store.posts import body
from kb.writing.units import fold

WORDS = ("never", "attention", "slower", "模型", "不", "Adam", "dropout", "hardly", "each", "减少")
ADDED = (
    "Deep networks are certain to reach human intelligence within a few years.",
    "Dropout always makes training slower and results worse.",
    "深度网络在所有任务上都已经超过人类。",
    "Attention was first described in this very post.",
)
Tree = dict[str, Any]
Mutate = Callable[[random.Random, Tree], bool]  # changes the tree; False where it says the same as before


def main() -> int:
    """Mutate, check, write; 1 where a mutant was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--article", type=Path, nargs="*", help="exported before, instead of exporting anew")
    given = parser.parse_args()
    settings, reader = load_settings({}, {}, None), open_store(given.db, create=False).reader
    press, rng = open_press(reader, settings), random.Random(given.seed)
    rendered = [file.read_bytes() for file in given.article or ()] or [
        exporters.renderer("json")(publish(reader, settings, language))  # type: ignore[arg-type]
        for language in ("en", "zh")
    ]
    trees = [json.loads(data) for data in rendered]
    about = about_of(reader, settings, press)
    if any(violations(tree, press.chart, press.made_at, press.gate, about) for tree in trees):
        raise SystemExit("the articles themselves do not pass")
    texts = {line.post.id: fold(plain(body(reader, line.post.id))) for line in press.chart}
    kinds: dict[str, Mutate] = {
        "word": word,
        "number": number,
        "citation": lambda rng, tree: citation(rng, tree, texts),
        "sentence": sentence,
    }
    tried, found, missed, alike, wronged = Counter[str](), Counter[str](), list[str](), 0, 0
    for i in range(given.n):
        kind = list(kinds)[i % len(kinds)]
        tree = copy.deepcopy(trees[i // len(kinds) % len(trees)])
        differs = kinds[kind](rng, tree)
        seen = violations(tree, press.chart, press.made_at, press.gate, about)
        if not differs:
            alike += 1
            wronged += bool(seen)
            continue
        tried[kind] += 1
        found[kind] += bool(seen)
        if not seen:
            missed.append(f"{kind} {i}")
    figures = {"mutants": sum(tried.values()), "found": sum(found.values()), "missed": missed,
               "by_kind": {k: {"mutants": tried[k], "found": found[k]} for k in kinds},
               "same_said": alike, "same_said_found": wronged}  # fmt: skip
    print(json.dumps(figures), file=sys.stderr)
    write("mutations", figures | {"seed": given.seed})
    return int(bool(missed))


def sentences(tree: Tree) -> Iterator[Tree]:
    """Every sentence of an article, summaries too."""
    for chapter in tree["chapters"]:
        for section in chapter["sections"]:
            yield from section["body"]
    for line in tree["top"]:
        yield from line["summary"]


def word(rng: random.Random, tree: Tree) -> bool:
    """Another word in the place of one."""
    at = rng.random()
    if at < 0.1:
        row = rng.choice(tree["top"])["post"]
        row["title"] = _other_word(rng, row["title"])
    elif at < 0.15:
        row = rng.choice(tree["top"])
        row["reason"] = _other_word(rng, row["reason"])
    else:
        row = rng.choice([s for s in sentences(tree) if s["text"].strip()])
        row["text"] = _other_word(rng, row["text"])
    return True


def number(rng: random.Random, tree: Tree) -> bool:
    """Another figure: in a sentence, or in what the list says of a post."""
    at = rng.random()
    if at < 0.4:
        row = rng.choice([s for s in sentences(tree) if re.search(r"\d", s["text"])])
        row["text"] = _other_digit(rng, row["text"])
        return True
    line = rng.choice(tree["top"])
    if at < 0.5:
        line["rank"] += rng.choice((-1, 1, 7))
    elif at < 0.6:
        line["score"] = round(line["score"] + rng.choice((-0.01, 0.001, 0.1)), 6)
    elif at < 0.7:
        line["post"]["words"] += rng.randint(1, 99)
    elif at < 0.8:
        line["reason"] = _other_digit(rng, line["reason"])
    elif at < 0.9:
        name = rng.choice([k for k, v in line["parts"].items() if v is not None])
        line["parts"][name] = round(line["parts"][name] + 0.01, 6)
    else:
        tree["counts"]["posts"] += rng.randint(1, 9)
    return True


def citation(rng: random.Random, tree: Tree, texts: dict[int, str]) -> bool:
    """The source of another post under what one said."""
    row = rng.choice([s for s in sentences(tree) if s["citations"]])
    others = [post_id for post_id in texts if post_id not in row["citations"]]
    if not others:  # a count of the whole chart
        row["citations"] = row["citations"][1:]
        return True
    old, new = rng.choice(row["citations"]), rng.choice(others)
    row["citations"] = [new if c == old else c for c in row["citations"]]
    in_list = any(row is s for line in tree["top"] for s in line["summary"])
    return in_list or row["kind"] != "quote" or fold(row["text"]) not in texts[new]


def sentence(rng: random.Random, tree: Tree) -> bool:
    """A sentence too many, with or without a source."""
    section = rng.choice([s for c in tree["chapters"] for s in c["sections"]])
    kind = rng.choice(("quote", "count", "connect", "written"))
    cited = [] if kind == "connect" else [rng.choice(tree["top"])["post"]["id"]]
    new = {"text": rng.choice(ADDED), "kind": kind, "citations": cited}
    section["body"].insert(rng.randint(0, len(section["body"])), new)
    return True


def _other_word(rng: random.Random, text: str) -> str:
    parts = re.findall(r"[A-Za-z]+|[\u3400-\u9fff]|\S", text)
    at = rng.choice([m.span() for m in re.finditer("|".join(map(re.escape, sorted(set(parts), key=len)[::-1])), text)])
    new = rng.choice([w for w in WORDS if w != text[slice(*at)]])
    return text[: at[0]] + new + text[at[1] :]


def _other_digit(rng: random.Random, text: str) -> str:
    at = rng.choice([m.start() for m in re.finditer(r"\d", text)] or [0])
    return (
        text[:at] + str((int(text[at]) + rng.randint(1, 9)) % 10) + text[at + 1 :]
        if text[at : at + 1].isdecimal()
        else text + "7"
    )


if __name__ == "__main__":
    sys.exit(main())
