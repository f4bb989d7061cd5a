"""The citation gate, run at every export: nothing goes out that the store does not bear out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property

from crawler.blocks import Block, blocks
from crawler.text import plain
from kb.errors import KbError
from kb.types import Article, ChartLine, Section, Sentence
from kb.writing.counting import count_sentence, label
from kb.writing.layout import Language, Layout, load_layout
from kb.writing.select import Limits
from kb.writing.summary import reason, references
from kb.writing.units import fold, items, language_of, quoted_words, said_with_next

Vouch = Callable[[str, Sequence[int]], str | None]  # (text, cited posts) -> what is wrong with it, or None
LEAST_QUOTE = 3  # characters; less is found anywhere


class GateError(KbError):
    """An article says what its sources do not; `violations` has a line for each place."""

    def __init__(self, violations: Sequence[str]) -> None:
        places = "1 place" if len(violations) == 1 else f"{len(violations)} places"
        super().__init__(
            f"the article was not written: the store does not bear it out in {places}", "\n".join(violations)
        )
        self.violations = tuple(violations)


class CheckFailed(KbError):
    """A published article says what the store does not bear out."""

    def __init__(self, name: str, violations: Sequence[str]) -> None:
        places = "1 place" if len(violations) == 1 else f"{len(violations)} places"
        super().__init__(f"{name}: the store does not bear it out in {places}", "\n".join(violations))
        self.violations = tuple(violations)


def require(
    article: Article, chart: Sequence[ChartLine], markdown_of: Callable[[int], str], counts: Mapping[str, int],
    limits: Limits | None = None, layout: Layout | None = None,
) -> None:  # fmt: skip
    """Raises GateError where `check` finds anything."""
    if found := check(article, chart, markdown_of, counts, limits, layout):
        raise GateError(found)


def check(
    article: Article, chart: Sequence[ChartLine], markdown_of: Callable[[int], str], counts: Mapping[str, int],
    limits: Limits | None = None, layout: Layout | None = None,
) -> list[str]:  # fmt: skip
    """What in an article the store does not bear out, a line each; empty when all is well.

    `chart`, `markdown_of` and `counts` are the store's, read afresh; nothing of the article is believed.
    """
    return list(Gate(chart, lambda i: (markdown_of(i),), counts, limits, layout).violations(article))


class Gate:
    """What the store has, against which articles of one edition are held. `texts_of` gives every version of a post's
    text that the store keeps, the newest first: what was quoted before an edit was the post's own word."""

    def __init__(
        self,
        chart: Sequence[ChartLine],
        texts_of: Callable[[int], Sequence[str]],
        counts: Mapping[str, int],
        limits: Limits | None = None,
        layout: Layout | None = None,
        vouch: Vouch | None = None,
    ) -> None:
        """vouch: says what is wrong with a sentence of a writer model (witness.py); without it none may stand."""
        self.limits, self.layout, self.counts = limits or Limits(), layout or load_layout(), counts
        self.vouch = vouch
        self.ordered = sorted(chart, key=lambda line: (line.entry.rank or len(chart) + 1, line.post.id))
        self.lines = {line.post.id: line for line in chart}
        self.sources = cache(lambda post_id: tuple(_Source(text) for text in texts_of(post_id)))
        self.links = cache(lambda post_id: {x for s in self.sources(post_id) for x in references(s.markdown)})
        self.stands = cache(self._stands)  # many articles of one chart quote the same
        self.figures = cache(self._figures)
        self.phrases = cache(self._phrases)

    def _figures(self, language: Language) -> frozenset[Sentence]:
        names = self.layout.counts
        found = (count_sentence(name, self.ordered, self.counts, language, self.layout) for name in names)
        return frozenset(count for count in found if count is not None)

    def _phrases(self, language: Language) -> frozenset[str]:
        return self.layout.connects(language, frozenset(label(line, language, self.layout) for line in self.ordered))

    def violations(self, article: Article) -> Iterator[str]:
        """A line for each place that does not hold."""
        layout = self.layout
        if article.language not in ("en", "zh"):
            yield f"language: {article.language!r} is neither en nor zh"
            return
        if article.title not in (layout.title[article.language], layout.title_fewer[article.language]):
            yield f"title: not the layout's: {_short(article.title)}"
        if dict(article.counts) != dict(self.counts):
            yield f"counts: {dict(article.counts)} where the store has {dict(self.counts)}"
        given = [(c.number, c.title, [(s.number, s.title) for s in c.sections]) for c in article.chapters]
        language = article.language
        planned = [
            (c.number, c.title[language], [(s.number, s.title[language]) for s in c.sections]) for c in layout.chapters
        ]
        if given != planned:
            yield "chapters: not the fixed structure of the article"
        for chapter in article.chapters:
            for section in chapter.sections:
                yield from self._section(section, article)
        yield from self._posts(article)
        yield from self._list(article)
        yield from self._limits(article)

    def _section(self, section: Section, article: Article) -> Iterator[str]:
        for sentence in section.body:
            where = f"{section.number}: {_short(sentence.text)}"
            if sentence.kind == "quote":
                yield from self._quote(sentence, where, article.language)
            elif sentence.kind == "count":
                if sentence not in self.figures(article.language):
                    yield f"{where}: the store does not count so"
            elif sentence.kind == "written":
                yield from self._written(sentence, where, article)
            elif sentence.kind != "connect":
                yield f"{where}: a sentence of no known kind: {_short(str(sentence.kind))}"
            elif sentence.text not in self.phrases(article.language) | self._of_writer(article):
                yield f"{where}: not in the closed list of phrases"
            elif sentence.form not in ("sentence", "lead", "head") or sentence.language or sentence.code_language:
                yield f"{where}: a phrase of our own is no {sentence.form} of another language"
            elif sentence.citations:
                yield f"{where}: a phrase that claims nothing cites nothing"

    def _of_writer(self, article: Article) -> frozenset[str]:
        """The phrase that names the writer model, where there was one."""
        phrase = self.layout.writer[article.language]
        return frozenset({phrase.format(model=article.writer)} if article.writer else ())

    def _quote(self, sentence: Sentence, where: str, language: str) -> Iterator[str]:
        if not sentence.citations:
            yield f"{where}: a quotation without a source"
        for post_id in sentence.citations:
            if post_id not in self.lines:
                yield f"{where}: cites post {post_id}, which is not in the chart"
            elif wrong := self.stands(post_id, sentence.text, sentence.form):
                yield f"{where}: {wrong}"
            elif (sentence.language or language) != self._tongue(sentence, post_id, language):
                yield f"{where}: not in the language that it is marked with"

    def _stands(self, post_id: int, text: str, form: str) -> str | None:
        """What is wrong with a quotation of a post."""
        sources = self.sources(post_id)
        if not any(source.has(text) for source in sources):
            return f"not to be found in post {post_id}"
        if not any(source.whole(text, form) for source in sources):
            return f"not the whole of what post {post_id} says there"
        return None

    def _tongue(self, sentence: Sentence, post_id: int, language: str) -> str:
        """The language that a quotation is in; what is shown and not said goes with the words around it."""
        if sentence.form in ("code", "math"):
            return sentence.language or language
        return language_of(sentence.text, self.lines[post_id].post.language)

    def _written(self, sentence: Sentence, where: str, article: Article) -> Iterator[str]:
        if not article.writer:
            yield f"{where}: written by a model, and the article names none"
        if sentence.form != "sentence":
            yield f"{where}: a written {sentence.form}"
        if not sentence.citations:
            yield f"{where}: a written sentence without a source"
        unknown = [post_id for post_id in sentence.citations if post_id not in self.lines]
        if unknown:
            yield f"{where}: cites post {unknown[0]}, which is not in the chart"
        elif self.vouch is None:
            yield f"{where}: nobody vouches for what a model wrote"
        elif sentence.citations and (objection := self.vouch(sentence.text, sentence.citations)):
            yield f"{where}: {objection}"

    def _posts(self, article: Article) -> Iterator[str]:
        for post in article.posts:
            line = self.lines.get(post.id)
            if line is None or line.post != post:
                yield f"posts: post {post.id}, {_short(post.title)}: not as the store has it"

    def _list(self, article: Article) -> Iterator[str]:
        if sorted(line.post.id for line in article.top) != sorted(self.lines):
            yield "list: not the posts of the chart"
        for line in article.top:
            where = f"list: {_short(line.post.title)}"
            stored = self.lines.get(line.post.id)
            if stored is None or (line.entry, line.post, line.topic) != (stored.entry, stored.post, stored.topic):
                yield f"{where}: not as the chart has it"
                continue
            if line.reason != reason(stored, article.language, self.layout):
                yield f"{where}: not the reason that the store gives: {_short(line.reason)}"
            for sentence in line.summary:
                if sentence.kind != "quote" or sentence.citations != (line.post.id,):
                    yield f"{where}: a summary that is no quotation of its post: {_short(sentence.text)}"
                yield from self._quote(sentence, where, article.language)
            for link in line.links:
                if link not in self.links(line.post.id):
                    yield f"{where}: a link that is not in the post: {_short(link[1])}"

    def _limits(self, article: Article) -> Iterator[str]:
        """No post is quoted beyond the limits; a sentence that is quoted twice counts once."""
        quoted: dict[int, dict[str, Sentence]] = {}
        everything = [s for c in article.chapters for section in c.sections for s in section.body]
        for sentence in [*everything, *(s for line in article.top for s in line.summary)]:
            if sentence.kind == "quote":
                for post_id in sentence.citations:
                    quoted.setdefault(post_id, {})[sentence.text] = sentence
        for post_id, texts in sorted(quoted.items()):
            words = sum(quoted_words(t) for t, s in texts.items() if s.form in ("sentence", "steps"))
            if words > self.limits.quote_words:
                yield f"post {post_id}: {words} words quoted, where {self.limits.quote_words} may be"
            if post_id in self.lines and (length := max(len(s.markdown) for s in self.sources(post_id))):
                share = sum(map(len, texts)) / length
                if share > self.limits.quote_share:
                    yield f"post {post_id}: {share:.0%} of it quoted, where {self.limits.quote_share:.0%} may be"


