"""Pelican with its notmyidea theme, Pygments and the render_math plug-in, in Chinese.

No feed at all: the sitemap names every post, as do the archive and the pagination (index2.html and on).
"""

# ruff: noqa: E501 - markup stands in the lines in which it is read best
from __future__ import annotations

from collections.abc import Sequence
from html import escape

from crawler.sample.feeds import robots, sitemap
from crawler.sample.library import SamplePost, Site
from crawler.sample.markup import Dress, slug, to_html
from crawler.sample.resource import (
    Resource,
    batches,
    changed,
    chinese_date,
    e,
    excerpt,
    href,
    note_of_copy,
    page,
    years,
)
from crawler.sample.styles import PELICAN
from crawler.sample.tokens import SHORT, Line, spans

_SIZE = 4


class _Pygments(Dress):
    def code(self, lines: list[Line], language: str, number: int) -> str:
        inner = "\n".join(spans(line, SHORT) for line in lines)
        return f'<div class="highlight"><pre><span></span><code>{inner}\n</code></pre></div>\n'

    def inline_math(self, tex: str) -> str:
        return rf'<span class="math">\({escape(tex, quote=False)}\)</span>'

    def display_math(self, tex: str) -> str:
        return f'<div class="math">$${escape(tex, quote=False)}$$</div>\n'

    def figure(self, src: str, caption: str) -> str:
        return f'<p><img alt="{caption}" src="{src}"></p>\n'


def build(site: Site) -> dict[str, Resource]:
    when = site.modified
    found = {
        "/pages/about.html": page(_frame(site, "关于", _about(site)), when),
        "/archives.html": page(_frame(site, "归档", _archive(site)), when),
        "/tags.html": page(_frame(site, "标签", _tags(site)), when),
        "/404.html": page(_frame(site, "404", "<h1>找不到页面</h1>"), when, status=404),
        "/sitemap.xml": sitemap(site, ("/", "/archives.html", "/tags.html", "/pages/about.html")),
        "/robots.txt": robots(site, "User-agent: *", "Disallow: /output-old/", "", f"Sitemap: {site.base}sitemap.xml"),
        "/theme/css/main.css": page(PELICAN, when, "text/css"),
        "/output-old/": page("<html><head><title>旧版</title></head><body>旧版输出。</body></html>", when),
    }
    lists = batches(site.posts, _SIZE)
    for number, posts in enumerate(lists, 1):
        path = "/" if number == 1 else f"/index{number}.html"
        found[path] = page(_frame(site, site.title, _list(site, posts, number, len(lists))), when)
    for tag, posts in site.tags().items():
        rows = "".join(f'<li><a href="{post.url}">{e(post.title)}</a></li>\n' for post in posts)
        found[_tag(tag)] = page(_frame(site, f"标签：{tag}", f"<h1>{e(tag)}</h1><ul>{rows}</ul>"), when)
    return found | {post.path: page(_post(site, post), changed(site, post)) for post in site.posts}


def _tag(tag: str) -> str:
    return f"/tag/{slug(tag)}.html"


def _frame(site: Site, title: str, main: str, meta: str = "") -> str:
    name = title if title == site.title else f"{site.title} - {title}"
    menu = "".join(
        f'<li><a href="{to}">{of}</a></li>\n'
        for to, of in (("/", "首页"), ("/archives.html", "归档"), ("/tags.html", "标签"), ("/pages/about.html", "关于"))
    )
    return f"""<!DOCTYPE html>
<html lang="zh">
<head>
  <meta charset="utf-8" />
  <meta name="viewport" content="width=device-width, initial-scale=1.0" />
  <meta name="generator" content="Pelican" />
  <title>{e(name)}</title>
  <link rel="stylesheet" href="/theme/css/main.css" />
{meta}</head>
<body id="index" class="home">
  <header id="banner" class="body"><h1><a href="{site.base}">{e(site.title)} <strong>{e(site.description)}</strong></a></h1></header>
  <nav id="menu"><ul>
{menu}  </ul></nav>
{main}
  <section id="extras" class="body"><div class="social"><h2>友情链接</h2><ul>
<li><a href="http://shendu.example/">深度笔记</a></li><li><a href="http://youhua.example/">优化笔记</a></li></ul></div></section>
  <footer id="contentinfo" class="body"><address id="about" class="vcard body">
由 <a rel="nofollow" href="https://getpelican.com/">Pelican</a> 生成，{years(site)}。</address></footer>
<script type="text/javascript" src="https://cdn.jsdelivr.net/npm/mathjax@2.7.9/MathJax.js?config=TeX-AMS-MML_HTMLorMML"></script>
</body>
</html>
"""


