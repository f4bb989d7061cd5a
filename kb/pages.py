"""Pieces of a page: code in colours, sentences with formulas. What comes in is text, what goes out is escaped."""

from __future__ import annotations

import re
from html import escape

from kb.formulas import mathml
from kb.marks import clean, clean_block, math_runs, safe_url

_KEYWORDS = frozenset(
    """and as assert async await break case class const continue def del do else elif enum except export extends false
    final finally fn for from func function global if impl import in interface is lambda let match namespace new nil
    none nonlocal not null or pass private public pub raise return self static struct super switch template this throw
    true try type typedef union use using var void while with yield None True False pip conda install""".split()  # noqa: SIM905
)
_TOKEN = re.compile(
    r'(?P<c>#[^\n]*|//[^\n]*|/\*.*?\*/)|(?P<s>"""(?:.|\n)*?"""|\'\'\'(?:.|\n)*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'(?:\\.|[^\'\\\n])*\')'
    r"|(?P<d>\b\d[\w.]*\b)|(?P<w>[A-Za-z_]\w*)",
    re.S,
)
_HASH = frozenset({"python", "py", "python3", "bash", "sh", "r", "ruby", "yaml", "toml", ""})


def colour(code: str, language: str | None) -> str:
    """Code as HTML with spans of class k (word of the language), s (string), c (comment), d (number)."""
    hashed = (language or "").lower() in _HASH

    def mark(match: re.Match[str]) -> str:
        text, kind = match[0], match.lastgroup
        if kind == "w":
            return f'<span class="k">{text}</span>' if text in _KEYWORDS else text
        if kind == "c" and hashed != text.startswith("#"):
            return escape(text[:1]) + _paint(text[1:], mark)
        return f'<span class="{kind}">{escape(text)}</span>'

    return _paint(clean_block(code), mark)


def _paint(text: str, mark: object) -> str:
    assert callable(mark)
    out, at = [], 0
    for match in _TOKEN.finditer(text):
        out += [escape(text[at : match.start()]), mark(match)]
        at = match.end()
    return "".join(out) + escape(text[at:])


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
    return f'<div class="scroll" tabindex="0">{whole}</div>\n'


def _rows(text: str) -> list[str]:
    """The rows of a table, their cells made harmless one by one."""
    return ["\t".join(clean(cell) for cell in row.split("\t")) for row in text.split("\n")]
