"""The feeds and the list of blogs keep the rules that the W3C's service holds them against, in every state."""

from __future__ import annotations

from dataclasses import replace

import pytest

from crawler import plugins
from kb.article import write_article
from kb.types import Article
from kb.writing.layout import Language
from tests.articles import COUNTS, about_chart, hand_made, judge, sample_chart
from tests.feed_rules import broken

FORMS = ("atom", "rss", "opml")
HOME = "https://chart.example/kb/"
HOSTILE = ("<script>alert(1)</script>", "]]> <![CDATA[ x ]]>", "\x00\x1b[31m", "", " \n ", "名字 & “quotes”")


def real(language: Language, n: int = 12) -> Article:
    lines, texts = sample_chart(n)
    article = write_article(lines, texts.__getitem__, COUNTS, language, 3, "2026-01-02", judge=judge())
    return replace(article, about=about_chart(article.top, HOME))


def files_of(form: str, article: Article) -> list[bytes]:
    """What a format gives; for the site what in it is a feed or a list of blogs."""
    data = plugins.load("kb.exporters", form, "render")(article)
    if isinstance(data, bytes):
        return [data]
    return [text for name, text in data.items() if name in ("atom.xml", "rss.xml", "blogs.opml")]


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", [*FORMS, "site"])
def test_a_real_chart_keeps_the_rules(form: str, language: Language) -> None:
    files = files_of(form, real(language))
    assert len(files) == (3 if form == "site" else 1)
    assert [broken(data) for data in files] == [[]] * len(files)


@pytest.mark.parametrize("payload", HOSTILE)
@pytest.mark.parametrize("form", FORMS)
def test_whatever_a_text_holds_the_rules_are_kept(form: str, payload: str) -> None:
    article = hand_made(payload)
    (data,) = files_of(form, replace(article, about=replace(article.about, program="kb 1.0")))
    assert broken(data) == []


@pytest.mark.parametrize("form", FORMS)
def test_an_empty_chart_keeps_the_rules(form: str) -> None:
    (data,) = files_of(form, write_article((), {}.__getitem__, {}, "en", 1, "2026-01-02", judge=judge()))
    assert broken(data) == []


@pytest.mark.parametrize(
    ("form", "old", "new", "told"),
    [
        ("atom", b"<updated>", b"<updated>at ", "updated: at "),
        ("atom", b"<id>urn:", b"<id>", "id is no absolute address"),
        ("atom", b"</author>", b"</author><summary>x</summary>", "unknown summary"),
        ("rss", b"<lastBuildDate>Fri", b"<lastBuildDate>Sat", "lastBuildDate: Sat"),
        ("rss", b"<description>", b"<text>x</text><description>", "unknown text"),
        ("opml", b'text="', b'label="', "outline: no text"),
        ("opml", b"<dateCreated>", b"<dateCreated>on ", "dateCreated: on "),
    ],
)
def test_a_broken_rule_is_told(form: str, old: bytes, new: bytes, told: str) -> None:
    (data,) = files_of(form, real("en"))
    assert old in data
    assert any(told in line for line in broken(data.replace(old, new)))
