"""The article as one self-contained page: no script, no request, both scripts, light and dark, screen and paper."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from importlib import resources

from kb.formulas import mathml
from kb.layout import Layout, Words, load_layout
from kb.marks import by_topic, clean, facts, introduced, paragraphs, ranks, sources_of
from kb.pages import colour, link, running, table
from kb.types import Article, ChartLine, Section, Sentence

SUFFIX = ".html"
FEW = 4  # citations that are linked one by one
# The page needs nothing but its own style sheet; MathML and details need no script
POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"


@dataclass(frozen=True, slots=True)
class _Page:
    article: Article
    layout: Layout
    words: Words
    numbers: dict[int, int]
    lines: dict[int, ChartLine]


def render(article: Article) -> bytes:
    """A whole HTML document in UTF-8."""
    layout = load_layout()
    lines = {line.post.id: line for line in article.top}
    page = _Page(article, layout, layout.words[article.language], ranks(article), lines)
    return ("\n".join(_document(page)) + "\n").encode()


def _document(page: _Page) -> Iterator[str]:
    article, words = page.article, page.words
    style = (resources.files("kb") / "data" / "article.css").read_text(encoding="utf-8")
    edition = escape(clean(words["edition"].format(number=article.edition, date=article.made_at[:10])))
    yield f'<!doctype html>\n<html lang="{article.language}">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield f"<title>{escape(clean(article.title))}</title>\n<style>\n{style}</style>\n</head>\n<body>"
    yield f'<a class="skip" href="#text">{escape(words["skip"])}</a>\n<div class="frame">'
    yield f'<header>\n<h1>{escape(clean(article.title))}</h1>\n<p class="edition">{edition}</p>\n</header>'
    yield from _contents(page)
    yield '<main id="text">'
    for chapter in article.chapters:
        number = f'<span class="n">{chapter.number}</span>'
        yield f'<section>\n<h2 id="c{chapter.number}">{number}{escape(chapter.title)}</h2>'
        for section in chapter.sections:
            yield from _section(section, page)
        yield "</section>"
    yield from _list(page)
    yield f"</main>\n<footer>\n<p>{escape(words['note'])}</p>\n</footer>\n</div>\n</body>\n</html>"


def _contents(page: _Page) -> Iterator[str]:
    """The table of contents twice: beside the text where there is room, folded above it on a phone."""
    name = escape(page.words["contents"])
    entries = "\n".join(_entries(page))
    yield f'<nav class="beside" aria-label="{name}">\n<p>{name}</p>\n{entries}\n</nav>'
    yield f'<nav class="above" aria-label="{name}">\n<details><summary>{name}</summary>\n{entries}\n</details>\n</nav>'


def _entries(page: _Page) -> Iterator[str]:
    yield "<ol>"
    for chapter in page.article.chapters:
        yield f'<li><a href="#c{chapter.number}">{chapter.number} {escape(chapter.title)}</a>\n<ol>'
        for s in chapter.sections:
            yield f'<li><a href="#s{s.number}">{s.number} {escape(s.title)}</a></li>'
        yield "</ol></li>"
    yield f'<li><a href="#list">{escape(page.words["list"])}</a>\n<ol>'
    for n, (topic, lines) in enumerate(by_topic(page.article, page.layout), 1):
        yield f'<li><a href="#t{n}">{escape(topic)} ({len(lines)})</a></li>'
    yield "</ol></li>\n</ol>"


def _section(section: Section, page: _Page) -> Iterator[str]:
    yield f'<h3 id="s{section.number}"><span class="n">{section.number}</span>{escape(section.title)}</h3>'
    before: list[Sentence] = []
    for paragraph in paragraphs(section):
        yield _paragraph(paragraph, before, page)
        before = paragraph
    if cited := sources_of(section):
        yield f"<details><summary>{escape(page.words['sources'])} ({len(cited)})</summary>\n<ul>"
        for post_id in sorted(cited, key=lambda c: page.numbers.get(c, c)):
            if line := page.lines.get(post_id):
                yield f"<li>{_named(line, page)}</li>"
        yield "</ul></details>"


def _paragraph(paragraph: list[Sentence], before: list[Sentence], page: _Page) -> str:
    first = paragraph[0]
    cited = "" if introduced(first, before) else _cites(first, page)
    if first.form == "head":
        return f"<h4>{escape(clean(first.text))}</h4>"
    if first.form == "code":
        kind = re.sub(r"[^A-Za-z0-9+#-]", "", first.code_language or "")
        lang = f' lang="{_tag(first.language)}"' if first.language else ""
        code = f'<code data-language="{kind}">{colour(first.text, first.code_language)}</code>'
        return f'<figure{lang}><pre tabindex="0">{code}</pre>{cited}</figure>'
    if first.form == "math":
        return f'<div class="formula">{mathml(first.text, True)} {cited}</div>'
    if first.form == "steps":
        lang = f' lang="{_tag(first.language)}"' if first.language else ""
        items = "".join(f"<li>{running(item)}</li>" for item in first.text.split("\n"))
        return f"<ol{lang}>{items}</ol>" + (f"\n<p>{_tongue(first, page)} {cited}</p>" if cited else "")
    if first.form == "table":
        return table(first.text) + f'<div class="counts">{cited}</div>'
    text = " ".join(_running(s, page) for s in paragraph)
    if first.kind == "count":
        return f'<div class="counts">{text}</div>'  # its citations fold, and a p may not hold what folds
    kind = ' class="connect"' if all(s.kind == "connect" for s in paragraph) else ""
    return f"<p{kind}>{text}</p>"


def _running(sentence: Sentence, page: _Page) -> str:
    if sentence.form == "lead":
        return f'<strong class="lead">{escape(clean(sentence.text))}</strong>'
    if sentence.kind != "quote":
        return f"{escape(clean(sentence.text))} {_cites(sentence, page)}".strip()
    lang = f' lang="{_tag(sentence.language)}"' if sentence.language else ""
    return f"<q{lang}>“{running(sentence.text)}”</q>{_tongue(sentence, page)}{_cites(sentence, page)}"


def _tag(language: str) -> str:
    """A language as an attribute may carry it."""
    return re.sub(r"[^A-Za-z-]", "", language)


def _tongue(sentence: Sentence, page: _Page) -> str:
    if not sentence.language:
        return ""
    name = clean(page.layout.languages[page.article.language].get(sentence.language, sentence.language))
    return f' <span class="tongue">{escape(page.words["in_language"].format(language=name))}</span>'


def _cites(sentence: Sentence, page: _Page) -> str:
    """Marks that lead to the list; many of them fold into one."""
    cited = sorted(sentence.citations, key=lambda c: page.numbers.get(c, c))
    if not cited:
        return ""
    marks = ", ".join(_mark(c, page) for c in cited)
    if len(cited) <= FEW:
        return f'<span class="cite">[{marks}]</span>'
    named = f"{len(cited)} {escape(page.words['posts'])}"
    return f'<details class="counted"><summary>{named}</summary><span class="cite all">[{marks}]</span></details>'


def _mark(post_id: int, page: _Page) -> str:
    line = page.lines.get(post_id)
    number = page.numbers.get(post_id, post_id)
    if line is None:
        return str(number)
    title = f"{clean(line.post.title)} ({clean(line.post.source_title or line.post.source)})"
    return f'<a href="#p{number}" title="{escape(title, quote=True)}">{number}</a>'


def _named(line: ChartLine, page: _Page) -> str:
    """A post in the sources of a section: its number, title, authors, blog."""
    told = ", ".join(
        filter(None, [*(clean(a) for a in line.post.authors), clean(line.post.source_title or line.post.source)])
    )
    return f"{_mark(line.post.id, page)} {link(clean(line.post.title), line.post.url)} · {escape(told)}"


def _list(page: _Page) -> Iterator[str]:
    yield f'<section>\n<h2 id="list">{escape(page.words["list"])}</h2>'
    if not page.article.top:
        yield f'<p class="connect">{escape(page.words["none"])}</p>'
    first = all(line.entry.previous is None for line in page.article.top)
    for n, (topic, lines) in enumerate(by_topic(page.article, page.layout), 1):
        yield f'<h3 id="t{n}">{escape(topic)}</h3>'
        for line in lines:
            yield _entry(line, page, first)
    yield "</section>"


def _entry(line: ChartLine, page: _Page, first: bool) -> str:
    post, words = line.post, page.words
    number = page.numbers[post.id]
    told = " · ".join(escape(fact) for fact in facts(line, page.article, page.layout, first))
    lang = f' lang="{_tag(post.language)}"' if post.language and post.language != page.article.language else ""
    parts = [f"<h4{lang}>{link(clean(post.title) or clean(post.url), post.url)}</h4>", f'<p class="facts">{told}</p>']
    if line.summary:
        parts.append(f"<p{lang}>{' '.join(f'<q>“{running(s.text)}”</q>' for s in line.summary)}</p>")
    more = [f"{escape(words['why'])}{words['colon']}{escape(clean(line.reason))}"] if line.reason else []
    for kind, name in (("paper", "papers"), ("code", "code")):
        urls = [url for k, url in line.links if k == kind]
        if urls:
            linked = words["separator"].join(link(clean(url.partition("://")[2]), url) for url in urls)
            more.append(f"{escape(words[name])}{words['colon']}{linked}")
    if more:
        parts.append(f'<p class="more">{" · ".join(more)}</p>')
    rank = f'<div class="rank">{line.entry.rank or "–"}</div>'
    return f'<article class="entry" id="p{number}">{rank}<div>{"".join(parts)}</div></article>'
