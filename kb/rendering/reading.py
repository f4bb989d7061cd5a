"""A stored post's Markdown as HTML that is safe to show: formulas as MathML, footnotes by their numbers at the end."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any

from kb.rendering.formulas import mathml

if TYPE_CHECKING:
    from markdown_it import MarkdownIt

# A formula's place while the rest is sanitised: MathML would not come through. Private use, so that no text has it
_OPEN, _CLOSE = "\ue0f0", "\ue0f1"
_PLACE = re.compile(f"{_OPEN}([0-9]+){_CLOSE}")
_PRIVATE = {ord(_OPEN): None, ord(_CLOSE): None}


def reading(markdown: str) -> str:
    """The post's body, a line break where the text has one.

    A `$` that opens no formula is a dollar; what cannot be read as TeX is shown as code.
    """
    from crawler.sanitize import sanitize

    formulas: list[str] = []
    html = sanitize(_parser().render(markdown.translate(_PRIVATE), {"formulas": formulas}))
    return _PLACE.sub(lambda place: formulas[int(place[1])], html)


@cache
def _parser() -> MarkdownIt:
    from markdown_it import MarkdownIt
    from mdit_py_plugins.dollarmath import dollarmath_plugin
    from mdit_py_plugins.footnote import footnote_plugin

    parser = MarkdownIt("commonmark", {"breaks": True}).enable("table").use(footnote_plugin)
    parser.use(dollarmath_plugin, allow_space=False, allow_digits=False, double_inline=True)
    for name, display in (
        ("math_inline", False), ("math_inline_double", True), ("math_block", True), ("math_block_label", True),
    ):  # fmt: skip
        parser.add_render_rule(name, _formula(display))
    # as words: nothing can be linked to within a text that is sanitised
    parser.add_render_rule("footnote_ref", lambda _self, tokens, at, *_: f"<sup>[{tokens[at].meta['id'] + 1}]</sup>")
    parser.add_render_rule("footnote_anchor", lambda *_: "")
    return parser


def _formula(display: bool) -> Any:
    def render(_self: Any, tokens: Any, at: int, _options: Any, env: Any) -> str:
        formulas: list[str] = env["formulas"]
        formulas.append(mathml(tokens[at].content, display))
        return f"{_OPEN}{len(formulas) - 1}{_CLOSE}"

    return render
