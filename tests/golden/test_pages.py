"""A folder is a test: page.html is read, expected.json says what must come of it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler import blocks
from crawler.sources.page import parse
from crawler.text import cells, plain, plain_inline
from crawler.types import Blog, Link, Page, Post, Verdict

CASES = sorted(folder.parent for folder in Path(__file__).parent.glob("*/page.html"))


def read(folder: Path) -> tuple[Post | None, list[Link], Verdict, dict[str, Any]]:
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    url = expected["url"]
    page = Page(url, url, 200, "text/html", (folder / "page.html").read_bytes(), datetime(2026, 1, 2, tzinfo=UTC))
    *found, verdict = list(parse(page, Blog(expected["home"]), None))
    assert isinstance(verdict, Verdict)
    posts = [thing for thing in found if isinstance(thing, Post)]
    assert len(posts) <= 1
    return (posts[0] if posts else None), [thing for thing in found if isinstance(thing, Link)], verdict, expected


def inline_formulas(markdown: str) -> list[str]:
    import re

    texts = [b.text for b in blocks.blocks(markdown) if b.kind not in ("code", "math")]
    return re.findall(r"(?<![\\$])\$((?:\\.|[^$\\])+)\$", "\n".join(texts))


@pytest.mark.parametrize("folder", CASES, ids=[folder.name for folder in CASES])
def test_a_page_gives_what_its_folder_says(folder):
    post, links, verdict, expected = read(folder)
    assert verdict.kind == expected["kind"], verdict.reasons
    assert verdict.moved_to == expected.get("moved_to")
    for kind, url in expected.get("links", []):
        assert (kind, url) in [(link.kind, link.url) for link in links]
    if expected["kind"] != "post":
        assert post is None
        return
    assert post is not None
    for name in ("title", "language", "licence", "updated"):
        if name in expected:
            assert getattr(post, name) == expected[name]
    if "canonical" in expected:
        assert post.canonical == expected["canonical"]
    if "authors" in expected:
        assert list(post.authors) == expected["authors"]
    if "tags" in expected:
        assert list(post.tags) == expected["tags"]
    if "published" in expected:
        given = (post.published or "")[:10] if expected.get("day_only") else post.published
        assert given == expected["published"]
    check_text(post, expected)


def check_text(post: Post, expected: dict[str, Any]) -> None:
    found = blocks.blocks(post.markdown)
    for text in expected.get("keeps", []):
        assert text in post.markdown
    for text in expected.get("drops", []):
        assert text not in post.markdown
    for text in expected.get("plain", []):
        assert text in plain(post.markdown)
    if "code" in expected:
        assert [[b.language, b.text] for b in found if b.kind == "code"] == expected["code"]
    if "display" in expected:
        assert [b.text for b in found if b.kind == "math"] == expected["display"]
    if "inline" in expected:
        assert inline_formulas(post.markdown) == expected["inline"]
    if "figures" in expected:
        figures = [blocks.figure(b.text) for b in found if b.kind == "figure"]
        assert [[src, alt, caption] for alt, src, caption in figures] == expected["figures"]
    if "table" in expected:
        tables = [b.text.split("\n") for b in found if b.kind == "table"]
        assert len(tables) == 1
        rows = [line for i, line in enumerate(tables[0]) if i != 1]
        assert [[plain_inline(cell) for cell in cells(row)] for row in rows] == expected["table"]
    if "footnotes" in expected:
        notes = [plain_inline(b.text).strip() for b in found if b.kind == "footnote"]
        assert notes == expected["footnotes"]
    if "references" in expected:
        assert [[r.kind, r.url] for r in post.references] == expected["references"]
    assert post.title not in [b.text for b in found if b.kind == "heading"]
