"""URLs: what is fetched, what is compared."""

import pytest

from crawler import urls


@pytest.mark.parametrize(
    ("href", "base", "url"),
    [
        ("../b", "https://a.org/x/y/", "https://a.org/x/b"),
        ("//b.org/x", "http://a.org/", "http://b.org/x"),
        ("en Español.html", "https://a.org/", "https://a.org/en%20Espa%C3%B1ol.html"),
        ("http://bücher.example/", None, "http://xn--bcher-kva.example/"),
        ("?page=2#top", "https://a.org/list?x=1", "https://a.org/list?page=2#top"),
        ("http://exa mple.org/", None, None),
        ("", "no base", None),
    ],
)
def test_a_link_is_resolved_as_a_browser_does(href, base, url):
    assert urls.resolve(href, base) == url


@pytest.mark.parametrize(
    "href", ["mailto:a@b.org", "javascript:void(0)", "data:text/html,x", "file:///etc/passwd", "ftp://a.org/"]
)
def test_only_http_and_https_are_crawled(href):
    assert urls.crawlable(href, "https://a.org/") is None


def test_a_url_of_a_hundred_kilobytes_is_none():
    assert urls.resolve("https://a.org/" + "x" * 100_000) is None


def test_the_name_of_a_user_and_the_fragment_are_not_sent():
    assert urls.crawlable("https://user:secret@a.org/x#y") == "https://a.org/x"


@pytest.mark.parametrize(
    "spelling",
    [
        "https://a.org/post", "http://www.a.org/post/", "https://A.org:443/post/index.html", "https://a.org/post#part",
        "https://a.org/post?utm_source=x&fbclid=1", "https://a.org/x/../post", "https://a.org/%70ost",
    ],
)  # fmt: skip
def test_spellings_of_one_page_have_one_key(spelling):
    assert urls.key(spelling) == "a.org/post"


def test_parameters_that_choose_content_stay_in_the_key():
    assert urls.key("https://a.org/?p=12&utm_medium=feed") != urls.key("https://a.org/?p=13")


def test_only_what_tracks_a_reader_is_taken_off():
    url = "https://a.org/?ref=friend.org&utm_campaign=x&id=1&ref=a.org#s"
    assert urls.strip_tracking(url) == "https://a.org/?ref=friend.org&id=1#s"


@pytest.mark.parametrize(
    ("home", "inside", "outside"),
    [
        ("https://a.org/blog/", "https://a.org/blog/x", "https://a.org/blogroll"),
        ("https://a.org/blog", "https://a.org/blog/x", "https://a.org/other"),
        ("https://a.org/~ann/index.html", "https://a.org/~ann/2019/x", "https://a.org/~bob/"),
    ],
)
def test_a_home_page_speaks_for_its_folder(home, inside, outside):
    assert urls.within(inside, urls.folder(home))
    assert not urls.within(outside, urls.folder(home))


def test_www_makes_no_other_site():
    assert urls.same_site("https://www.a.org/x", ["a.org"])
    assert not urls.same_site("https://b.a.org/x", ["a.org"])


HOSTS = {
    "https://A.Example/x": "a.example", "http://a.example": "a.example", "https://a.example:8080/": "a.example",
    "https://me@a.example/": "a.example", "https://[::1]/x": "::1", "https://bücher.example/": "xn--bcher-kva.example",
    "https://a.example?x": "a.example", "https://a.example#x": "a.example", "//a.example/": "a.example",
    "mailto:me@a.example": "", "https://": "", "": "", "https://a.example\\@b.example/": "b.example",
}  # fmt: skip


@pytest.mark.parametrize("url", HOSTS)
def test_a_host_is_the_name_alone_in_lower_case_and_ascii(url: str) -> None:
    assert urls.host(url) == HOSTS[url]
