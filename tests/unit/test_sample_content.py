"""The posts of the sample web keep what is promised of them."""

import re
from collections import Counter
from datetime import date

import pytest
from lxml import html

from crawler.sample.figures import figures
from crawler.sample.library import SamplePost, Site, load_sites
from crawler.sample.markup import Dress, to_html


@pytest.fixture(scope="module")
def sites() -> tuple[Site, ...]:
    return load_sites()


@pytest.fixture(scope="module")
def posts(sites: tuple[Site, ...]) -> list[SamplePost]:
    return [post for site in sites for post in site.posts]


def test_there_are_blogs_of_different_make_in_two_languages(sites: tuple[Site, ...]) -> None:
    assert len({site.make for site in sites}) == len(sites) >= 6
    assert {site.language for site in sites} == {"en", "zh"}
    assert all(len(site.posts) >= 6 for site in sites)


def test_there_are_sixty_posts_over_many_subjects_and_some_off_the_topic(posts: list[SamplePost]) -> None:
    assert len(posts) >= 60
    assert len({tag for post in posts for tag in post.tags}) >= 8
    assert 3 <= sum(post.off_topic for post in posts) <= len(posts) / 5
    assert sum(post.copy_of is not None for post in posts) >= 1


def test_titles_and_addresses_are_unique(posts: list[SamplePost]) -> None:
    titles = Counter(post.title for post in posts if post.copy_of is None)
    assert [title for title, n in titles.items() if n > 1] == []
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", post.slug) for post in posts)


def test_no_date_is_out_of_order_or_after_october_2026(posts: list[SamplePost]) -> None:
    for post in posts:
        assert date(2015, 1, 1) <= post.published <= (post.updated or post.published) <= date(2026, 10, 31), post.url


def test_links_between_posts_lead_to_posts(posts: list[SamplePost], sites: tuple[Site, ...]) -> None:
    urls = {post.url for post in posts} | {site.base for site in sites}
    linked = {
        (post.url, url) for post in posts for url in re.findall(r"\]\((http://[^)]*\.example/[^)]*)\)", post.markdown)
    }
    assert [pair for pair in sorted(linked) if pair[1] not in urls] == []
    assert {post.copy_of for post in posts if post.copy_of} <= urls


def test_no_mark_of_markdown_is_left_in_the_text(posts: list[SamplePost]) -> None:
    for post in posts:
        tree = html.fromstring(f"<div>{to_html(post, Dress())}</div>")
        for waste in tree.xpath("//pre | //code"):
            waste.drop_tree()
        text = re.sub(r"\\\(.*?\\\)|\\\[.*?\\\]", "", tree.text_content(), flags=re.DOTALL)
        assert not re.search(r"\*\*|\$\w|\]\(|^#+ |\|", text, re.MULTILINE), post.url


def test_figures_have_captions_and_plain_names(posts: list[SamplePost]) -> None:
    for post in posts:
        for name, caption in figures(post):
            assert re.fullmatch(r"[a-z0-9-]+\.svg", name), post.url
            assert len(caption) > 8, post.url
