"""Jekyll with the minima theme, kramdown, Rouge and the plugins of GitHub Pages.

Atom with every post in full; sitemap; a redirect inside a page (jekyll-redirect-from) from an old address of the
oldest post; /drafts/ is forbidden by robots.txt and yet linked.
"""

# ruff: noqa: E501 - markup stands in the lines in which it is read best
from __future__ import annotations

import json

from crawler.sample.feeds import atom, robots, sitemap
from crawler.sample.library import SamplePost, Site
from crawler.sample.markup import Dress, slug, to_html
from crawler.sample.resource import CC_BY, MONTHS, Resource, changed, e, excerpt, note_of_copy, page, years
from crawler.sample.styles import JEKYLL
from crawler.sample.tokens import SHORT, Line, spans


class _Kramdown(Dress):
    def code(self, lines: list[Line], language: str, number: int) -> str:
        inner = "\n".join(spans(line, SHORT) for line in lines)
        return (
            f'<div class="language-{language or "plaintext"} highlighter-rouge"><div class="highlight">'
            f'<pre class="highlight"><code>{inner}\n</code></pre></div></div>\n\n'
        )

    def figure(self, src: str, caption: str) -> str:
        return f'<p><img src="{src}" alt="{caption}" /></p>\n'


def build(site: Site) -> dict[str, Resource]:
    text = {post.slug: to_html(post, _Kramdown()) for post in site.posts}
    oldest = site.posts[-1]
    old = f"/{oldest.published:%Y/%m/%d}/{oldest.slug}.html"
    generator = '<generator uri="https://jekyllrb.com/" version="4.3.3">Jekyll</generator>'
    when = site.modified
    return {
        "/": page(_frame(site, site.title, _home(site), "/"), when),
        "/about/": page(_frame(site, "About", _about(site), "/about/"), when),
        "/tags/": page(_frame(site, "Tags", _tags(site), "/tags/"), when),
        "/404.html": page(_frame(site, "404", "<h1>404</h1><p>Page not found :(</p>", "/404.html"), when, status=404),
        "/feed.xml": atom(site, site.posts, "/feed.xml", generator, lambda post: text[post.slug]),
        "/sitemap.xml": sitemap(site, ("/about/", "/", "/tags/")),
        "/robots.txt": robots(site, "User-agent: *", "Disallow: /drafts/", "", f"Sitemap: {site.base}sitemap.xml"),
        "/assets/main.css": page(JEKYLL, when, "text/css; charset=utf-8"),
        "/drafts/": page(_frame(site, "Drafts", "<h1>Drafts</h1><p>Notes that are not ready.</p>", "/drafts/"), when),
        old: page(_redirect_from(oldest.url), changed(site, oldest)),
    } | {post.path: page(_post(site, post, text[post.slug], old), changed(site, post)) for post in site.posts}


def _frame(site: Site, title: str, main: str, path: str, meta: str = "") -> str:
    """minima's default layout, with jekyll-seo-tag's block."""
    name = site.title if path == "/" else f"{title} | {site.title}"
    links = "".join(
        f'<a class="page-link" href="{to}">{of}</a>' for to, of in (("/about/", "About"), ("/tags/", "Tags"))
    )
    return f"""<!DOCTYPE html>
<html lang="en"><head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1"><!-- Begin Jekyll SEO tag v2.8.0 -->
<title>{e(name)}</title>
<meta name="generator" content="Jekyll v4.3.3" />
<meta property="og:title" content="{e(title)}" />
<meta name="author" content="{e(site.author)}" />
<meta property="og:locale" content="en_US" />
<link rel="canonical" href="{site.base}{path.lstrip("/")}" />
<meta property="og:url" content="{site.base}{path.lstrip("/")}" />
<meta property="og:site_name" content="{e(site.title)}" />
{meta}<!-- End Jekyll SEO tag -->
<link rel="stylesheet" href="/assets/main.css"><link type="application/atom+xml" rel="alternate" \
href="{site.base}feed.xml" title="{e(site.title)}" />
<script id="MathJax-script" async src="https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-mml-chtml.js"></script>
</head>
<body><header class="site-header" role="banner"><div class="wrapper">
<a class="site-title" rel="author" href="/">{e(site.title)}</a><nav class="site-nav"><div class="trigger">{links}</div></nav>
</div></header>
<main class="page-content" aria-label="Content"><div class="wrapper">
{main}
</div></main><footer class="site-footer h-card"><data class="u-url" href="/"></data><div class="wrapper">
<h2 class="footer-heading">{e(site.title)}</h2>
<ul class="contact-list"><li class="p-name">{e(site.author)}</li></ul><p>{e(site.description)}</p>
<p>&copy; {years(site)}. Text under <a rel="license" href="{CC_BY}">CC BY 4.0</a>. <a href="/feed.xml">Subscribe</a></p>
</div></footer></body>
</html>
"""