def _info(site: Site, post: SamplePost) -> str:
    created, changed_at = site.moment(post.published, post), changed(site, post)
    again = f'<br /><abbr class="modified" title="{changed_at.isoformat()}">更新于：{chinese_date(changed_at.date())}</abbr>'
    tags = " ".join(f'<a href="{href(_tag(tag))}">{e(tag)}</a>' for tag in post.tags)
    return f"""<footer class="post-info">
<abbr class="published" title="{created.isoformat()}">发布于：{chinese_date(post.published)}</abbr>{again if post.updated else ""}
<address class="vcard author">作者：<a class="url fn" href="/pages/about.html">{e(site.author)}</a></address>
<p>标签：{tags}</p></footer><!-- /.post-info -->"""


def _list(site: Site, posts: Sequence[SamplePost], number: int, total: int) -> str:
    rows = "\n".join(
        f"""<li><article class="hentry"><header><h1><a href="{post.url}" rel="bookmark" title="{e(post.title)} 的永久链接">\
{e(post.title)}</a></h1></header><div class="entry-content">{_info(site, post)}<p>{e(excerpt(post))}</p>
<a class="readmore" href="{post.url}">阅读全文</a></div></article></li>"""
        for post in posts
    )
    before = f'<a href="{"/" if number == 2 else f"/index{number - 1}.html"}">« 上一页</a>' if number > 1 else ""
    after = f'<a href="/index{number + 1}.html">下一页 »</a>' if number < total else ""
    return f"""<section id="content"><ol id="posts-list" class="hfeed body">{rows}</ol>
<p class="paginator">{before} 第 {number} / {total} 页 {after}</p></section>"""


def _archive(site: Site) -> str:
    rows = "".join(
        f'<dt>{chinese_date(post.published)}</dt>\n<dd><a href="{post.url}">{e(post.title)}</a></dd>\n'
        for post in site.posts
    )
    return f'<section id="content" class="body"><h1>{e(site.title)} 归档</h1>\n<dl>{rows}</dl></section>'


def _tags(site: Site) -> str:
    rows = "".join(
        f'<li><a href="{href(_tag(tag))}">{e(tag)}</a> ({len(posts)})</li>\n' for tag, posts in site.tags().items()
    )
    return f'<section id="content" class="body"><h1>标签</h1><ul>{rows}</ul></section>'


def _about(site: Site) -> str:
    return f"""<section id="content" class="body"><h1 class="entry-title">关于</h1><p>{e(site.description)}</p>
<p>本站是 kb 示例网络的一部分，<a href="/output-old/">旧版输出</a>不供抓取。</p></section>"""


def _post(site: Site, post: SamplePost) -> str:
    older, newer = site.neighbours(post)
    around = "".join(
        f'<li>{words}：<a href="{other.url}">{e(other.title)}</a></li>'
        for words, other in (("上一篇", older), ("下一篇", newer))
        if other
    )
    meta = f"""  <meta name="author" content="{e(site.author)}" />
  <meta name="description" content="{e(excerpt(post))}" />
  <meta name="tags" content="{e(", ".join(post.tags))}" />
"""
    main = f"""<section id="content" class="body"><article>
<header><h1 class="entry-title"><a href="{post.url}" rel="bookmark" title="{e(post.title)} 的永久链接">{e(post.title)}</a></h1></header>
<div class="entry-content">{_info(site, post)}
{note_of_copy(post, "本文转载自")}{to_html(post, _Pygments())}</div><!-- /.entry-content -->
<ul class="neighbors">{around}</ul>
<div class="comments"><h2>评论</h2><div id="isso-thread"></div></div>
</article></section>"""
    return _frame(site, post.title, main, meta)
