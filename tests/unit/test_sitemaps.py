"""Sitemaps in all the forms they come in."""

import gzip
from datetime import UTC, datetime

from crawler.sources.sitemap import parse, read
from crawler.types import Blog, Link, Page

BLOG = Blog("https://a.org/", hosts=("a.org",))


def links(body: bytes, url: str = "https://a.org/sitemap.xml") -> list[Link]:
    page = Page(url, url, 200, "application/xml", body, datetime(2026, 11, 1, tzinfo=UTC))
    return [thing for thing in parse(page, BLOG) if isinstance(thing, Link)]


def test_pages_come_with_the_day_of_their_last_change():
    body = b"<urlset><url><loc>https://a.org/p1/</loc><lastmod>2020-02-03</lastmod></url></urlset>"
    (link,) = links(body)
    assert (link.url, link.kind) == ("https://a.org/p1/", "page")
    assert link.hint is not None and link.hint.in_sitemap and link.hint.lastmod == "2020-02-03"


def test_an_index_gives_sitemaps():
    body = b"<sitemapindex><sitemap><loc>/s1.xml.gz</loc></sitemap></sitemapindex>"
    assert [(link.url, link.kind) for link in links(body)] == [("https://a.org/s1.xml.gz", "sitemap")]


def test_gzip_in_gzip_plain_text_and_lone_ampersands_are_read():
    xml = b"<urlset><url><loc>https://a.org/?a=1&b=2</loc></url></urlset>"
    assert [link.url for link in links(gzip.compress(gzip.compress(xml)))] == ["https://a.org/?a=1&b=2"]
    assert [link.url for link in links(b"\xef\xbb\xbfhttps://a.org/1\nnot a url\nhttps://a.org/2\n")] == [
        "https://a.org/1",
        "https://a.org/2",
    ]


def test_a_sitemap_on_localhost_is_brought_home():
    body = b"<urlset><url><loc>http://localhost:4000/p1/</loc></url><url><loc>http://localhost:4000/p2/</loc></url></urlset>"
    assert [link.url for link in links(body)] == ["https://a.org/p1/", "https://a.org/p2/"]


def test_what_is_no_sitemap_gives_nothing():
    assert read(b"<html><body>404</body></html>") == (False, [])
    assert read(b"") == (False, [])
