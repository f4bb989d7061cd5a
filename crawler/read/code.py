"""Code blocks in the markup of a dozen highlighters, each turned into one bare <pre> with its language."""

from __future__ import annotations

import re

from crawler.read.tree import BLOCK, Element, drop, rename, search, tokens

_GUTTER = re.compile(
    r" (?:gutter|line-?nos?|linenodiv|lnt|ln|rouge-gutter|linenos|line-?numbers(?:-rows)?|hljs-ln-numbers|"
    r"hljs-ln-line-number|blob-num|lineno|code-gutter|linenumber) |react-syntax-highlighter-line-number"
)
_is_gutter = search(_GUTTER)
_is_line = search(re.compile(r" (?:line|token-line|cl|view-line) "))
_HIGHLIGHT = re.compile(
    r" (?:highlight|highlighter-rouge|codehilite|hljs|syntaxhighlighter|crayon-\w+|rouge-table|"
    r"highlighttable|lntable|code-wrapper|listingblock) "
)
_CHROME = re.compile(r"copy|clipboard|toolbar|code-header|code-lang|codeblock-header|code-title|button")
_LANGUAGE = re.compile(
    r"(?:^| )(?:language|lang|highlight-source|brush|highlight-text|hl|highlight)[-:] ?([a-z0-9+#_.]+)"
)
_NAMED = re.compile(r" (?:sourcecode|highlight|hljs|code|prettyprint|chroma|codehilite) +([a-z][a-z0-9+#]*) ")
_NO_LANGUAGE = frozenset(
    [
        "none",
        "text",
        "plaintext",
        "plain",
        "plain-text",
        "txt",
        "nohighlight",
        "default",
        "code",
        "highlight",
        "hljs",
        "source",
        "sourcecode",
        "highlighter-rouge",
        "rouge",
        "chroma",
        "numbersource",
        "numberlines",
        "line-numbers",
        "linenums",
        "copy",
        "undefined",
        "auto",
        "raw",
        "output",
        "no-highlight",
        "notranslate",
        "wrap",
        "text-sm",
        "language",
        "lang",
    ]
)
_ALIASES = {
    "py": "python", "python3": "python", "ipython3": "python", "ipython": "python", "pycon": "python",
    "ipython2": "python", "sh": "bash",
    "shell": "bash", "console": "bash", "zsh": "bash", "js": "javascript", "ts": "typescript", "c++": "cpp",
    "yml": "yaml", "rb": "ruby",
    "cu": "cuda", "golang": "go", "rs": "rust", "c#": "csharp", "tex": "latex", "md": "markdown", "objc": "objective-c",
}  # fmt: skip


def language_of(element: Element) -> str | None:
    """The language that a block of code, or what stands around it, names."""
    inner = list(element.iter("code"))[:1]
    around = []
    node = element
    for _ in range(5):
        node = node.getparent()
        if node is None or node.tag in ("body", "article", "main", "li", "section"):
            break
        around.append(node)
    for node in [*inner, element, *around]:
        for attribute in ("data-lang", "data-language", "language", "data-code-language", "lang"):
            name = (node.get(attribute) or "").strip().lower()
            if (
                name
                and name not in _NO_LANGUAGE
                and re.fullmatch(r"[a-z0-9+#_.-]+", name)
                and (attribute != "lang" or node.tag in ("pre", "code"))
            ):
                return _ALIASES.get(name, name)
        names = re.sub(r"\s+", " ", tokens(node)).replace(" src ", " ")
        for match in (_LANGUAGE.search(names), _NAMED.search(names)):
            if match and match[1] not in _NO_LANGUAGE:
                return _ALIASES.get(match[1], match[1])
    return None


def code_text(element: Element) -> str:
    """The lines of a block of code as they are shown."""
    if not len(element):
        return _tidy(element.text or "")
    out: list[str] = []

    def walk(node: Element) -> None:
        if not isinstance(node.tag, str):
            return
        names = tokens(node)
        if node is not element and (node.tag in ("button", "style", "script") or _is_gutter(names)):
            return
        if node.tag == "br":
            out.append("\n")
            return
        # A line that is an element of its own ends itself, unless a line feed already does
        own_line = node is not element and (
            node.tag in ("div", "li", "p", "tr") or (node.tag in ("span", "code") and _is_line(names))
        )
        start = len(out)
        if node.text:
            out.append(node.text)
        for child in node:
            walk(child)
            if child.tail:
                out.append(child.tail)
        if (own_line and out[start:] and not out[-1].endswith("\n") and not _followed_by_newline(node)) or (
            own_line and not out[start:] and node.tag in ("div", "li", "tr")
        ):
            out.append("\n")

    walk(element)
    return _tidy("".join(out))


