"""Embedding beside SentenceTransformer.encode in the same run: passages a second and how equal the vectors are.

    python benchmarks/embed.py [--db FILE] [--passages N] [--rounds R] [--out JSON]

The texts are passages of a store's posts, cut as `kb embed` cuts them (without --db: of the sample web's posts). The
two take turns, so that what else the machine does hits both alike.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))


def texts_of(db: Path | None, n: int) -> list[str]:
    """Passages as the model sees them, every so many of all."""
    from kb import embedders
    from kb.embed import cut_for
    from kb.store import vectors
    from kb.store.connect import open_store

    posts: list[tuple[str, str]] = []
    if db is not None:
        reader = open_store(db, create=False).reader
        ids = [post_id for (post_id,) in reader.execute("SELECT id FROM post ORDER BY id")]
        step = max(1, len(ids) * 8 // n)
        posts = [(t[0], t[1]) for post_id in ids[::step] if (t := vectors.text_of(reader, post_id))]
    else:
        for path in sorted((Path(__file__).parent.parent / "crawler/sample/content").rglob("*.md")):
            posts.append((path.stem, path.read_text(encoding="utf-8").split("+++")[-1]))
    light, found = embedders.load_light("minilm")[0], []
    for title, markdown in posts:
        found += [p.text for p in cut_for(light, None, title, markdown)]
    return found[:n]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path)
    parser.add_argument("--passages", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    texts = texts_of(options.db, options.passages)

    from kb import embedders
    from kb.embedders import weights

    ours = embedders.load("minilm")
    from sentence_transformers import SentenceTransformer

    plain = SentenceTransformer(str(weights.folder()))
    lengths = ours.count_tokens(texts)
    rates: dict[str, list[float]] = {"kb": [], "encode": []}
    cosines: Any = None
    for _ in range(options.rounds):
        began = time.perf_counter()
        a = ours.encode(texts)
        rates["kb"].append(len(texts) / (time.perf_counter() - began))
        began = time.perf_counter()
        b = plain.encode(texts, normalize_embeddings=True)
        rates["encode"].append(len(texts) / (time.perf_counter() - began))
        cosines = (a * b).sum(axis=1)
    light, _ = embedders.load_light("minilm")
    exact = (light.encode(texts[:500]) * plain.encode(texts[:500], normalize_embeddings=True)).sum(axis=1)
    result = {
        "passages": len(texts),
        "tokens": {"mean": round(statistics.mean(lengths)), "most": max(lengths)},
        "device": str(getattr(ours, "device", "cpu")),
        "rate": {name: round(statistics.median(values), 1) for name, values in rates.items()},
        "times_plain": round(statistics.median(rates["kb"]) / statistics.median(rates["encode"]), 2),
        "least_cosine": {"torch": round(float(cosines.min()), 6), "numpy": round(float(exact.min()), 6)},
    }
    print(json.dumps(result, indent=1))
    if options.out:
        options.out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
