"""The parts of the reader, each with values alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from crawler.read.charset import decode, detect
from crawler.read.code import code_text, language_of, normalise_code
from crawler.read.content import content_of, feed_content
from crawler.read.days import url_day
from crawler.read.language import language_of as text_language
from crawler.read.mathml import to_tex
from crawler.read.people import split_names
from crawler.read.references import kind_of, references_of
from crawler.read.title import without_site
from crawler.read.tree import parse_html
from crawler.sources.page import parse
from crawler.types import Blog, Hint, Page, Post

NOW = datetime(2026, 1, 2, tzinfo=UTC)


def body(html: str):
    root = parse_html(f"<html><body>{html}</body></html>")
    assert root is not None
    return root.find("body")


@pytest.mark.parametrize(
    ("data", "codec"),
    [
        ("深度学习".encode(), "utf-8"),
        (b"\xef\xbb\xbfabc", "utf-8"),
        ("深度学习的笔记，以及关于残差网络的说明。".encode("gb18030") * 9, "gb18030"),
        (b'<meta charset="gbk">' + "深度".encode("gbk"), "gb18030"),
        (b'<meta http-equiv=content-type content="text/html; charset=euc-kr">' + "학습".encode("euc-kr"), "cp949"),
        (b"<meta charset=utf-8>plain", "utf-8"),
        (b"plain ascii", "cp1252"),
        ("abc".encode("utf-16"), "utf-16"),
        ("<html>abcdefgh</html>".encode("utf-16-le"), "utf-16-le"),
        ("学习".encode()[:-1], "utf-8"),
    ],
)
def test_the_encoding_is_found_without_a_header(data, codec):
    assert detect(data) == codec


def test_the_header_decides_unless_the_bytes_are_not_so():
    assert detect("é".encode("latin-1"), "text/html; charset=iso-8859-1") == "cp1252"
    assert decode(b"caf\xe9 au lait, d\xe9j\xe0 vu", "text/html; charset=utf-8")[:3] == "caf"


@pytest.mark.parametrize(
    ("url", "day"),
    [
        ("https://a.example/2019/05/30/x/", "2019-05-30"),
        ("https://a.example/posts/2020-02-18-gpt.html", "2020-02-18"),
        ("https://a.example/2016/12/06/", "2016-12-06"),
        ("https://a.example/20210905.html", "2021-09-05"),
        ("https://a.example/2019/13/41/x", None),
        ("https://a.example/blog/2019/adam/", None),
    ],
)
def test_a_day_in_the_address(url, day):
    assert url_day(url) == day


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("By Ada Example and Ben Sample", ["Ada Example", "Ben Sample"]),
        ("作者：示例作者", ["示例作者"]),
        ("Written by Ada Example on March 5, 2024", ["Ada Example"]),
        ("ada@example.org", []),
        ("Staff", []),
        ("Ada Example, Ben Sample, Cy Probe", ["Ada Example", "Ben Sample", "Cy Probe"]),
    ],
)
def test_a_line_gives_the_names_of_people(line, names):
    assert split_names(line) == names


@pytest.mark.parametrize(
    ("title", "names", "headings", "own"),
    [
        ("Warm restarts | The Desk", ["The Desk"], [], "Warm restarts"),
        ("The Desk: Warm restarts", ["The Desk"], [], "Warm restarts"),
        ("Warm restarts - part two", ["The Desk"], ["Warm restarts - part two"], "Warm restarts - part two"),
        ("Warm restarts - part two", ["The Desk"], [], "Warm restarts - part two"),
        ("Warm restarts · unknown blog", [], ["Warm restarts"], "Warm restarts"),
    ],
)
def test_the_blogs_name_is_no_part_of_a_title(title, names, headings, own):
    assert without_site(title, names, headings) == own


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Residual connections add the input of a block to its output. " * 3, "en"),
        (
            "残差连接把输入加到输出上。使用 PyTorch 和 CUDA 11.8 训练 ResNet50 模型 for image classification tasks。"
            * 2,
            "zh",
        ),
        ("残差接続は入力を出力に足すことで、深いネットワークの学習を安定させる。" * 3, "ja"),
        ("잔차 연결은 입력을 출력에 더한다. PyTorch로 구현한다." * 3, "ko"),
        ("Le connessioni residue sommano l'ingresso di un blocco alla sua uscita e la rete impara meglio. " * 2, "it"),
        ("Residualverbindungen addieren die Eingabe eines Blocks zu seiner Ausgabe, damit das Netz lernt. " * 2, "de"),
        ("Les connexions résiduelles ajoutent l'entrée d'un bloc à sa sortie pour que le réseau apprenne. " * 2, "fr"),
        ("", None),
    ],
)
def test_a_language_is_told_by_the_prose(text, code):
    assert text_language(text)[0] == code


@pytest.mark.parametrize(
    ("markup", "tex"),
    [
        ("<math><msub><mi>x</mi><mn>1</mn></msub></math>", "x_{1}"),
        ("<math><mfrac><mn>1</mn><mi>n</mi></mfrac></math>", "\\frac{1}{n}"),
        ("<math><msqrt><mi>α</mi></msqrt></math>", "\\sqrt{\\alpha}"),
        ("<math><mover><mi>y</mi><mo>^</mo></mover></math>", "\\hat{y}"),
        ("<math><mi>log</mi><mi>p</mi></math>", "\\log p"),
        (
            "<math><mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr></mtable></math>",
            "\\begin{matrix}1 & 2\\end{matrix}",
        ),
    ],
)
def test_mathml_becomes_tex(markup, tex):
    assert to_tex(body(markup).find("math")) == tex


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://arxiv.org/abs/1706.03762", "paper"),
        ("https://doi.org/10.1000/1", "paper"),
        ("https://openreview.net/forum?id=x", "paper"),
        ("https://github.com/example/repo", "code"),
        ("https://github.com/example", "link"),
        ("https://example.org/", "link"),
    ],
)
def test_what_a_link_leads_to(url, kind):
    assert kind_of(url) == kind


def test_references_stand_once_each_and_code_has_none():
    markdown = "See [it](https://arxiv.org/pdf/1706.03762v5) and https://arxiv.org/abs/1706.03762.\n\n```\nhttps://no.example/\n```\n\n[home](https://own.example/x)"
    found = references_of(markdown, ["own.example"])
    assert [(r.kind, r.url, r.text) for r in found] == [
        ("paper", "https://arxiv.org/abs/1706.03762", "it"),
        ("post", "https://own.example/x", "home"),
    ]


def test_a_language_named_around_the_code_is_its_language():
    block = body('<div class="highlight-source-python"><pre>x</pre></div>')
    assert language_of(block.find(".//pre")) == "python"


def test_tabs_and_no_break_spaces_in_code_are_spaces():
    assert code_text(body("<pre>a\tb\u00a0c\n\n</pre>").find("pre")) == "a   b c"


def test_a_block_of_numbers_is_a_block_and_a_gutter_is_not():
    tree = body("<pre>1\n2</pre><div class='highlight'><pre class='lineno'>1\n2</pre></div>")
    normalise_code(tree)
    assert ["".join(p.itertext()) for p in tree.iter("pre")] == ["1\n2"]


def test_a_feeds_text_is_all_text():
    content = feed_content("<p>One line.</p><ul><li><a href='/x'>a link</a></li></ul>", "https://a.example/", False)
    assert content.markdown == "One line.\n\n- [a link](https://a.example/x)"


def test_a_page_without_a_body_has_no_text():
    root = parse_html("<html><head><title>x</title></head></html>")
    assert content_of(root, "https://a.example/").markdown == ""


def read(
    html: str | bytes,
    url: str = "https://a.example/posts/x/",
    hint: Hint | None = None,
    content_type: str = "text/html",
):
    data = html.encode() if isinstance(html, str) else html
    return list(parse(Page(url, url, 200, content_type, data, NOW), Blog("https://a.example/"), hint))


def test_a_page_that_scripts_fill_is_read_from_the_feed():
    told = "<p>" + "A long paragraph about attention heads and what they look at in a sentence. " * 12 + "</p>"
    hint = Hint(title="Heads", html=told, in_feed=True, published="2024-03-05")
    post = read("<html><head><title>Heads</title></head><body><div id=root></div></body></html>", hint=hint)[0]
    assert isinstance(post, Post)
    assert (post.text_from, post.title, post.published) == ("feed", "Heads", "2024-03-05")
    assert "attention heads" in post.markdown


@pytest.mark.parametrize(
    ("data", "content_type", "kind"),
    [
        (b"", "text/html", "thin"),
        (b"%PDF-1.4 ...", "text/html", "foreign"),
        (b"\x89PNG", "image/png", "foreign"),
        (b"just words", "text/plain", "foreign"),
        (b"<html><body><div id=app></div><script>go()</script></body></html>", "text/html", "script"),
        (b"<html><body><form><input type=password></form></body></html>", "text/html", "wall"),
    ],
)
def test_what_is_no_page_is_said_to_be_none(data, content_type, kind):
    (verdict,) = read(data, content_type=content_type)
    assert verdict.kind == kind
    assert verdict.reasons


def test_links_are_absolute_once_and_without_nofollow():
    html = (
        '<html><head><base href="/b/"></head><body><a href="x">1</a><a href="x#y">2</a><a href="n" rel="nofollow">3</a>'
        '<a href="mailto:a@b.example">4</a><a href="javascript:x()">5</a><a href="/tags/t/">6</a></body></html>'
    )
    *links, verdict = read(html)
    assert [(link.kind, link.url) for link in links] == [
        ("page", "https://a.example/b/x"),
        ("list", "https://a.example/tags/t/"),
    ]
    assert verdict.kind != "post"


def test_a_date_after_the_visit_is_no_date():
    html = (
        "<html><head><title>T</title><meta property='article:published_time' content='2031-01-01'></head>"
        "<body><article><p>" + "Words that go on. " * 60 + "</p></article></body></html>"
    )
    post = read(html)[0]
    assert isinstance(post, Post)
    assert post.published is None


@pytest.mark.parametrize(("alone", "day"), [(True, "2019-03-05"), (False, None)])
def test_a_day_is_guessed_for_a_page_alone_and_never_for_a_blogs(alone, day):
    html = (
        "<html><head><title>T</title></head><body><article><h1>T</h1>" + "<p>Words that go on. </p>" * 60 + "</article>"
        "<img src='/pictures/2019/03/05/cat.png'></body></html>"
    ).encode()
    url = "https://a.example/posts/a-thing"
    page = Page(url, url, 200, "text/html", html, NOW)
    hint = Hint(title="T", in_feed=True)
    post = next(parse(page, Blog("https://a.example/", alone=alone), hint))
    assert isinstance(post, Post)
    assert post.published == day
