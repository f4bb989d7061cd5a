"""Hexo with the NexT theme: listings as tables with line numbers, formulas in math scripts, Chinese chrome.

Atom (summaries, every post, instants in UTC); robots.txt without a sitemap; pagination, archives and tags; the long
dated address of each post is answered by 301, and the archive links the oldest by it; a calendar whose months link one
another, under /calendar/, is forbidden.
"""

# ruff: noqa: E501 - markup stands in the lines in which it is read best
from __future__ import annotations

from collections.abc import Sequence
from html import escape
from itertools import groupby

from crawler.sample.feeds import atom, robots
from crawler.sample.library import SamplePost, Site
from crawler.sample.markup import Dress, to_html
from crawler.sample.resource import (
    Resource,
    batches,
    changed,
    e,
    excerpt,
    href,
    minutes,
    moved,
    note_of_copy,
    page,
    tag_path,
    years,
)
from crawler.sample.styles import HEXO
from crawler.sample.tokens import Line, spans

_CLASSES = {
    "comment": "comment", "string": "string", "float": "number", "integer": "number", "keyword": "keyword",
    "logic": "keyword", "import": "keyword", "constant": "literal", "builtin": "built_in", "function": "title function_",
    "class": "title class_",
}  # fmt: skip
_SIZE = 5


class _Marked(Dress):
    def code(self, lines: list[Line], language: str, number: int) -> str:
        gutter = "".join(f'<span class="line">{i}</span><br>' for i in range(1, len(lines) + 1))
        inner = "".join(f'<span class="line">{spans(line, _CLASSES)}</span><br>' for line in lines)
        return (
            f'<figure class="highlight {language or "plaintext"}"><table><tr><td class="gutter"><pre>{gutter}</pre></td>'
            f'<td class="code"><pre>{inner}</pre></td></tr></table></figure>\n'
        )

    def inline_math(self, tex: str) -> str:
        return f'<script type="math/tex">{tex}</script>'

    def display_math(self, tex: str) -> str:
        return f'<script type="math/tex; mode=display">{tex}</script>\n'

    def heading(self, level: int, inner: str, anchor: str) -> str:
        mark = f'<a href="#{anchor}" class="headerlink" title="{anchor}"></a>'
        return f'<h{level} id="{anchor}">{mark}{inner}</h{level}>\n'

    def figure(self, src: str, caption: str) -> str:
        return f'<p><img src="{src}" alt="{caption}"></p>\n'


def build(site: Site) -> dict[str, Resource]:
    when = site.modified
    generator = '<generator uri="https://hexo.io/">Hexo</generator>'
    found = {
        "/about/": page(_frame(site, "关于", _about(site), "/about/"), when),
        "/archives/": page(_frame(site, "归档", _archive(site), "/archives/"), when),
        "/tags/": page(_frame(site, "标签", _tags(site), "/tags/"), when),
        "/404.html": page(_frame(site, "404", "<h1>404 页面不存在</h1>", "/404.html"), when, status=404),
        "/atom.xml": atom(site, site.posts, "/atom.xml", generator, in_utc=True),
        "/robots.txt": robots(site, "User-agent: *", "Allow: /", "Disallow: /calendar/"),
        "/css/main.css": page(HEXO, when, "text/css; charset=utf-8"),
        "/calendar/": page('<p><a href="/calendar/next/">下个月</a></p>', when),
        "/calendar/next/": page('<p><a href="/calendar/">下个月</a></p>', when),
    }
    lists = batches(site.posts, _SIZE)
    for number, posts in enumerate(lists, 1):
        path = "/" if number == 1 else f"/page/{number}/"
        found[path] = page(_frame(site, site.title, _list(site, posts, number, len(lists)), path), when)
    for tag, posts in site.tags().items():
        rows = _rows(posts)
        found[tag_path(tag)] = page(_frame(site, f"标签: {tag}", f"<h2>{e(tag)} 标签</h2>{rows}", tag_path(tag)), when)
    for post in site.posts:
        found[post.path] = page(_post(site, post), changed(site, post))
        found[_dated(post)] = moved(post.path, changed(site, post))
    return found


