"""The list looked up by author, by blog and by year: for each name the posts by rank."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator

from kb.rendering.marks import blog_name, clean
from kb.rendering.wording import wording
from kb.types import Article, ChartLine
from kb.writing.layout import Layout

Index = list[tuple[str, list[ChartLine]]]


def indexes(article: Article, layout: Layout) -> Iterator[tuple[str, str, Index]]:
    """(name of the index, its title, its entries)."""
    words = wording(article.language)
    yield "authors", words["by_author"], _index(article.top, _authors, words["unnamed"])
    yield "blogs", words["by_blog"], _index(article.top, lambda line: [blog(line)], words["unnamed"])
    undated = layout.words[article.language]["undated"]
    years = _index(article.top, lambda line: [year(line) or ""], undated)
    years.sort(key=lambda row: row[0], reverse=True)
    years.sort(key=lambda row: row[0] == undated)
    yield "years", words["by_year"], years


def blog(line: ChartLine) -> str:
    """A blog by name."""
    return blog_name(line.post)


def year(line: ChartLine) -> str | None:
    """The year of publication."""
    written = (line.post.published or "")[:4]
    return written if len(written) == 4 and written.isascii() and written.isdecimal() else None


def _authors(line: ChartLine) -> list[str]:
    return list(dict.fromkeys(filter(None, (clean(a) for a in line.post.authors)))) or [""]


def _index(lines: Iterable[ChartLine], names_of: Callable[[ChartLine], list[str]], unnamed: str) -> Index:
    """By name as one looks it up, case and accents aside; what has no name comes last."""
    found: dict[str, list[ChartLine]] = {}
    for line in lines:
        for name in names_of(line):
            found.setdefault(name, []).append(line)
    rest = found.pop("", [])
    ordered = sorted(found.items(), key=lambda row: (_lookup(row[0]), row[0]))
    return [*ordered, (unnamed, rest)] if rest else ordered


def _lookup(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name)
    return "".join(c for c in plain if not unicodedata.combining(c)).casefold()
