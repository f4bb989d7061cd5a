"""Later visits over a web that is a dict: what is watched, what is read again, and what ends without end."""

from dataclasses import replace
from datetime import timedelta

from crawler.types import Robots, Seen
from crawler.urls import key
from tests.crawls import BLOG, FAST, HOME, VISIT, Crawl, anchors, article, feed, sitemap, web


def full(*names: str) -> dict[str, object]:
    """A blog whose sitemap names all posts, and whose feed the newest alone."""
    return {
        "/": '<link rel="alternate" href="/feed.xml">' + anchors(f"/p/{names[0]}/"),
        "/feed.xml": feed(f"/p/{names[0]}/"),
        "/sitemap.xml": sitemap(*(f"/p/{name}/" for name in names)),
        **{f"/p/{name}/": article() for name in names},
    }


def test_a_sitemap_that_names_more_than_the_feed_is_watched_and_tells_what_the_feed_does_not():
    pages = web(full("new", "old", "older"))
    first = Crawl(pages, VISIT)
    assert (first.reports[HOME].feed, first.reports[HOME].watch) == (HOME + "feed.xml", HOME + "sitemap.xml")
    later = first.next_visit(VISIT)
    pages.asked.clear()
    assert Crawl(pages, later).posts == set()
    assert pages.asked == [HOME + "robots.txt", HOME + "sitemap.xml"]
    pages.pages[HOME + "sitemap.xml"] = sitemap("/p/new/", "/p/old/", "/p/older/", "/p/draft/")
    pages.pages[HOME + "p/draft/"] = article()
    assert Crawl(pages, later).posts == {HOME + "p/draft/"}


def test_an_archive_that_names_more_than_the_feed_is_watched_where_there_is_no_sitemap():
    pages = web({**full("new", "old"), "/": '<link rel="alternate" href="/feed.xml">' + anchors("/archive/")})
    del pages.pages[HOME + "sitemap.xml"]
    pages.pages[HOME + "archive/"] = anchors("/p/new/", "/p/old/")
    first = Crawl(pages, VISIT)
    assert first.reports[HOME].watch == HOME + "archive/"
    later = first.next_visit(VISIT)
    pages.asked.clear()
    pages.pages[HOME + "archive/"] = anchors("/p/new/", "/p/draft/", "/p/old/")
    pages.pages[HOME + "p/draft/"] = article()
    second = Crawl(pages, later)
    assert second.posts == {HOME + "p/draft/"}
    assert max(pages.times.values()) == 1
    assert second.reports[HOME].watch == HOME + "archive/"


def test_a_sitemap_that_lacks_what_the_feed_names_is_not_watched():
    pages = web({**full("new", "old", "older"), "/sitemap.xml": sitemap("/p/old/", "/p/older/")})
    assert Crawl(pages, VISIT).reports[HOME].watch is None


def test_a_watched_sitemap_that_falls_behind_the_feed_is_watched_no_more():
    pages = web(full("new", "old", "older"))
    later = Crawl(pages, VISIT).next_visit(VISIT)
    pages.pages[HOME + "feed.xml"] = feed("/p/newest/", "/p/new/")
    pages.pages[HOME + "p/newest/"] = article()
    second = Crawl(pages, replace(later, look=True))
    assert second.posts == {HOME + "p/newest/"}
    assert second.reports[HOME].watch is None


def test_a_watched_sitemap_that_is_gone_gives_way_to_the_feed():
    pages = web(full("new", "old", "older"))
    later = Crawl(pages, VISIT).next_visit(VISIT)
    del pages.pages[HOME + "sitemap.xml"]
    pages.pages[HOME + "feed.xml"] = feed("/p/newest/", "/p/new/")
    pages.pages[HOME + "p/newest/"] = article()
    second = Crawl(pages, later)
    assert second.posts == {HOME + "p/newest/"}
    report = second.reports[HOME]
    assert (report.ok, report.feed, report.watch) == (True, HOME + "feed.xml", None)


