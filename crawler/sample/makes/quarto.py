"""Quarto's blog project: Pandoc's sections, skylighting listings, a title block, a listing page; in Chinese.

RSS and sitemap with every post; listings.json; categories are filters of the one listing page, not pages.
"""

# ruff: noqa: E501 - markup stands in the lines in which it is read best
from __future__ import annotations

import json
import re

from crawler.sample.feeds import robots, rss, sitemap
from crawler.sample.library import SamplePost, Site
from crawler.sample.markup import Dress, to_html
from crawler.sample.resource import CC_BY, Resource, changed, chinese_date, e, excerpt, note_of_copy, page, years
from crawler.sample.styles import QUARTO
from crawler.sample.tokens import Line, spans

_CLASSES = {
    "comment": "co", "string": "st", "float": "fl", "integer": "dv", "keyword": "cf", "logic": "kw", "import": "im",
    "constant": "va", "builtin": "bu", "operator": "op", "function": "fu", "class": "fu",
}  # fmt: skip


class _Pandoc(Dress):
    table_open = '<table class="caption-top table">\n'

    def code(self, lines: list[Line], language: str, number: int) -> str:
        name = f"cb{number}"
        inner = "\n".join(
            f'<span id="{name}-{i}"><a href="#{name}-{i}" aria-hidden="true" tabindex="-1"></a>{spans(line, _CLASSES)}</span>'
            for i, line in enumerate(lines, 1)
        )
        kind = f"sourceCode {language or 'default'}"
        return (
            f'<div class="sourceCode" id="{name}"><pre class="{kind} code-with-copy"><code class="{kind}">{inner}</code>'
            '<button title="复制到剪贴板" class="code-copy-button"><i class="bi"></i></button></pre></div>\n'
        )

    def inline_math(self, tex: str) -> str:
        return f'<span class="math inline">{super().inline_math(tex)}</span>'

    def display_math(self, tex: str) -> str:
        return f'<p><span class="math display">{super().display_math(tex).rstrip()}</span></p>\n'

    def heading(self, level: int, inner: str, anchor: str) -> str:
        return f'<h{level} class="anchored" data-anchor-id="{anchor}">{inner}</h{level}>\n'

    def figure(self, src: str, caption: str) -> str:
        return (
            f'<div class="quarto-figure quarto-figure-center"><figure class="figure"><p><img src="{src}" '
            f'class="img-fluid figure-img" alt="{caption}"></p><figcaption>{caption}</figcaption></figure></div>\n'
        )

    def whole(self, html: str) -> str:
        """Each heading and what stands under it in a section, as Pandoc's section-divs do."""
        parts, levels = re.split(r'(?=<h[1-6] class="anchored")', html), list[int]()
        out = [parts[0]]
        for part in parts[1:]:
            level, anchor = int(part[2]), part.split('"', 4)[3]
            while levels and levels[-1] >= level:
                out.append("</section>\n")
                levels.pop()
            levels.append(level)
            out.append(f'<section id="{anchor}" class="level{level}">\n{part}')
        return "".join(out) + "</section>\n" * len(levels)


def build(site: Site) -> dict[str, Resource]:
    text = {post.slug: to_html(post, _Pandoc()) for post in site.posts}
    when = site.modified
    names = [{"listing": "/index.html", "items": [post.path for post in site.posts]}]
    return {
        "/": page(_frame(site, site.title, _home(site)), when),
        "/about.html": page(_frame(site, "关于", _about(site)), when),
        "/404.html": page(_frame(site, "页面不存在", "<h1>页面不存在</h1>"), when, status=404),
        "/index.xml": rss(site, site.posts, "/index.xml", "quarto-1.4.550", lambda post: text[post.slug]),
        "/sitemap.xml": sitemap(site, ("/index.html", "/about.html")),
        "/listings.json": page(json.dumps(names, indent=1) + "\n", when, "application/json"),
        "/robots.txt": robots(site, f"Sitemap: {site.base}sitemap.xml"),
        "/site_libs/quarto.css": page(QUARTO, when, "text/css"),
    } | {post.path: page(_post(site, post, text[post.slug]), changed(site, post)) for post in site.posts}


