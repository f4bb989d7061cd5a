"""Markdown comes out as HTML with formulas whole, listings whole, and money still money."""

from datetime import date

import pytest
from lxml import etree

from crawler.sample.figures import draw, figures
from crawler.sample.library import SamplePost
from crawler.sample.makes.quarto import _Pandoc
from crawler.sample.markup import Dress, slug, to_html
from crawler.sample.resource import excerpt
from crawler.sample.tokens import SHORT, lines, spans


def post(markdown: str) -> SamplePost:
    return SamplePost("blog.example", "p", "P", date(2024, 1, 1), (), markdown)


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("a $x_1 * y_1 * z$ b", r"<p>a \(x_1 * y_1 * z\) b</p>"),
        ("from $5 to $6 each", "<p>from $5 to $6 each</p>"),
        ("`$x$` is code", "<p><code>$x$</code> is code</p>"),
        (r"costs \$5 and $a<b$", r"<p>costs $5 and \(a&lt;b\)</p>"),
        ("$$ a_1 $$", r"\[a_1\]"),
        ("$$\na_1\nb_2\n$$", "\\[a_1\nb_2\\]"),
        ("text\n$$\na\n$$\nmore", "<p>text</p>\n\\[a\\]\n<p>more</p>"),
        ("$$ never closed", "<p>$$ never closed</p>"),
        ("<b>raw</b>", "<p>&lt;b&gt;raw&lt;/b&gt;</p>"),
        ("## Why $x$ & y?", '<h2 id="why-x-y">Why \\(x\\) &amp; y?</h2>'),
    ],
)
def test_markdown_becomes_html(markdown: str, html: str) -> None:
    assert to_html(post(markdown), Dress()).strip() == html


def test_a_figure_stands_alone_and_under_its_post() -> None:
    html = to_html(post('![A "wide" one](net.svg)'), Dress())
    assert '<img src="/p/net.svg" alt="A &quot;wide&quot; one">' in html
    assert "<p>" not in html


def test_quarto_nests_sections() -> None:
    html = to_html(post("a\n\n## B\n\nb\n\n### C\n\nc\n\n## D\n\nd"), _Pandoc())
    outline = [part.split(">")[0] for part in html.split("<") if part.startswith(("section", "/section"))]
    assert outline == [
        'section id="b" class="level2"', 'section id="c" class="level3"', "/section", "/section",
        'section id="d" class="level2"', "/section",
    ]  # fmt: skip


@pytest.mark.parametrize("language", ["python", "bash", ""])
def test_tokens_put_together_are_the_code(language: str) -> None:
    code = 'def f(x):\n    """Doc\n    more."""\n\n    return x.sum() - 1e-3  # it\'s\n$ pip install "x" \\\n'
    rows = lines(code, language)
    assert "\n".join("".join(text for _, text in row) for row in rows) == code.rstrip("\n")


def test_tokens_know_words_of_python() -> None:
    (row,) = lines("from x import max, y.max", "python")
    kinds = {text: kind for kind, text in row}
    assert kinds["from"] == kinds["import"] == "import"
    assert [kind for kind, text in row if text == "max"] == ["builtin", "name"]
    assert spans([("string", '"a<b"'), ("space", " ")], SHORT) == '<span class="s2">"a&lt;b"</span> '


@pytest.mark.parametrize("name", ["transformer-block.svg", "loss-curve.svg", "attention-map.svg"])
def test_a_drawing_is_well_formed_and_the_same_every_time(name: str) -> None:
    caption = "残差连接 & a caption that is long enough to need a second line of the drawing, in two scripts 两种文字"
    assert draw(name, caption) == draw(name, caption)
    assert etree.fromstring(draw(name, caption).encode())[0].text == caption
    assert list(figures(post(f"![{caption}]({name})"))) == [(name, caption)]


def test_an_excerpt_is_plain_and_short() -> None:
    assert excerpt(post("A *plain* [link](http://x.example/) and `code`.")) == "A plain link and code."
    assert excerpt(post("word " * 100), limit=12) == "word word…"
    assert len(excerpt(post("汉字，" * 100), limit=20)) <= 21


def test_a_slug_keeps_chinese() -> None:
    assert slug("注意力机制 & Self-Attention!") == "注意力机制-self-attention"