def test_now_and_then_a_visit_asks_more_than_what_is_watched():
    pages = web(BLOG)
    later = Crawl(pages, VISIT).next_visit(VISIT)
    pages.pages[HOME] = '<link rel="alternate" href="/feed.xml">' + anchors("/archive/", "/p/four/")
    assert Crawl(pages, later).posts == set()
    second = Crawl(pages, replace(later, look=True))
    assert second.posts == {HOME + "p/four/"}
    assert second.reports[HOME].looked


def dated(**days: str) -> str:
    rows = (f"<url><loc>{HOME}p/{name}/</loc><lastmod>{day}</lastmod></url>" for name, day in days.items())
    return "<urlset>" + "".join(rows) + "</urlset>"


def test_a_post_whose_day_of_change_differs_in_the_sitemap_is_read_again_conditionally():
    pages = web(
        {**full("new", "old", "older"), "/sitemap.xml": dated(new="2026-10-01", old="2026-01-01", older="2026-01-01")}
    )
    first = Crawl(pages, VISIT)
    assert {o.link.url: o.link.hint.lastmod for o in first.outcomes if o.post and o.link.hint}[
        HOME + "p/new/"
    ] == "2026-10-01"
    seen = {key(HOME + "p/new/"): Seen("2026-10-02T00:00:00Z", "2026-10-01")}
    seen |= {key(HOME + f"p/{name}/"): Seen("2026-10-02T00:00:00Z", "2026-01-01") for name in ("old", "older")}
    later = replace(first.next_visit(VISIT), seen=seen)
    pages.pages[HOME + "sitemap.xml"] = dated(new="2026-10-01", old="2026-09-09", older="2026-01-01")
    pages.pages[HOME + "p/old/"] = article() + "edited"
    pages.asked.clear()
    pages.conditional.clear()
    second = Crawl(pages, later)
    assert second.posts == {HOME + "p/old/"}
    assert HOME + "p/old/" in pages.conditional
    assert pages.times[HOME + "p/new/"] == pages.times[HOME + "p/older/"] == 0


def test_a_sitemap_that_stamps_every_page_with_the_day_of_the_build_tells_of_no_edit():
    names = [f"post{n}" for n in range(40)]
    pages = web({**full(*names), "/sitemap.xml": dated(**dict.fromkeys(names, "2026-10-01"))})
    seen = {key(HOME + f"p/{name}/"): Seen("2026-10-02T00:00:00Z", "2026-10-01") for name in names}
    later = replace(Crawl(pages, VISIT).next_visit(VISIT), seen=seen)
    pages.pages[HOME + "sitemap.xml"] = dated(**dict.fromkeys(names, "2026-11-01"))
    pages.asked.clear()
    assert Crawl(pages, later).posts == set()
    assert pages.asked == [HOME + "robots.txt", HOME + "sitemap.xml"]


def test_posts_that_were_read_long_ago_are_asked_for_again_conditionally():
    pages = web(BLOG)
    later = Crawl(pages, VISIT).next_visit(VISIT)
    pages.asked.clear()
    Crawl(pages, replace(later, again=(HOME + "p/two/",)))
    assert pages.asked == [HOME + "robots.txt", HOME + "feed.xml", HOME + "p/two/"]
    assert HOME + "p/two/" in pages.conditional


def test_a_feed_that_moved_for_good_is_watched_where_it_is():
    pages = web({**BLOG, "/feed.xml": (301, "/index.xml"), "/index.xml": feed("/p/one/", "/p/two/")})
    assert Crawl(pages, VISIT).reports[HOME].feed == HOME + "index.xml"
    pages.pages[HOME + "feed.xml"] = (302, "/index.xml")
    assert Crawl(pages, VISIT).reports[HOME].feed == HOME + "feed.xml"


def paged(number: int, entries: str) -> str:
    return (
        "<feed xmlns='http://www.w3.org/2005/Atom'><title>A</title>"
        f"<link rel='next' href='{HOME}feed.xml?page={number + 1}'/>{entries}</feed>"
    )


