"""The article's parts as HTML, the same for the page, the book and the site; all text in them is escaped."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html import escape

from kb.rendering.colophon import colophon
from kb.rendering.formulas import mathml
from kb.rendering.indexes import indexes
from kb.rendering.marks import blog_name, by_topic, clean, facts, introduced, paragraphs, ranks, sources_of
from kb.rendering.pages import colour, link, running, table
from kb.rendering.wording import wording
from kb.types import Article, Chapter, ChartLine, Section, Sentence
from kb.writing.layout import Layout, Words, load_layout

FEW = 4  # citations that are linked one by one


@dataclass(frozen=True, slots=True)
class Page:
    """What every part looks things up in."""

    article: Article
    layout: Layout
    words: Words
    more: Mapping[str, str]
    numbers: Mapping[int, int]  # post id -> the number by which it is cited
    lines: Mapping[int, ChartLine]
    place: Callable[[int], str]  # number -> href of the post's place in the list
    inward: bool = False  # whether a title in the list leads to that place and not to the post itself


def page_of(article: Article, place: Callable[[int], str] = lambda number: f"#p{number}", inward: bool = False) -> Page:
    """The page of an article."""
    layout = load_layout()
    words, more = layout.words[article.language], wording(article.language)
    return Page(
        article, layout, words, more, ranks(article), {line.post.id: line for line in article.top}, place, inward
    )


def chapter(given: Chapter, page: Page) -> Iterator[str]:
    """A chapter with its sections, headings from level 2."""
    number = f'<span class="n">{escape(clean(given.number))}</span>'
    yield f'<section>\n<h2 id="c{attribute(given.number)}">{number}{escape(clean(given.title))}</h2>'
    for one in given.sections:
        yield from _section(one, page)
    yield "</section>"


def _section(section: Section, page: Page) -> Iterator[str]:
    number = f'<span class="n">{escape(clean(section.number))}</span>'
    yield f'<h3 id="s{attribute(section.number)}">{number}{escape(clean(section.title))}</h3>'
    before: list[Sentence] = []
    for paragraph in paragraphs(section):
        yield _paragraph(paragraph, before, page)
        before = paragraph
    if cited := sources_of(section):
        yield f"<details><summary>{escape(page.words['sources'])} ({len(cited)})</summary>\n<ul>"
        for post_id in sorted(cited, key=lambda c: page.numbers.get(c, c)):
            if line := page.lines.get(post_id):
                yield f"<li>{named(line, page)}</li>"
        yield "</ul></details>"


def _paragraph(paragraph: list[Sentence], before: list[Sentence], page: Page) -> str:
    first = paragraph[0]
    cited = "" if introduced(first, before) else _cites(first, page)
    if first.form == "head":
        return f"<h4>{escape(clean(first.text))}</h4>"
    if first.form == "code":
        kind = re.sub(r"[^A-Za-z0-9+#-]", "", first.code_language or "")
        code = f'<code data-language="{kind}">{colour(first.text, first.code_language)}</code>'
        return f'<figure{_lang(first.language)}><pre tabindex="0">{code}</pre>{cited}</figure>'
    if first.form == "math":
        return f'<div class="formula" tabindex="0">{mathml(first.text, True)} {cited}</div>'
    if first.form == "steps":
        items = "".join(f"<li>{running(item)}</li>" for item in first.text.split("\n"))
        told = f"\n<p>{_tongue(first, page)} {cited}</p>" if cited else ""
        return f"<ol{_lang(first.language)}>{items}</ol>{told}"
    if first.form == "table":
        return table(first.text) + f'<div class="counts">{cited}</div>'
    text = " ".join(_running(s, page) for s in paragraph)
    if first.kind == "count":
        return f'<div class="counts">{text}</div>'  # its citations fold, and a p may not hold what folds
    kind = ' class="connect"' if all(s.kind == "connect" for s in paragraph) else ""
    return f"<p{kind}>{text}</p>"


def _running(sentence: Sentence, page: Page) -> str:
    if sentence.form == "lead":
        return f'<strong class="lead">{escape(clean(sentence.text))}</strong>'
    if sentence.kind != "quote":
        return f"{escape(clean(sentence.text))} {_cites(sentence, page)}".strip()
    quoted = f"<q{_lang(sentence.language)}>“{running(sentence.text)}”</q>"
    return f"{quoted}{_tongue(sentence, page)}{_cites(sentence, page)}"


def attribute(text: str) -> str:
    """Text as an id or a language may carry it."""
    return re.sub(r"[^A-Za-z0-9.-]", "", text)


def _lang(language: str | None) -> str:
    tag = re.sub(r"[^A-Za-z-]", "", language or "")
    return f' lang="{tag}"' if tag else ""


def _tongue(sentence: Sentence, page: Page) -> str:
    if not sentence.language:
        return ""
    name = clean(page.layout.languages[page.article.language].get(sentence.language, sentence.language))
    return f' <span class="tongue">{escape(page.words["in_language"].format(language=name))}</span>'


def _cites(sentence: Sentence, page: Page) -> str:
    """Marks that lead to the list; many of them fold into one."""
    cited = sorted(sentence.citations, key=lambda c: page.numbers.get(c, c))
    if not cited:
        return ""
    marks = ", ".join(_mark(c, page) for c in cited)
    if len(cited) <= FEW:
        return f'<span class="cite">[{marks}]</span>'
    told = f"{len(cited)} {escape(page.words['posts'])}"
    return f'<details class="counted"><summary>{told}</summary><span class="cite all">[{marks}]</span></details>'


def _mark(post_id: int, page: Page) -> str:
    line = page.lines.get(post_id)
    number = page.numbers.get(post_id, post_id)
    if line is None:
        return str(number)
    title = f"{clean(line.post.title)} ({blog_name(line.post)})"
    return f'<a href="{page.place(number)}" title="{escape(title, quote=True)}">{number}</a>'


def named(line: ChartLine, page: Page) -> str:
    """A post in a line: its number, title, authors, blog."""
    authors = [*(clean(author) for author in line.post.authors), blog_name(line.post)]
    title = clean(line.post.title) or clean(line.post.url)
    return f"{_mark(line.post.id, page)} {link(title, line.post.url)} · {escape(', '.join(filter(None, authors)))}"


def the_list(page: Page, level: int = 3) -> Iterator[str]:
    """The list by topic, each topic's heading at a level with the id t1, t2 ..., its posts' at the next."""
    if not page.article.top:
        yield f'<p class="connect">{escape(page.words["none"])}</p>'
    for n, (topic, lines) in enumerate(by_topic(page.article, page.layout), 1):
        yield f'<section class="topic">\n<h{level} id="t{n}">{escape(topic)}</h{level}>'
        for line in lines:
            yield entry(line, page, level + 1)
        yield "</section>"


def entry(line: ChartLine, page: Page, level: int = 4) -> str:
    """A post of the list: facts, its own words, why it is here, what it links to."""
    post, words, number = line.post, page.words, page.numbers[line.post.id]
    first = all(one.entry.previous is None for one in page.article.top)
    told = " · ".join(escape(fact) for fact in facts(line, page.article, page.layout, first))
    lang = _lang(post.language) if post.language != page.article.language else ""
    title = clean(post.title) or clean(post.url)
    led = f'<a href="{page.place(number)}">{escape(title)}</a>' if page.inward else link(title, post.url)
    parts = [f"<h{level}{lang}>{led}</h{level}>", f'<p class="facts">{told}</p>']
    if line.summary:
        parts.append(f"<p{lang}>{' '.join(f'<q>“{running(s.text)}”</q>' for s in line.summary)}</p>")
    if more := reasons(line, words):
        parts.append(f'<p class="more">{" · ".join(more)}</p>')
    rank = f'<div class="rank">{line.entry.rank or "–"}</div>'
    return f'<article class="entry" id="p{number}">{rank}<div>{"".join(parts)}</div></article>'


def reasons(line: ChartLine, words: Words) -> list[str]:
    """Why a post is here, and the papers and code that it links to."""
    more = [f"{escape(words['why'])}{words['colon']}{escape(clean(line.reason))}"] if line.reason else []
    for kind, name in (("paper", "papers"), ("code", "code")):
        urls = [url for k, url in line.links if k == kind]
        if urls:
            linked = words["separator"].join(link(clean(url.partition("://")[2]) or clean(url), url) for url in urls)
            more.append(f"{escape(words[name])}{words['colon']}{linked}")
    return more


def the_indexes(page: Page, level: int = 3) -> Iterator[str]:
    """By author, blog and year: names with the numbers of their posts."""
    for name, title, index in indexes(page.article, page.layout):
        yield f'<h{level} id="by-{name}">{escape(title)}</h{level}>\n<ul class="index">'
        for key, lines in index:
            marks = ", ".join(_mark(line.post.id, page) for line in lines)
            yield f"<li>{escape(key)} <span>{marks}</span></li>"
        yield "</ul>"


def the_colophon(page: Page) -> Iterator[str]:
    """How the edition was made."""
    yield '<dl class="colophon">'
    for label, text in colophon(page.article, page.layout):
        yield f"<dt>{escape(label)}</dt><dd>{escape(text)}</dd>"
    yield "</dl>"


def metadata(page: Page) -> Iterator[str]:
    """The colophon for machines, in the page's own way."""
    told = dict(colophon(page.article, page.layout))
    chart, licence = told[page.more["chart"]], told[page.more["licence"]]
    facts = {
        "description": f"{page.more['article_of']} {chart}",
        "generator": page.article.about.program or "kb",
        "dcterms.issued": page.article.made_at[:10],
        "dcterms.rights": licence,
    }
    for name, value in facts.items():
        yield f'<meta name="{name}" content="{escape(clean(value), quote=True)}">'
