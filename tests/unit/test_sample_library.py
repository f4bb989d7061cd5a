"""The sample web's posts are read from their files as they were written, and wrong ones are named."""

from datetime import date
from pathlib import Path

import pytest

from crawler.sample.library import load_sites, parse_post

DATA = Path(__file__).parents[1] / "data" / "sample_web"


def test_a_post_has_what_its_file_says() -> None:
    (site,) = load_sites(DATA)
    post = next(post for post in site.posts if post.slug == "everything")
    assert (post.title, post.published, post.updated) == ("Everything & <more>", date(2024, 5, 31), date(2024, 6, 2))
    assert post.tags == ("machine learning", "注意力机制")
    assert post.url == "http://blog.example/everything/"
    assert not post.off_topic


def test_posts_stand_newest_first_and_know_their_neighbours() -> None:
    (site,) = load_sites(DATA)
    assert [post.published for post in site.posts] == sorted((post.published for post in site.posts), reverse=True)
    assert site.neighbours(site.posts[0]) == (site.posts[1], None)
    assert site.neighbours(site.posts[-1]) == (None, site.posts[-2])


def test_a_cross_post_without_text_has_the_text_of_its_original() -> None:
    (site,) = load_sites(DATA)
    posts = {post.slug: post for post in site.posts}
    assert posts["copied"].markdown == posts["plain-2"].markdown
    assert posts["copied"].off_topic


def test_an_instant_never_leaves_the_authors_day() -> None:
    (site,) = load_sites(DATA)
    for post in site.posts:
        assert site.moment(post.published, post).date() == post.published


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("no front matter", "begins with no front matter"),
        ('+++\ntitle = "t"\ntags = []\n+++\nx', "lacks date"),
        ('+++\ntitle = "t"\ndate = 2024-01-01\ntags = []\nauthor = "a"\n+++\nx', "unknown author"),
        ('+++\ntitle = "t"\ndate = "2024-01-01"\ntags = []\n+++\nx', "dates are days"),
        ('+++\ntitle = "t"\ndate = 2024-01-01T00:00:00\ntags = []\n+++\nx', "dates are days"),
    ],
)
def test_a_post_that_is_not_in_the_form_is_named(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=rf"blog\.example/post\.md: .*{words}"):
        parse_post("blog.example", "post", text)


def test_a_site_that_names_another_folder_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "other.example"
    folder.mkdir()
    for name in ("site.toml", "everything.md"):
        (folder / name).write_text((DATA / "blog.example" / name).read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"other\.example/site\.toml"):
        load_sites(tmp_path)


def test_a_copy_of_nothing_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "blog.example"
    folder.mkdir()
    for name in ("site.toml", "copied.md"):
        (folder / name).write_text((DATA / "blog.example" / name).read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(ValueError, match=r"blog\.example/copied\.md: copies http://blog\.example/plain-2/"):
        load_sites(tmp_path)