def test_a_paged_feed_is_followed_to_its_end_and_one_without_end_is_left():
    class Endless(dict[str, object]):
        def get(self, url, default=None):
            if url.startswith(HOME + "feed.xml"):
                number = int(url.partition("=")[2] or 1)
                return paged(number, f"<entry><link href='/p/{min(number, 5)}/'/></entry>")
            return super().get(url, default)

    pages = web({"/": '<link rel="alternate" href="/feed.xml">', **{f"/p/{n}/": article() for n in range(1, 6)}})
    pages.pages = Endless(pages.pages)
    found = Crawl(pages, VISIT)
    assert found.posts == {HOME + f"p/{n}/" for n in range(1, 6)}
    assert len([url for url in pages.asked if "feed.xml" in url]) == 6


def test_sitemaps_that_name_ever_more_sitemaps_end():
    class Endless(dict[str, object]):
        def get(self, url, default=None):
            if "map" in url:
                number = int(url.partition("=")[2] or 1)
                rows = (f"<sitemap><loc>{HOME}sitemap.xml?n={number * 10 + n}</loc></sitemap>" for n in range(10))
                return "<sitemapindex>" + "".join(rows) + "</sitemapindex>"
            return super().get(url, default)

    pages = web(BLOG)
    pages.pages = Endless(pages.pages)
    found = Crawl(pages, VISIT)
    assert len(found.posts) == 3 and found.reports[HOME].complete
    assert len([url for url in pages.asked if "map" in url]) <= 1_100


def test_a_host_that_has_had_its_day_is_asked_no_more_and_what_waits_goes_on_waiting():
    pages = web(BLOG)
    first = Crawl(pages, replace(VISIT, asked_today=96), options=replace(FAST, max_a_day=100))
    assert len(pages.asked) == 4
    report = first.reports[HOME]
    assert report.ok and not report.complete and report.rest_s and "requests of a day" in report.note
    rest = Crawl(pages, first.next_visit(VISIT))
    assert first.posts | rest.posts == {HOME + f"p/{n}/" for n in ("one", "two", "three")}


def test_old_rules_are_followed_while_robots_txt_cannot_be_had():
    pages = web({**BLOG, "/robots.txt": (503, "")})
    old = Robots("https://a.example", 200, b"User-agent: *\nDisallow: /p/two/", pages.clock.now() - timedelta(days=3))
    found = Crawl(pages, VISIT, robots={old.origin: old})
    assert found.posts == {HOME + "p/one/", HOME + "p/three/"}
    assert found.robots == {}
    stale = replace(old, fetched_at=pages.clock.now() - timedelta(days=31))
    assert Crawl(pages, VISIT, robots={old.origin: stale}).posts == set()


def test_a_robots_txt_that_is_lost_on_a_later_visit_leaves_what_waits():
    pages = web(BLOG)
    first = Crawl(pages, VISIT, options=replace(FAST, max_requests=4))
    later = first.next_visit(VISIT)
    assert later.pending
    pages.pages[HOME + "robots.txt"] = (500, "")
    second = Crawl(pages, later)
    assert second.outcomes == []
    assert not second.reports[HOME].ok


def test_what_is_asked_again_is_told_so_that_a_kill_loses_none_of_it():
    pages = web({**full("new", "old"), "/": '<link rel="alternate" href="/feed.xml">' + anchors("/archive/")})
    del pages.pages[HOME + "sitemap.xml"]
    pages.pages[HOME + "archive/"] = anchors("/p/old/")
    later = Crawl(pages, VISIT).next_visit(VISIT)
    pages.pages[HOME + "feed.xml"] = feed("/p/newest/", "/p/new/")
    pages.pages[HOME + "p/newest/"] = article()
    second = Crawl(pages, later)
    again = {link.url for o in second.outcomes for link in o.again}
    assert again == {HOME, HOME + "archive/"}
    assert again <= {o.link.url for o in second.outcomes}


