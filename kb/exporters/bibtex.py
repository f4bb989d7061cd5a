"""The list as BibTeX, an entry a post, for LaTeX and reference managers; TeX's own characters are text in it."""

from __future__ import annotations

from collections.abc import Iterator

from kb.rendering.citing import date_parts, keys, person
from kb.rendering.marks import clean, safe_url
from kb.rendering.wording import wording
from kb.types import Article, ChartLine
from kb.writing.counting import label
from kb.writing.layout import Layout, load_layout

SUFFIX = ".bib"
# Braces are counted by BibTeX even behind a backslash, so they must be words
_TEX = str.maketrans({
    "\\": r"\textbackslash{}", "{": r"\textbraceleft{}", "}": r"\textbraceright{}", "$": r"\$", "&": r"\&", "#": r"\#",
    "%": r"\%", "_": r"\_", "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
})  # fmt: skip
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_TONGUES = {"en": "english", "zh": "chinese", "ja": "japanese", "ko": "korean", "de": "german", "fr": "french",
            "es": "spanish", "it": "italian", "pt": "portuguese", "ru": "russian"}  # fmt: skip


def render(article: Article) -> bytes:
    """UTF-8; what stands outside of entries is comment to every reader of the format."""
    layout, words = load_layout(), wording(article.language)
    made = words["edition_of"].format(number=article.edition, date=clean(article.made_at[:10]))
    head = [clean(article.title), f"{words['edition']}: {made}", layout.words[article.language]["note"]]
    names = keys(article.top)
    blocks = ["\n".join(f"% {line.replace('@', '(at)')}" for line in head)]
    for line in article.top:
        fields = [f"  {name} = {value}," for name, value in _fields(line, article, layout)]
        blocks.append("\n".join((f"@misc{{{names[line.post.id]},", *fields, "}")))
    return ("\n\n".join(blocks) + "\n").encode()


def tex(text: str) -> str:
    """A line of text in which nothing is a command."""
    return clean(text).translate(_TEX)


def _fields(line: ChartLine, article: Article, layout: Layout) -> Iterator[tuple[str, str]]:
    post = line.post
    if authors := [author for author in post.authors if clean(author)]:
        yield "author", "{" + " and ".join(map(_author, authors)) + "}"
    yield "title", "{{" + tex(post.title or post.url) + "}}"  # twice: a style shall not change its letters' case
    if blog := tex(post.source_title or ""):
        yield "howpublished", "{" + blog + "}"
    dated = date_parts(post)
    yield from zip(("year", "month", "day"), _dated(dated), strict=False)
    if dated:
        yield "date", "{" + "-".join(f"{part:02d}" for part in dated) + "}"
    if url := safe_url(post.url):
        yield "url", "{" + url + "}"
    yield "urldate", "{" + tex(article.made_at[:10]) + "}"
    if tongue := _TONGUES.get(post.language or ""):
        yield "langid", "{" + tongue + "}"
    yield "keywords", "{" + tex(label(line, article.language, layout)).replace(",", ";") + "}"
    place = wording(article.language)["place_of"].format(rank=line.entry.rank or "–", n=len(article.top))
    yield "note", "{" + tex(place) + "}"


def _author(name: str) -> str:
    if parts := person(name):
        return f"{tex(parts[1])}, {tex(parts[0])}"
    return "{" + tex(name) + "}"


def _dated(parts: tuple[int, ...]) -> Iterator[str]:
    for n, part in enumerate(parts):
        yield _MONTHS[part - 1] if n == 1 else f"{{{part}}}"
