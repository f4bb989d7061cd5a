"""The reader takes anything: no exception, bounded time, and text that survives the way through Markdown."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from crawler.blocks import blocks
from crawler.read.content import feed_content
from crawler.read.tree import parse_html
from crawler.sanitize import bound_depth
from crawler.sources.page import parse
from crawler.text import plain, plain_inline, sentences
from crawler.types import Blog, Page, Post, Verdict

PAGES = sorted((Path(__file__).parent.parent / "golden").glob("*/page.html"))
NOW = datetime(2026, 1, 2, tzinfo=UTC)


def read(data: bytes) -> list[object]:
    url = "https://a.example/posts/x/"
    return list(parse(Page(url, url, 200, "text/html", data, NOW), Blog("https://a.example/"), None))


@pytest.mark.parametrize("page", PAGES[::4], ids=lambda page: page.parent.name)
def test_a_page_cut_off_anywhere_is_read(page):
    data = page.read_bytes()
    for percent in range(1, 100, 7):
        *_, verdict = read(data[: len(data) * percent // 100])
        assert isinstance(verdict, Verdict)


PROSE = (
    "<p>Attention lets every token look at every other one, and a residual path carries the rest. 注意力机制。</p>" * 9
)
PAGE = f"<html><head><title>Heads</title></head><body><article><h1>Heads</h1>{PROSE}</article></body></html>"


@pytest.mark.parametrize(
    "data",
    [
        PAGE.encode().replace(b" every", b"\x00 every", 2),
        PAGE.replace("Attention", "Atten\ud800tion\udfff").encode("utf-8", "surrogatepass"),
        PAGE.replace("<head>", "<head><meta charset=utf-16>").encode(),
        PAGE.replace("<head>", "<head><meta charset=utf-8>").encode("gb18030"),
        PAGE.replace("<head>", "<head><meta charset=no-such-charset>").encode("utf-16"),
        PAGE.replace("token", "to\ue000k\U000f0001en\x08").encode(),
        PAGE.encode() + b"<p>" + b"word " * 20_000_000,
    ],
    ids=["nul", "surrogates", "says utf-16", "is gb18030", "is utf-16", "private", "100 MB"],
)
def test_bytes_that_are_no_text_leave_nothing_behind(data):
    post, verdict = None, None
    for thing in read(data):
        post, verdict = (thing, verdict) if isinstance(thing, Post) else (post, thing)
    assert isinstance(verdict, Verdict)
    assert post is not None, verdict
    assert "residual path carries" in post.markdown.replace("\ufffd", "")
    assert not re.search("[\x00-\x08\ud800-\udfff\ue000-\uf8ff\U000f0000-\U0010ffff]", post.markdown)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_verdict(data):
    *_, verdict = read(b"<html><body>" + data)
    assert isinstance(verdict, Verdict)


MARKUP = st.lists(
    st.sampled_from(
        [
            "<p>",
            "</p>",
            "<div>",
            "</div>",
            "<pre>",
            "</pre>",
            "<code>",
            "</code>",
            "<table>",
            "<tr>",
            "<td>",
            "</table>",
            "<ul>",
            "<li>",
            "</ul>",
            "<ol>",
            "<b>",
            "</b>",
            "<a",
            "href='#fn1'>",
            "</a>",
            "<sup>",
            "<h2>",
            "</h2>",
            "<figure>",
            "<img",
            "src=x>",
            "<br>",
            "<span",
            "class=katex>",
            "<math>",
            "$x$",
            "\\(",
            "\\)",
            "$$",
            "\\[",
            "word",
            "字",
            "<blockquote>",
            "<details>",
            "<summary>",
            "<li",
            "id=fn1>",
        ]
    ),
    max_size=60,
)


@settings(max_examples=150, deadline=None)
@given(MARKUP)
def test_any_nesting_gives_blocks_that_are_the_whole_text(parts):
    markdown = feed_content(" ".join(parts), "https://a.example/", True).markdown
    found = blocks(markdown)
    assert "".join(markdown[b.start : b.end] for b in found).replace("\n", "") == markdown.replace("\n", "")
    assert not any("\ue000" <= c <= "\uf8ff" or c >= "\U000f0000" for c in markdown)


WORDS = st.text(st.sampled_from("ab *_`[]()#>-+.!<&\\|~12残 "), min_size=1, max_size=40)


@settings(max_examples=300, deadline=None)
@given(WORDS)
def test_a_paragraphs_words_come_back_to_the_letter(text):
    import html

    words = " ".join(f"{text} and so on".split())
    markdown = feed_content(f"<p>{html.escape(words)}</p>", "https://a.example/", False).markdown
    assert plain(markdown).strip() == words.strip()


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_sentences_are_in_order_and_leave_no_word_out(text):
    spans = sentences(text)
    assert all(a < b for a, b in spans)
    assert all(one[1] <= two[0] for one, two in pairwise(spans))
    covered = "".join(text[a:b] for a, b in spans)
    assert "".join(covered.split()) == "".join(text.split())


@settings(max_examples=100, deadline=None)
@given(st.text(st.sampled_from("<>/divbp \"'!-=a"), max_size=300))
def test_bounding_the_depth_takes_nothing_but_tags(html):
    assert bound_depth(html) == html


@pytest.mark.parametrize(
    "piece", ["[", "](", "`", "``", "$", "$$ ", "\\(", "*", "![", "|", "> ", "- ", "$a ", "[a](", "\\[x"]
)
def test_a_long_run_of_marks_takes_no_time(piece):
    text = piece * (60_000 // len(piece))
    began = time.process_time()
    plain_inline(text[:20_000])
    markdown = feed_content(f"<p>{text}</p>", "https://a.example/", True).markdown
    blocks(markdown)
    assert time.process_time() - began < 10


def test_deep_and_long_pages_are_read_in_bounded_time():
    for html in (
        "<div>" * 20_000 + "x",
        "<p>" + "word " * 50_000,
        "<ul><li>" * 10_000,
        "<table><tr><td>" * 1_000,
        "<a href=x>l</a><br>" * 5_000,
    ):
        began = time.process_time()
        assert parse_html(html) is not None
        *_, verdict = read(html.encode())
        assert isinstance(verdict, Verdict)
        assert time.process_time() - began < 60
