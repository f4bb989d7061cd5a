"""The crawl over a web that is a dict: what is found, what is asked, what is told."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from crawler.check import check
from crawler.types import Blog, Outcome, Visit
from tests.crawls import BLOG, FAST, HOME, VISIT, Crawl, anchors, article, feed, sitemap, web
from tests.fakes import PlainReader, StillClock, Web


def test_posts_are_found_by_feed_sitemap_archive_and_links():
    found = Crawl(
        web(
            {
                "/": '<link rel="alternate" href="/feed.xml">' + anchors("/archive/", "/about/"),
                "/feed.xml": feed("/p/one/", "/p/two/"),
                "/sitemap.xml": sitemap("/p/two/", "/p/three/"),
                "/archive/": anchors("/p/four/", "/archive/page/2/"),
                "/archive/page/2/": anchors("/p/five/"),
                "/about/": "me",
                **{f"/p/{n}/": article() for n in ("one", "two", "three", "four", "five")},
                "/p/six/": article(),
            }
        ),
        VISIT,
    )
    assert found.posts == {f"{HOME}p/{n}/" for n in ("one", "two", "three", "four", "five")}
    report = found.reports[HOME]
    assert report.ok and report.complete
    assert (report.feed, report.posts, report.title) == (f"{HOME}feed.xml", 5, "A blog")
    assert report.patterns == ("a.example/p/*",)
    assert max(found.web.times.values()) == 1
    assert report.requests == len(found.web.asked)


def test_what_robots_txt_forbids_is_never_asked_for():
    found = Crawl(
        web(
            {
                "/robots.txt": "User-agent: kb\nDisallow: /private/\nSitemap: /map.xml",
                "/": anchors("/private/one/", "/p/two/"),
                "/map.xml": sitemap("/private/three/", "/p/four/"),
                **{path: article() for path in ("/private/one/", "/p/two/", "/private/three/", "/p/four/")},
            }
        ),
        VISIT,
    )
    assert found.posts == {HOME + "p/two/", HOME + "p/four/"}
    assert not [url for url in found.web.asked if "/private/" in url]
    assert {o.failure.kind for o in found.outcomes if o.failure} == {"robots"}
    assert found.web.asked[0] == HOME + "robots.txt"
    assert found.robots["https://a.example"].status == 200


def test_a_blog_whose_robots_txt_cannot_be_had_is_left_alone():
    found = Crawl(web({"/robots.txt": (500, ""), "/": article()}), VISIT)
    assert set(found.web.asked) == {HOME + "robots.txt"}
    report = found.reports[HOME]
    assert not report.ok and report.failure is not None and report.failure.kind == "robots"


def test_a_later_visit_asks_one_conditional_request():
    pages = web(BLOG)
    first = Crawl(pages, VISIT)
    pages.asked.clear()
    later = first.next_visit(VISIT)
    second = Crawl(pages, later)
    assert pages.asked == [HOME + "robots.txt", HOME + "feed.xml"]
    assert pages.conditional == [HOME + "feed.xml"]
    assert second.posts == set()
    assert second.reports[HOME].complete


def test_a_later_visit_finds_what_is_new_and_fetches_no_post_twice():
    pages = web(BLOG)
    later = Crawl(pages, VISIT).next_visit(VISIT)
    pages.asked.clear()
    pages.pages[HOME + "feed.xml"] = feed("/p/four/", "/p/one/", "/p/two/")
    pages.pages[HOME + "archive/"] = anchors("/p/three/", "/p/five/")
    second = Crawl(pages, later)
    assert second.posts == {HOME + "p/four/", HOME + "p/five/"}
    assert pages.times[HOME + "p/one/"] == 0


def test_a_draft_that_was_not_there_is_asked_for_again_when_the_feed_has_news():
    pages = web(BLOG)
    pages.pages[HOME + "feed.xml"] = feed("/p/draft/", "/p/one/")
    later = Crawl(pages, VISIT).next_visit(VISIT)
    pages.pages[HOME + "feed.xml"] = feed("/p/four/", "/p/draft/", "/p/one/")
    pages.pages[HOME + "p/draft/"] = article()
    pages.asked.clear()
    assert Crawl(pages, later).posts == {HOME + "p/four/", HOME + "p/draft/"}
    assert pages.times[HOME + "p/one/"] == 0


def test_a_feed_that_is_gone_sends_the_visit_back_to_the_home_page():
    pages = web(BLOG)
    later = Crawl(pages, VISIT).next_visit(VISIT)
    del pages.pages[HOME + "feed.xml"]
    pages.pages[HOME] = '<link rel="alternate" href="/atom.xml">'
    pages.pages[HOME + "atom.xml"] = feed("/p/four/")
    second = Crawl(pages, later)
    assert second.posts == {HOME + "p/four/"}
    assert second.reports[HOME].feed == HOME + "atom.xml"
    assert "no longer there" in second.reports[HOME].note


def test_refresh_asks_for_every_post_again_conditionally():
    pages = web(BLOG)
    later = Crawl(pages, VISIT).next_visit(VISIT)
    pages.conditional.clear()
    pages.pages[HOME + "p/two/"] = article() + "edited"
    second = Crawl(pages, replace(later, refresh=True))
    assert {HOME + f"p/{n}/" for n in ("one", "two", "three")} <= set(pages.conditional)
    assert second.posts == {HOME + "p/two/"}


def test_a_refresh_that_was_cut_off_is_ended_by_the_next_visit():
    pages = web(BLOG)
    later = Crawl(pages, VISIT).next_visit(VISIT)
    cut = Crawl(pages, replace(later, refresh=True))
    last = next(n for n, e in enumerate(cut.events, 1) if isinstance(e, Outcome) and e.link.kind == "post")
    third = cut.killed_after(last).next_visit(replace(later, refresh=True))
    asked = {o.link.url for o in cut.outcomes}
    pages.conditional.clear()
    Crawl(pages, third)
    assert {HOME + f"p/{n}/" for n in ("one", "two", "three")} - asked == {u for u in pages.conditional if "/p/" in u}


def test_what_fails_for_a_moment_is_asked_again_and_what_stays_away_is_told():
    pages = web(BLOG)
    pages.failing = {HOME + "p/one/": 2, HOME + "p/two/": 9}
    found = Crawl(pages, VISIT)
    assert HOME + "p/one/" in found.posts
    (failed,) = [o for o in found.outcomes if o.failure]
    assert failed.link.url == HOME + "p/two/"
    assert pages.times[HOME + "p/two/"] == 3
    assert found.reports[HOME].failed == 1 and found.reports[HOME].ok


def test_an_unreachable_blog_is_given_up_and_does_not_stop_the_others():
    pages = web(BLOG)
    pages.failing = {"https://b.example/robots.txt": 99, "https://b.example/": 99}
    found = Crawl(pages, VISIT, Visit(Blog("https://b.example/")))
    assert len(found.posts) == 3
    report = found.reports["https://b.example/"]
    assert not report.ok and not report.complete and report.failure is not None


def test_a_blog_without_a_home_page_is_read_by_the_sitemap_that_its_robots_txt_names():
    pages = {"/robots.txt": "Sitemap: /map.xml", "/map.xml": sitemap("/p/one/"), "/p/one/": article()}
    found = Crawl(web({**pages, "/": (404, "")}), VISIT)
    report = found.reports[HOME]
    assert found.posts == {f"{HOME}p/one/"} and report.ok and report.complete
    assert [o.link.url for o in found.outcomes if o.failure] == [HOME]


def test_a_blog_without_a_home_page_and_without_anything_else_is_failing():
    found = Crawl(web({"/": (404, "")}), VISIT)
    report = found.reports[HOME]
    assert not report.ok and report.failure is not None and report.failure.status == 404
    assert f"{HOME}sitemap.xml" in found.web.asked and len(found.web.asked) <= 6


def test_a_stop_ends_cleanly_and_the_next_run_finds_the_rest():
    pages = web(BLOG)
    first = Crawl(pages, VISIT, options=replace(FAST, max_requests=5))
    assert not first.reports[HOME].complete
    rest = Crawl(pages, first.next_visit(VISIT))
    assert first.posts | rest.posts == {HOME + f"p/{n}/" for n in ("one", "two", "three")}
    assert not first.posts & rest.posts
    assert rest.reports[HOME].complete


def test_a_crawl_that_was_killed_anywhere_finds_the_rest_and_its_feed():
    whole = Crawl(web(BLOG), VISIT)
    for n in range(len(whole.events)):
        pages = web(BLOG)
        cut = Crawl(pages, VISIT).killed_after(n)
        rest = Crawl(pages, cut.next_visit(VISIT))
        assert cut.posts | rest.posts == whole.posts, n
        assert not cut.posts & rest.posts
        assert rest.reports[HOME].complete
        assert rest.reports[HOME].feed == HOME + "feed.xml", n


def test_a_stop_that_was_set_before_leaves_every_blog_unvisited_and_not_failed():
    async def stopped() -> Crawl:
        stop = asyncio.Event()
        stop.set()
        return await asyncio.to_thread(Crawl, web(BLOG), VISIT, stop=stop)

    found = asyncio.run(stopped())
    assert found.web.asked == []
    assert found.reports[HOME].ok and not found.reports[HOME].complete


def test_links_to_other_sites_are_never_followed():
    found = Crawl(
        web({"/": anchors("https://other.example/p/", "/moved/"), "/moved/": (301, "https://other.example/q/")}), VISIT
    )
    assert not [url for url in found.web.asked if "other.example" in url]


def test_the_host_that_the_home_page_leads_to_is_the_blogs_own():
    pages = web(
        {
            "/": (301, "https://www.new.example/"),
            "https://www.new.example/": anchors("/p/one/", "https://a.example/p/two/"),
            "https://www.new.example/p/one/": article(),
            "/p/two/": (301, "https://www.new.example/p/two/"),
            "https://www.new.example/p/two/": article(),
        }
    )
    found = Crawl(pages, VISIT)
    assert found.posts == {"https://www.new.example/p/one/", "https://www.new.example/p/two/"}
    assert found.reports[HOME].hosts == ("a.example", "www.new.example")


def test_an_endless_calendar_ends_and_is_told():
    class Calendar(dict[str, object]):
        def get(self, url, default=None):
            if "?day=" in url:
                day = int(url.rpartition("=")[2])
                return anchors(*(f"/calendar?day={day + n}" for n in range(1, 30)))
            return super().get(url, default)

    pages = web(BLOG)
    pages.pages = Calendar({**pages.pages, HOME + "archive/": anchors("/p/three/", "/calendar?day=1")})
    found = Crawl(pages, VISIT)
    assert len(found.posts) == 3
    assert len([url for url in pages.asked if "?day=" in url]) < 10
    assert found.reports[HOME].complete
    assert any("led to no posts" in o.verdict.reasons[0] for o in found.outcomes if o.verdict and o.verdict.reasons)


def test_a_blog_without_an_index_is_found_through_those_who_link_to_it():
    other = "https://b.example/"
    pages = web({**BLOG, "/p/one/": article(other + "essay/", "https://c.example/x/"), other + "essay/": article()})
    found = Crawl(pages, VISIT, Visit(Blog(other)))
    assert other + "essay/" in found.posts
    assert found.reports[other].ok
    assert not [url for url in pages.asked if "c.example" in url]


def test_a_source_that_is_a_feed_leads_to_its_whole_blog():
    pages = web(BLOG)
    found = Crawl(pages, Visit(Blog(HOME + "feed.xml"), kind="feed"))
    assert found.posts == {HOME + f"p/{n}/" for n in ("one", "two", "three")}


def test_a_source_that_is_a_sitemap_leads_to_its_pages():
    pages = web({**BLOG, "/map.xml": sitemap("/p/one/", "/p/four/")})
    found = Crawl(pages, Visit(Blog(HOME + "map.xml"), kind="sitemap"))
    assert found.posts == {HOME + "p/one/", HOME + "p/four/"}


def test_a_single_post_is_fetched_and_its_links_are_not():
    pages = web({**BLOG, "/p/one/": article("/p/two/")})
    found = Crawl(pages, Visit(Blog(HOME + "p/one/"), kind="page"))
    assert found.posts == {HOME + "p/one/"}
    assert pages.asked == [HOME + "robots.txt", HOME + "p/one/"]


def test_every_link_that_waits_was_told_once():
    found = Crawl(web(BLOG), VISIT)
    told = [link.url for o in found.outcomes for link in o.links]
    assert len(told) == len(set(told))
    assert {o.link.url for o in found.outcomes} >= set(told)


def test_a_check_says_what_a_url_offers():
    pages = web(
        {**BLOG, "/robots.txt": "User-agent: *\nCrawl-delay: 0\nSitemap: /map.xml", "/map.xml": sitemap("/p/five/")}
    )
    found = asyncio.run(
        check(HOME, fetcher=pages, parse_pool=PlainReader(pages.clock), clock=pages.clock, options=FAST)
    )
    assert found.ok and found.title == "A blog"
    assert found.robots == "allows this URL, asks for 0 s between requests, names 1 sitemaps"
    assert found.feeds == [(HOME + "feed.xml", "2 entries")]
    assert found.sitemaps == [(HOME + "map.xml", "1 pages")]
    assert found.archives == [HOME + "archive/"]
    assert {post.url for post in found.posts} == {HOME + f"p/{n}/" for n in ("one", "two", "three", "five")}


def test_a_blog_that_asked_to_wait_is_not_asked_before():
    pages = web(BLOG)
    report = Crawl(pages, replace(VISIT, paused_until=pages.clock.now() + timedelta(hours=1))).reports[HOME]
    assert pages.asked == []
    assert report.ok and not report.complete and report.rest_s == 3600


def test_what_cannot_be_crawled_is_said():
    script = Crawl(web({"/": "<div id='app'></div>"}), VISIT).reports[HOME]
    assert script.ok and "script" in script.note
    closed = "https://zhuanlan.zhihu.com/c_1"
    assert "Zhihu" in Crawl(Web(StillClock(), {closed: (403, "")}), Visit(Blog(closed))).reports[closed].note
