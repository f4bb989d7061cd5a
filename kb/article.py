"""The article: chapters of the charted posts' own sentences, each with its source, and the list with a summary each."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from kb.language.gloss import load_glosser
from kb.language.terms import Terms
from kb.types import Article, Chapter, ChartLine, Section, Sentence, StoredPost
from kb.writing.counting import count_sentence, label
from kb.writing.exhibits import exhibit_units
from kb.writing.layout import Language, Layout, Part, SectionPlan, load_layout
from kb.writing.roles import load_roles
from kb.writing.select import LEAST, LEAST_BLOGS, Chooser, Limits, Origin, chooser
from kb.writing.standalone import load_standalone
from kb.writing.summary import reason, references, summary
from kb.writing.units import Judge, Unit, places, sentence_units

FULL = 100  # posts of a whole chart


@dataclass(frozen=True, slots=True)
class _Written:
    """A part with what was chosen for it."""

    part: Part
    chosen: tuple[Unit, ...]


def write_article(
    chart: Sequence[ChartLine],
    markdown_of: Callable[[int], str],
    counts: Mapping[str, int],
    language: Language,
    edition: int,
    made_at: str,
    limits: Limits | None = None,
    layout: Layout | None = None,
    judge: Judge | None = None,
) -> Article:
    """The article of a chart in its order of ranks; `counts` are the whole store's (posts, sources).

    Every quotation is cut from what `markdown_of` gives for the post's id. The same input gives the same article.
    """
    layout, judge, limits = layout or load_layout(), judge or load_judge(), limits or Limits()
    chart = sorted(chart, key=lambda line: (line.entry.rank or len(chart) + 1, line.post.id))
    texts = {line.post.id: markdown_of(line.post.id) for line in chart}
    origins = {line.post.id: _origin(line, n, len(texts[line.post.id])) for n, line in enumerate(chart, 1)}
    found = [unit for line in chart for unit in post_units(line.post, texts[line.post.id], judge)]
    choose = chooser(found, origins, language, limits)
    written = _choose(layout, choose)
    by_id = {line.post.id: line for line in chart}
    chapters = tuple(
        Chapter(c.number, c.title[language],
                tuple(_section(s, written, chart, by_id, counts, language, layout) for s in c.sections))
        for c in layout.chapters
    )  # fmt: skip
    top = tuple(_line(line, texts[line.post.id], choose, judge, language, layout, limits) for line in chart)
    title = (layout.title if len(chart) >= FULL else layout.title_fewer)[language]
    posts = tuple(line.post for line in chart)
    return Article(title, language, edition, made_at, chapters, top, posts, dict(counts))


def load_judge() -> Judge:
    """The project's rules and terms; worth keeping where several articles are written."""
    return Judge(load_roles(), load_standalone(), Terms(load_glosser().terms()))


def post_units(post: StoredPost, markdown: str, judge: Judge) -> Iterator[Unit]:
    """What can be quoted of a post, in the order it stands."""
    for place in places(post.id, post.title, post.language, markdown, judge):
        yield from sentence_units(place, judge)
        yield from exhibit_units(place, judge)


def _origin(line: ChartLine, n: int, length: int) -> Origin:
    return Origin(line.entry.rank or n, line.post.source_id, line.topic.id if line.topic else None, length)


def _choose(layout: Layout, choose: Chooser) -> dict[tuple[str, int], _Written]:
    """What stands in each part."""
    parts = [(s.number, n, p) for c in layout.chapters for s in c.sections for n, p in enumerate(s.parts) if p.roles]
    parts = list(_shared(parts, choose))
    chosen = choose.choose([part for _, _, part in parts])
    return {
        (number, n): _Written(part, tuple(choose.units[i] for i in taken))
        for (number, n, part), taken in zip(parts, chosen, strict=True)
    }


def _shared(parts: Sequence[tuple[str, int, Part]], choose: Chooser) -> Iterator[tuple[str, int, Part]]:
    """The parts with what each aims at: where posts have too little code, or formulas, for two parts, both get some."""
    for number, n, part in parts:
        alike = [p for _, _, p in parts if p.form == part.form]
        if part.form != "sentence" and len(alike) > 1:
            wanted, there = sum(p.quotes for p in alike), max(choose.posts_with(p) for p in alike)
            part = replace(part, quotes=max(1, round(part.quotes * min(1, there / wanted))))
        yield number, n, part


def _section(
    plan: SectionPlan,
    written: Mapping[tuple[str, int], _Written],
    chart: Sequence[ChartLine],
    by_id: Mapping[int, ChartLine],
    counts: Mapping[str, int],
    language: Language,
    layout: Layout,
) -> Section:
    body: list[Sentence] = []
    drawn = [written[plan.number, n].chosen for n, part in enumerate(plan.parts) if part.roles]
    for n, part in enumerate(plan.parts):
        chosen = written[plan.number, n].chosen if part.roles else ()
        counted = (count_sentence(name, chart, counts, language, layout) for name in part.counts)
        said = [count for count in counted if count is not None]
        said += _quotes(chosen, part, by_id, language, layout)
        if part.head and said:
            body.append(Sentence(part.head[language], "connect", form="head"))
        if part.connect and (said or not (part.roles or part.counts)):
            body.append(Sentence(part.connect[language], "connect"))
        body += said
    if drawn and not any(drawn):
        body.append(Sentence(layout.nothing[language], "connect"))
    elif drawn and _thin([u for chosen in drawn for u in chosen], by_id):
        body.insert(0, Sentence(layout.few[language], "connect"))
    return Section(plan.number, plan.title[language], tuple(body))


def _thin(chosen: Sequence[Unit], by_id: Mapping[int, ChartLine]) -> bool:
    """Whether a section rests on so little that it must say so."""
    posts = {u.post_id for u in chosen}
    return len(posts) < LEAST or len({by_id[post_id].post.source_id for post_id in posts}) < LEAST_BLOGS


def _quotes(
    chosen: Sequence[Unit], part: Part, by_id: Mapping[int, ChartLine], language: Language, layout: Layout
) -> Iterator[Sentence]:
    """The chosen units by topic, the topic of the best rank first, each topic under its name."""
    groups: dict[str, list[Unit]] = {}
    for unit in sorted(chosen, key=lambda u: (by_id[u.post_id].entry.rank or 0, u.start)):
        groups.setdefault(label(by_id[unit.post_id], language, layout), []).append(unit)
    for name, group in groups.items():
        if len(groups) > 1 and part.form == "sentence":
            yield Sentence(layout.lead[language].format(topic=name), "connect", form="lead")
        for unit in group:
            for piece in unit.pieces:
                foreign = None if piece.language == language else piece.language
                yield replace(piece, citations=(unit.post_id,), language=foreign)


def _line(
    line: ChartLine, markdown: str, choose: Chooser, judge: Judge, language: Language, layout: Layout, limits: Limits
) -> ChartLine:
    return replace(
        line,
        summary=summary(line.post, markdown, choose, judge, language, limits),
        reason=reason(line, language, layout),
        links=references(markdown),
    )
