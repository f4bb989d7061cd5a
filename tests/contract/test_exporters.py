"""Every format keeps the same promises: whatever a blog's text holds, it is shown and never becomes anything else."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache

import pytest
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from crawler import plugins
from kb.article import write_article
from kb.types import Article
from kb.writing.layout import Language
from tests.articles import COUNTS, about_chart, hand_made, judge, sample_chart
from tests.formats import kept, rendered, unharmed

FORMATS = [
    name for name in plugins.names("kb.exporters") if name != "all"
]  # all holds the others, as a test below says
PAYLOADS = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "</title></style></code></pre><svg/onload=alert(1)>",
    "<!-- --><iframe src=//evil.example></iframe>",
    "&lt;script&gt;alert(1)&lt;/script&gt; &#60;b&#62;",
    "[click](javascript:alert(1)) ![i](https://evil.example/x.png)",
    "<https://evil.example/auto> https://evil.example/bare www.evil.example",
    "[ref]\n\n[ref]: https://evil.example/ref",
    "# heading\n\n- item\n\n> quote\n\n---\n\n1. one",
    "```\n</code>\n```\n~~~\n| a | b |\n|---|---|",
    "**bold** _em_ `code` ~~gone~~ <b>b</b> \\* \\",
    "=HYPERLINK(\"https://evil.example\";\"x\")",
    "+1+1", "-2+3", "@SUM(A1)", "\t=1+1", "\r=1+1", "|cmd' /C calc'!A0",
    'comma, "quote"; semicolon\nnew line\r\nanother',
    "\x00\x01\x1b[31mred\x1b[0m \x7f \u202egnp.exe\u202c \u2066x\u2069",
    "$\\href{javascript:alert(1)}{x}$ \\text{<img src=x onerror=alert(1)>} \\class{x}{y}",
    "\\unicode{x3c}script\\unicode{x3e} \\begin{array}{c}<b>\\end{array}",
    "]]> <![CDATA[ x ]]> <?php echo 1 ?> {{7*7}} ${7*7}",
    "``` ` `` ````", "\u2028line\u2029paragraph", "",
)  # fmt: skip
URLS = (
    "https://blog.example/a?b=1&c=<script>alert(1)</script>",
    'https://blog.example/" onclick="alert(1)',
    "https://blog.example/) [x](javascript:alert(1)",
    "https://blog.example/a>b <c",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "//evil.example/x",
    "=cmd|' /C calc'!A0",
    "https://blog.example/\n\nnew\x00\u202e",
)


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("form", FORMATS)
def test_no_url_is_more_than_a_link(form: str, url: str) -> None:
    unharmed(form, hand_made("A title", url))


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("form", FORMATS)
def test_nothing_that_a_text_holds_escapes(form: str, payload: str) -> None:
    article = hand_made(payload)
    unharmed(form, article)
    kept(form, article)


@pytest.mark.parametrize("form", FORMATS)
def test_a_format_names_its_suffix_and_gives_the_same_bytes_again(form: str) -> None:
    assert re.fullmatch(r"(?:\.[a-z]+)*", plugins.load("kb.exporters", form, "SUFFIX"))
    article = hand_made("text")
    render = plugins.load("kb.exporters", form, "render")
    assert render(article) == render(article)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", FORMATS)
def test_a_real_article_is_unharmed_and_small(form: str, language: Language) -> None:
    article = real(language)
    unharmed(form, article)
    assert sum(map(len, rendered(form, article).values())) < 3_000_000


@pytest.mark.parametrize("form", FORMATS)
def test_an_empty_chart_is_a_whole_file(form: str) -> None:
    article = write_article((), {}.__getitem__, {}, "zh", 1, "2026-01-02", judge=judge())
    unharmed(form, article)


@pytest.mark.parametrize("form", ["md", "html", "json", "epub", "site", "bibtex"])
def test_a_format_tells_edition_date_and_rights_in_its_own_way(form: str) -> None:
    text = "\n".join(data.decode() for data in rendered(form, real("en")).values())
    assert "Quotations are short, in the posts" in text and "2026-01-02" in text
    assert re.search(r"(?i)edition\W.{0,40}\b3\b", text)


def test_all_holds_every_other_format() -> None:
    article, every = hand_made("text"), plugins.load("kb.exporters", "all", "render")(hand_made("text"))
    for form in FORMATS:
        data = plugins.load("kb.exporters", form, "render")(article)
        if isinstance(data, bytes):
            assert every[f"article{plugins.load('kb.exporters', form, 'SUFFIX')}"] == data
        else:
            assert {name.removeprefix(f"{form}/") for name in every if name.startswith(f"{form}/")} == set(data)


def test_the_page_asks_for_nothing() -> None:
    page = rendered("html", real("en"))["article.html"].decode()
    assert "default-src 'none'" in page
    assert not re.search(r"<link|\bsrc=|@import|url\(|http-equiv=\"refresh|fetch\(|XMLHttp|import\(", page)


def test_words_survive_markdown_as_they_are() -> None:
    text = "2 * 3 * 4 = 24, a_b_c, <tag>, [x](y), `z` & |w| 1) # ok \\n ~~s~~"
    page = MarkdownIt("commonmark").enable("table").render(rendered("md", hand_made(text))["article.md"].decode())
    shown = lxml_html.fromstring(page).text_content()
    assert shown.count(text) >= 4


@cache
def real(language: Language) -> Article:
    """An article of the sample web with everything that is told of an edition."""
    lines, texts = sample_chart(60)
    article = write_article(lines, texts.__getitem__, COUNTS, language, 3, "2026-01-02", judge=judge())
    return replace(article, about=about_chart(lines))