def _dated(post: SamplePost) -> str:
    return f"/{post.published:%Y/%m/%d}{post.path}"


def _frame(site: Site, title: str, main: str, path: str, meta: str = "") -> str:
    name = title if title == site.title else f"{title} | {site.title}"
    menu = "".join(
        f'<li class="menu-item"><a href="{to}" rel="section">{of}</a></li>'
        for to, of in (("/", "首页"), ("/tags/", "标签"), ("/archives/", "归档"), ("/about/", "关于"))
    )
    return f"""<!DOCTYPE html>
<html lang="zh-CN">
<head>
  <meta charset="UTF-8">
<meta name="viewport" content="width=device-width">
<meta name="generator" content="Hexo 6.3.0">
<link rel="stylesheet" href="/css/main.css">
{meta}<link rel="canonical" href="{site.base}{href(path).lstrip("/")}">
<title>{e(name)}</title>
<link rel="alternate" href="/atom.xml" title="{e(site.title)}" type="application/atom+xml">
<script src="https://cdn.jsdelivr.net/npm/mathjax@2.7.9/MathJax.js?config=TeX-AMS_HTML" async></script>
</head>
<body itemscope itemtype="http://schema.org/WebPage">
<header class="header" itemscope itemtype="http://schema.org/WPHeader"><div class="site-meta">
<a href="/" class="brand" rel="start"><span class="site-title">{e(site.title)}</span></a>
<p class="site-subtitle" itemprop="description">{e(site.description)}</p></div>
<nav class="site-nav"><ul class="main-menu menu">{menu}</ul></nav></header>
<div class="main"><div class="content">
{main}
</div>
<aside class="sidebar"><div class="site-overview"><p class="site-author-name" itemprop="name">{e(site.author)}</p>
<nav class="site-state"><a href="/archives/"><span class="site-state-item-count">{len(site.posts)}</span> 日志</a>
<a href="/tags/"><span class="site-state-item-count">{len(site.tags())}</span> 标签</a>
<a href="/calendar/">日历</a></nav></div></aside></div>
<footer class="footer"><div class="copyright">&copy; <span itemprop="copyrightYear">{years(site)}</span>
<span class="author" itemprop="copyrightHolder">{e(site.author)}</span></div>
<div class="powered-by">由 <a href="https://hexo.io/" rel="noopener" target="_blank">Hexo</a> &amp; NexT 强力驱动</div></footer>
</body>
</html>
"""


def _meta(site: Site, post: SamplePost) -> str:
    created, changed_at = site.moment(post.published, post), changed(site, post)
    again = f"""
<span class="post-meta-item"><span class="post-meta-item-text">更新于</span>
<time title="修改时间：{changed_at:%Y-%m-%d %H:%M:%S}" itemprop="dateModified" datetime="{changed_at.isoformat()}">\
{changed_at:%Y-%m-%d}</time></span>"""
    return f"""<div class="post-meta-container"><span class="post-meta-item"><span class="post-meta-item-text">发表于</span>
<time title="创建时间：{created:%Y-%m-%d %H:%M:%S}" itemprop="dateCreated datePublished" datetime="{created.isoformat()}">\
{created:%Y-%m-%d}</time></span>{again if post.updated else ""}
<span class="post-meta-item" title="阅读时长"><span class="post-meta-item-text">阅读时长 ≈</span> {minutes(post)} 分钟</span></div>"""