def _frame(site: Site, title: str, main: str, meta: str = "") -> str:
    name = title if title == site.title else f"{site.title} - {title}"
    return f"""<!DOCTYPE html>
<html xmlns="http://www.w3.org/1999/xhtml" lang="zh" xml:lang="zh"><head>
<meta charset="utf-8">
<meta name="generator" content="quarto-1.4.550">
<meta name="viewport" content="width=device-width, initial-scale=1.0, user-scalable=yes">
{meta}<title>{e(name)}</title>
<link href="/site_libs/quarto.css" rel="stylesheet">
<link rel="alternate" type="application/rss+xml" title="{e(site.title)}" href="/index.xml">
<script src="https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-chtml-full.js" type="text/javascript"></script>
</head>
<body class="nav-fixed fullcontent">
<div id="quarto-search-results"></div>
<header id="quarto-header" class="headroom fixed-top"><nav class="navbar navbar-expand-lg" data-bs-theme="dark">
<a class="navbar-brand" href="/index.html"><span class="navbar-title">{e(site.title)}</span></a>
<a class="nav-link" href="/about.html"><span class="menu-text">关于</span></a>
<a class="nav-link" href="/index.xml"><span class="menu-text">订阅</span></a></nav></header>
<div id="quarto-content" class="quarto-container page-columns page-rows-contents page-layout-article page-navbar">
<main class="content" id="quarto-document-content">
{main}
</main>
</div>
<footer class="footer"><div class="nav-footer"><div class="nav-footer-left"><p>© {years(site)} {e(site.author)}，
<a href="{CC_BY}" rel="license">CC BY 4.0</a></p></div>
<div class="nav-footer-right"><p>使用 <a href="https://quarto.org/">Quarto</a> 搭建</p></div></div></footer>
</body></html>
"""


def _categories(post: SamplePost) -> str:
    return "".join(f'<div class="quarto-category">{e(tag)}</div>' for tag in post.tags)


def _home(site: Site) -> str:
    rows = "\n".join(
        f"""<div class="quarto-post image-right" data-index="{i}" data-listing-date-sort="{post.published:%Y%m%d}">
<div class="body"><h3 class="no-anchor listing-title"><a href="{post.path}" class="no-external">{e(post.title)}</a></h3>
<div class="listing-subtitle"></div><div class="listing-categories">{_categories(post)}</div>
<a href="{post.path}" class="no-external"><div class="delink listing-description">{e(excerpt(post))}</div></a></div>
<div class="metadata"><a href="{post.path}" class="no-external"><div class="listing-date">{chinese_date(post.published)}</div>
<div class="listing-author">{e(site.author)}</div></a></div></div>"""
        for i, post in enumerate(site.posts)
    )
    return f"""<header id="title-block-header" class="quarto-title-block default"><div class="quarto-title">
<h1 class="title">{e(site.title)}</h1></div></header><p>{e(site.description)}</p>
<div class="quarto-listing quarto-listing-container-default" id="listing-listing"><div class="list quarto-listing-default">
{rows}</div></div>"""


def _about(site: Site) -> str:
    return f"""<header id="title-block-header" class="quarto-title-block default"><h1 class="title">关于</h1></header>
<p>{e(site.description)}</p><p>本站是 kb 示例网络的一部分。</p>"""


def _post(site: Site, post: SamplePost, text: str) -> str:
    again = f"""<div><div class="quarto-title-meta-heading">修改于</div><div class="quarto-title-meta-contents">
<p class="date-modified">{chinese_date(changed(site, post).date())}</p></div></div>"""
    meta = f"""<meta name="author" content="{e(site.author)}">
<meta name="dcterms.date" content="{post.published}">
<meta name="description" content="{e(excerpt(post))}">
"""
    main = f"""<header id="title-block-header" class="quarto-title-block default">
<div class="quarto-title"><h1 class="title">{e(post.title)}</h1><div class="quarto-categories">{_categories(post)}</div></div>
<div class="quarto-title-meta"><div><div class="quarto-title-meta-heading">作者</div><div class="quarto-title-meta-contents">
<p>{e(site.author)}</p></div></div>
<div><div class="quarto-title-meta-heading">发布于</div><div class="quarto-title-meta-contents">
<p class="date">{chinese_date(post.published)}</p></div></div>{again if post.updated else ""}</div></header>
{note_of_copy(post, "本文首发于")}{text}
<section class="quarto-appendix-contents" id="quarto-reuse"><h2 class="anchored quarto-appendix-heading">许可</h2>
<div class="quarto-appendix-contents"><a rel="license" href="{CC_BY}">CC BY 4.0</a></div></section>"""
    return _frame(site, post.title, main, meta)
