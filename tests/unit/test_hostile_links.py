"""Links and names that a page may hold to lead a crawler astray."""

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest

import cli
from crawler.guard import GuardedBackend, Refused
from crawler.types import Blog
from tests.crawls import HOME, VISIT, Crawl, anchors, article, web


def test_links_that_are_no_web_addresses_are_never_asked_for():
    bad = (
        "file:///etc/passwd", "data:text/html,x", "javascript:alert(1)", "mailto:a@b.example",
        "ftp://a.example/p/", "//", "http://", "http://[::1", "https://a.example/" + "p" * 100_000,
    )  # fmt: skip
    pages = web({"/": anchors(*bad, "/p/one/"), "/p/one/": article(*bad)})
    found = Crawl(pages, VISIT)
    assert found.posts == {HOME + "p/one/"}
    assert all(url.startswith(HOME) and len(url) < 9_000 for url in pages.asked)


def test_the_name_of_a_user_in_a_link_is_not_sent_and_hides_no_host():
    pages = web({"/": anchors("https://me:secret@a.example/p/one/", "https://a.example@evil.example/p/two/"),
                 "/p/one/": article()})  # fmt: skip
    found = Crawl(pages, VISIT)
    assert found.posts == {HOME + "p/one/"}
    assert not [url for url in pages.asked if "@" in url or "evil" in url]


def test_an_international_name_and_its_punycode_are_one_host():
    pages = web({"/": anchors("https://bücher.example/")})
    pages.pages = {"https://xn--bcher-kva.example/": anchors("https://bücher.example/p/one/", "/p/two/"),
                   **{f"https://xn--bcher-kva.example/p/{n}/": article() for n in ("one", "two")}}  # fmt: skip
    found = Crawl(pages, replace(VISIT, blog=Blog("https://xn--bcher-kva.example/")))
    assert found.posts == {f"https://xn--bcher-kva.example/p/{n}/" for n in ("one", "two")}


@pytest.mark.parametrize("name", ["localhost", "127.1", "0x7f.1", "2130706433", "0", "::1"])
def test_a_name_that_resolves_to_this_machine_is_refused_when_connecting(name: str):
    with pytest.raises(Refused, match="no public address"):
        asyncio.run(GuardedBackend().addresses(name, 80))


def test_one_blog_under_five_spellings_is_one_source_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    spelt = ("https://a.example/", "http://A.example", "https://www.a.example/index.html", "https://a.example:443/?utm_source=x",
             "https://a.example/#top")  # fmt: skip
    blogs = tmp_path / "blogs.txt"
    blogs.write_text("\n".join(spelt))
    db = str(tmp_path / "kb.sqlite")
    assert cli.run(["--db", db, "sources", "import", str(blogs)]) == 0
    said = capsys.readouterr().err
    assert "1 of 5 added" in said
    assert said.count("already followed as source 1") == 4
    assert cli.run(["--db", db, "sources", "--format", "jsonl"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 1
