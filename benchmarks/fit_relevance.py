"""Fits kb/data/relevance.json on labelled posts of a store, and reports it on hosts that it was not fitted on.

    python benchmarks/fit_relevance.py STORE labels.tsv [--write]

labels.tsv: url, relevance (core, related, off), field, sure. The hosts are halved by a hash of their names: constants
were chosen by cross-validation on the first half, the figures are of the second. `--write` then fits on both halves.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sqlite3
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import numpy as np

C = 0.3  # of .01 to 1 the best by cross-validation over the hosts of the first half; .3 differs by less than .005
THRESHOLD = 0.5
MODEL = "all-MiniLM-L6-v2"


def main() -> int:
    """Fit, report, and write when asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("store", type=Path)
    parser.add_argument("labels", type=Path)
    parser.add_argument("--write", action="store_true")
    arguments = parser.parse_args()
    from kb.taxonomy.fields import load_fields

    ids = [field.id for field in load_fields()]
    x, y, hosts = examples(arguments.store, arguments.labels)
    first = np.array([hashlib.sha256(h.encode()).digest()[0] % 2 == 0 for h in hosts])
    n = x.shape[1] - len(ids)
    report: dict[str, object] = {"labelled": len(y), "first_half": int(first.sum())}
    for name, columns in (("vectors", slice(None)), ("counts", slice(0, n))):
        for fitted, shown, side in ((first, ~first, "second"), (~first, first, "first")):
            model = fit(x[fitted][:, columns], y[fitted])
            report[f"{name}_on_{side}"] = figures(predict(model, x[shown][:, columns]), y[shown], hosts[shown])
    folds = np.array([int.from_bytes(hashlib.sha256(h.encode()).digest()[1:3]) % 10 for h in hosts])
    left_out = np.zeros(len(y))
    for fold in range(10):
        if (folds == fold).any():
            left_out[folds == fold] = predict(fit(x[folds != fold], y[folds != fold]), x[folds == fold])
    report["vectors_ten_folds_of_hosts"] = figures(left_out, y, hosts)
    print(json.dumps(report, indent=1))
    if arguments.write:
        from kb.taxonomy.subject import COUNTS

        weights, bias = fit(x, y)
        alone, alone_bias = fit(x[:, :n], y)
        data = {
            "model": MODEL, "fields": ids, "threshold": THRESHOLD,
            "bias": round(bias, 5), "weights": dict(zip((*COUNTS, *ids), np.round(weights, 5).tolist(), strict=True)),
            "counts_bias": round(alone_bias, 5),
            "counts_weights": dict(zip(COUNTS, np.round(alone, 5).tolist(), strict=True)),
            "usual": usual(arguments.store, (weights, bias)),
        }  # fmt: skip
        target = Path(__file__).resolve().parents[1] / "kb" / "data" / "relevance.json"
        target.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
        print(f"written: {target}", file=sys.stderr)
    return 0


