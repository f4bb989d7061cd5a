"""Formulas in whatever dress a page gives them, turned into TeX between four private marks in the text."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, unquote, urlsplit

from crawler.read.mathml import to_tex
from crawler.read.tree import (
    DISPLAY_CLOSE,
    DISPLAY_OPEN,
    INLINE_CLOSE,
    INLINE_OPEN,
    Element,
    drop,
    replace_with_text,
    tokens,
)

_RENDERED = re.compile(
    r"mathjax_preview|mathjax_display|mathjax_svg|mathjax_chtml|mathjax_mathml|mjx-chtml| mathjax |"
    r"mathjax_error|katex-html"
)
_SOURCE = re.compile(
    r" (?:math|mathjax_process|tex-formula|katex-src|arithmatex|tex2jax_process|math-inline|math-display|"
    r"latex|formula-inline) "
)
_IMAGE = re.compile(
    r"latex\.php|codecogs\.com|zhihu\.com/equation|mathurl|chart\.googleapis\.com/chart|"
    r"render\.githubusercontent\.com/render/math|math\.now\.sh|i\.upmath\.me|s0\.wp\.com/latex"
)
_CDATA = re.compile(r"\s*%?\s*<!\[CDATA\[\s*|\s*%?\s*\]\]>\s*")
_WRAPPED = re.compile(r"\s*(?:\\\[(.*)\\\]|\$\$(.*)\$\$|\\\((.*)\\\)|\$(.*)\$)\s*", re.S)
_TEX = re.compile(r"[\\^_{}=+<>]|^\W*[A-Za-z]\W*$")


def mark(tex: str, display: bool) -> str:
    """TeX between the marks that the renderer knows; an empty formula is empty text."""
    tex = _CDATA.sub("", tex).strip()
    if not tex:
        return ""
    return f"{DISPLAY_OPEN}{tex}{DISPLAY_CLOSE}" if display else f"{INLINE_OPEN}{tex}{INLINE_CLOSE}"


def mark_formulas(root: Element) -> None:
    """Replace every formula that is an element by marked TeX; formulas written as text are the renderer's."""
    for script in list(root.iter("script")):
        kind = (script.get("type") or "").lower()
        if kind.startswith("math/tex"):
            replace_with_text(script, mark(script.text or "", "display" in kind))
        elif kind.startswith("math/mml") or kind.startswith("math/asciimath"):
            replace_with_text(script, mark(script.text or "", "display" in kind) if "ascii" in kind else "")
    named = [
        (element, names)
        for element in root.iter("span", "div", "mjx-container")
        if element.get("class") or element.get("id") or element.tag == "mjx-container"
        for names in [tokens(element)]
    ]
    for element, names in named:
        if element.tag == "mjx-container":
            _of_mathml(element, display=(element.get("display") == "true" or element.get("display") == "block"))
        elif " katex-display " in names:
            _of_mathml(element, display=True)
    for element, names in named:
        if element.tag == "mjx-container":
            continue
        if " katex " in names:
            _of_mathml(element, display=False)
        elif _RENDERED.search(names) and element.getparent() is not None:
            drop(element)
        elif _SOURCE.search(names):
            _of_source(element, names)
    for element in list(root.iter("d-math", "dt-math")):
        replace_with_text(element, mark(element.text_content(), element.get("block") is not None))
    for element in list(root.iter("math")):
        _of_mathml(element, display=element.get("display") == "block" or element.get("mode") == "display")
    for image in list(root.iter("img")):
        if (tex := _of_image(image)) is not None:
            replace_with_text(image, tex)


def _of_mathml(element: Element, display: bool) -> None:
    """A formula whose MathML, annotation or attributes hold its source; left alone where nothing does."""
    if element.getparent() is None:
        return
    tex = element.get("data-tex") or element.get("data-latex") or element.get("alttext")
    if not tex:
        notes = [a for a in element.iter("annotation") if "tex" in (a.get("encoding") or "")]
        maths = [element] if element.tag == "math" else list(element.iter("math"))
        if notes:
            tex = notes[0].text_content()
            display = display or any(m.get("display") == "block" for m in maths)
        elif maths:
            tex = maths[0].get("alttext") or to_tex(maths[0])
            display = display or maths[0].get("display") == "block"
    if tex:
        match = _WRAPPED.fullmatch(tex)
        if match:
            tex = next(group for group in match.groups() if group is not None)
        tex = re.sub(r"^\{\\displaystyle\s+(.*)\}$", r"\1", tex.strip(), flags=re.S)
        replace_with_text(element, mark(tex, display))
    elif element.tag in ("math", "mjx-container"):
        drop(element)


def _of_source(element: Element, names: str) -> None:
    """`<span class="math">\\(x\\)</span>` as Pandoc, Sphinx, Pelican and others write it."""
    if len(element) and any(child.tag not in ("br", "em", "span", "script") for child in element):
        return
    text = element.text_content()
    match = _WRAPPED.fullmatch(text)
    display = element.tag == "div" or " display " in names or "math-display" in names
    if match:
        inner = next(group for group in match.groups() if group is not None)
        if "$$" in inner or "\\[" in inner:
            return
        replace_with_text(element, mark(inner, display or match[1] is not None or match[2] is not None))
    elif (" math " in names and (" inline " in names or " display " in names)) and text.strip():
        replace_with_text(element, mark(text, display))


def _of_image(image: Element) -> str | None:
    """The marked TeX of an image of a formula, or None."""
    src = image.get("src") or image.get("data-src") or ""
    names = tokens(image)
    alt = (image.get("alt") or "").strip()
    if _IMAGE.search(src):
        tex = alt if alt and _TEX.search(alt) and not alt.lower().startswith(("image", "equation")) else ""
        if not tex:
            try:
                query = urlsplit(src).query
                given = parse_qs(query)
            except ValueError:
                return None
            for name in ("latex", "tex", "math", "chl", "from"):
                if name in given:
                    tex = given[name][0]
                    break
            else:
                tex = unquote(query)
        tex = re.sub(r"^\\(?:dpi\{\d+\}|inline|bg_\w+|fn_\w+|large|small|huge)\s*", "", tex.strip())
        return mark(tex.removeprefix("$").removesuffix("$"), False)
    if re.search(r" (?:latex|tex|math|ee_img|mwe-math-fallback-image-\w+|equation) ", names) or image.get("eeimg"):
        match = _WRAPPED.fullmatch(alt)
        tex = next(group for group in match.groups() if group is not None) if match else alt
        tex = re.sub(r"^\{\\displaystyle\s+(.*)\}$", r"\1", tex.strip(), flags=re.S)
        return mark(tex, False) if tex and _TEX.search(tex) else None
    match = _WRAPPED.fullmatch(alt)
    if match and len(alt) > 2:
        return mark(next(group for group in match.groups() if group is not None), bool(match[1] or match[2]))
    return None
