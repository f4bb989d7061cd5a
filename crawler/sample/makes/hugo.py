"""Hugo with the PaperMod theme: Goldmark, Chroma, KaTeX's auto-render over bare dollars.

JSON Feed with every post; sitemap; a paginated home and an archive page; every tag with a folder; the newest post also
under /posts/SLUG/ (canonical names the short address); an alias page that refreshes to the oldest post.
"""

# ruff: noqa: E501 - markup stands in the lines in which it is read best
from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from crawler.sample.feeds import json_feed, robots, sitemap
from crawler.sample.library import SamplePost, Site
from crawler.sample.markup import Dress, to_html
from crawler.sample.resource import (
    CC_BY,
    MONTHS,
    Resource,
    batches,
    changed,
    e,
    excerpt,
    href,
    long_date,
    minutes,
    note_of_copy,
    page,
    tag_path,
    years,
)
from crawler.sample.styles import HUGO
from crawler.sample.tokens import SHORT, Line, spans

_SIZE = 5


class _Goldmark(Dress):
    def code(self, lines: list[Line], language: str, number: int) -> str:
        inner = "".join(f'<span class="line"><span class="cl">{spans(line, SHORT)}\n</span></span>' for line in lines)
        name = language or "text"
        return (
            f'<div class="highlight"><pre tabindex="0" class="chroma"><code class="language-{name}" data-lang="{name}">'
            f"{inner}</code></pre></div>"
        )

    def inline_math(self, tex: str) -> str:
        return f"${escape(tex, quote=False)}$"

    def display_math(self, tex: str) -> str:
        return f"<p>$$\n{escape(tex, quote=False)}\n$$</p>\n"

    def heading(self, level: int, inner: str, anchor: str) -> str:
        mark = f'<a hidden class="anchor" aria-hidden="true" href="#{anchor}">#</a>'
        return f'<h{level} id="{anchor}">{inner}{mark}</h{level}>\n'

    def figure(self, src: str, caption: str) -> str:
        return f'<figure>\n<img loading="lazy" src="{src}"/> <figcaption>{caption}</figcaption>\n</figure>\n'


def build(site: Site) -> dict[str, Resource]:
    text = {post.slug: to_html(post, _Goldmark()) for post in site.posts}
    newest, oldest, when = site.posts[0], site.posts[-1], site.modified
    found = {
        "/about/": page(_frame(site, "About", _about(site), "/about/"), when),
        "/archives/": page(_frame(site, "Archive", _archive(site), "/archives/"), when),
        "/tags/": page(_frame(site, "Tags", _terms(site), "/tags/"), when),
        "/404.html": page(
            _frame(site, "404 Page not found", '<div class="not-found">404</div>', "/"), when, status=404
        ),
        "/feed.json": json_feed(site, site.posts, "/feed.json", lambda post: text[post.slug]),
        "/sitemap.xml": sitemap(site, ("/", "/about/", "/archives/", "/tags/")),
        "/robots.txt": robots(site, "User-agent: *", "Disallow: /private/", f"Sitemap: {site.base}sitemap.xml"),
        "/assets/style.css": page(HUGO, when, "text/css; charset=utf-8"),
        "/private/": page(_frame(site, "Lab book", "<p>Raw measurements.</p>", "/private/"), when),
        f"/posts/{newest.slug}/": page(_post(site, newest, text[newest.slug]), changed(site, newest)),
        f"/post/{oldest.slug}/": page(_alias(oldest.url), changed(site, oldest)),
    }
    lists = batches(site.posts, _SIZE)
    for number, posts in enumerate(lists, 1):
        path = "/" if number == 1 else f"/page/{number}/"
        found[path] = page(_frame(site, site.title, _list(site, posts, number, len(lists)), path), when)
    for tag, posts in site.tags().items():
        found[tag_path(tag)] = page(_frame(site, tag, _list(site, posts, 1, 1, tag), tag_path(tag)), when)
    return found | {post.path: page(_post(site, post, text[post.slug]), changed(site, post)) for post in site.posts}


def _frame(site: Site, title: str, main: str, path: str, meta: str = "") -> str:
    menu = "".join(
        f'<li><a href="{to}" title="{of}"><span>{of}</span></a></li>\n'
        for to, of in (("/archives/", "Archive"), ("/tags/", "Tags"), ("/about/", "About"))
    )
    name = title if title == site.title else f"{title} | {site.title}"
    return f"""<!DOCTYPE html>
<html lang="en" dir="auto">
<head><meta name="generator" content="Hugo 0.120.4"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, shrink-to-fit=no">
<meta name="robots" content="index, follow">
<title>{e(name)}</title>
<meta name="author" content="{e(site.author)}">
<link rel="canonical" href="{site.base}{href(path).lstrip("/")}">
<link crossorigin="anonymous" href="/assets/style.css" rel="preload stylesheet" as="style">
<link rel="alternate" type="application/feed+json" title="{e(site.title)}" href="{site.base}feed.json">
{meta}<link rel="stylesheet" href="https://cdn.jsdelivr.net/npm/katex@0.16.9/dist/katex.min.css">
<script defer src="https://cdn.jsdelivr.net/npm/katex@0.16.9/dist/katex.min.js"></script>
<script defer src="https://cdn.jsdelivr.net/npm/katex@0.16.9/dist/contrib/auto-render.min.js" \
onload="renderMathInElement(document.body,{{delimiters:[{{left:'$$',right:'$$',display:true}},\
{{left:'$',right:'$',display:false}}]}});"></script>
</head>
<body class="list" id="top">
<header class="header"><nav class="nav"><div class="logo">
<a href="/" accesskey="h" title="{e(site.title)} (Alt + H)">{e(site.title)}</a></div>
<ul id="menu">{menu}</ul></nav></header>
<main class="main">
{main}
</main>
<footer class="footer"><span>&copy; {years(site)} <a href="/">{e(site.title)}</a>,
<a rel="license" href="{CC_BY}">CC BY 4.0</a></span>
<span>Powered by <a href="https://gohugo.io/" rel="noopener noreferrer" target="_blank">Hugo</a> &amp;
<a href="https://github.com/adityatelange/hugo-PaperMod/" rel="noopener" target="_blank">PaperMod</a></span></footer>
</body>
</html>
"""


