"""What every format of the article needs: the numbers by which posts are cited, safe links, runs of body text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from urllib.parse import quote

from crawler.text import reading_minutes
from kb.present import harmless
from kb.types import Article, ChartLine, Section, Sentence, StoredPost
from kb.writing.counting import label, language_name
from kb.writing.layout import Layout
from kb.writing.standalone import MATH

_WEB = re.compile(r"https?://[^\s/?#]", re.I)


def clean(text: str) -> str:
    """A line of text from outside: white space folded, control characters and direction marks taken out."""
    return harmless(" ".join(text.split()))


def clean_block(text: str) -> str:
    """The same for text whose lines are kept; a tab stays."""
    return "\n".join("\t".join(harmless(part) for part in line.split("\t")) for line in text.splitlines())


def safe_url(url: str) -> str | None:
    """The URL as a link may carry it, or None for anything but http and https."""
    url = harmless(url).strip()
    return quote(url, safe=":/?#[]@!$&'()*+,;=%~-._") if _WEB.match(url) else None


def blog_name(post: StoredPost) -> str:
    """A blog's title, or its address as a person would say it."""
    return clean(post.source_title or "") or clean(post.source.partition("://")[2].rstrip("/") or post.source)


def ranks(article: Article) -> dict[int, int]:
    """Post id -> the number by which it is cited: its rank in the list."""
    return {line.post.id: line.entry.rank or n for n, line in enumerate(article.top, 1)}


def ranges(numbers: Iterable[int]) -> str:
    """Numbers as "1-3, 7", with en dashes."""
    runs: list[list[int]] = []
    for n in sorted(set(numbers)):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def by_topic(article: Article, layout: Layout) -> list[tuple[str, list[ChartLine]]]:
    """The list by topic, the topic of the best rank first, what has no topic last; within one by rank."""
    groups: dict[str, list[ChartLine]] = {}
    for line in article.top:
        groups.setdefault(clean(label(line, article.language, layout)), []).append(line)
    other = layout.words[article.language]["other"]
    return sorted(groups.items(), key=lambda group: group[0] == other)


def math_runs(text: str) -> Iterator[tuple[bool, str]]:
    """(is TeX, text) runs of a sentence, in order; the formulas without their dollars."""
    at = 0
    for match in MATH.finditer(text):
        if match.start() > at:
            yield False, text[at : match.start()]
        yield True, match[1]
        at = match.end()
    if at < len(text):
        yield False, text[at:]


def paragraphs(section: Section) -> list[list[Sentence]]:
    """A section's body in paragraphs: running sentences together, everything else by itself.

    A lead begins a paragraph, and so does a phrase of our own before or after quotations; under no lead each post has
    a paragraph of its own.
    """
    found: list[list[Sentence]] = []
    for running, group in groupby(section.body, key=lambda s: s.form in ("sentence", "lead")):
        for sentence in group:
            last = found[-1] if found else []
            begins = (
                not running or not last or last[-1].form not in ("sentence", "lead") or sentence.form == "lead"
                or (last[-1].kind != sentence.kind and last[-1].form != "lead")
                or (last[0].form != "lead" and sentence.kind == "quote" and last[-1].citations != sentence.citations)
            )  # fmt: skip
            if begins:
                found.append([])
            found[-1].append(sentence)
    return found


def introduced(shown: Sentence, before: Sequence[Sentence]) -> bool:
    """Whether what is shown follows right upon its post's own words, which carry the citation for both."""
    return bool(before) and before[-1].kind == "quote" and before[-1].citations == shown.citations


def movement(line: ChartLine, words: dict[str, str]) -> str:
    """How a post moved since the edition before."""
    rank, previous = line.entry.rank, line.entry.previous
    if rank is None or previous is None:
        return words["new"]
    if previous == rank:
        return words["same"]
    return words["up"].format(n=previous - rank) if previous > rank else words["down"].format(n=rank - previous)


def facts(line: ChartLine, article: Article, layout: Layout, first: bool = False) -> Sequence[str]:
    """Authors, blog, date, language, reading time, movement; `first` for an edition before which there was none."""
    post, words = line.post, dict(layout.words[article.language])
    minutes = words["minutes"].format(n=reading_minutes(post.words, post.language))
    named = [", ".join(clean(author) for author in post.authors), blog_name(post)]
    named += [
        clean((post.published or "")[:10]) or words["undated"],
        language_name(post.language, article.language, layout),
        minutes,
    ]
    return [fact for fact in (*named, "" if first else movement(line, words)) if fact]


def sources_of(section: Section) -> list[int]:
    """Ids of the posts that a section quotes or retells, in the order of their first mention."""
    return list(dict.fromkeys(c for s in section.body if s.kind in ("quote", "written") for c in s.citations))
