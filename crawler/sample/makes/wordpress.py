"""WordPress with a classic theme: block classes, Jetpack's formula images, widgets, comments.

RSS with the newest five posts alone, and a feed of comments beside it; no sitemap; the rest stands behind /page/2/ and
on. /?p=ID is answered by 301, and the related posts of the older half link by it; /wp-admin/ is forbidden.
"""

# ruff: noqa: E501 - markup stands in the lines in which it is read best
from __future__ import annotations

from collections.abc import Sequence
from email.utils import format_datetime
from html import escape
from urllib.parse import quote

from crawler.sample.feeds import robots, rss
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
    moved,
    note_of_copy,
    page,
    tag_path,
    years,
)
from crawler.sample.styles import WORDPRESS
from crawler.sample.tokens import Line

_SIZE = 5


class _Blocks(Dress):
    list_class = "wp-block-list"
    table_open = '<figure class="wp-block-table"><table class="has-fixed-layout">'
    table_close = "</table></figure>\n"

    def code(self, lines: list[Line], language: str, number: int) -> str:
        text = "\n".join("".join(piece for _, piece in line) for line in lines)
        return f'<pre class="wp-block-code"><code lang="{language}">{escape(text, quote=False)}</code></pre>\n'

    def inline_math(self, tex: str) -> str:
        flat = " ".join(tex.split())
        src = f"https://s0.wp.com/latex.php?latex={quote(flat, safe='')}&bg=ffffff&fg=000&s=0&c=20201002"
        return f'<img src="{e(src)}" alt="{e(flat)}" class="latex" />'

    def display_math(self, tex: str) -> str:
        image = self.inline_math("\\displaystyle " + tex)
        return f'<p class="has-text-align-center">{image}</p>\n'

    def heading(self, level: int, inner: str, anchor: str) -> str:
        return f'<h{level} class="wp-block-heading">{inner}</h{level}>\n'

    def figure(self, src: str, caption: str) -> str:
        return (
            f'<figure class="wp-block-image size-full"><img decoding="async" loading="lazy" src="{src}" '
            f'alt="{caption}"/><figcaption class="wp-element-caption">{caption}</figcaption></figure>\n'
        )


def build(site: Site) -> dict[str, Resource]:
    text = {post.slug: to_html(post, _Blocks()) for post in site.posts}
    generator, when = "https://wordpress.org/?v=6.4.3", site.modified
    found = {
        "/about/": page(_frame(site, "About", _about(site), "/about/"), when),
        "/404/": page(_frame(site, "Page not found", "<h1>That page cannot be found.</h1>", ""), when, status=404),
        "/feed/": rss(site, site.posts[:5], "/feed/", generator, lambda post: text[post.slug]),
        "/comments/feed/": _comment_feed(site, generator),
        "/robots.txt": robots(site, "User-agent: *", "Disallow: /wp-admin/", "Allow: /wp-admin/admin-ajax.php"),
        "/wp-content/themes/plain/style.css": page(WORDPRESS, when, "text/css; charset=UTF-8"),
        "/wp-admin/": page("<html><head><title>Log In</title></head><body><p>Log in.</p></body></html>", when),
    }
    lists = batches(site.posts, _SIZE)
    for number, posts in enumerate(lists, 1):
        path = "/" if number == 1 else f"/page/{number}/"
        found[path] = page(_frame(site, site.title, _list(site, posts, number, len(lists)), path), when)
    for tag, posts in site.tags().items():
        path = tag_path(tag, "/tag/")
        head = f'<header class="page-header"><h1 class="page-title">Tag: <span>{e(tag)}</span></h1></header>'
        found[path] = page(_frame(site, tag, head + _list(site, posts, 1, 1), path), when)
    for post in site.posts:
        found[post.path] = page(_post(site, post, text[post.slug]), changed(site, post))
        found[_short(site, post)] = moved(post.url, changed(site, post))
    return found


def _short(site: Site, post: SamplePost) -> str:
    return f"/?p={11 * (len(site.posts) - site.posts.index(post)) + 5}"


