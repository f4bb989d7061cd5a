"""Figures of a chart as sentences: computed, never written by hand, so that the gate can compute them again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from statistics import median

from crawler.text import reading_minutes
from kb.types import ChartLine, Sentence, StoredPost
from kb.writing.layout import Language, Layout

MOST_TOPICS = 3  # named in a sentence


def count_sentence(
    name: str, chart: Sequence[ChartLine], counts: Mapping[str, int], language: Language, layout: Layout
) -> Sentence | None:
    """The count of that name, or None where the chart has nothing to count. Cites the posts that it counted."""
    if not chart:
        return None
    posts = [line.post for line in chart]
    everything = tuple(post.id for post in posts)
    template = layout.counts[name][language]
    filled: tuple[dict[str, object], tuple[int, ...]] | None
    if name == "table":
        return Sentence(f"{template}\n{_table(chart, language, layout)}", "count", everything, "table")
    if name == "topics":
        filled = _topics(chart, language, layout)
    elif name == "years":
        filled = _years(posts)
    elif name in ("code", "formulas"):
        field = "code_lines" if name == "code" else "formulas"
        found = tuple(p.id for p in posts if p.quality.get(field, 0) > 0)
        filled = {"n": len(found)}, found
    elif name == "languages":
        filled = {"languages": _languages(posts, language, layout)}, everything
    elif name == "reading":
        minutes = [reading_minutes(p.words, p.language) for p in posts]
        filled = {"median": round(median(minutes)), "hours": max(1, round(sum(minutes) / 60))}, everything
    else:
        filled = {}, everything
    if filled is None or not filled[1]:
        return None
    slots, cited = filled
    basic = {
        "n_posts": _many(len(posts), "post", language),
        "n_blogs": _many(len({p.source_id for p in posts}), "blog", language),
        "n_stored": _many(max(counts.get("posts", 0), len(posts)), "post", language),
        "n_sources": _many(max(counts.get("sources", 0), len({p.source_id for p in posts})), "blog", language),
    }
    return Sentence(template.format(**(basic | slots)), "count", cited)


def _many(n: int, noun: str, language: Language) -> str:
    return f"{n:,}" if language == "zh" else f"{n:,} {noun}" + ("" if n == 1 else "s")


def label(line: ChartLine, language: Language, layout: Layout) -> str:
    """A chart line's topic by name; what has none is among other subjects."""
    if line.topic is None:
        return layout.words[language]["other"]
    return " ".join((line.topic.label_zh if language == "zh" else line.topic.label_en).split())


def language_name(code: str | None, language: Language, layout: Layout) -> str:
    """What a language is called in the article's; a code that has no name stands for itself."""
    return layout.languages[language].get(code or "other", code or "")


def years(posts: Sequence[StoredPost]) -> list[int]:
    """The years of publication of the posts that have one."""
    return [int(p.published[:4]) for p in posts if p.published and p.published[:4].isdecimal()]


def _topics(
    chart: Sequence[ChartLine], language: Language, layout: Layout
) -> tuple[dict[str, object], tuple[int, ...]] | None:
    sizes = Counter(label(line, language, layout) for line in chart if line.topic)
    if not sizes:
        return None
    largest = sorted(sizes.items(), key=lambda row: (-row[1], row[0]))[:MOST_TOPICS]
    brackets = "（{}）" if language == "zh" else " ({})"
    named = [name + brackets.format(n) for name, n in largest]
    names = {name for name, _ in largest}
    cited = tuple(line.post.id for line in chart if line.topic and label(line, language, layout) in names)
    return {"topics": layout.words[language]["separator"].join(named)}, cited


def _years(posts: Sequence[StoredPost]) -> tuple[dict[str, object], tuple[int, ...]] | None:
    found = years(posts)
    if not found:
        return None
    year, n = sorted(Counter(found).items(), key=lambda row: (-row[1], -row[0]))[0]
    cited = tuple(p.id for p in posts if p.published and p.published[:4].isdecimal())
    return {"first": min(found), "last": max(found), "year": year, "n": n}, cited


def _languages(posts: Sequence[StoredPost], language: Language, layout: Layout) -> str:
    found = sorted(Counter(p.language for p in posts).items(), key=lambda row: (-row[1], row[0] or ""))
    named = [f"{language_name(code, language, layout)} {n}" for code, n in found]
    return layout.words[language]["separator"].join(named)


def _table(chart: Sequence[ChartLine], language: Language, layout: Layout) -> str:
    by_topic: dict[str, list[StoredPost]] = {}
    for line in chart:
        by_topic.setdefault(label(line, language, layout), []).append(line.post)
    other = layout.words[language]["other"]
    rows: list[list[object]] = []
    for name, posts in sorted(by_topic.items(), key=lambda row: (row[0] == other, -len(row[1]), row[0])):
        found = years(posts)
        span = "" if not found else str(min(found)) if min(found) == max(found) else f"{min(found)}–{max(found)}"
        shown = [sum(p.quality.get(field, 0) > 0 for p in posts) for field in ("code_lines", "formulas")]
        blogs = len({p.source_id for p in posts})
        rows.append([name, len(posts), blogs, _languages(posts, language, layout), span, *shown])
    return "\n".join("\t".join(str(cell) for cell in row) for row in rows)
