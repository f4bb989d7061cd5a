"""What the shared test sets ask of the project, answered by the code that `kb` runs; imports stand within."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any


def resolve(href: str, base: str | None) -> str | None:
    from crawler.urls import resolve

    return resolve(href, base)


def canonical(url: str) -> str | None:
    from crawler.urls import canonical

    return canonical(url)


def strip_tracking(url: str) -> str:
    from crawler.urls import strip_tracking

    return strip_tracking(url)


def robots_allowed(robots: bytes, agent: str, url: str) -> bool:
    from crawler.robots import parse

    return parse(robots).allowed(agent, url)


def robots_delay(robots: bytes, agent: str) -> float | None:
    from crawler.robots import parse

    return parse(robots).delay_s(agent)


def robots_sitemaps(robots: bytes) -> list[str]:
    from crawler.robots import parse

    return list(parse(robots).sitemaps)


def sitemap(data: bytes) -> list[str]:
    from crawler.sources.sitemap import read

    return [entry.loc for entry in read(data)[1]]


def parse_xml(data: bytes) -> str:
    from crawler.xml import root, text_of

    found = root(data)
    return "" if found is None else text_of(found)


def unix_date(text: str) -> int | None:
    from crawler.dates import unix_date

    return unix_date(text)


def feed(data: bytes, base_url: str, content_type: str | None = None) -> dict[str, Any]:
    from crawler.dates import parse
    from crawler.sources.feed import read

    found = read(data, base_url, content_type)
    if found is None:
        return {"title": "", "link": "", "entries": []}
    entries = [
        {
            "title": e.label, "link": e.link, "id": e.id, "author": ", ".join(e.authors), "content": e.content,
            "published": moment.instant() if (moment := parse(e.published)) else None,
        }
        for e in found.entries
    ]  # fmt: skip
    return {"title": found.title, "link": found.link, "entries": entries}


def search(corpus: list[dict[str, Any]]) -> Callable[[str, int], list[tuple[str, float]]]:
    """The search of `kb search` over a throw-away store with the corpus in it, as `kb eval search` makes it."""
    import tempfile

    from crawler.clock import SystemClock
    from kb.embed import embed as embed_stage
    from kb.embedders import load, load_light
    from kb.evaluation.evaluate import fill
    from kb.language.gloss import load_glosser
    from kb.search import Searcher
    from kb.store.connect import open_store

    clock, glosser, folder = SystemClock(), load_glosser(), tempfile.TemporaryDirectory(prefix="kb-bench-")
    store = open_store(Path(folder.name) / "kb.sqlite", create=True)
    names = fill(store, ((row["id"], row["title"], row["text"]) for row in corpus), clock)
    embed_stage(store, "all-MiniLM-L6-v2", lambda: load("all-MiniLM-L6-v2"), lambda: glosser, clock)
    searcher = Searcher(store, lambda: load_light("all-MiniLM-L6-v2")[0], lambda: glosser)

    def ask(query: str, k: int, _folder: Any = folder) -> list[tuple[str, float]]:
        return [(names[hit.post.id], hit.score) for hit in searcher.search(query, n=k).hits]

    return ask


def embed(texts: list[str], kind: str) -> Any:
    """Vectors as `kb embed` makes them, of texts that are one passage each."""
    from kb.embedders import load

    return load("all-MiniLM-L6-v2").encode(texts, "query" if kind == "query" else "doc")


def text(page: bytes) -> str:
    from crawler.read import main_text

    return main_text(page)


def metadata(page: bytes) -> dict[str, Any]:
    from crawler.read import page_facts

    facts = page_facts(page)
    return {"title": facts.title, "authors": list(facts.authors), "date": (facts.published or "")[:10] or None}


def date(page: bytes | str) -> str | None:
    from crawler.read import page_day

    return page_day(page)


def charset(data: bytes) -> str | None:
    from crawler.read.charset import detect

    return detect(data)


def sanitize(html: str) -> str:
    from crawler.sanitize import sanitize

    return sanitize(html)


def cluster(texts: list[str], k: int) -> list[int]:
    import numpy as np

    from kb.embed import cut_for, mean_of
    from kb.embedders import load
    from kb.language.terms import load_terms
    from kb.taxonomy.groups import group_texts

    embedder = load("all-MiniLM-L6-v2")
    passages = [[p.text for p in cut_for(embedder, None, "", text)] for text in texts]
    rows = embedder.encode([p for some in passages for p in some])
    ends = np.cumsum([len(some) for some in passages])
    whole = np.stack([mean_of(rows[end - len(some) : end]) for end, some in zip(ends, passages, strict=True)])
    return group_texts(texts, whole, k, embedder, load_terms())


def sections(sentences: list[str]) -> list[str]:
    return _rhetoric().predict(sentences)


@cache
def _rhetoric() -> Any:
    from kb.writing.rhetoric import learn_abstracts

    lines = (Path(os.environ["KB_BENCH_ROOT"]) / "sections-csabstruct" / "train" / "data.jsonl").read_text("utf-8")
    rows = [json.loads(line) for line in lines.splitlines()]
    return learn_abstracts([row["sentences"] for row in rows], [row["labels"] for row in rows])