def _frame(site: Site, title: str, main: str, path: str, meta: str = "") -> str:
    name = e(title) if title == site.title else f"{e(title)} &#8211; {e(site.title)}"
    recent = "".join(f'<li><a href="{post.url}">{e(post.title)}</a></li>\n' for post in site.posts[:5])
    cloud = "".join(
        f'<a href="{site.base.rstrip("/")}{href(tag_path(tag, "/tag/"))}" class="tag-cloud-link" '
        f'aria-label="{e(tag)} ({len(posts)} items)">{e(tag)}</a>\n'
        for tag, posts in site.tags().items()
    )
    canonical = f'<link rel="canonical" href="{site.base}{href(path).lstrip("/")}" />\n' if path else ""
    return f"""<!DOCTYPE html>
<html lang="en-US">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="profile" href="https://gmpg.org/xfn/11">
<title>{name}</title>
<link rel="alternate" type="application/rss+xml" title="{e(site.title)} &raquo; Feed" href="{site.base}feed/" />
<link rel="alternate" type="application/rss+xml" title="{e(site.title)} &raquo; Comments Feed" \
href="{site.base}comments/feed/" />
<link rel="stylesheet" id="plain-style-css" href="/wp-content/themes/plain/style.css?ver=6.4.3" media="all" />
<meta name="generator" content="WordPress 6.4.3" />
{canonical}{meta}</head>
<body class="wp-embed-responsive">
<div id="page" class="site"><a class="skip-link screen-reader-text" href="#primary">Skip to content</a>
<header id="masthead" class="site-header"><p class="site-title"><a href="{site.base}" rel="home">{e(site.title)}</a></p>
<p class="site-description">{e(site.description)}</p>
<nav id="site-navigation" class="main-navigation"><div class="menu"><ul><li><a href="{site.base}">Home</a></li>
<li class="page_item"><a href="{site.base}about/">About</a></li></ul></div></nav></header>
<main id="primary" class="site-main">
{main}
</main>
<aside id="secondary" class="widget-area"><section class="widget widget_recent_entries">
<h2 class="widget-title">Recent Posts</h2><ul>{recent}</ul></section>
<section class="widget widget_tag_cloud"><h2 class="widget-title">Tags</h2><div class="tagcloud">{cloud}</div></section>
<section class="widget widget_meta"><h2 class="widget-title">Meta</h2><ul><li><a rel="nofollow" \
href="{site.base}wp-admin/">Log in</a></li><li><a href="{site.base}feed/">Entries feed</a></li></ul></section></aside>
<footer id="colophon" class="site-footer"><div class="site-info">&copy; {years(site)} {e(site.title)} |
<a rel="license" href="{CC_BY}">Creative Commons Attribution 4.0</a> |
<a href="https://wordpress.org/">Proudly powered by WordPress</a></div></footer></div>
</body>
</html>
"""


def _meta(site: Site, post: SamplePost) -> str:
    published, updated = site.moment(post.published, post).isoformat(), changed(site, post).isoformat()
    second = f'<time class="updated" datetime="{updated}">{long_date(changed(site, post).date())}</time>'
    return (
        f'<div class="entry-meta"><span class="posted-on">Posted on <a href="{post.url}" rel="bookmark">'
        f'<time class="entry-date published" datetime="{published}">{long_date(post.published)}</time>'
        f'{second if post.updated else ""}</a></span><span class="byline"> by <span class="author vcard">'
        f'<a class="url fn n" href="{site.base}about/">{e(site.author)}</a></span></span></div>'
    )


def _list(site: Site, posts: Sequence[SamplePost], number: int, total: int) -> str:
    rows = "\n".join(
        f'<article class="post type-post status-publish hentry"><header class="entry-header"><h2 class="entry-title">'
        f'<a href="{post.url}" rel="bookmark">{e(post.title)}</a></h2>{_meta(site, post)}</header>'
        f'<div class="entry-summary"><p>{e(excerpt(post))} <a class="more-link" href="{post.url}">Continue reading</a></p>'
        "</div></article>"
        for post in posts
    )
    newer = site.base if number == 2 else f"{site.base}page/{number - 1}/"
    links = [f'<div class="nav-previous"><a href="{site.base}page/{number + 1}/">Older posts</a></div>'] * (
        number < total
    )
    links += [f'<div class="nav-next"><a href="{newer}">Newer posts</a></div>'] * (number > 1)
    return f'{rows}\n<nav class="navigation posts-navigation"><div class="nav-links">{"".join(links)}</div></nav>'


