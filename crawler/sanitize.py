"""Text from outside made safe to show: tags bounded in depth before any parser sees them, then cleaned by nh3."""

from __future__ import annotations

import re

# Deeper nesting than any page meant for people has; lxml's recursion and html5ever's quadratic time begin far above it
MAX_DEPTH = 150
# html5ever appends each character reference to the text before it, in quadratic time
MAX_REFERENCES = 100_000

_TAG = re.compile(r"<(?:(/?)([a-zA-Z][^\s/>]*)[^>]*>|!--)")
_RAW = frozenset(("script", "style", "textarea", "xmp", "title"))  # what is in them is no markup
_VOID = frozenset(
    [
        "area",
        "base",
        "br",
        "col",
        "embed",
        "hr",
        "img",
        "input",
        "link",
        "meta",
        "param",
        "source",
        "track",
        "wbr",
        "frame",
        "keygen",
        "basefont",
    ]
)
# What an opening tag closes where the end tag was left out, so that a long list is no depth
_CELL = frozenset(("td", "th", "p"))
_CLOSES = {
    "li": frozenset(("li", "p")), "dt": frozenset(("dt", "dd", "p")), "dd": frozenset(("dt", "dd", "p")),
    "p": frozenset("p"),
    "td": _CELL, "th": _CELL, "tr": _CELL | {"tr"}, "tbody": _CELL | {"tr", "thead", "tbody"},
    "thead": _CELL | {"tr"},
    "tfoot": _CELL | {"tr", "thead", "tbody"}, "option": frozenset(("option",)),
    "optgroup": frozenset(("option", "optgroup")),
    "rt": frozenset(("rt", "rp")), "rp": frozenset(("rt", "rp")), "colgroup": frozenset(("colgroup",)),
}  # fmt: skip
_CLOSE_P = frozenset(
    [
        "div",
        "ul",
        "ol",
        "dl",
        "table",
        "section",
        "article",
        "blockquote",
        "pre",
        "form",
        "figure",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "main",
        "aside",
        "header",
        "footer",
        "nav",
    ]
)
_NONE: frozenset[str] = frozenset()
# Characters that no HTML text may hold; lxml refuses to store them
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|[\ud800-\udfff]")


def clean_text(text: str) -> str:
    """The text without control characters and lone surrogates."""
    return _CONTROL.sub("", text)


def bound_depth(html: str, limit: int = MAX_DEPTH) -> str:
    """The same HTML without the tags that would nest deeper than the limit; their text stays. Linear in time."""
    if html.count("<") <= limit:
        return html
    stack: list[str] = []
    dropped: dict[str, int] = {}
    held: dict[str, int] = {}
    out: list[str] = []
    at = pos = 0
    end = html.rfind(">") + 1  # so that each "<" finds its ">" at once
    unclosed: set[str] = set()
    while tag := _TAG.search(html, pos, end):
        pos = tag.end()
        name = (tag[2] or "--").lower()
        if name in _VOID:
            continue
        if name == "--" or (name in _RAW and not tag[1]):
            closing = "-->" if name == "--" else f"</{name}"
            if name not in unclosed:
                found = html.find(closing, pos)
                pos = found if found >= 0 else pos
                if found < 0:
                    unclosed.add(name)
            if name == "--":
                continue
        if not tag[1]:
            closes = _CLOSES.get(name) or (_CLOSES["p"] if name in _CLOSE_P else _NONE)
            while stack and stack[-1] in closes:
                held[stack.pop()] -= 1
            if tag[0].endswith("/>") and "-" not in name:
                pass  # a slash means nothing in HTML, but <path/> and the like are leaves
            elif len(stack) >= limit:
                dropped[name] = dropped.get(name, 0) + 1
                out.append(html[at : tag.start()])
                at = tag.end()
            else:
                stack.append(name)
                held[name] = held.get(name, 0) + 1
        elif dropped.get(name):
            dropped[name] -= 1
            out.append(html[at : tag.start()])
            at = tag.end()
        elif held.get(name):
            while True:
                closed = stack.pop()
                held[closed] -= 1
                if closed == name:
                    break
    if not out:
        return html
    out.append(html[at:])
    return "".join(out)


def sanitize(html: str) -> str:
    """HTML that is safe to put in a page: no script, no style, no form, no frame, only http(s) and mailto addresses."""
    import nh3

    text = clean_text(html)
    if text.count("&") > MAX_REFERENCES:
        text = text.replace("&", " ")
    return nh3.clean(
        bound_depth(text),
        link_rel="noopener noreferrer nofollow",
        url_schemes={"http", "https", "mailto"},
        strip_comments=True,
    )
