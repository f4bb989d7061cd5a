"""Formulas as MathML, which browsers show without script or network; what cannot be read is shown as its TeX."""

from __future__ import annotations

import re
from html import escape

from kb.rendering.marks import clean_block

LONGEST = 1000  # characters of TeX
# The few things that latex2mathml does not read, in words that it does
_REWRITTEN = tuple(
    (re.compile(pattern), by)
    for pattern, by in (
        (r"<", r"\\lt "),
        (r">", r"\\gt "),
        (r"\\(begin|end)\{(?:aligned|split|gathered|align|eqnarray\*?|multline\*?)\}", r"\\\1{align*}"),
        (r"\{?\\arg\s*\\(max|min)\}?(?![a-zA-Z])", r"\\operatorname*{arg\1}"),
        (r"\\\\\\\\", r"\\\\"),
        (r"^((?:(?!\\begin).)*\\\\(?:(?!\\begin).)*)$", r"\\begin{align*}\1\\end{align*}"),
        (r"\\arg(?![a-zA-Z])", r"\\operatorname{arg}"),
        (r"\\(?:bm|boldsymbol|pmb)(?![a-zA-Z])", r"\\mathbf"),
        (r"\\(math(?:bf|cal|bb|rm|it|sf|frak))\s+([A-Za-z0-9]|\\[a-zA-Z]+)", r"\\\1{\2}"),
        (r"\\(?:nonumber|notag)(?![a-zA-Z])", ""),
        (r"\\(?:tag|label)\*?\{[^{}]*\}", ""),
        (r"\\(?:mbox|hbox|textrm|textnormal)(?=\s*\{)", r"\\text"),
        (r"\\(?:displaylimits|allowbreak|hfill)(?![a-zA-Z])", ""),
    )
)
_TAG = re.compile(r"<[^<>]*>")
_EMPTY = re.compile(r'\s[a-z]+=""')  # the library gives a table of one column no spacing, which is no length
# MathML knows href and style too, and TeX can ask for them; only what says how a formula looks may stand
_ATTRIBUTES = (
    "xmlns|display|displaystyle|scriptlevel|stretchy|fence|form|separator|largeop|movablelimits|symmetric|accent"
    "|accentunder|lspace|rspace|width|height|depth|voffset|minsize|maxsize|mathvariant|mathcolor|mathsize|linethickness"
    "|columnalign|columnlines|rowlines|rowspacing|columnspacing|rowalign|notation|align"
)
_ELEMENT = rf"</?(?:math|m[a-z]+)(?:\s+(?:{_ATTRIBUTES})=\"[^\"<>&]*\")*\s*/?>"
_SAFE = re.compile(rf"(?:{_ELEMENT}|[^<>&]|&#?\w+;)*")
# A command that came through as it was written
_UNREAD = re.compile(r"\\[a-zA-Z]{2,}")


def mathml(tex: str, display: bool) -> str:
    """A formula as MathML that says its TeX to a screen reader, or its TeX as code."""
    tex = " ".join(clean_block(tex).split())
    found = _converted(tex, display) if 0 < len(tex) <= LONGEST else None
    if found is None:
        return f'<code class="tex">{escape(tex)}</code>'
    return found.replace("<math ", f'<math aria-label="{escape(tex, quote=True)}" ', 1)


def readable(tex: str) -> bool:
    """Whether a formula can be shown as MathML: no macro of its page's own is in it."""
    tex = " ".join(clean_block(tex).split())
    return 0 < len(tex) <= LONGEST and _converted(tex, True) is not None


def _converted(tex: str, display: bool) -> str | None:
    from latex2mathml.converter import convert

    for pattern, by in _REWRITTEN:
        tex = pattern.sub(by, tex)
    try:
        found = str(convert(tex, display="block" if display else "inline"))
    except Exception:  # the library raises its own errors, IndexError and others on TeX that it does not know
        return None
    found = _TAG.sub(lambda tag: _EMPTY.sub("", tag[0]), found)
    whole = found.count("<math ") == 1 and _SAFE.fullmatch(found) and not _UNREAD.search(_TAG.sub(" ", found))
    return found if whole else None
