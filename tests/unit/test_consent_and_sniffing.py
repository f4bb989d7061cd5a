"""What a page's author asks of robots, and what a body is whatever its label says."""

import hashlib

import pytest

from crawler.parse import read
from crawler.sniff import is_binary, is_rubbish, looks_like_markup
from crawler.types import Blog, Hint, Link, Page
from tests.fakes import StillClock

URL = "https://a.example/posts/heads/"
RUBBISH = hashlib.shake_256(b"/path").digest(20_000)


def page(body: bytes, content_type: str | None = "text/html", robots_tag: str | None = None) -> Page:
    return Page(URL, URL, 200, content_type, body, StillClock().now(), robots_tag=robots_tag)


def post(meta: str = "") -> bytes:
    words = " ".join(f"attention weighs values by key number {n}" for n in range(80))
    return f"<!doctype html><html><head><title>Heads</title>{meta}</head><body><article><h1>Heads</h1><p>{words}</p>\
        <a href='/posts/masks/'>masks</a></article></body></html>".encode()


LINK = Link(URL, "post", "https://a.example/", hint=Hint(in_feed=True, published="2026-09-01"))


@pytest.mark.parametrize(
    ("meta", "header", "stored", "followed"),
    [
        ("", None, True, True),
        ("<meta name=robots content='noindex'>", None, False, True),
        ("<meta name=ROBOTS content='NOINDEX, NOFOLLOW'>", None, False, False),
        ("<meta name=robots content=none>", None, False, False),
        ("<meta name=kb content=noindex>", None, False, True),
        ("<meta name=googlebot content=noindex>", None, True, True),
        ("<meta name=robots content='noarchive, max-snippet:-1'>", None, True, True),
        ("", "noindex", False, True),
        ("", "none", False, False),
        ("", "googlebot: noindex, nofollow", True, True),
        ("", "googlebot: noindex, kb: nofollow", True, False),
        ("", "googlebot: noindex\nnoindex", False, True),
        ("", "unavailable_after: 25 Jun 2030 15:00:00 PST, noindex", False, True),
    ],
)
def test_what_a_page_asks_of_robots_is_done(meta: str, header: str | None, stored: bool, followed: bool) -> None:
    told = read(page(post(meta), robots_tag=header), LINK, Blog("https://a.example/"))
    assert (told.post is not None, any("masks" in link.url for link in told.links)) == (stored, followed)
    assert stored or told.verdict.reasons == ("noindex: asks to be in no index",)


@pytest.mark.parametrize("body", [b"<!DOCTYPE html>", b"\xef\xbb\xbf  <html>", b"<?xml version='1.0'?><rss>",
                                  b"<!-- made by x -->\n<html lang=en>", b"<feed xmlns='x'>",
                                  b"<rdf:RDF "])  # fmt: skip
def test_markup_is_known_by_its_beginning(body: bytes) -> None:
    assert looks_like_markup(body)


@pytest.mark.parametrize("body", [b"", b"\x89PNG\r\n\x1a\n<html>", b"GIF89a", b"<svg xmlns='x'>", b"{}", b"words",
                                  b"<?xml version='1.0'?>\n<svg>", RUBBISH])  # fmt: skip
def test_what_is_no_markup_is_not_taken_for_it(body: bytes) -> None:
    assert not looks_like_markup(body)


@pytest.mark.parametrize("encoding", ["utf-8", "gbk", "big5", "shift_jis", "iso2022_jp", "utf-16", "utf-16-le"])
def test_text_in_any_encoding_is_text(encoding: str) -> None:
    text = "<html><p>Сеть 注意力 の".encode(encoding, "ignore") * 20
    assert not is_binary(text)


def test_rubbish_under_the_name_of_a_page_is_known_and_a_file_is_none() -> None:
    assert is_rubbish(RUBBISH, "text/html; charset=utf-8")
    assert is_rubbish(b" \n", "text/html")
    assert not is_rubbish(b"%PDF-1.7" + RUBBISH, "text/html")
    assert not is_rubbish(RUBBISH, "application/octet-stream")
    assert not is_rubbish(post(), "text/html")


@pytest.mark.parametrize("label", ["image/png", "application/octet-stream", "application/pdf", "text/plain", None])
def test_a_page_is_read_whatever_its_label_says(label: str | None) -> None:
    assert read(page(post(), label), LINK, Blog("https://a.example/")).post is not None


def test_rubbish_is_no_post_even_when_a_feed_named_it() -> None:
    assert read(page(RUBBISH), LINK, Blog("https://a.example/")).post is None
