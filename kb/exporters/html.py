"""The article as one self-contained page: no request, both scripts, light and dark, screen and paper."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from kb.rendering.body import Page, attribute, chapter, metadata, page_of, the_colophon, the_indexes, the_list
from kb.rendering.glance import glance
from kb.rendering.marks import by_topic, clean
from kb.rendering.pages import data, policy
from kb.types import Article

SUFFIX = ".html"


def render(article: Article) -> bytes:
    """A whole HTML document in UTF-8."""
    return ("\n".join(_document(page_of(article))) + "\n").encode()


def _document(page: Page) -> Iterator[str]:
    article, words, script = page.article, page.words, data("article.js")
    edition = escape(clean(words["edition"].format(number=article.edition, date=article.made_at[:10])))
    title = escape(clean(article.title))
    yield f'<!doctype html>\n<html lang="{article.language}">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{escape(policy(script), quote=False)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield '<meta name="referrer" content="no-referrer">'
    yield from metadata(page)
    yield f"<title>{title}</title>\n<style>\n{data('article.css')}</style>\n</head>\n<body>"
    yield f'<a class="skip" href="#text">{escape(words["skip"])}</a>\n<div class="frame">'
    yield f'<header>\n<h1>{title}</h1>\n<p class="edition">{edition}</p>\n</header>'
    yield from _contents(page)
    yield '<main id="text">'
    yield from glance(page, lambda n: f"#t{n}")
    for one in article.chapters:
        yield from chapter(one, page)
    yield f'<section>\n<h2 id="list">{escape(words["list"])}</h2>'
    yield from _filter(page)
    yield from the_list(page)
    yield "</section>"
    if article.top:
        yield f'<section>\n<h2 id="index">{escape(page.more["index"])}</h2>'
        yield from the_indexes(page)
        yield "</section>"
    yield f'</main>\n<footer>\n<h2 id="about">{escape(page.more["about"])}</h2>'
    yield from the_colophon(page)
    yield f"</footer>\n</div>\n<script>{script}</script>\n</body>\n</html>"


def _contents(page: Page) -> Iterator[str]:
    """The table of contents twice: beside the text where there is room, folded above it on a phone."""
    name = escape(page.words["contents"])
    entries = "\n".join(_entries(page))
    yield f'<nav class="beside" aria-label="{name}">\n<p>{name}</p>\n{entries}\n</nav>'
    yield f'<nav class="above" aria-label="{name}">\n<details><summary>{name}</summary>\n{entries}\n</details>\n</nav>'


def _entries(page: Page) -> Iterator[str]:
    yield "<ol>"
    if page.article.top:
        yield f'<li><a href="#glance">{escape(page.more["glance"])}</a></li>'
    for one in page.article.chapters:
        number = attribute(one.number)
        yield f'<li><a href="#c{number}">{number} {escape(clean(one.title))}</a>\n<ol>'
        for s in one.sections:
            yield f'<li><a href="#s{attribute(s.number)}">{attribute(s.number)} {escape(clean(s.title))}</a></li>'
        yield "</ol></li>"
    topics = by_topic(page.article, page.layout)
    yield f'<li><a href="#list">{escape(page.words["list"])}</a>' + ("\n<ol>" if topics else "")
    for n, (topic, lines) in enumerate(topics, 1):
        yield f'<li><a href="#t{n}">{escape(topic)} ({len(lines)})</a></li>'
    yield ("</ol>" if topics else "") + "</li>"
    if page.article.top:
        yield f'<li><a href="#index">{escape(page.more["index"])}</a></li>'
    yield f'<li><a href="#about">{escape(page.more["about"])}</a></li>\n</ol>'


def _filter(page: Page) -> Iterator[str]:
    """A field that the script brings to life; without script it is not there."""
    found = escape(page.more["found"], quote=True)
    yield f'<p hidden><label>{escape(page.more["filter"])} <input id="filter" type="search"></label>'
    yield f'<span id="told" role="status" data-words="{found}"></span></p>'
