"""BERTopic with its defaults on given vectors and texts, in its own interpreter: benchmarks/topics.py calls it.

python bertopic_beside.py FOLDER [--seeds 0 1], with rows.npy and docs.json in it; a line of JSON on stdout.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from importlib.metadata import version
from pathlib import Path

import numpy as np
from bertopic import BERTopic
from sklearn.metrics import adjusted_rand_score
from umap import UMAP


def main(folder: Path, seeds: list[int]) -> None:
    rows = np.load(folder / "rows.npy")
    docs = json.loads((folder / "docs.json").read_text())
    runs = []
    for seed in seeds:
        began, wall = time.process_time(), time.perf_counter()
        # BERTopic's own default UMAP, seeded, so that two runs differ by the seed alone
        umap = UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
        model = BERTopic(umap_model=umap, calculate_probabilities=False)
        topics, _ = model.fit_transform(docs, rows)
        info = model.get_topic_info()
        runs.append({
            "seed": seed, "cpu_s": round(time.process_time() - began, 2),
            "wall_s": round(time.perf_counter() - wall, 2), "topics": len(set(topics) - {-1}),
            "outliers": round(sum(t == -1 for t in topics) / len(topics), 4), "names": list(info["Name"][:6]),
            "topics_of": [int(t) for t in topics],
        })  # fmt: skip
    first, last = runs[0]["topics_of"], runs[-1]["topics_of"]
    rand = round(float(adjusted_rand_score(first, last)), 4) if len(runs) > 1 else None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"version": version("bertopic"), "other_seed_rand": rand,
                      "peak_rss_mb": round(peak), "runs": runs}))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), [int(seed) for seed in sys.argv[3:]] or [0, 1])
