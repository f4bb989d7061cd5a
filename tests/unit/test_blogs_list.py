"""The curated list is edited by hand, a line a blog: these are the slips a hand makes."""

import re
import tomllib
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

LIST = Path(__file__).parents[2] / "crawler" / "blogs.toml"
REQUIRED = {"title", "url", "language"}
OPTIONAL = {"feed", "kind"}
KINDS = {"feed", "sitemap"}

Row = dict[str, str]


@pytest.fixture(scope="module")
def text() -> str:
    return LIST.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def blogs(text: str) -> list[Row]:
    table = tomllib.loads(text)
    assert set(table) == {"blogs"}
    return table["blogs"]


def address(url: str) -> str:
    """The url by which the list is sorted: without scheme and "www.", in lower case."""
    return re.sub(r"^https?://(www\.)?", "", url.lower())


def repeated(values: list[str]) -> list[str]:
    return [value for value, n in Counter(values).items() if n > 1]


def test_it_is_long_enough_in_both_languages(blogs: list[Row]) -> None:
    assert len(blogs) >= 150
    assert sum(row["language"] == "zh" for row in blogs) >= 25


def test_every_row_stays_a_line_of_its_own(text: str, blogs: list[Row]) -> None:
    assert len(re.findall(r"^  \{ .* \},$", text, re.MULTILINE)) == len(blogs)


def test_every_row_has_the_required_keys_and_no_unknown_one(blogs: list[Row]) -> None:
    assert [row for row in blogs if not REQUIRED <= set(row) <= REQUIRED | OPTIONAL] == []
    assert [row for row in blogs if row.get("kind", "feed") not in KINDS] == []


def test_every_title_says_something(blogs: list[Row]) -> None:
    assert [row for row in blogs if not row["title"] or row["title"] != row["title"].strip()] == []


def test_every_language_is_a_two_letter_code(blogs: list[Row]) -> None:
    assert [row for row in blogs if not re.fullmatch(r"[a-z]{2}", row["language"])] == []


def test_every_url_and_feed_is_http_with_a_host(blogs: list[Row]) -> None:
    urls = [row[key] for row in blogs for key in ("url", "feed") if key in row]
    assert [url for url in urls if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname] == []
    assert [url for url in urls if re.search(r"\s", url)] == []


def test_no_blog_is_listed_twice_under_another_scheme_www_case_of_the_host_or_trailing_slash(blogs: list[Row]) -> None:
    hosts_and_paths = [
        ((urlsplit(row["url"]).hostname or "").removeprefix("www.") + urlsplit(row["url"]).path).rstrip("/")
        for row in blogs
    ]
    assert repeated(hosts_and_paths) == []


def test_no_feed_is_listed_twice(blogs: list[Row]) -> None:
    assert repeated([row["feed"] for row in blogs if "feed" in row]) == []


def test_it_is_sorted_by_language_then_by_address(blogs: list[Row]) -> None:
    keys = [(row["language"], address(row["url"])) for row in blogs]
    assert keys == sorted(keys)
