"""Which link comes next, and which are not worth a request."""

from crawler.types import Hint, Link
from crawler.waiting import TRIES, Waiting

HOME = "https://a.org/"


def link(path: str, kind="page", via: str | None = HOME, **hint) -> Link:
    return Link("https://a.org" + path, kind, HOME, 1, via, Hint(**hint) if hint else None)


def test_a_page_is_taken_once_under_all_its_spellings():
    waiting = Waiting()
    assert waiting.add(link("/p/one/"))
    assert not waiting.add(link("/p/one/index.html?utm_source=x"))
    assert not Waiting(known=["a.org/p/one"]).add(link("/p/one/"))


def test_entries_of_the_feed_come_first_and_newest_first():
    waiting = Waiting()
    waiting.add(link("/p/none/"))
    waiting.add(link("/p/old/", in_feed=True, published="2019-01-01"))
    waiting.add(link("/p/new/", in_feed=True, published="2026-01-01"))
    waiting.add(link("/sitemap.xml", "sitemap"))
    order = [waiting.take().url.rstrip("/").rpartition("/")[2] for _ in range(4)]
    assert order == ["sitemap.xml", "new", "old", "none"]


def test_a_shape_that_gives_no_posts_is_left_out():
    waiting = Waiting()
    for n in range(50):
        waiting.add(link(f"/video/{n}/watch/"))
    tried = 0
    while (taken := waiting.take()) is not None:
        waiting.record(taken, "other", fed=False)
        tried += 1
    assert tried == TRIES
    assert len(list(waiting.left_out())) == 50 - TRIES
    assert len(waiting) == 0


def test_tag_pages_go_on_only_while_they_lead_to_posts():
    waiting = Waiting()
    for n in range(20):
        waiting.add(link(f"/tags/t{n}/"))
    first = waiting.take()
    waiting.record(first, "list", fed=False)
    waiting.add(link("/p/hidden/", via=first.url))
    post = waiting.take()
    assert post.url == "https://a.org/p/hidden/"
    waiting.record(post, "post", fed=False)
    asked = 0
    while (taken := waiting.take()) is not None:
        waiting.record(taken, "list", fed=False)
        asked += 1
    assert 3 < asked < 19  # a shape that has earned a post is given more tries, and not all


def test_links_of_a_list_that_names_only_dead_pages_are_dropped():
    waiting = Waiting()
    dead = "https://a.org/old-sitemap.xml"
    for n in range(30):
        waiting.add(link(f"/gone{n}/page{n}x/" if n % 2 else f"/also{n}/", via=dead, in_sitemap=True))
    asked = 0
    while (taken := waiting.take()) is not None:
        waiting.record(taken, "error", fed=False)
        asked += 1
    assert asked <= TRIES + 1


def test_a_post_that_a_page_names_beside_dead_ones_is_asked_for():
    waiting = Waiting(patterns=["a.org/{y}/{n}/*"])
    for month in range(TRIES):
        waiting.add(link(f"/2024/{month + 1}/gone/"))
        waiting.record(waiting.take(), "error", fed=False)
    waiting.add(link("/2025/01/there/"))
    waiting.add(link("/2025/02/listed/", in_sitemap=True))
    assert waiting.take().url == "https://a.org/2025/01/there/"
    assert waiting.take() is None


def test_shapes_of_posts_are_told_for_the_reader():
    waiting = Waiting(patterns=["a.org/p/*"])
    for n in range(3):
        waiting.add(link(f"/notes/n{n}/"))
        waiting.record(waiting.take(), "post", fed=False)
    assert waiting.patterns() == ("a.org/notes/*", "a.org/p/*")


def test_a_shape_that_gave_two_posts_looks_like_posts_however_many_failed():
    waiting = Waiting()
    for n in range(6):
        waiting.add(link(f"/notes/n{n}/"))
        waiting.record(waiting.take(), "post" if n > 3 else "thin", fed=False)
        assert waiting.looks_like_posts("https://a.org/notes/other/") == (n > 4)
