"""The values that travel between the stages; ids travel with rows, nothing is matched by position.

Each module of them is loaded when one of its names is first asked for: a search has no use for the article's.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kb.types.article import About, Article, Change, Chapter, ChartLine, Section, Sentence
    from kb.types.posts import StoredPost
    from kb.types.ranking import Answer, Corpus, Edition, Entry, Evidence, Part, PostLink, Story, Why
    from kb.types.search import Filters, Hit, SearchResult
    from kb.types.sources import NewSource, Reach, Source
    from kb.types.topics import Assignment, Topic
    from kb.types.vectors import Embedder, Float32, Int64, Passage, TextKind, Vectors

_NAMES = {
    "article": "About Article Change Chapter ChartLine Section Sentence",
    "posts": "StoredPost",
    "ranking": "Answer Corpus Edition Entry Evidence Part PostLink Story Why",
    "search": "Filters Hit SearchResult",
    "sources": "NewSource Reach Source",
    "topics": "Assignment Topic",
    "vectors": "Embedder Passage TextKind Vectors",
}
_HOMES = {name: home for home, names in _NAMES.items() for name in names.split()}

__all__ = [
    "About",
    "Answer",
    "Article",
    "Assignment",
    "Change",
    "Chapter",
    "ChartLine",
    "Corpus",
    "Edition",
    "Embedder",
    "Entry",
    "Evidence",
    "Filters",
    "Float32",
    "Hit",
    "Int64",
    "NewSource",
    "Part",
    "Passage",
    "PostLink",
    "Reach",
    "SearchResult",
    "Section",
    "Sentence",
    "Source",
    "StoredPost",
    "Story",
    "TextKind",
    "Topic",
    "Vectors",
    "Why",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    return value
