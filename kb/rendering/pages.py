"""Pieces of a page: code in colours, sentences with formulas. What comes in is text, what goes out is escaped."""

from __future__ import annotations

import base64
import hashlib
import re
from html import escape
from importlib import resources
from itertools import groupby
from typing import Any

from kb.rendering.formulas import mathml
from kb.rendering.marks import clean, clean_block, math_runs, safe_url

# Kinds of Pygments' tokens, the first that holds -> class of the style sheet
_CLASSES = (
    ("Token.Comment", "c"), ("Token.Literal.String", "s"), ("Token.Literal.Number", "d"),
    ("Token.Keyword", "k"), ("Token.Operator.Word", "k"),
    ("Token.Name.Function", "f"), ("Token.Name.Class", "f"), ("Token.Name.Decorator", "f"),
)  # fmt: skip
_PYTHON = re.compile(r"^\s*(?:def \w+\(|class \w+|import \w+|from [\w.]+ import |@\w+$)", re.M)
LONGEST = 20_000  # characters of code that is coloured


def colour(code: str, language: str | None) -> str:
    """Code as HTML with spans of class k (word of the language), s (string), c (comment), d (number), f (name)."""
    text = clean_block(code)
    lexer = _lexer(language, text) if len(text) <= LONGEST else None
    if lexer is None:
        return escape(text)
    runs = [(_class(str(kind)), run) for kind, run in lexer.get_tokens(text)]
    if "".join(run for _, run in runs) != text:  # what a lexer drops or adds is not the post's
        return escape(text)
    out = []
    for name, group in groupby(runs, key=lambda run: run[0]):
        joined = escape("".join(run for _, run in group))
        out.append(f'<span class="{name}">{joined}</span>' if name and joined.strip() else joined)
    return "".join(out)


def _lexer(language: str | None, text: str) -> Any:
    """Pygments' lexer of a language that it knows; Python where none is named and it looks like it."""
    from pygments.lexers import get_lexer_by_name
    from pygments.util import ClassNotFound

    name = (language or "").strip().lower() or ("python" if _PYTHON.search(text) else "")
    try:
        return get_lexer_by_name(name, stripnl=False, ensurenl=False) if name else None
    except ClassNotFound:
        return None


def _class(kind: str) -> str:
    return next((name for start, name in _CLASSES if kind.startswith(start)), "")


def running(text: str) -> str:
    """A sentence as HTML, its formulas as MathML."""
    return "".join(mathml(run, False) if is_tex else escape(run) for is_tex, run in math_runs(clean(text)))


def link(text: str, url: str) -> str:
    """A link, or the text alone where the URL is none that one may follow."""
    safe = safe_url(url)
    return (
        f'<a href="{escape(safe, quote=True)}" rel="noopener noreferrer">{escape(text)}</a>' if safe else escape(text)
    )


def table(text: str) -> str:
    """A table of lines of cells apart by tabs, the first line its head; columns of figures stand to the right."""
    rows = [row.split("\t") for row in _rows(text)]
    numeric = [len(rows) > 1 and all(row[i].isdecimal() for row in rows[1:]) for i in range(len(rows[0]))]
    kinds = [' class="num"' if n else "" for n in numeric]
    head = "".join(f'<th scope="col"{k}>{escape(cell)}</th>' for cell, k in zip(rows[0], kinds, strict=False))
    body = "".join(
        "<tr>" + "".join(f"<td{k}>{escape(cell)}</td>" for cell, k in zip(row, kinds, strict=False)) + "</tr>\n"
        for row in rows[1:]
    )
    whole = f"<table>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{body}</tbody></table>"
    name = escape(rows[0][0], quote=True)
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">{whole}</div>\n'


def _rows(text: str) -> list[str]:
    """The rows of a table, their cells made harmless one by one."""
    return ["\t".join(clean(cell) for cell in row.split("\t")) for row in text.split("\n")]


def policy(script: str = "", local: bool = False) -> str:
    """A content security policy under which nothing runs but this very script, and nothing is fetched.

    local: the style sheet is a file beside the page, and a form may lead to another page.
    """
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    runs = f"'sha256-{digest}'" if script else "'none'"
    style, forms = ("'self'", "") if local else ("'unsafe-inline'", "; form-action 'none'")
    return f"default-src 'none'; style-src {style}; script-src {runs}; img-src data:; base-uri 'none'{forms}"


def data(name: str) -> str:
    """A style sheet or a script of the project."""
    return (resources.files("kb") / "data" / name).read_text(encoding="utf-8")
