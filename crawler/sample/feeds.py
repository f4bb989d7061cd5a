"""The feeds and sitemaps that generators write: RSS 2.0, Atom 1.0, JSON Feed 1.1, sitemap 0.9."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from email.utils import format_datetime

from crawler.sample.library import SamplePost, Site
from crawler.sample.resource import Resource, changed, e, excerpt, page

Body = Callable[[SamplePost], str]  # a post's HTML, as the feed gives it


def rss(
    site: Site, posts: Sequence[SamplePost], path: str, generator: str, body: Body | None = None, extra: str = ""
) -> Resource:
    """RSS 2.0; with `body` the whole text stands in content:encoded, `extra` goes into the channel."""
    items = "".join(_rss_item(site, post, body) for post in posts)
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" \
xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel>
<title>{e(site.title)}</title>
<link>{site.base}</link>
<description>{e(site.description)}</description>
<language>{"zh-CN" if site.language == "zh" else "en-us"}</language>
<generator>{generator}</generator>
<lastBuildDate>{format_datetime(site.modified)}</lastBuildDate>
<atom:link href="{site.base}{path.lstrip("/")}" rel="self" type="application/rss+xml"/>
{extra}{items}</channel>
</rss>
"""
    return page(text, site.modified, "application/rss+xml; charset=utf-8")


def _rss_item(site: Site, post: SamplePost, body: Body | None) -> str:
    tags = "".join(f"<category>{_cdata(tag)}</category>\n" for tag in post.tags)
    content = f"<content:encoded>{_cdata(body(post))}</content:encoded>\n" if body else ""
    return f"""<item>
<title>{e(post.title)}</title>
<link>{post.url}</link>
<dc:creator>{_cdata(site.author)}</dc:creator>
<pubDate>{format_datetime(site.moment(post.published, post))}</pubDate>
{tags}<guid isPermaLink="true">{post.url}</guid>
<description>{_cdata(e(excerpt(post)))}</description>
{content}</item>
"""


def atom(
    site: Site,
    posts: Sequence[SamplePost],
    path: str,
    generator: str,
    body: Body | None = None,
    *,
    in_utc: bool = False,
) -> Resource:
    """Atom 1.0; `in_utc` writes instants as JavaScript's toISOString does."""
    stamp = _utc if in_utc else datetime.isoformat
    entries = "".join(_atom_entry(site, post, body, stamp) for post in posts)
    text = f"""<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
{generator}
<link href="{site.base}{path.lstrip("/")}" rel="self" type="application/atom+xml"/>
<link href="{site.base}" rel="alternate" type="text/html"/>
<updated>{stamp(site.modified)}</updated>
<id>{site.base}</id>
<title type="html">{e(e(site.title))}</title>
<subtitle>{e(site.description)}</subtitle>
<author><name>{e(site.author)}</name></author>
{entries}</feed>
"""
    return page(text, site.modified, "application/atom+xml; charset=utf-8")


def _atom_entry(site: Site, post: SamplePost, body: Body | None, stamp: Callable[[datetime], str]) -> str:
    tags = "".join(f'<category term="{e(tag)}"/>' for tag in post.tags)
    content = f'<content type="html" xml:base="{post.url}">{_cdata(body(post))}</content>\n' if body else ""
    return f"""<entry>
<title type="html">{e(e(post.title))}</title>
<link href="{post.url}" rel="alternate" type="text/html" title="{e(post.title)}"/>
<published>{stamp(site.moment(post.published, post))}</published>
<updated>{stamp(changed(site, post))}</updated>
<id>{post.url}</id>
{content}<author><name>{e(site.author)}</name></author>
{tags}
<summary type="html">{_cdata(e(excerpt(post)))}</summary>
</entry>
"""


def json_feed(site: Site, posts: Sequence[SamplePost], path: str, body: Body) -> Resource:
    """JSON Feed 1.1 with the whole text of each post."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": site.title,
        "home_page_url": site.base,
        "feed_url": f"{site.base}{path.lstrip('/')}",
        "description": site.description,
        "language": site.language,
        "authors": [{"name": site.author, "url": site.base}],
        "items": [
            {
                "id": post.url,
                "url": post.url,
                "title": post.title,
                "summary": excerpt(post),
                "content_html": body(post),
                "date_published": site.moment(post.published, post).isoformat(),
                "date_modified": changed(site, post).isoformat(),
                "tags": list(post.tags),
            }
            for post in posts
        ],
    }
    text = json.dumps(feed, ensure_ascii=False, indent=1) + "\n"
    return page(text, site.modified, "application/feed+json; charset=utf-8")


def sitemap(site: Site, pages: Iterable[str] = ("/",)) -> Resource:
    """Every post, then the other `pages` (paths, percent-encoded already)."""
    rows = [(post.url, changed(site, post)) for post in site.posts]
    rows += [(f"{site.base}{path.lstrip('/')}", site.modified) for path in pages]
    urls = "".join(f"<url>\n<loc>{url}</loc>\n<lastmod>{when.isoformat()}</lastmod>\n</url>\n" for url, when in rows)
    text = f"""<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
{urls}</urlset>
"""
    return page(text, site.modified, "application/xml")


def robots(site: Site, *lines: str) -> Resource:
    return page("\n".join(lines) + "\n", site.modified, "text/plain; charset=utf-8")


def _utc(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _cdata(text: str) -> str:
    return f"<![CDATA[{text.replace(']]>', ']]]]><![CDATA[>')}]]>"
