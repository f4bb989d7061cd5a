"""Markdown into HTML, each piece in the dress that a generator gives it: listings, formulas, headings, figures."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape
from typing import Any, cast

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token

from crawler.sample import tokens as code_tokens
from crawler.sample.library import SamplePost

# Pandoc's rule: no space inside the dollars, no digit after the last, so that "$5 and $6" is money
_INLINE = re.compile(r"\$(?![\s$])((?:[^$\\]|\\.)+?)(?<!\s)\$(?!\d)", re.DOTALL)


class Dress:
    """How a make writes the pieces of a post; a make overrides those that it writes in its own way."""

    list_class = ""
    table_open = "<table>\n"
    table_close = "</table>\n"

    def code(self, lines: list[code_tokens.Line], language: str, number: int) -> str:
        """A listing; `number` counts from 1 in a post."""
        text = "\n".join("".join(piece for _, piece in line) for line in lines)
        return f"<pre><code>{escape(text, quote=False)}\n</code></pre>\n"

    def inline_math(self, tex: str) -> str:
        return rf"\({escape(tex, quote=False)}\)"

    def display_math(self, tex: str) -> str:
        return f"\\[{escape(tex, quote=False)}\\]\n"

    def heading(self, level: int, inner: str, anchor: str) -> str:
        return f'<h{level} id="{anchor}">{inner}</h{level}>\n'

    def figure(self, src: str, caption: str) -> str:
        """`src` is the drawing's path on the site; `caption` is escaped."""
        return f'<figure>\n<img src="{src}" alt="{caption}">\n<figcaption>{caption}</figcaption>\n</figure>\n'

    def whole(self, html: str) -> str:
        """The last word on a post's text, for a make that wraps its parts."""
        return html


class _Renderer(RendererHTML):
    """Asks `env["dress"]` for what makes differ in; markdown-it takes each method as the rule of that name."""

    def fence(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        env["listings"] += 1
        language = tokens[idx].info.strip().split(" ")[0]
        lines = code_tokens.lines(tokens[idx].content, language)
        return _dress(env).code(lines, language, env["listings"])

    def math_inline(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return _dress(env).inline_math(tokens[idx].content)

    def math_block(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return _dress(env).display_math(tokens[idx].content)

    def heading_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        inner = self.render([tokens[idx + 1]], options, env)
        anchor = slug("".join(child.content for child in tokens[idx + 1].children or ()))
        tokens[idx + 1].children, tokens[idx + 2].hidden = [], True
        return _dress(env).heading(int(tokens[idx].tag[1]), inner, anchor)

    def heading_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return ""

    def paragraph_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "" if _is_figure(tokens[idx + 1]) else self.renderToken(tokens, idx, options, env)

    def paragraph_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return "" if _is_figure(tokens[idx - 1]) else self.renderToken(tokens, idx, options, env)

    def image(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        src = f"{env['path']}{tokens[idx].attrs['src']}"
        return _dress(env).figure(src, escape(tokens[idx].content))

    def bullet_list_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        if name := _dress(env).list_class:
            tokens[idx].attrSet("class", name)
        return self.renderToken(tokens, idx, options, env)

    ordered_list_open = bullet_list_open

    def table_open(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return _dress(env).table_open

    def table_close(self, tokens: Sequence[Token], idx: int, options: Any, env: Any) -> str:
        return _dress(env).table_close


def to_html(post: SamplePost, dress: Dress) -> str:
    """A post's text in a make's dress, without its title."""
    return dress.whole(parser().render(post.markdown, {"dress": dress, "listings": 0, "path": post.path}))


def parser() -> MarkdownIt:
    """CommonMark, pipe tables, and formulas between dollars; raw HTML is shown as text."""
    md = MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table")
    md.inline.ruler.after("escape", "math_inline", _inline)
    md.block.ruler.before("fence", "math_block", _block, {"alt": ["paragraph", "reference", "blockquote", "list"]})
    return md


def slug(text: str) -> str:
    """A heading or a tag as generators put it into URLs: lower case, words joined by hyphens, Chinese kept."""
    return re.sub(r"[^\w]+", "-", text.lower()).strip("-")


def _dress(env: Any) -> Dress:
    return cast(Dress, env["dress"])


def _is_figure(inline: Token) -> bool:
    return [child.type for child in inline.children or ()] == ["image"]


def _inline(state: StateInline, silent: bool) -> bool:
    match = _INLINE.match(state.src, state.pos, state.posMax)
    if not match:
        return False
    if not silent:
        state.push("math_inline", "math", 0).content = match[1]
    state.pos = match.end()
    return True


def _block(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    text = [state.src[state.bMarks[i] + state.tShift[i] : state.eMarks[i]].strip() for i in range(start, end)]
    if not text[0].startswith("$$"):
        return False
    last = 0
    if len(text[0]) < 5 or not text[0].endswith("$$"):
        last = next((i for i in range(1, len(text)) if text[i].endswith("$$")), -1)
    if last < 0:
        return False
    if not silent:
        token = state.push("math_block", "math", 0)
        token.content = "\n".join(text[: last + 1])[2:-2].strip("\n ")
        token.map = [start, start + last + 1]
    state.line = start + last + 1
    return True
