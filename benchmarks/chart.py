"""The chart and the topics of a store held against a reader's labels, public citations and judged questions.

    python -m benchmarks.chart --db FILE [--bench FOLDER] [--note WORDS]

FOLDER (KB_WEB's neighbour) holds labels.py, citations.py and their truths. `kb eval topics`, `kb eval rank` with the
citations, and `kb eval search` across the languages are run as a user would run them.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.measure import write

WEB = Path(os.environ.get("KB_WEB", "../shared/web"))
JUDGED = Path(__file__).with_name("judged") / "across-languages.csv"
GROUPS = ("all", "zh to en, held back", "en to zh, held back")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--bench", type=Path, default=WEB.parent / "bench")
    parser.add_argument("--note", default="")
    given = parser.parse_args()

    def kb(*words: str) -> str:
        return _said("-m", "cli", "-q", "--db", str(given.db), *words)

    top = json.loads(kb("top", "100", "--format", "json"))
    with tempfile.TemporaryDirectory() as folder:
        posts, chart, cited = (Path(folder) / name for name in ("posts.jsonl", "top.json", "citations.csv"))
        posts.write_text(kb("posts", "--format", "jsonl"), encoding="utf-8")
        chart.write_text(json.dumps(top), encoding="utf-8")
        labels = json.loads(_said(str(given.bench / "labels.py"), str(posts), str(chart), "--json"))
        citations = json.loads(_said(str(given.bench / "citations.py"), str(posts), "--json"))
        rows = (given.bench / "citations.tsv").read_text(encoding="utf-8").splitlines()
        with cited.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows(csv.reader(rows, delimiter="\t"))
        left_out = json.loads(kb("eval", "rank", str(cited), "--format", "json"))
    topics = {row["name"]: row["value"] for row in json.loads(kb("eval", "topics", "--format", "json"))}
    across = [
        row for row in json.loads(kb("eval", "search", str(JUDGED), "--format", "json")) if row["group"] in GROUPS
    ]
    found = {
        "note": given.note,
        "chart": {
            "blogs": len({line["post"]["source"] for line in top}),
            "topics": len({line["topic"]["id"] for line in top if line["topic"]}),
        },
        "labels": _rounded(labels),
        "citations": _rounded(citations),
        "eval_topics": topics,
        "across_languages": {
            row["group"]: _rounded(row, ("queries", "ndcg", "low", "high", "recall")) for row in across
        },
    }
    write("chart_labels", found)
    write(
        "ranking", {"note": "kb eval rank against the citations; the store of chart_labels.json", "left_out": left_out}
    )
    print(json.dumps(found, indent=1, ensure_ascii=False))
    return 0


def _said(*words: str) -> str:
    return subprocess.run([sys.executable, *words], capture_output=True, text=True, check=True).stdout


def _rounded(figures: dict[str, Any], only: Sequence[str] = ()) -> dict[str, Any]:
    return {k: round(v, 3) if isinstance(v, float) else v for k, v in figures.items() if not only or k in only}


if __name__ == "__main__":
    sys.exit(main())
