"""Every format keeps the same promises: whatever a blog's text holds, it is shown and never becomes anything else."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from crawler import plugins
from kb.article import write_article
from kb.types import Article
from tests.articles import COUNTS, hand_made, judge, sample_chart

FORMATS = plugins.names("kb.exporters")
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
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
_HTML = frozenset(
    re.findall(
        r"\w+",
        "html head meta title style body a div header h1 h2 h3 h4 p nav details summary ol ul li main section "
        "article footer span strong q figure pre code table thead tbody tr th td",
    )
)
_MATHML = frozenset(
    re.findall(
        r"\w+",
        "math mrow mi mo mn mtext mspace msub msup msubsup mfrac msqrt mroot mover munder munderover mtable "
        "mtr mtd mstyle mpadded mphantom menclose mfenced mprescripts mmultiscripts none",
    )
)


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize("form", FORMATS)
def test_no_url_is_more_than_a_link(form: str, url: str) -> None:
    unharmed(form, hand_made("A title", url))


@pytest.mark.parametrize("payload", PAYLOADS)
@pytest.mark.parametrize("form", FORMATS)
def test_nothing_that_a_text_holds_escapes(form: str, payload: str) -> None:
    unharmed(form, hand_made(payload))


@pytest.mark.parametrize("form", FORMATS)
def test_a_format_names_its_suffix_and_gives_the_same_bytes_again(form: str) -> None:
    assert plugins.load("kb.exporters", form, "SUFFIX") == f".{form}"
    article = hand_made("text")
    assert render(form, article) == render(form, article)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("form", FORMATS)
def test_a_real_article_is_unharmed_and_small(form: str, language: str) -> None:
    lines, texts = sample_chart(60)
    assert language in ("en", "zh")
    article = write_article(lines, texts.__getitem__, COUNTS, language, 3, "2026-01-02", judge=judge())
    unharmed(form, article)
    assert len(render(form, article)) < 3_000_000


def test_the_page_asks_for_nothing() -> None:
    page = render("html", hand_made("text")).decode()
    assert "default-src 'none'" in page.replace("&#x27;", "'")
    assert not re.search(r"<link|<script|\bsrc=|@import|url\(|http-equiv=\"refresh", page)


def test_words_survive_markdown_as_they_are() -> None:
    text = "2 * 3 * 4 = 24, a_b_c, <tag>, [x](y), `z` & |w| 1) # ok \\n ~~s~~"
    page = MarkdownIt("commonmark").enable("table").render(render("md", hand_made(text)).decode())
    shown = lxml_html.fromstring(page).text_content()
    assert shown.count(text) >= 4


def render(form: str, article: Article) -> bytes:
    data = plugins.load("kb.exporters", form, "render")(article)
    assert isinstance(data, bytes)
    return data


def unharmed(form: str, article: Article) -> None:
    text = render(form, article).decode()
    assert not _CONTROL.search(text)
    {"html": _html, "md": _md, "json": _json, "csv": _csv}[form](text, article)


def _html(text: str, article: Article) -> None:
    tree = lxml_html.document_fromstring(text)
    assert {e.tag for e in tree.iter() if isinstance(e.tag, str)} <= _HTML | _MATHML
    assert not [e for e in tree.iter() if not isinstance(e.tag, str)]
    for element in tree.iter():
        assert not [name for name in element.attrib if name.lower().startswith("on")]
        href = element.get("href", "#")
        assert href.startswith(("#", "https://", "http://"))
        assert "evil.example" not in href
    for line in article.top:
        title = " ".join(_CONTROL.sub("", line.post.title).split())
        assert title in " ".join(tree.text_content().split())


def _md(text: str, article: Article) -> None:
    reader = MarkdownIt("commonmark").enable("table").enable("strikethrough")
    tokens = reader.parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    assert not [t for t in (*tokens, *inline) if t.type in ("html_block", "html_inline", "image", "s_open")]
    for token in inline:
        if token.type == "link_open":
            href = str(token.attrs["href"])
            assert href.startswith(("https://", "http://"))
            assert "evil.example" not in href
    sections = sum(1 + len(c.sections) for c in article.chapters)
    heads = sum(s.form == "head" for c in article.chapters for section in c.sections for s in section.body)
    topics = len({line.topic.id if line.topic else 0 for line in article.top})
    assert sum(t.type == "heading_open" for t in tokens) == 2 + sections + heads + topics


def _json(text: str, article: Article) -> None:
    tree = json.loads(text)
    assert set(tree) >= {"edition", "language", "chapters", "top", "posts"}
    assert "<" not in text
    sentence = tree["chapters"][0]["sections"][0]["body"][0]
    assert set(sentence) >= {"text", "kind", "citations"}
    assert [line["rank"] for line in tree["top"]] == [line.entry.rank for line in article.top]


def _csv(text: str, article: Article) -> None:
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert len(rows) == 1 + len(article.top)
    assert {len(row) for row in rows} == {len(rows[0])}
    for row in rows:
        for cell in row:
            assert not cell.startswith(("=", "+", "@", "\t", "\r"))
            assert not cell.startswith("-") or re.fullmatch(r"-\d+(\.\d+)?", cell)