def test_rubbish_is_asked_for_once_more_and_what_was_to_be_a_post_is_doubted():
    class Moody(dict[str, object]):
        def get(self, url, default=None):
            answers = super().get(url, default)
            return answers.pop(0) if isinstance(answers, list) and len(answers) > 1 else answers

    pages = web({**BLOG, "/p/two/": "an error page without a post"})
    pages.pages = Moody({**pages.pages, HOME + "p/one/": ["", article()]})
    found = Crawl(pages, VISIT)
    assert found.posts == {HOME + "p/one/", HOME + "p/three/"}
    assert pages.times[HOME + "p/one/"] == 2
    assert [o.link.url for o in found.outcomes if o.doubtful] == [HOME + "p/two/"]


def test_a_post_by_its_address_that_leads_off_the_blog_is_doubted():
    pages = web({**BLOG, "/p/three/": (302, "https://elsewhere.example/")})
    found = Crawl(pages, VISIT)
    assert [o.link.url for o in found.outcomes if o.doubtful] == [HOME + "p/three/"]


def test_a_post_under_ever_new_queries_is_one_post_and_ends():
    class Calendar(dict[str, object]):
        def get(self, url, default=None):
            bare, _, day = url.partition("?day=")
            return super().get(bare, default) if day else super().get(url, default)

    days = anchors(*(f"/p/one/?day={n}" for n in range(300)))
    pages = web(BLOG)
    pages.pages = Calendar({**pages.pages, HOME + "archive/": days + anchors("/p/three/")})
    found = Crawl(pages, VISIT)
    assert found.posts == {HOME + f"p/{n}/" for n in ("one", "two", "three")}
    assert len([url for url in pages.asked if "?day=" in url]) < 60


def test_what_a_sitemap_names_that_was_not_there_before_is_asked_for_unless_it_names_many_such():
    early = full("one", "two") | {"/p/one/": article("/p/three/"), "/sitemap.xml": sitemap("/p/one/", "/p/two/")}
    pages = web({**early, **{f"/old/{n}/": (404, "") for n in range(40)}})
    later = Crawl(pages, VISIT).next_visit(VISIT)
    pages.pages[HOME + "p/three/"] = article()
    pages.pages[HOME + "sitemap.xml"] = sitemap("/p/one/", "/p/two/", "/p/three/")
    third = Crawl(pages, later)
    assert third.posts == {HOME + "p/three/"}
    stale = sitemap("/p/one/", "/p/two/", "/p/three/", *(f"/old/{n}/" for n in range(40)))
    pages.pages[HOME + "sitemap.xml"] = stale
    known = replace(third.next_visit(later), known=later.known | {key(HOME + f"old/{n}/") for n in range(40)})
    assert not [o for o in Crawl(pages, known).outcomes if "/old/" in o.link.url]


def test_a_feed_that_was_something_else_for_a_moment_is_doubted():
    found = Crawl(web({**BLOG, "/feed.xml": "<html>down for maintenance</html>"}), VISIT)
    assert [o.link.url for o in found.outcomes if o.doubtful] == [HOME + "feed.xml"]


def test_a_page_where_a_sitemap_may_be_is_doubted_and_one_where_a_feed_may_be_is_not():
    nothing = "<html>no such page</html>"
    found = Crawl(web({**BLOG, "/sitemap.xml": nothing, "/atom.xml": nothing}), VISIT)
    assert [o.link.url for o in found.outcomes if o.doubtful] == [HOME + "sitemap.xml"]
    assert [o.link.url for o in Crawl(web(BLOG), VISIT).outcomes if o.doubtful] == []


def test_pages_of_a_forgotten_blog_are_not_fetched_when_another_blog_leads_to_them():
    pages = web({**BLOG, "/archive/": anchors("/p/three/", "/old/one/", "/moved/"), "/old/one/": article()})
    pages.pages[HOME + "moved/"] = (301, "/old/two/")
    pages.pages[HOME + "old/two/"] = article()
    found = Crawl(pages, replace(VISIT, barred=(HOME + "old/",)))
    assert found.posts == {HOME + f"p/{n}/" for n in ("one", "two", "three")}
    assert not [url for url in pages.asked if "/old/" in url]