class _Source:
    """A post's text in both readings, white space folded. Each is taken when it is first asked for: most quotations
    stand in the newest version."""

    def __init__(self, markdown: str) -> None:
        self.markdown = markdown

    @cached_property
    def readings(self) -> tuple[str, str]:
        return fold(plain(self.markdown)), fold(self.markdown)

    @cached_property
    def found(self) -> list[Block]:
        return blocks(self.markdown)

    @cached_property
    def sentences(self) -> set[str]:
        return {text for block in self.found for pair in said_with_next(block) for text in pair if text}

    @cached_property
    def shown(self) -> set[tuple[str, str]]:
        return {(b.kind, b.text.strip()) for b in self.found if b.kind in ("code", "math")}

    @cached_property
    def lists(self) -> set[str]:
        return {fold(" ".join(items(b))) for b in self.found if b.kind == "list"}

    def has(self, text: str) -> bool:
        """Whether a quotation stands there as whole words."""
        wanted = fold(text)
        if len(wanted) < LEAST_QUOTE:
            return False
        return any(_stands_whole(wanted, reading) for reading in self.readings)

    def whole(self, text: str, form: str) -> bool:
        """Whether a quotation is a sentence, formula, block of code or list of the post and no part of one."""
        if form in ("code", "math"):
            return (form, text.strip()) in self.shown
        return fold(text) in (self.lists if form == "steps" else self.sentences)


def _stands_whole(wanted: str, reading: str) -> bool:
    """Whether a text stands in another without being a part of a longer word there."""
    at = reading.find(wanted)
    while at >= 0:
        before, after = reading[max(0, at - 1) : at + 1], reading[at + len(wanted) - 1 : at + len(wanted) + 1]
        if not any(len(pair) == 2 and pair.isascii() and pair.isalnum() for pair in (before, after)):
            return True
        at = reading.find(wanted, at + 1)
    return False


def _short(text: str) -> str:
    folded = fold(text)
    return folded if len(folded) <= 60 else folded[:59] + "…"
