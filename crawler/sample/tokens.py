"""Just enough of a tokeniser to dress code as a highlighter would: words, strings, comments, numbers, signs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape

Line = list[tuple[str, str]]  # (kind, text); the kinds are the keys of SHORT, "name" and "space"

_TOKEN = re.compile(
    r"""(?P<comment>\#[^\n]*)
    |(?P<string>[rbfuRBFU]{0,2}(?:\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'))
    |(?P<float>\d[\d_]*(?:\.\d*(?:e[+-]?\d+)?|e[+-]?\d+)|\.\d+)
    |(?P<integer>\d[\d_]*)
    |(?P<word>[^\W\d]\w*)
    |(?P<space>\s+)
    |(?P<operator>[-+*/%@=<>!&|^~]+)
    |(?P<sign>.)""",
    re.VERBOSE | re.DOTALL,
)
_WORDS: Mapping[str, str] = {
    "import": "import from",
    "logic": "and or not in is",
    "constant": "True False None",
    "keyword": "as assert async await break class continue def del elif else except finally for global if lambda "
    "nonlocal pass raise return try while with yield",
    "builtin": "abs all any bool dict enumerate float int isinstance len list map max min open print range round set "
    "sorted str sum super tuple type zip",
}
_PLAIN = frozenset({"", "text", "plain", "txt", "console", "output"})

# Class names of Pygments; Rouge and Chroma took them over
SHORT: Mapping[str, str] = {
    "comment": "c1", "string": "s2", "float": "mf", "integer": "mi", "operator": "o", "sign": "p", "name": "n",
    "keyword": "k", "logic": "ow", "import": "kn", "constant": "kc", "builtin": "nb", "function": "nf", "class": "nc",
}  # fmt: skip


def lines(code: str, language: str) -> list[Line]:
    """The lines of a listing as tokens; a token that spans lines (a docstring) is cut at each line's end."""
    rows: list[Line] = [[]]
    before = ""
    for match in _TOKEN.finditer(code.rstrip("\n")):
        kind, text = match.lastgroup or "sign", match[0]
        if language in _PLAIN:
            kind = "space"
        elif kind == "word":
            kind = _word(text, before)
        for i, piece in enumerate(text.split("\n")):
            if i:
                rows.append([])
            if piece:
                rows[-1].append((kind, piece))
        if kind != "space":
            before = text
    return rows


def _word(text: str, before: str) -> str:
    if before in ("def", "class"):
        return "function" if before == "def" else "class"
    kind = next((kind for kind, words in _WORDS.items() if text in words.split()), "name")
    return "name" if kind == "builtin" and before == "." else kind


def spans(line: Line, classes: Mapping[str, str]) -> str:
    """A line as HTML; a kind that has no class stands bare."""
    return "".join(
        f'<span class="{classes[kind]}">{escape(text, quote=False)}</span>'
        if kind in classes
        else escape(text, quote=False)
        for kind, text in line
    )
