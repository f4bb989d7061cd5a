"""The chart as a site: a folder to open as it is or to put on any web server; a page a topic and a post, a search."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from html import escape

from kb.exporters import atom, opml, rss
from kb.rendering.body import Page, attribute, chapter, entry, metadata, page_of, the_colophon, the_indexes, the_list
from kb.rendering.feed import home, updated
from kb.rendering.glance import glance
from kb.rendering.indexes import blog
from kb.rendering.marks import by_topic, clean, ranks
from kb.rendering.pages import data, policy
from kb.rendering.sitepages import Quoted, post_page, quoted_by_post, short_list, topic_file
from kb.rendering.xml import Node, document
from kb.types import Article, ChartLine
from kb.writing.counting import label

SUFFIX = ""  # a folder
OPML = "blogs.opml"


def render(article: Article) -> Mapping[str, bytes]:
    """Every file of the site by its path."""
    number_to_id = {number: post_id for post_id, number in ranks(article).items()}
    tops = {up: page_of(article, _place(up, number_to_id), inward=True) for up in ("", "../")}
    files = {name: _html(title, inner, tops["../" if "/" in name else ""], name)
             for name, title, inner in _pages(tops)}  # fmt: skip
    files["sitemap.xml"] = _sitemap(article, files)
    files |= {"style.css": data("article.css").encode() + data("site.css").encode()}
    files |= {atom.FILE: atom.render(article), rss.FILE: rss.render(article), OPML: opml.render(article)}
    return files


def _place(up: str, ids: Mapping[int, int]) -> Callable[[int], str]:
    return lambda number: f"{up}posts/{ids.get(number, number)}.html"


def _pages(tops: Mapping[str, Page]) -> Iterator[tuple[str, str, Iterable[str]]]:
    """(path, title, what stands in its main part)."""
    page, inner = tops[""], tops["../"]
    article, words, more = page.article, page.words, page.more
    groups = by_topic(article, page.layout)
    files = [topic_file(lines[0]) for _, lines in groups]
    yield "index.html", article.title, _front(page, groups, files)
    yield "article.html", more["article"], _article(page)
    yield "list.html", words["list"], _listed(page)
    yield "topics.html", more["topics"], _topics(page, groups, files)
    yield "names.html", more["index"], [f"<h1>{escape(more['index'])}</h1>", *the_indexes(page, 2)]
    yield "search.html", more["search"], _search(page)
    yield "about.html", more["about"], [f"<h1>{escape(more['about'])}</h1>", *the_colophon(page), *_follow(page)]
    for (topic, lines), file in zip(groups, files, strict=True):
        yield file, topic, [f"<h1>{escape(topic)}</h1>", *(entry(line, inner, 2) for line in lines)]
    quoted = quoted_by_post(article)
    for line in article.top:
        yield f"posts/{line.post.id}.html", clean(line.post.title), _post(line, inner, quoted)


def _html(title: str, inner: Iterable[str], page: Page, name: str) -> bytes:
    """A whole page. Its search needs a script, the front page's map another; every other page has none."""
    article, more, up = page.article, page.more, "../" if "/" in name else ""
    script = data("search.js" if name == "search.html" else "article.js") if name in _SCRIPTED else ""
    whole = clean(title) if name == "index.html" else f"{clean(title)} · {clean(article.title)}"
    rules = policy(script, local=True)
    head = [
        f'<!doctype html>\n<html lang="{article.language}">\n<head>\n<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(rules, quote=False)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        '<meta name="referrer" content="no-referrer">',
        *metadata(page),
        f'<title>{escape(whole)}</title>\n<link rel="stylesheet" href="{up}style.css">',
        *(f'<link rel="alternate" type="application/{kind}+xml" title="{escape(more["feed"], quote=True)}" '
          f'href="{up}{file}">' for kind, file in (("atom", atom.FILE), ("rss", rss.FILE))),
        f'</head>\n<body class="site">\n<a class="skip" href="#text">{escape(page.words["skip"])}</a>',
        *_header(page, up, name),
        '<main id="text">',
    ]  # fmt: skip
    edition = clean(page.words["edition"].format(number=article.edition, date=article.made_at[:10]))
    foot = f"</main>\n<footer><p>{escape(edition)} · {escape(page.words['note'])}</p></footer>"
    end = f"<script>{script}</script>\n" if script else ""
    return "\n".join([*head, *inner, foot, f"{end}</body>\n</html>\n"]).encode()


_SCRIPTED = frozenset(("index.html", "list.html", "search.html"))
_TABS = (("index.html", "home"), ("article.html", "article"), ("list.html", "posts_chart"), ("topics.html", "topics"),
         ("names.html", "index"), ("about.html", "about"))  # fmt: skip


def _header(page: Page, up: str, name: str) -> Iterator[str]:
    more = page.more
    yield f'<header class="bar">\n<nav aria-label="{escape(page.words["contents"], quote=True)}"><ul>'
    for file, word in _TABS:
        here = ' aria-current="page"' if file == name else ""
        yield f'<li><a href="{up}{file}"{here}>{escape(more[word])}</a></li>'
    yield "</ul></nav>"
    if name != "search.html":
        field = f'<input name="q" type="search" aria-label="{escape(more["search_field"], quote=True)}">'
        yield f'<form action="{up}search.html" role="search">{field}<button>{escape(more["search"])}</button></form>'
    yield "</header>"


