"""Formulas are read as MathML, or shown as they were written; nothing of them is more than a formula."""

from __future__ import annotations

import pytest

from kb.rendering.formulas import mathml


@pytest.mark.parametrize(
    "tex",
    [
        r"y = \frac{1}{1 + e^{-x}}",
        r"\begin{aligned} a &= b \\ c &= d \end{aligned}",
        r"\hat\theta = \arg\max_\theta \mathbb{E}_{x \sim p}[\log p_\theta(x)]",
        r"x_i < y_j > 0",
        r"\text{loss} = \mathcal L + \lambda \lVert \mathbf w \rVert^2",
    ],
)
def test_a_formula_becomes_mathml_that_says_its_tex(tex: str) -> None:
    found = mathml(tex, display=True)
    assert found.startswith('<math aria-label="')
    assert "\\" not in found.split('"', 2)[2]


@pytest.mark.parametrize(
    "tex", [r"\mymacro{x}", r"\begin{matrix}", "", "x" * 2000, r"\href{javascript:alert(1)}{x}", r"\style{a}{x}"]
)
def test_what_cannot_be_read_is_shown_as_tex(tex: str) -> None:
    assert mathml(tex, display=False).startswith('<code class="tex">')


def test_tex_is_escaped() -> None:
    assert "<img" not in mathml(r"\text{<img src=x>} \foo", display=False)


def test_no_attribute_is_empty() -> None:
    found = mathml("\\begin{aligned} Cost = 2(\\sqrt{P}-1) \\end{aligned}", True)
    assert "<mtable" in found and '=""' not in found
