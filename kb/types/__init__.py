"""The values that travel between the stages; ids travel with rows, nothing is matched by position."""

from typing import TYPE_CHECKING

from kb.types.article import About, Article, Change, Chapter, ChartLine, Section, Sentence
from kb.types.posts import StoredPost
from kb.types.ranking import Answer, Corpus, Edition, Entry, Evidence, Part, PostLink, Story, Why
from kb.types.search import Filters, Hit, SearchResult
from kb.types.sources import NewSource, Reach, Source
from kb.types.topics import Assignment, Topic
from kb.types.vectors import Embedder, Passage, TextKind, Vectors

if TYPE_CHECKING:
    from kb.types.vectors import Float32, Int64

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
