"""Text from outside made safe to show."""

import time

import pytest

from crawler.sanitize import MAX_DEPTH, bound_depth, sanitize


@pytest.mark.parametrize(
    ("html", "safe"),
    [
        ("<p onclick=x()>Hi<script>alert(1)</script></p>", "<p>Hi</p>"),
        ('<a href="javascript:alert(1)">x</a>', '<a rel="noopener noreferrer nofollow">x</a>'),
        ("<img src=x onerror=y>", '<img src="x">'),
        ("<iframe src=//a></iframe>b", "b"),
        ("a\x00b\ud800c", "abc"),
    ],
)
def test_nothing_that_runs_is_left(html, safe):
    assert sanitize(html) == safe


def test_shallow_html_is_left_to_the_letter():
    html = "<ul>" + "<li>a<p>b" * 1000 + "</ul>"
    assert bound_depth(html) == html


def test_text_below_the_bound_stays():
    assert bound_depth("<div>" * 500 + "deep" + "</div>" * 500) == "<div>" * MAX_DEPTH + "deep" + "</div>" * MAX_DEPTH


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<b>",
        "<p><b id=1>",
        "<a ",
        '<a href="',
        "<!--<div>",
        "<div></b>",
        "<ul><li>",
        "<table><tr><td>",
        "&",
        "<",
        "<script>",
    ],
)
def test_a_megabyte_of_anything_takes_no_time(piece):
    began = time.process_time()
    sanitize(piece * (1_000_000 // len(piece)))
    assert time.process_time() - began < 5