def _tidy(text: str) -> str:
    """Lines of code without blanks at their ends and empty ones around them."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ").replace("\u200b", "").expandtabs(4)
    lines = [line.rstrip() for line in text.split("\n")]
    while lines and not lines[0]:
        lines.pop(0)
    while lines and not lines[-1]:
        lines.pop()
    return "\n".join(lines)


def _followed_by_newline(node: Element) -> bool:
    if node.tail:
        return bool(node.tail.lstrip(" \t").startswith(("\n", "\r")))
    following = node.getnext()
    if following is None:
        return node.getparent() is not None and node.getparent().tag == "span" and not node.getparent().tail
    return bool(following.tag == "br")


def _as_pre(element: Element, source: Element, language: str | None) -> None:
    """Make `element` the bare <pre> of what `source` shows."""
    text = code_text(source)
    for child in list(element):
        element.remove(child)
    tail = element.tail
    rename(element, "pre", data_lang=language or "")
    element.text, element.tail = text, tail


def normalise_code(root: Element) -> None:
    """Every block of code in the tree becomes a <pre data-lang="..."> that holds nothing but its lines."""
    for table in list(root.iter("table")):
        if table.getparent() is None:
            continue
        names = tokens(table)
        cells = [c for c in table.iter("td") if not _GUTTER.search(tokens(c))]
        gutters = [c for c in table.iter("td") if _GUTTER.search(tokens(c))]
        if not (gutters or _HIGHLIGHT.search(names)) or not cells:
            continue
        if not (
            any(c.find(".//pre") is not None for c in cells)
            or table.getparent().tag in ("pre", "code")
            or " blob-code" in tokens(cells[0])
            or " code " in tokens(cells[0])
            or "hljs" in names
        ):
            continue
        pres = [p for c in cells for p in c.iter("pre") if not _is_numbers(p)]
        _as_pre(table, pres[0] if len(pres) == 1 else table, language_of(pres[0] if pres else table))
    for element in list(root.iter("d-code", "dt-code", "gist-code")):
        if element.tag == "d-code" and element.get("block") is None and "\n" not in (element.text or ""):
            rename(element, "code")
        else:
            _as_pre(element, element, language_of(element))
    for element in list(root.iter("textarea", "listing", "xmp")):
        if element.tag != "textarea":
            rename(element, "pre")
    for pre in list(root.iter("pre")):
        if pre.find(".//pre") is not None:
            pre.tag = "div"  # a frame with the file's name around the block itself
    for pre in list(root.iter("pre")):
        if pre.getparent() is None or any(a.tag == "pre" for a in pre.iterancestors()):
            continue
        if _GUTTER.search(tokens(pre)) and _is_numbers(pre):
            drop(pre)
            continue
        language = language_of(pre)
        _drop_chrome(pre)
        _as_pre(pre, pre, language)
    # <code> of several lines without <pre>: a block that the theme styles as one
    for code in list(root.iter("code")):
        if any(a.tag == "pre" for a in code.iterancestors()):
            continue
        text = code_text(code) if len(code) else (code.text or "")
        if text.strip().count("\n") >= 2 or (
            text.strip().count("\n") == 1 and (code.getparent().tag not in ("p", "li", "td") or _fills(code))
        ):
            _as_pre(code, code, language_of(code))


def _fills(code: Element) -> bool:
    """Whether its paragraph holds nothing else."""
    parent = code.getparent()
    return parent.tag == "p" and "".join(parent.itertext()).split() == "".join(code.itertext()).split()


def _is_numbers(pre: Element) -> bool:
    """Whether a <pre> holds line numbers and nothing else."""
    return not re.search(r"[^\d\s]", "".join(pre.itertext()))


def _drop_chrome(pre: Element) -> None:
    """Take away the language label and the copy button that themes put beside a block of code."""
    parent = pre.getparent()
    node = pre
    while parent is not None and _HIGHLIGHT.search(tokens(parent)):
        for sibling in list(parent):
            if (
                sibling is not node
                and isinstance(sibling.tag, str)
                and sibling.tag not in BLOCK - {"div", "figcaption", "p"}
                and sibling.find(".//pre") is None
            ):
                text = "".join(sibling.itertext()).strip()
                if sibling.tag == "button" or (len(text) <= 40 and _CHROME.search(tokens(sibling))):
                    drop(sibling)
        node, parent = parent, parent.getparent()
