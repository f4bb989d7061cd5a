"""What must hold for any input: nothing raises, keys are stable, truncation is survived."""

from datetime import UTC, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from crawler import dates, robots, shapes, urls
from crawler.decode import gunzip
from crawler.sources import feed, sitemap
from crawler.types import Blog, Page

paths = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="#"), max_size=12), max_size=5).map("/".join)
web_urls = st.builds("https://a.example/{}".format, paths)
SOUND = (
    b"<rss version='2.0'><channel><title>A</title><item><title>T &eacute; <![CDATA[<b>x</b>]]></title>"
    b"<link>/p</link><pubDate>Thurs, 30 May 2019</pubDate></item></channel></rss>"
)
MAP = b"<?xml version='1.0'?><urlset><url><loc>https://a.example/?a=1&b=2</loc><lastmod>2020-01-01</lastmod></url></urlset>"


@given(web_urls)
def test_resolving_and_keying_are_idempotent(url):
    absolute = urls.resolve(url)
    if absolute is not None:
        assert urls.resolve(absolute) == absolute
        assert urls.canonical(urls.canonical(absolute) or "") == urls.canonical(absolute)
        assert urls.key("https://" + urls.key(absolute)) == urls.key(absolute)


@given(st.text(max_size=200), st.text(max_size=50))
def test_any_text_may_be_a_link_and_a_base(href, base):
    found = urls.crawlable(href, base)
    assert found is None or found.startswith(("http://", "https://"))
    urls.key(href)
    urls.strip_tracking(href)


@given(web_urls)
def test_every_url_has_a_shape_and_a_guess(url):
    assert shapes.shape(url).startswith("a.example/")
    assert shapes.guess(url) in ("post", "archive", "list", "aside", "never")


@given(st.binary(max_size=400), st.text(max_size=40))
def test_any_bytes_are_a_robots_txt(body, path):
    robots.parse(body).allowed("kb", "https://a.example/" + path)


@given(st.text(max_size=60))
def test_any_text_may_be_a_date(text):
    found = dates.published(text)
    assert found is None or datetime.fromisoformat(found).year >= 1970


@settings(deadline=None)
@given(st.sampled_from([SOUND, MAP]), st.integers(0, 300), st.binary(max_size=6))
def test_parsers_survive_documents_that_end_or_break_anywhere(body, at, noise):
    url = "https://a.example/x.xml"
    for broken in (body[:at], body[:at] + noise + body[at:], noise + body):
        page = Page(url, url, 200, None, broken, datetime(2026, 11, 1, tzinfo=UTC))
        for source in (feed, sitemap):
            things = list(source.parse(page, Blog("https://a.example/"), None))
            assert type(things[-1]).__name__ == "Verdict"


@given(st.binary(max_size=300))
def test_any_bytes_may_claim_to_be_gzip(data):
    assert len(gunzip(b"\x1f\x8b" + data, 1000)) <= 1000