def _byline(site: Site, post: SamplePost) -> str:
    stamp = f"{site.moment(post.published, post):%Y-%m-%d %H:%M:%S} +0000 UTC"
    return (
        f"<span title='{stamp}'>{long_date(post.published)}</span>&nbsp;·&nbsp;{minutes(post)} min&nbsp;·&nbsp;"
        f"{e(site.author)}"
    )


def _list(site: Site, posts: Sequence[SamplePost], number: int, total: int, tag: str = "") -> str:
    rows = "\n".join(
        f'<article class="post-entry"><header class="entry-header"><h2 class="entry-hint-parent">{e(post.title)}</h2>'
        f'</header><div class="entry-content"><p>{e(excerpt(post))}</p></div><footer class="entry-footer">'
        f'{_byline(site, post)}</footer><a class="entry-link" aria-label="post link to {e(post.title)}" '
        f'href="{post.url}"></a></article>'
        for post in posts
    )
    head = f'<header class="page-header"><h1>{e(tag)}</h1></header>' if tag else ""
    back = "/" if number == 2 else f"/page/{number - 1}/"
    before = f'<a class="prev" href="{back}">«&nbsp;Prev&nbsp;</a>' if number > 1 else ""
    after = f'<a class="next" href="/page/{number + 1}/">Next&nbsp;&nbsp;»</a>' if number < total else ""
    return f'{head}{rows}<footer class="page-footer"><nav class="pagination">{before}{after}</nav></footer>'


def _archive(site: Site) -> str:
    """The archive, whose first line still has the address that the newest post had under the old layout."""
    parts = ['<header class="page-header"><h1>Archive</h1></header>']
    for year, posts in groupby(site.posts, lambda post: post.published.year):
        rows = "".join(
            f'<div class="archive-entry"><h3 class="archive-entry-title entry-hint-parent">{e(post.title)}</h3>'
            f'<div class="archive-meta">{MONTHS[post.published.month - 1]} {post.published.day}</div><a class="entry-link" '
            f'href="{"/posts" if post is site.posts[0] else ""}{post.path}"></a></div>\n'
            for post in posts
        )
        parts.append(f'<div class="archive-year"><h2 class="archive-year-header">{year}</h2>\n{rows}</div>')
    return "\n".join(parts)


def _terms(site: Site) -> str:
    rows = "".join(
        f'<li><a href="{href(tag_path(tag))}">{e(tag)} <sup><strong><sup>{len(posts)}</sup></strong></sup></a></li>\n'
        for tag, posts in site.tags().items()
    )
    return f'<header class="page-header"><h1>Tags</h1></header><ul class="terms-tags">{rows}</ul>'


def _about(site: Site) -> str:
    return f"""<article class="post-single"><h1 class="post-title">About</h1><div class="post-content">
<p>{e(site.description)}</p><p>Part of kb's sample web. It began with
<a href="/post/{site.posts[-1].slug}/">{e(site.posts[-1].title)}</a>; the <a href="/private/">lab book</a> is not for
robots.</p></div></article>"""


def _post(site: Site, post: SamplePost, text: str) -> str:
    older, newer = site.neighbours(post)
    tags = "".join(f'<li><a href="{href(tag_path(tag))}">{e(tag)}</a></li>\n' for tag in post.tags)
    links = "".join(
        f'<a class="{kind}" href="{other.url}"><span class="title">{words}</span><br><span>{e(other.title)}</span></a>'
        for kind, words, other in (("prev", "« Prev", newer), ("next", "Next »", older))
        if other
    )
    meta = f"""<meta name="keywords" content="{e(", ".join(post.tags))}">
<meta name="description" content="{e(excerpt(post))}">
<meta property="og:title" content="{e(post.title)}" /><meta property="og:type" content="article" />
<meta property="article:section" content="posts" />
<meta property="article:published_time" content="{site.moment(post.published, post).isoformat()}" />
<meta property="article:modified_time" content="{changed(site, post).isoformat()}" />
"""
    main = f"""<article class="post-single"><header class="post-header"><div class="breadcrumbs"><a href="/">Home</a></div>
<h1 class="post-title entry-hint-parent">{e(post.title)}</h1>
<div class="post-meta">{_byline(site, post)}</div></header>
<div class="post-content">{note_of_copy(post, "Cross-posted from")}{text}</div>
<footer class="post-footer"><ul class="post-tags">{tags}</ul><nav class="paginav">{links}</nav></footer>
<section class="giscus" data-repo="" data-mapping="pathname">Comments need JavaScript.</section></article>"""
    return _frame(site, post.title, main, post.path, meta)


def _alias(url: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="en"><head><title>{url}</title><link rel="canonical" href="{url}"><meta name="robots" content="noindex">
<meta charset="utf-8"><meta http-equiv="refresh" content="0; url={url}"></head></html>
"""