def _about(site: Site) -> str:
    return f"""<article class="page type-page hentry"><header class="entry-header"><h1 class="entry-title">About</h1></header>
<div class="entry-content"><p>{e(site.description)}</p><p>One of the blogs of kb's sample web.</p></div></article>"""


def _post(site: Site, post: SamplePost, text: str) -> str:
    older, newer = site.neighbours(post)
    tags = ", ".join(
        f'<a href="{site.base.rstrip("/")}{href(tag_path(tag, "/tag/"))}" rel="tag">{e(tag)}</a>' for tag in post.tags
    )
    around = "".join(
        f'<div class="nav-{kind}"><a href="{other.url}" rel="{rel}"><span class="nav-title">{e(other.title)}</span></a></div>'
        for kind, rel, other in (("previous", "prev", older), ("next", "next", newer))
        if other
    )
    related = [other for other in site.posts if other is not post and set(other.tags) & set(post.tags)][:3]
    rows = "".join(
        f'<li><a href="{site.base.rstrip("/")}{_short(site, other)}">{e(other.title)}</a></li>' for other in related
    )
    meta = f"""<link rel="shortlink" href="{site.base.rstrip("/")}{_short(site, post)}" />
<meta property="og:type" content="article" /><meta property="og:title" content="{e(post.title)}" />
<meta property="article:published_time" content="{site.moment(post.published, post).isoformat()}" />
"""
    month = MONTHS[post.published.month - 1]
    main = f"""<article class="post type-post status-publish format-standard hentry">
<header class="entry-header"><h1 class="entry-title">{e(post.title)}</h1>{_meta(site, post)}</header>
<div class="entry-content">
{note_of_copy(post, "This post appeared first at")}{text}
<div class="sharedaddy sd-sharing-enabled"><h3 class="sd-title">Share this:</h3><ul><li>Email</li><li>Print</li></ul></div>
<div id="jp-relatedposts" class="jp-relatedposts"><h3 class="jp-relatedposts-headline"><em>Related</em></h3>
<ul>{rows}</ul></div></div>
<footer class="entry-footer"><span class="tags-links">Tagged {tags}</span></footer></article>
<nav class="navigation post-navigation"><div class="nav-links">{around}</div></nav>
<div id="comments" class="comments-area"><h2 class="comments-title">One thought on &ldquo;{e(post.title)}&rdquo;</h2>
<ol class="comment-list"><li class="comment"><article class="comment-body"><footer class="comment-meta"><b class="fn">\
{e(site.author)}</b> <span class="says">says:</span></footer><div class="comment-content">
<p>Comments on this post close at the end of {month}.</p></div></article></li></ol>
<div id="respond" class="comment-respond"><h3 id="reply-title" class="comment-reply-title">Leave a Reply</h3>
<form class="comment-form"><p class="comment-form-comment"><label for="comment">Comment</label>
<textarea id="comment" name="comment" rows="4"></textarea></p></form></div></div>"""
    return _frame(site, post.title, main, post.path, meta)


def _comment_feed(site: Site, generator: str) -> Resource:
    """What WordPress offers beside the feed of posts, and what must not be taken for it."""
    post = site.posts[0]
    extra = f"""<item>
<title>Comment on {e(post.title)} by {e(site.author)}</title>
<link>{post.url}#comment-2</link>
<pubDate>{format_datetime(site.moment(post.published, post))}</pubDate>
<guid isPermaLink="false">{site.base}#comment-2</guid>
<description>Comments on this post close at the end of {MONTHS[post.published.month - 1]}.</description>
</item>
"""
    return rss(site, (), "/comments/feed/", generator, extra=extra)
