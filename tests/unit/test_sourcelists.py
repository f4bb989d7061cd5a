"""Lists of blogs in every form, and what is said of broken ones."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from kb.blogs.listwriting import FORMS, write_list
from kb.blogs.sourcelists import curated, new_source, read_list
from kb.errors import UsageError
from kb.types import NewSource, Source


def _list(tmp_path: Path, name: str, text: str) -> Path:
    file = tmp_path / name
    file.write_text(text, encoding="utf-8")
    return file


def test_an_opml_gives_blogs_with_their_folders(tmp_path: Path) -> None:
    file = _list(
        tmp_path,
        "blogs.opml",
        '<opml version="2.0"><body><outline text="Vision"><outline text="Pixels" type="rss" '
        'xmlUrl="http://pixels.example/feed" htmlUrl="http://pixels.example/"/></outline>'
        '<outline title="Feed only" xmlUrl="http://gradients.example/rss"/></body></opml>',
    )
    first, second = read_list(file)
    assert (first.url, first.feed, first.title, first.folder) == (
        "http://pixels.example/", "http://pixels.example/feed", "Pixels", "Vision",
    )  # fmt: skip
    assert (second.url, second.kind, second.folder) == ("http://gradients.example/rss", "feed", None)


def test_an_opml_bomb_is_refused(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE o [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><opml><body><outline text="&b;"/></body></opml>'
    with pytest.raises(UsageError, match="no valid OPML"):
        read_list(_list(tmp_path, "bomb.opml", bomb))


def test_csv_toml_and_lines_give_the_same(tmp_path: Path) -> None:
    expected = ["https://a.example/", "https://b.example/blog/"]
    csv = _list(tmp_path, "l.csv", "title,site_url\nA,https://a.example/\nB,https://b.example/blog/\n")
    toml = _list(tmp_path, "l.toml", 'blogs = [{ title = "A", url = "https://a.example/" },\n'
                 '{ title = "B", url = "https://b.example/blog/" }]')  # fmt: skip
    lines = _list(tmp_path, "l.txt", "# mine\na.example\n\nhttps://b.example/blog/\n")
    assert [[s.url for s in read_list(f)] for f in (csv, toml, lines)] == [expected] * 3


ADDRESSES = ["", "not a url", "ftp://a.example/", "localhost", "file:///etc/passwd", "javascript:1"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_no_web_address_is_named(address: str) -> None:
    with pytest.raises(UsageError, match="not a web address"):
        new_source(address)


def test_a_missing_and_an_empty_list_are_usage_errors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        read_list(tmp_path / "none.csv")
    with pytest.raises(UsageError, match="names no blog"):
        read_list(_list(tmp_path, "empty.txt", "# nothing\n"))


def test_the_curated_list_can_be_imported_whole() -> None:
    assert len({s.url for s in curated()}) >= 120


NESTED = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>mine</title></head><body>
<outline text="AI/ML"><outline text="Vision"><outline text="Pixels &amp; more" xmlUrl="https://pixels.example/feed"
 htmlUrl="https://pixels.example/" language="en"/></outline>
<outline text="卷积" type="link" url="https://juanji.example/"/></outline>
<outline text="Feed only" xmlUrl="https://gradients.example/rss"/></body></opml>"""


def _stored(found: list[NewSource]) -> list[Source]:
    return [
        Source(n, s.url, s.title, s.feed, s.kind, s.language, "new", None, None, 0, None, 0, None, s.folder)
        for n, s in enumerate(found, 1)
    ]


@pytest.mark.parametrize("form", FORMS)
def test_what_is_written_is_read_back(form: str, tmp_path: Path) -> None:
    found = read_list(_list(tmp_path, "in.opml", NESTED))
    assert [s.folder for s in found] == ["AI/ML > Vision", "AI/ML", None]
    found += [new_source("https://maps.example/map.xml", '=1+1 "quoted"\t<b>', None, "zh", "sitemap", "a & b")]
    name = {"lines": "out.txt"}.get(form, f"out.{form}")
    again = read_list(_list(tmp_path, name, write_list(_stored(found), form, datetime(2026, 11, 1, tzinfo=UTC))))
    if form == "lines":
        assert [s.url for s in again] == [s.url for s in found]
    else:
        assert again == [replace(s, title=" ".join(s.title.split())) if s.title else s for s in found]


def test_posts_added_by_hand_are_no_followed_blogs() -> None:
    one, other = _stored([new_source("a.example"), new_source("b.example")])
    written = write_list([replace(one, status="hand"), other], "lines", datetime(2026, 11, 1, tzinfo=UTC))
    assert written == "https://b.example/\n"


def test_an_opml_of_endless_folders_is_refused_and_a_long_one_is_read_in_bounded_memory(tmp_path: Path) -> None:
    deep = "<opml><body>" + '<outline text="x">' * 100_000
    with pytest.raises(UsageError, match="nested deeper than 50"):
        read_list(_list(tmp_path, "deep.opml", deep))
    long = '<opml><body><outline xmlUrl="http://a.example/f"/>' + "<outline/>" * 20_000 + "</body></opml>"
    file = _list(tmp_path, "long.opml", long)
    tracemalloc.start()
    assert len(read_list(file)) == 1
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 6 * len(long)  # the whole tree takes 10


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "url\n" + "x" * 200_000, "no valid CSV"),
        ("a.toml", "a = " + "[" * 100_000, "no valid TOML"),
        ("a.toml", "blogs = 3", "names no blog"),
        ("a.opml", "<opml><body><outline", "no valid OPML"),
        ("a.opml", "", "no valid OPML"),
    ],
)
def test_a_broken_list_is_a_usage_error(name: str, text: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=words):
        read_list(_list(tmp_path, name, text))


def test_an_entry_that_is_no_address_is_told_and_the_others_are_read(tmp_path: Path) -> None:
    wrong: list[str] = []
    found = read_list(_list(tmp_path, "l.txt", "a.example\nnot a url\nhttps://b.example/\n"), wrong)
    assert [s.url for s in found] == ["https://a.example/", "https://b.example/"]
    assert wrong == ['not a web address: "not a url"']


@pytest.mark.parametrize("text", ["feed:https://a.example/rss", "feed://a.example/rss"])
def test_the_feed_scheme_of_some_lists_is_understood(text: str) -> None:
    assert new_source(text).url.endswith("://a.example/rss")


@pytest.mark.parametrize("text", ["Name;URL\nA;a.example\n", "name\turl\nA\ta.example\n", "A,https://a.example/\n"])
def test_csv_with_other_separators_and_without_names_of_columns(text: str, tmp_path: Path) -> None:
    assert [s.url for s in read_list(_list(tmp_path, "l.csv", text))] == ["https://a.example/"]


def test_an_opml_in_another_encoding_is_read(tmp_path: Path) -> None:
    file = tmp_path / "gbk.opml"
    file.write_bytes('<?xml version="1.0" encoding="gbk"?><opml><body><outline text="卷积" '
                     'htmlUrl="http://a.example/"/></body></opml>'.encode("gbk"))  # fmt: skip
    assert [s.title for s in read_list(file)] == ["卷积"]