def examples(store: Path, labels: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, truth and host of each labelled post in the store."""
    from kb.embedders.minilm import load_light
    from kb.language.gloss import load_glosser
    from kb.language.terms import Terms
    from kb.store.connect import open_store
    from kb.store.relevance import unjudged
    from kb.taxonomy.fields import load_fields, prototypes
    from kb.taxonomy.subject import features

    opened = open_store(store, create=False)
    terms = Terms(load_glosser().terms())
    fields = prototypes(load_light(MODEL), load_fields()).rows
    truth = {}
    for line in labels.read_text(encoding="utf-8").splitlines():
        url, relevance, *_ = line.split("\t")
        truth[key(url)] = relevance != "off"
    urls = dict(sqlite3.connect(store).execute("SELECT id, url FROM post"))
    x, y, hosts = [], [], []
    for post in unjudged(opened.reader, ""):
        url = urls[post.post_id]
        if key(url) in truth and post.vector is not None:
            x.append([*features(post.title, post.tags, post.markdown, terms), *(fields @ post.vector)])
            y.append(truth[key(url)])
            hosts.append(urlsplit(url).hostname)
    return np.array(x), np.array(y), np.array(hosts)


def usual(store: Path, model: tuple[np.ndarray, float]) -> dict[str, list[float]]:
    """Field -> mean and deviation of the cosines, and of the terms' shares, of the store's posts on the topic."""
    from kb.embedders.minilm import load_light
    from kb.language.gloss import load_glosser
    from kb.language.terms import Terms
    from kb.store.connect import open_store
    from kb.store.relevance import unjudged
    from kb.taxonomy.fields import READ, field_shares, load_fields, prototypes
    from kb.taxonomy.subject import features

    terms = Terms(load_glosser().terms())
    fields = prototypes(load_light(MODEL), load_fields())
    cosines, shares = [], []
    for post in unjudged(open_store(store, create=False).reader, ""):
        if post.vector is None:
            continue
        near = fields.rows @ post.vector
        x = np.array([*features(post.title, post.tags, post.markdown, terms), *near])
        if predict(model, x) >= THRESHOLD:
            cosines.append(near[: fields.n_on])
            shares.append(field_shares(f"{post.title}\n{' / '.join(post.tags)}\n{post.markdown[:READ]}", terms, fields))
    c, s = np.array(cosines), np.array(shares)
    table = np.stack([c.mean(axis=0), c.std(axis=0), s.mean(axis=0), s.std(axis=0)]).T
    rows = [[round(float(value), 4) for value in row] for row in table]
    return dict(zip(fields.ids[: fields.n_on], rows, strict=True))


def fit(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, float]:
    """Weights and bias of a logistic regression with an L2 penalty, fitted on standardised features.

    No sign may go against sense: naming terms counts for a post, and so does likeness to a field; likeness to another
    subject counts against it. (Without that, a blog that announces models makes release news a mark of the subject.)
    """
    from scipy.optimize import minimize

    mean, scale = x.mean(axis=0), x.std(axis=0) + 1e-9
    z, sign = (x - mean) / scale, np.where(y, 1.0, -1.0)

    def loss(v: np.ndarray) -> tuple[float, np.ndarray]:
        margin = sign * (z @ v[1:] + v[0])
        pull = -sign / (1 + np.exp(margin))
        value = C * np.logaddexp(0, -margin).sum() + 0.5 * v[1:] @ v[1:]
        return float(value), np.r_[C * pull.sum(), C * (z.T @ pull) + v[1:]]

    found = minimize(loss, np.zeros(1 + x.shape[1]), jac=True, bounds=[(None, None), *signs(x.shape[1])])
    weights = found.x[1:] / scale
    return weights, float(found.x[0] - weights @ mean)


def signs(n: int) -> list[tuple[float | None, float | None]]:
    """What a weight may be, feature by feature."""
    from kb.taxonomy.fields import load_fields
    from kb.taxonomy.subject import COUNTS

    counts = [(None, None) if name in ("length", "numeric") else (0.0, None) for name in COUNTS]
    near = [(0.0, None) if field.on else (None, 0.0) for field in load_fields()]
    return [*counts, *near][:n]


def predict(model: tuple[np.ndarray, float], x: np.ndarray) -> np.ndarray:
    """Probabilities."""
    return 1 / (1 + np.exp(-(x @ model[0] + model[1])))


def figures(p: np.ndarray, y: np.ndarray, hosts: np.ndarray) -> dict[str, object]:
    """Precision and recall with 95 % intervals by resampling hosts."""
    on = p >= THRESHOLD
    names = sorted(set(hosts))
    rng = np.random.default_rng(0)

    def both(rows: np.ndarray) -> tuple[float, float]:
        hit = (on[rows] & y[rows]).sum()
        return hit / max(1, on[rows].sum()), hit / max(1, y[rows].sum())

    where = {h: np.flatnonzero(hosts == h) for h in names}
    draws = [both(np.concatenate([where[h] for h in rng.choice(names, len(names))])) for _ in range(1000)]
    low, high = np.percentile(draws, [2.5, 97.5], axis=0)
    precision, recall = both(np.arange(len(y)))
    return {
        "posts": len(y), "hosts": len(names),
        "precision": [round(float(v), 3) for v in (precision, low[0], high[0])],
        "recall": [round(float(v), 3) for v in (recall, low[1], high[1])],
    }  # fmt: skip


def key(url: str) -> str:
    """One name for the URLs that a static host serves with the same file."""
    parts = urlsplit(url)
    return (parts.hostname or "") + re.sub(r"(/index)?\.html?$", "", unquote(parts.path).rstrip("/"))


if __name__ == "__main__":
    sys.exit(main())
