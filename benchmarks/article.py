"""The article of a store, measured as it was exported: what stands in each section, whose it is, and what comes twice.

    python -m benchmarks.article --db STORE [--name replayed-web]

Both languages are exported as JSON and read again, so that what is measured is what a reader gets. A section passes
with five cited sentences of four blogs, or when it says that the store has little or nothing; two quotations of
different sections are near-repeats from half of their runs of three words (or of three characters) in common.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

from benchmarks.measure import RESULTS, write
from kb import exporters
from kb.press import publish, verify
from kb.settings import load_settings
from kb.store.connect import open_store
from kb.writing.layout import load_layout

LEAST, LEAST_BLOGS = 5, 4
REPEAT = 0.5
UNQUOTED = ("1.2", "1.3")  # purpose and audience are counts and phrases
_TOKEN = re.compile(r"[\u3400-\u9fff]|[a-z0-9]+")


def main() -> int:
    """Export, measure, write; 1 where a section fails."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--db", type=Path, required=True)
    parser.add_argument("--name", default="replayed-web")
    given = parser.parse_args()
    settings, store = load_settings({}, {}, None), open_store(given.db, create=False)
    figures: dict[str, Any] = {}
    for language in ("en", "zh"):
        began = time.process_time()
        data = exporters.renderer("json")(publish(store.reader, settings, language))  # type: ignore[arg-type]
        cpu_s = round(time.process_time() - began, 1)
        violations = verify(store.reader, settings, data)
        figures[language] = {"cpu_s": cpu_s, "violations": len(violations)} | measured(json.loads(data))
        print(language, json.dumps({k: v for k, v in figures[language].items() if k != "sections"}), file=sys.stderr)
    file = RESULTS / "article.json"
    charts = json.loads(file.read_text(encoding="utf-8"))["charts"] if file.exists() else {}
    write("article", {"charts": {**charts, given.name: figures}})
    return int(any(f["failing"] or f["violations"] or f["near_repeats"] for f in figures.values()))


def measured(tree: Mapping[str, Any]) -> dict[str, Any]:
    """The figures of one exported article."""
    layout, language = load_layout(), tree["language"]
    blog = {post["id"]: post["source"] for post in tree["posts"]}
    honest = {layout.few[language], layout.nothing[language]}
    sections: dict[str, Any] = {}
    quoted: list[tuple[str, str]] = []
    for section in (s for chapter in tree["chapters"] for s in chapter["sections"]):
        cited = [s for s in section["body"] if s["kind"] in ("quote", "written")]
        blogs = {blog[c] for s in cited for c in s["citations"]}
        said = any(s["text"] in honest for s in section["body"])
        enough = len(cited) >= LEAST and len(blogs) >= LEAST_BLOGS
        sections[section["number"]] = {
            "cited": len(cited), "blogs": len(blogs), "says_it_has_little": said,
            "passes": enough or said or section["number"] in UNQUOTED,
        }  # fmt: skip
        quoted += [(section["number"], s["text"]) for s in cited if s.get("form", "sentence") in ("sentence", "steps")]
    running = [s for c in tree["chapters"] for e in c["sections"] for s in e["body"] if s["kind"] == "quote"
               and s.get("form", "sentence") == "sentence"]  # fmt: skip
    chapters = {c for chapter in tree["chapters"] for e in chapter["sections"] for s in e["body"]
                if s["kind"] in ("quote", "written") for c in s["citations"]}  # fmt: skip
    per_blog = Counter(blog[c] for s in running for c in s["citations"])
    return {
        "posts": len(tree["top"]),
        "cited_in_chapters": len(chapters),
        "blogs_cited": len(per_blog),
        "quotations": len(quoted),
        "most_of_a_blog": round(max(per_blog.values(), default=0) / (len(running) or 1), 3),
        "in_its_language": round(sum("language" not in s for s in running) / (len(running) or 1), 3),
        "summaries": sum(bool(line["summary"]) for line in tree["top"]),
        "near_repeats": near_repeats(quoted),
        "failing": [number for number, row in sections.items() if not row["passes"]],
        "sections": sections,
    }


def near_repeats(quoted: list[tuple[str, str]]) -> int:
    """Pairs of quotations of different sections that say nearly the same in the same words."""
    shingled = [(number, _shingles(text)) for number, text in quoted]
    return sum(
        len(a & b) >= REPEAT * min(len(a), len(b)) and bool(a) and bool(b)
        for (one, a), (other, b) in combinations(shingled, 2)
        if one != other
    )


def _shingles(text: str) -> set[tuple[str, ...]]:
    words = _TOKEN.findall(text.lower())
    return {tuple(words[i : i + 3]) for i in range(len(words) - 2)}


if __name__ == "__main__":
    sys.exit(main())