def _date(post: SamplePost) -> str:
    return f"{MONTHS[post.published.month - 1][:3]} {post.published.day}, {post.published.year}"


def _home(site: Site) -> str:
    rows = "\n".join(
        f'<li><span class="post-meta">{_date(post)}</span>\n<h3><a class="post-link" href="{post.path}">{e(post.title)}'
        "</a></h3></li>"
        for post in site.posts
    )
    return f"""<div class="home"><h2 class="post-list-heading">Posts</h2>
<ul class="post-list">{rows}</ul>
<p class="rss-subscribe">subscribe <a href="/feed.xml">via RSS</a></p></div>"""


def _about(site: Site) -> str:
    return f"""<article class="post"><header class="post-header"><h1 class="post-title">About</h1></header>
<div class="post-content"><p>{e(site.description)}</p>
<p>This blog is part of the sample web that kb carries for its demonstration. Unfinished pieces sit among the
<a href="/drafts/">drafts</a>, which robots may not read.</p></div></article>"""


def _tags(site: Site) -> str:
    parts = "".join(
        f'<h2 id="{slug(tag)}">{e(tag)}</h2>\n<ul>'
        + "".join(f'<li><a href="{post.path}">{e(post.title)}</a></li>\n' for post in posts)
        + "</ul>\n"
        for tag, posts in site.tags().items()
    )
    return f'<article class="post"><h1 class="post-title">Tags</h1>\n{parts}</article>'


def _post(site: Site, post: SamplePost, text: str, old: str) -> str:
    published = site.moment(post.published, post).isoformat()
    modified = changed(site, post).isoformat()
    older, newer = site.neighbours(post)
    facts = {
        "@context": "https://schema.org", "@type": "BlogPosting", "headline": post.title, "datePublished": published,
        "dateModified": modified, "author": {"@type": "Person", "name": site.author}, "url": post.url,
        "description": excerpt(post), "mainEntityOfPage": {"@type": "WebPage", "@id": post.url},
    }  # fmt: skip
    in_script = json.dumps(facts, ensure_ascii=False).replace("</", "<\\/")
    meta = f"""<meta name="description" content="{e(excerpt(post))}" />
<meta property="og:type" content="article" />
<meta property="article:published_time" content="{published}" />
<script type="application/ld+json">
{in_script}</script>
"""
    tags = " ".join(f'<a class="tag" href="/tags/#{slug(tag)}">{e(tag)}</a>' for tag in post.tags)
    before = f'<a class="previous" href="{older.path}" title="{e(older.title)}">{e(older.title)}</a>' if older else ""
    after = f'<a class="next" href="{newer.path}" title="{e(newer.title)}">{e(newer.title)}</a>' if newer else ""
    first = (
        "" if older is None else f'<p class="start-here">New here? Begin with <a href="{old}">the first post</a>.</p>'
    )
    main = f"""<article class="post h-entry" itemscope itemtype="http://schema.org/BlogPosting">
<header class="post-header"><h1 class="post-title p-name" itemprop="name headline">{e(post.title)}</h1>
<p class="post-meta"><time class="dt-published" datetime="{published}" itemprop="datePublished">
        {_date(post)}
      </time>• <span itemprop="author" itemscope itemtype="http://schema.org/Person"><span class="p-author h-card" \
itemprop="name">{e(site.author)}</span></span></p></header>
<div class="post-content e-content" itemprop="articleBody">
{note_of_copy(post, "First published at")}{text}</div>
<div class="post-tags">{tags}</div>{first}<nav class="post-nav">{before} {after}</nav>
<div id="disqus_thread"></div><noscript>Please enable JavaScript to view the comments powered by Disqus.</noscript>
<a class="u-url" href="{post.path}" hidden></a></article>"""
    return _frame(site, post.title, main, post.path, meta)


def _redirect_from(url: str) -> str:
    return f"""<!DOCTYPE html>
<html lang="en-US">
  <meta charset="utf-8">
  <title>Redirecting&hellip;</title>
  <link rel="canonical" href="{url}">
  <script>location="{url}"</script>
  <meta http-equiv="refresh" content="0; url={url}">
  <meta name="robots" content="noindex">
  <h1>Redirecting&hellip;</h1>
  <a href="{url}">Click here if you are not redirected.</a>
</html>
"""
