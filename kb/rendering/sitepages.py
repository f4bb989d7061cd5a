"""What stands on the pages of a site: a topic's posts, and a post's facts, reasons and quotations within the limits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from kb.rendering.body import Page, attribute, reasons
from kb.rendering.indexes import blog
from kb.rendering.marks import clean, facts, movement
from kb.rendering.pages import link, running
from kb.types import Article, ChartLine, Section, Sentence
from kb.writing.counting import label, language_name

Quoted = Mapping[int, tuple[tuple[Section, Sentence], ...]]


def quoted_by_post(article: Article) -> Quoted:
    """What the chapters quote of each post, sentences and steps alone, with the section where it stands."""
    found: dict[int, list[tuple[Section, Sentence]]] = {}
    for chapter in article.chapters:
        for section in chapter.sections:
            for sentence in section.body:
                if sentence.kind == "quote" and sentence.form in ("sentence", "steps"):
                    for post_id in sentence.citations:
                        found.setdefault(post_id, []).append((section, sentence))
    return {post_id: tuple(rows) for post_id, rows in found.items()}


def topic_file(line: ChartLine) -> str:
    """The page of a line's topic, by id: a new label is no new address."""
    return f"topics/{line.topic.id}.html" if line.topic else "topics/other.html"


def post_page(line: ChartLine, page: Page, quoted: Quoted, up: str = "../") -> Iterator[str]:
    """A post: the link to read it first, then what is known of it; never its whole text."""
    post, more = line.post, page.more
    lang = f' lang="{attribute(post.language)}"' if post.language else ""
    yield f"<h1{lang}>{escape(clean(post.title) or clean(post.url))}</h1>"
    first = all(one.entry.previous is None for one in page.article.top)
    yield f'<p class="facts">{" · ".join(map(escape, facts(line, page.article, page.layout, first)))}</p>'
    read = link(more["read"].format(blog=blog(line)), post.url)
    yield f'<p class="read">{read}</p>'
    yield from _quotations(line, page, quoted, lang, up)
    if told := reasons(line, page.words):
        yield "".join(f"<p>{one}</p>" for one in told)
    yield f'<h2>{escape(more["facts"])}</h2>\n<dl class="facts-of">'
    for name, value in _facts(line, page, up):
        yield f"<dt>{escape(name)}</dt><dd>{value}</dd>"
    yield "</dl>"
    yield from _parts(line, page)
    same = [one for one in page.article.top if one.topic and line.topic and one.topic.id == line.topic.id]
    yield from _others([one for one in same if one.post.id != post.id][:6], page)


def _quotations(line: ChartLine, page: Page, quoted: Quoted, lang: str, up: str) -> Iterator[str]:
    said = [(None, sentence) for sentence in line.summary]
    known = {sentence.text for _, sentence in said}
    rows = [*said, *((s, q) for s, q in quoted.get(line.post.id, ()) if q.text not in known)]
    if not rows:
        return
    yield f"<h2>{escape(page.more['quoted'])}</h2>"
    for section, sentence in rows:
        text = "".join(f"<p>{running(part)}</p>" for part in sentence.text.split("\n"))
        where = ""
        if section:
            place = f'<a href="{up}article.html#s{attribute(section.number)}">{attribute(section.number)} '
            where = f'<p class="facts">{escape(page.more["used"])} {place}{escape(clean(section.title))}</a></p>'
        yield f"<blockquote{lang}>{text}</blockquote>{where}"


def _facts(line: ChartLine, page: Page, up: str) -> Iterator[tuple[str, str]]:
    """(name, value as HTML)."""
    post, more, article = line.post, page.more, page.article
    if authors := [clean(author) for author in post.authors if clean(author)]:
        yield more["authors"], escape(page.words["separator"].join(authors))
    yield more["blog"], link(blog(line), post.source)
    yield more["date"], escape(clean((post.published or "")[:10]) or page.words["undated"])
    yield more["language"], escape(clean(language_name(post.language, article.language, page.layout)))
    topic = clean(label(line, article.language, page.layout))
    yield more["topic"], f'<a href="{up}{topic_file(line)}">{escape(topic)}</a>'
    yield more["place"], escape(more["place_of"].format(rank=line.entry.rank or "–", n=len(article.top)))
    if any(one.entry.previous is not None for one in article.top):
        yield more["movement"], escape(movement(line, dict(page.words)))
    yield more["score"], f"{line.entry.score:.3f}"


def _parts(line: ChartLine, page: Page) -> Iterator[str]:
    """The parts of the score as bars with their figures."""
    names = page.layout.signals[page.article.language]
    rows = sorted(line.entry.parts.items(), key=lambda row: (-(row[1] or -1.0), row[0]))
    if not rows:
        return
    yield f'<h2>{escape(page.more["parts"])}</h2>\n<table class="parts"><tbody>'
    for name, value in rows:
        told = escape(clean(names.get(name, name)))
        if value is None:
            yield f'<tr><th scope="row">{told}</th><td colspan="2">{escape(page.more["unknown"])}</td></tr>'
            continue
        long = round(100 * min(1.0, max(0.0, value)))
        bar = f'<svg viewBox="0 0 100 8" aria-hidden="true"><rect class="bar" width="{long}" height="8" rx="2"/></svg>'
        yield f'<tr><th scope="row">{told}</th><td>{bar}</td><td class="num">{value:.2f}</td></tr>'
    yield "</tbody></table>"


def _others(lines: list[ChartLine], page: Page) -> Iterator[str]:
    if lines:
        yield f"<h2>{escape(page.more['more'])}</h2>"
        yield from short_list(lines, page)


def short_list(lines: list[ChartLine], page: Page) -> Iterator[str]:
    """Posts in lines of rank, title, blog."""
    yield '<ol class="short">'
    for line in lines:
        title = escape(clean(line.post.title) or clean(line.post.url))
        number = page.numbers[line.post.id]
        lang = f' lang="{attribute(line.post.language)}"' if line.post.language else ""
        yield (
            f'<li><span class="rank">{line.entry.rank or "–"}</span> <a{lang} href="{page.place(number)}">{title}</a> '
            f'<span class="facts">{escape(blog(line))}</span></li>'
        )
    yield "</ol>"
