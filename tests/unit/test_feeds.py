"""Feeds of every format come to one model; what they lead to is the blog's."""

import json
from datetime import UTC, datetime

from crawler.sources.feed import parse, read
from crawler.types import Blog, Link, Page, Verdict

URL = "https://a.org/feed.xml"
BLOG = Blog("https://a.org/", hosts=("a.org",))


def page(body: str, url: str = URL) -> Page:
    return Page(url, url, 200, "application/xml", body.encode(), datetime(2026, 11, 1, tzinfo=UTC))


def rss(*items: str, head: str = "") -> str:
    entries = "".join(f"<item>{item}</item>" for item in items)
    return f"<rss version='2.0'><channel><title>A</title><link>https://a.org/</link>{head}{entries}</channel></rss>"


def test_rss_gives_links_with_what_it_says_of_them():
    item = (
        "<title>Why &lt;b&gt;LSTM&lt;/b&gt;s &amp; more</title><link>/posts/lstm/</link>"
        "<author>ann@a.org (Ann)</author>"
        "<pubDate>Thurs, 30 May 2019 00:00:00 UTC</pubDate><category>rnn</category>"
    )
    first, *_, verdict = parse(page(rss(item)), BLOG)
    assert isinstance(first, Link) and isinstance(verdict, Verdict)
    assert first.url == "https://a.org/posts/lstm/"
    assert first.hint is not None
    assert first.hint.title == "Why LSTMs & more"
    assert first.hint.authors == ("Ann",)
    assert first.hint.published == "2019-05-30T00:00:00+00:00"
    assert first.hint.tags == ("rnn",)
    assert (verdict.kind, verdict.title) == ("feed", "A")


def test_atom_and_json_come_to_the_same():
    atom = (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title><link href='https://a.org/'/><entry><title>T</title>"
        "<link href='p1'/><author><name>Ann</name></author><published>2020-01-02T00:00:00Z</published></entry></feed>"
    )
    item = {"url": "p1", "title": "T", "authors": {"name": "Ann"}, "date_published": "2020-01-02T00:00:00Z"}
    version = "https://jsonfeed.org/version/1.1"
    document = {"version": version, "title": "A", "home_page_url": "https://a.org/", "items": [item]}
    for body in (atom, json.dumps(document)):
        feed = read(body.encode(), URL)
        assert feed is not None
        entry = feed.entries[0]
        assert (feed.title, entry.link, entry.title, entry.authors) == ("A", "https://a.org/p1", "T", ("Ann",))
        assert entry.published == "2020-01-02T00:00:00Z"


def test_a_feed_that_names_another_host_throughout_is_brought_home():
    links = [
        t.url for t in parse(page(rss("<link>https://theme-demo.example/p1/</link>")), BLOG) if isinstance(t, Link)
    ]
    assert links[0] == "https://a.org/p1/"


def test_links_to_several_other_hosts_stay():
    body = rss("<link>https://b.org/1</link>", "<link>https://c.org/2</link>")
    assert [t.url for t in parse(page(body), BLOG) if isinstance(t, Link)][:2] == ["https://b.org/1", "https://c.org/2"]


def test_a_feed_of_comments_is_no_feed_of_posts():
    by_address = list(parse(page(rss("<link>/p1</link>"), "https://a.org/comments/feed/"), BLOG))
    by_links = list(parse(page(rss("<link>/p1#comment-7</link>")), BLOG))
    assert [t.kind for t in (by_address[-1], by_links[-1])] == ["other", "other"]
    assert len(by_address) == len(by_links) == 1


def test_html_is_no_feed():
    assert read(b"<!doctype html><html><body><p>Not found</p></body></html>", URL) is None


def test_an_entity_bomb_ends():
    bomb = "<!DOCTYPE r [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]>" + rss("<title>&b;</title><link>/x</link>")
    feed = read(bomb.encode(), URL)
    assert feed is not None and "haha" not in feed.entries[0].title