def _list(site: Site, posts: Sequence[SamplePost], number: int, total: int) -> str:
    cards = "\n".join(
        f"""<article itemscope itemtype="http://schema.org/Article" class="post-block" lang="zh-CN"><header class="post-header">
<h2 class="post-title" itemprop="name headline"><a href="{post.path}" class="post-title-link" itemprop="url">{e(post.title)}</a>
</h2>{_meta(site, post)}</header><div class="post-body" itemprop="articleBody"><p>{e(excerpt(post))}</p>
<div class="post-button"><a class="btn" href="{post.path}#more" rel="contents">阅读全文 &raquo;</a></div></div></article>"""
        for post in posts
    )
    numbers = "".join(
        f'<span class="page-number current">{i}</span>'
        if i == number
        else f'<a class="page-number" href="{"/" if i == 1 else f"/page/{i}/"}">{i}</a>'
        for i in range(1, total + 1)
    )
    return f'{cards}\n<nav class="pagination">{numbers}</nav>'


def _rows(posts: Sequence[SamplePost], dated: SamplePost | None = None) -> str:
    return "".join(
        f'<article class="post-block"><time datetime="{post.published}">{post.published:%m-%d}</time> '
        f'<a class="post-title-link" href="{_dated(post) if post is dated else post.path}"><span>{e(post.title)}</span></a>'
        "</article>\n"
        for post in posts
    )


def _archive(site: Site) -> str:
    years_of = groupby(site.posts, lambda post: post.published.year)
    parts = "".join(f"<h2>{year}</h2>\n{_rows(list(posts), site.posts[-1])}" for year, posts in years_of)
    return f'<div class="posts-collapse"><p>目前共计 {len(site.posts)} 篇日志。 继续努力。</p>\n{parts}</div>'


def _tags(site: Site) -> str:
    cloud = " ".join(f'<a href="{href(tag_path(tag))}">{e(tag)}</a>' for tag in site.tags())
    return f'<div class="tag-cloud"><div class="tag-cloud-title">目前共计 {len(site.tags())} 个标签</div>{cloud}</div>'


def _about(site: Site) -> str:
    return f'<h1 class="post-title">关于</h1><div class="post-body"><p>{e(site.description)}</p><p>kb 示例网络的一部分。</p></div>'


def _post(site: Site, post: SamplePost) -> str:
    older, newer = site.neighbours(post)
    tags = "".join(f'<a href="{href(tag_path(tag))}" rel="tag"># {e(tag)}</a>\n' for tag in post.tags)
    before = f'<a href="{older.path}" rel="prev" title="{e(older.title)}">{e(older.title)}</a>' if older else ""
    after = f'<a href="{newer.path}" rel="next" title="{e(newer.title)}">{e(newer.title)}</a>' if newer else ""
    meta = f"""<meta name="description" content="{e(excerpt(post))}">
<meta property="og:type" content="article"><meta property="og:title" content="{e(post.title)}">
<meta property="article:published_time" content="{site.moment(post.published, post).isoformat()}">
<meta property="article:author" content="{e(site.author)}">
"""
    main = f"""<article itemscope itemtype="http://schema.org/Article" class="post-block" lang="zh-CN">
<span hidden itemprop="author" itemscope itemtype="http://schema.org/Person"><meta itemprop="name" content="{e(site.author)}"></span>
<header class="post-header"><h1 class="post-title" itemprop="name headline">{escape(post.title)}</h1>{_meta(site, post)}</header>
<div class="post-body" itemprop="articleBody">
{note_of_copy(post, "本文首发于")}{to_html(post, _Marked())}</div>
<div class="post-copyright"><ul><li><strong>本文作者： </strong>{e(site.author)}</li>
<li><strong>本文链接：</strong><a href="{post.url}" title="{e(post.title)}">{post.url}</a></li>
<li><strong>版权声明： </strong>本博客所有文章除特别声明外，均采用
<a href="https://creativecommons.org/licenses/by/4.0/deed.zh" rel="noopener" target="_blank">CC BY 4.0</a> 许可协议。</li></ul></div>
<footer class="post-footer"><div class="post-tags">{tags}</div>
<div class="post-nav"><div class="post-nav-item">{before}</div><div class="post-nav-item">{after}</div></div></footer></article>
<div class="comments" id="valine-comments"></div>"""
    return _frame(site, post.title, main, post.path, meta)
