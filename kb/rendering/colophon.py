"""How an edition was made, in lines of (label, words); every figure is the store's or the article's own."""

from __future__ import annotations

from collections.abc import Iterator

from kb.rendering.marks import clean, sources_of
from kb.rendering.wording import wording
from kb.types import Article
from kb.writing.layout import Layout


def cited(article: Article) -> set[int]:
    """Ids of the posts that the chapters quote."""
    return {c for chapter in article.chapters for section in chapter.sections for c in sources_of(section)}


def colophon(article: Article, layout: Layout) -> Iterator[tuple[str, str]]:
    """Edition, chart, coverage, model, parameters, method, rights."""
    words, posts, about = wording(article.language), [line.post for line in article.top], article.about
    quoted = cited(article)
    yield words["edition"], words["edition_of"].format(number=article.edition, date=clean(article.made_at[:10]))
    n_blogs, n_topics = len({p.source_id for p in posts}), len({line.topic.id for line in article.top if line.topic})
    yield words["chart"], words["chart_of"].format(posts=f"{len(posts):,}", blogs=n_blogs, topics=n_topics)
    of_blogs = len({p.source_id for p in posts if p.id in quoted})
    yield words["cited"], words["cited_of"].format(cited=len(quoted), posts=len(posts), blogs=of_blogs)
    stored = {name: max(n, article.counts.get(key, 0)) for name, key, n in
              (("posts", "posts", len(posts)), ("blogs", "sources", n_blogs))}  # fmt: skip
    yield words["store"], words["store_of"].format(**{name: f"{n:,}" for name, n in stored.items()})
    if about.model:
        yield words["model"], clean(about.model)
    if article.writer:
        yield words["writer"], clean(article.writer)
    yield from _parameters(article, layout)
    if about.program:
        yield words["program"], clean(about.program)
    yield words["how"], words["how_of"]
    yield words["licence"], layout.words[article.language]["note"]


def _parameters(article: Article, layout: Layout) -> Iterator[tuple[str, str]]:
    words, given = wording(article.language), article.about.parameters
    separator = layout.words[article.language]["separator"]
    if weights := given.get("weights"):
        total = sum(weights.values()) or 1
        names = layout.signals[article.language]
        shares = sorted(weights.items(), key=lambda row: (-row[1], row[0]))
        yield (
            words["signals"],
            separator.join(f"{clean(names.get(n, n))} {100 * w / total:.0f}\u00a0%" for n, w in shares),
        )
    limits = [(name, given[name] * (100 if name == "share" else 1)) for name in ("per_blog", "share", "least_words")
              if isinstance(given.get(name), int | float)]  # fmt: skip
    if limits:
        yield words["parameters"], separator.join(words[name].format(n=round(n)) for name, n in limits)
