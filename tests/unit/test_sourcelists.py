"""Lists of blogs in every form, and what is said of broken ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import UsageError
from kb.sourcelists import curated, new_source, read_list


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
