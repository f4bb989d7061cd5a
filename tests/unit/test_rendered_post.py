"""A stored post as HTML: formulas, footnotes, dollars, and nothing that can do harm."""

import pytest

from kb.rendering.reading import reading


def test_a_formula_is_mathml_with_its_rows_and_a_dollar_stays_a_dollar() -> None:
    html = reading(
        "It costs $5 or $6, and $a \\\\ b$ holds:\n\n$$\nX = \\begin{bmatrix} x_1 \\\\ x_2 \\end{bmatrix}\n$$\n"
    )
    assert html.count("<math ") == 2 and "$5 or $6" in html and html.count("$") == 2
    assert html.count("<mtr>") == 4
    assert 'display="inline"' in html and 'display="block"' in html


def test_a_line_of_the_text_is_a_line() -> None:
    assert reading("where:\n\\- `a` is one\n") == "<p>where:<br>\n- <code>a</code> is one</p>\n"


def test_code_keeps_its_dollars_and_tex_that_cannot_be_read_is_code() -> None:
    html = reading("`$x$` and $\\myownmacro{x}$\n\n```sh\necho $HOME $PATH\n```\n")
    assert "<code>$x$</code>" in html and "echo $HOME $PATH" in html and "<math" not in html
    assert '<code class="tex">\\myownmacro{x}</code>' in html


def test_footnotes_stand_at_the_end_by_their_numbers_without_dead_links() -> None:
    html = reading("One[^a] and two[^b].\n\n[^a]: First *note*.\n[^b]: Second.\n")
    assert "One<sup>[1]</sup> and two<sup>[2]</sup>" in html
    assert html.index("<ol>") < html.index("First <em>note</em>") < html.index("Second.")
    assert "href" not in html and "[^" not in html


@pytest.mark.parametrize(
    "text", ["$\\href{javascript:alert(1)}{x}$", "$<script>alert(1)</script>$", "\ue0f00\ue0f1 $x$"]
)
def test_nothing_harmful_comes_in_by_a_formula(text: str) -> None:
    html = reading(text)
    assert "<script" not in html and "href=" not in html and "\ue0f0" not in html
    assert html.count("<math ") <= 1
