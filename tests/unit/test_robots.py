"""robots.txt by RFC 9309."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.robots import MAX_BYTES, fresh, parse, rules_of
from crawler.types import Robots

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def allowed(text: str | bytes, path: str, agent: str = "kb") -> bool:
    return parse(text if isinstance(text, bytes) else text.encode()).allowed(agent, "https://a.org" + path)


def test_the_longest_match_wins_and_a_tie_allows():
    rules = "User-agent: *\nDisallow: /posts\nAllow: /posts/public\nAllow: /x\nDisallow: /x"
    assert not allowed(rules, "/posts/a")
    assert allowed(rules, "/posts/public/a")
    assert allowed(rules, "/x")


def test_a_group_that_names_the_agent_replaces_the_group_for_all():
    rules = "User-agent: *\nDisallow: /\n\nUser-agent: KB\nDisallow: /private\n\nUser-agent: kb\nDisallow: /more"
    assert allowed(rules, "/x")
    assert not allowed(rules, "/private/x")
    assert not allowed(rules, "/more")
    assert not allowed(rules, "/x", agent="other")


def test_wildcards_and_the_end_mark_match():
    rules = "User-agent: *\nDisallow: /*.pdf$\nDisallow: /a/*/b"
    assert not allowed(rules, "/x/y.pdf")
    assert allowed(rules, "/x/y.pdf?download")
    assert not allowed(rules, "/a/1/2/b/c")


def test_escapes_are_compared_in_one_form():
    assert not allowed("User-agent: *\nDisallow: /ü", "/%c3%bc")
    assert not allowed("User-agent: *\nDisallow: /a%3cb", "/a%3Cb")


def test_a_byte_order_mark_hides_nothing():
    assert not allowed(b"\xef\xbb\xbfUser-agent: *\nDisallow: /", "/x")


def test_what_stands_after_500_kib_is_not_read():
    assert allowed(b"#" + b"x" * MAX_BYTES + b"\nUser-agent: *\nDisallow: /", "/x")


def test_crawl_delay_and_sitemaps_are_read():
    rules = parse(b"Sitemap: https://a.org/s.xml\nUser-agent: *\nCrawl-delay: 2.5\nSitemap: /t.xml")
    assert rules.delay_s("kb") == 2.5
    assert rules.sitemaps == ("https://a.org/s.xml", "/t.xml")


@pytest.mark.parametrize("status", [200, 404, 403, 410, 310, 429, 500, None])
def test_the_status_of_robots_txt_says_what_may_be_fetched(status):
    may = status in (404, 403, 410, 310)
    robots = Robots("https://a.org", status, b"User-agent: *\nDisallow: /", NOW)
    assert rules_of(robots).allowed("kb", "https://a.org/x") is may


def test_a_robots_txt_holds_for_a_day_and_an_hour_when_it_could_not_be_had():
    good, bad = (Robots("https://a.org", status, b"", NOW) for status in (200, None))
    assert fresh(good, NOW + timedelta(hours=23))
    assert not fresh(good, NOW + timedelta(hours=25))
    assert not fresh(bad, NOW + timedelta(minutes=1))
    assert not fresh(good, NOW - timedelta(hours=1))  # the clock went back