def _front(page: Page, groups: list[tuple[str, list[ChartLine]]], files: list[str]) -> Iterator[str]:
    article, more = page.article, page.more
    yield f"<h1>{escape(clean(article.title))}</h1>"
    edition = clean(page.words["edition"].format(number=article.edition, date=article.made_at[:10]))
    yield f'<p class="edition">{escape(edition)}</p>'
    if not article.top:
        yield f'<p class="connect">{escape(page.words["none"])}</p>'
        return
    yield f'<div class="two"><section><h2>{escape(more["best"])}</h2>'
    yield from short_list(list(article.top[:10]), page)
    yield f'<p><a href="list.html">{escape(more["all_posts"])} ({len(article.top)})</a></p></section>'
    yield f'<section><h2>{escape(more["article"])}</h2>\n<ol class="contents">'
    for one in article.chapters:
        number = attribute(one.number)
        yield f'<li><a href="article.html#c{number}">{number} {escape(clean(one.title))}</a></li>'
    yield f"</ol>\n<h2>{escape(more['topics'])}</h2>"
    yield from _topic_links(groups, files)
    yield "</section></div>"
    yield from glance(page, lambda n: files[n - 1])


def _topic_links(groups: list[tuple[str, list[ChartLine]]], files: list[str]) -> Iterator[str]:
    yield '<ul class="topics">'
    for (topic, lines), file in zip(groups, files, strict=True):
        yield f'<li><a href="{file}">{escape(topic)}</a> {len(lines)}</li>'
    yield "</ul>"


def _topics(page: Page, groups: list[tuple[str, list[ChartLine]]], files: list[str]) -> Iterator[str]:
    yield f"<h1>{escape(page.more['topics'])}</h1>"
    for (topic, lines), file in zip(groups, files, strict=True):
        yield f'<h2><a href="{file}">{escape(topic)}</a> <span class="n">{len(lines)}</span></h2>'
        yield from short_list(lines, page)


def _article(page: Page) -> Iterator[str]:
    yield f'<h1>{escape(clean(page.article.title))}</h1>\n<ol class="contents">'
    for one in page.article.chapters:
        yield f'<li><a href="#c{attribute(one.number)}">{attribute(one.number)} {escape(clean(one.title))}</a></li>'
    yield "</ol>"
    for one in page.article.chapters:
        yield from chapter(one, page)


def _listed(page: Page) -> Iterator[str]:
    found = escape(page.more["found"], quote=True)
    yield f"<h1>{escape(page.words['list'])}</h1>"
    yield f'<p hidden><label>{escape(page.more["filter"])} <input id="filter" type="search"></label>'
    yield f'<span id="told" role="status" data-words="{found}"></span></p>'
    yield from the_list(page, 2)


def _post(line: ChartLine, page: Page, quoted: Quoted) -> Iterator[str]:
    yield '<article class="post">'
    yield from post_page(line, page, quoted)
    yield "</article>"


def _follow(page: Page) -> Iterator[str]:
    yield f"<h2>{escape(page.more['follow'])}</h2>\n<ul>"
    for file, name in ((atom.FILE, "Atom"), (rss.FILE, "RSS"), (OPML, f"OPML: {page.more['blogs']}")):
        yield f'<li><a href="{file}">{escape(name)}</a></li>'
    yield "</ul>"


def _search(page: Page) -> Iterator[str]:
    """A field, and what it looks through as data beside it, so that no server is needed."""
    more = page.more
    yield f'<h1>{escape(more["search"])}</h1>\n<form role="search"><label>{escape(more["search_field"])} '
    yield f'<input id="q" name="q" type="search" autofocus></label> <button>{escape(more["search"])}</button></form>'
    yield f'<p id="told" role="status" data-found="{escape(more["found"], quote=True)}" '
    yield f'data-nothing="{escape(more["nothing"], quote=True)}"></p>\n<ol id="found" class="hits"></ol>'
    yield f"<noscript><p>{escape(more['script'])}</p></noscript>"
    told = json.dumps(list(_searched(page)), ensure_ascii=False, separators=(",", ":"))
    for mark in "<>&":
        told = told.replace(mark, f"\\u{ord(mark):04x}")
    yield f'<script type="application/json" id="posts">{told}</script>'


def _searched(page: Page) -> Iterator[dict[str, object]]:
    quoted = quoted_by_post(page.article)
    for line in page.article.top:
        post = line.post
        topic = clean(label(line, page.article.language, page.layout))
        names = [*map(clean, post.authors), blog(line), topic, clean((post.published or "")[:10])]
        said = [*line.summary, *(sentence for _, sentence in quoted.get(post.id, ()))]
        yield {
            "rank": page.numbers[post.id],
            "page": f"posts/{post.id}.html",
            "title": clean(post.title) or clean(post.url),
            "names": " · ".join(filter(None, names)),
            "quotes": list(dict.fromkeys(clean(sentence.text) for sentence in said)),
        }


def _sitemap(article: Article, files: Iterable[str]) -> bytes:
    day = updated(article).date().isoformat()
    pages = sorted(name for name in files if name.endswith(".html") and name != "search.html")
    urls = [Node("url", children=[Node("loc", home(article) + ("" if name == "index.html" else name)),
                                  Node("lastmod", day)]) for name in pages]  # fmt: skip
    return document(Node("urlset", "", {"xmlns": "http://www.sitemaps.org/schemas/sitemap/0.9"}, urls))
