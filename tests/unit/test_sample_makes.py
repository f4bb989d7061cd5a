"""Every make gives whole blogs: what the posts say, pages that link one another, feeds that parse."""

import io
import json
import pkgutil
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree

import feedparser
import pytest
from lxml import etree, html

from crawler.sample import makes
from crawler.sample.library import Site, load_sites
from crawler.sample.resource import Resource
from crawler.sample.web import Web, build_web

MAKES = sorted(module.name for module in pkgutil.iter_modules(makes.__path__))
DATA = Path(__file__).parents[1] / "data" / "sample_web"
FEEDS = {"jekyll": "/feed.xml", "wordpress": "/feed/", "hexo": "/atom.xml", "quarto": "/index.xml"}


@pytest.fixture(params=MAKES)
def site(request: pytest.FixtureRequest) -> Site:
    return replace(load_sites(DATA)[0], make=request.param)


@pytest.fixture
def web(site: Site) -> Web:
    return build_web([site])


def pages(web: Web) -> dict[str, Resource]:
    return {
        path: page
        for path, page in web.hosts["blog.example"].items()
        if page.status == 200 and page.content_type.startswith("text/html")
    }


def links(page: Resource, path: str) -> set[str]:
    """The paths on the same host that a page links."""
    urls = (urljoin(f"http://blog.example{path}", link) for link in html.fromstring(page.body).xpath("//a/@href"))
    parts = [urlsplit(url) for url in urls]
    return {unquote(p.path) + (f"?{p.query}" if p.query else "") for p in parts if p.netloc == "blog.example"}


def test_a_post_shows_its_title_date_author_and_all_its_text(site: Site, web: Web) -> None:
    tree = html.fromstring(pages(web)["/everything/"].body)
    for waste in tree.xpath("//*[contains(@class, 'gutter')]"):
        waste.drop_tree()
    text = tree.text_content()
    assert "Everything & <more>" in [heading.text_content().strip() for heading in tree.xpath("//h1")]
    assert site.author in text
    assert "A <formula>" in text
    assert "costs $5 or $6, not $7$." in text
    code = [pre.text_content() for pre in tree.xpath("//pre")]
    assert any('return "a<b" if x else 1.5e-3  # done' in listing for listing in code)
    assert any("plain & simple" in listing for listing in code)
    assert tree.xpath("//td[normalize-space()='dot product']")
    assert tree.xpath("//img[contains(@src, 'loss-curve.svg')]")


def test_formulas_stand_whole(web: Web) -> None:
    tree = html.fromstring(pages(web)["/everything/"].body)
    text = tree.text_content() + "".join(tree.xpath("//img/@alt")) + "".join(tree.xpath("//script/text()"))
    for tex in ("L_{a}*b_{c}*", r"x_i < y_i \quad\text{and}\quad a & b", "O(n^2)"):
        assert tex in text


def test_pages_are_well_formed(web: Web) -> None:
    for path, page in pages(web).items():
        parser = etree.HTMLParser(encoding="utf-8")
        etree.parse(io.BytesIO(page.body), parser)
        # libxml2 knows HTML 4 and calls later elements invalid
        errors = [error.message for error in parser.error_log if "invalid" not in error.message]
        assert not errors, path


def test_every_link_within_the_blog_leads_somewhere(site: Site, web: Web) -> None:
    for path, page in pages(web).items():
        for link in links(page, path) - {"/talks.html"}:
            answer = web.find(site.host, link)
            assert answer and answer.status in (200, 301), f"{link} on {path}"


def test_every_post_is_reached_from_the_home_page_by_lists_alone(site: Site, web: Web) -> None:
    posts = {post.path for post in site.posts}
    reached: set[str] = set()
    waiting = ["/"]
    while waiting:
        path = waiting.pop()
        answer = web.find(site.host, path)
        if path in reached or answer is None or answer.status == 404:
            continue
        reached.add(path)
        if answer.location:
            waiting.append(urlsplit(urljoin("/", answer.location)).path)
        elif f"/{path.strip('/').split('/')[-1]}/" not in posts:
            waiting.extend(links(answer, path))
        else:  # a post, or a copy of one under another address, which names the post
            waiting.extend(
                urlsplit(url).path for url in html.fromstring(answer.body).xpath("//link[@rel='canonical']/@href")
            )
    assert posts <= reached


@pytest.mark.parametrize("make", sorted(FEEDS))
def test_feeds_parse_and_say_what_the_posts_say(make: str) -> None:
    site = replace(load_sites(DATA)[0], make=make)
    web = build_web([site])
    feed = feedparser.parse(web.hosts[site.host][FEEDS[site.make]].body)
    assert not feed.bozo
    posts = site.posts[:5] if site.make == "wordpress" else site.posts
    assert [entry.link for entry in feed.entries] == [post.url for post in posts]
    everything = next(entry for entry in feed.entries if entry.link.endswith("/everything/"))
    assert unescape(everything.title) == "Everything & <more>"
    assert everything.published_parsed[:3] == (2024, 5, 31)


def test_the_json_feed_has_every_post_in_full() -> None:
    site = replace(load_sites(DATA)[0], make="hugo")
    feed = json.loads(build_web([site]).hosts[site.host]["/feed.json"].body)
    assert [item["url"] for item in feed["items"]] == [post.url for post in site.posts]
    assert all(item["content_html"].startswith("<p>") for item in feed["items"])


def test_sitemaps_name_every_post(site: Site, web: Web) -> None:
    found = web.hosts[site.host].get("/sitemap.xml")
    if found is None:
        assert site.make in ("wordpress", "handmade", "hexo")
        return
    urls = {
        loc.text for loc in ElementTree.fromstring(found.body).iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")
    }
    assert {post.url for post in site.posts} <= urls
    for url in urls:
        answer = web.find(site.host, urlsplit(str(url)).path)
        assert answer and answer.status == 200, url


def test_two_builds_are_the_same_to_the_byte(site: Site, web: Web) -> None:
    again = build_web([site])
    assert {path: page.body for path, page in again.hosts[site.host].items()} == {
        path: page.body for path, page in web.hosts[site.host].items()
    }


def test_an_unknown_make_is_refused() -> None:
    (site,) = load_sites(DATA)
    with pytest.raises(ValueError, match=r"blog\.example: no such make: gatsby \(there are handmade, hexo"):
        build_web([replace(site, make="gatsby")])
