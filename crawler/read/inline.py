"""A run of text and inline elements as Markdown: formulas found, marks escaped, emphasis, code and links kept."""

from __future__ import annotations

import re
from collections.abc import Iterable

from crawler.read.images import address, is_ornament
from crawler.read.tree import (
    DISPLAY_CLOSE,
    DISPLAY_OPEN,
    INLINE_CLOSE,
    INLINE_OPEN,
    Element,
    absolute,
)

MARK_FIRST, MARK_LAST = 0xF0000, 0xFFFFD
MARKS = re.compile("[\U000f0000-\U000ffffd]")
_TOKEN_FIRST = 0x100000
TOKENS = re.compile("[\U00100000-\U0010fffd]")

_OPENS = {"**": "\ue010", "*": "\ue012"}
_CLOSES = {"**": "\ue011", "*": "\ue013"}
_STYLES = {"b": "**", "strong": "**", "em": "*", "i": "*", "cite": "*", "dfn": "*", "var": "*"}
_STYLE_MARKS = {"\ue010": "**", "\ue011": "**", "\ue012": "*", "\ue013": "*"}

_FORMULA = re.compile(
    f"{INLINE_OPEN}(?P<a>[^{INLINE_CLOSE}]*){INLINE_CLOSE}|{DISPLAY_OPEN}(?P<b>[^{DISPLAY_CLOSE}]*){DISPLAY_CLOSE}"
    r"|(?<!\\)\$\$(?P<c>(?:(?!\$\$).){1,6000}?)(?<!\\)\$\$|\\\[(?P<d>(?:(?!\\\[).){1,6000}?)\\\]|\\\((?P<e>(?:(?!\\\().){1,2000}?)\\\)"
    r"|(?P<f>\\begin\{(?P<env>equation|align|gather|multline|eqnarray|alignat|"
    r"flalign)\*?\}.{1,6000}?\\end\{(?P=env)\*?\})"
    r"|(?<![\\$A-Za-z0-9_\u00c0-\u024f])\$(?P<g>(?!\s)(?:\\.|[^$\\]){1,1000}?)(?<![\s\\])\$(?![\d$])",
    re.S,
)
_LOOKS_TEX = re.compile(r"\\[a-zA-Z]|[_^]|^\W*[A-Za-z]'*\W*$|[=<>+|]|^\W*\d+(?:\.\d+)?\W*$|^[A-Za-z]\([A-Za-z,.]+\)$")
_WORDY = re.compile(r"(?:[a-zA-Z]{3,}\s+){3,}")
_ESCAPED = re.compile(r"([\\`*$])|(\[)(?=\^|[^\[\]]*\](?:\(|:))|(?<!\w)(_)|(_)(?!\w)|(<)(?=[a-zA-Z/!?])")
_MAY_ESCAPE = re.compile(r"[\\`*$\[_<]")
_MAY_BE_FORMULA = re.compile(f"[{INLINE_OPEN}{DISPLAY_OPEN}\\\\$]")
_PUNCTUATION = "[^\\w\\s\ue000-\uf8ff\U000f0000-\U0010fffd]+"  # and symbols; no marks of ours
_ENDS_IN_PUNCTUATION = re.compile(f"({_PUNCTUATION})([\ue011\ue013]+)(?=\\w)")
_BEGINS_WITH_PUNCTUATION = re.compile(f"(?<=\\w)([\ue010\ue012]+)({_PUNCTUATION})")
_SPACES = re.compile("[\t\n\r\f\u00a0\u2028\u2029][ \t\n\r\f\u00a0\u2028\u2029]*| [ \t\n\r\f\u00a0\u2028\u2029]+")
_NO_TEXT = re.compile("[\u200b\ufeff\u00ad]")


class Inline:
    """Turns runs of a page into Markdown; holds what is the same for the whole page."""

    def __init__(self, base: str, dollars: bool, notes: dict[str, str] | None = None) -> None:
        self.base = base
        self.dollars = dollars  # whether the page itself sets $..$ as formulas
        self.notes = notes or {}  # id of a footnote's element -> its label

    def markdown(self, run: Iterable[str | Element], cell: bool = False) -> tuple[str, list[tuple[str, str]]]:
        """The Markdown of a run, and what must stand as blocks of their own, each as (place mark, block).

        A display formula or a picture in the run leaves a place mark in the text, alone on its line. In a table's
        cell nothing may: formulas are inline there, and links and emphasis within a cell give their words.
        """
        found: list[tuple[str, str, str]] = []  # of each token: kind, value, more

        def token(kind: str, value: str, more: str = "") -> str:
            found.append((kind, value, more))
            return chr(_TOKEN_FIRST + min(len(found) - 1, 0xFFFD))

        raw = "".join(self._flatten(node, token, cell) for node in run)
        raw = MARKS.sub("", raw)
        blocks: list[tuple[str, str]] = []
        out: list[str] = []
        at = 0
        for match in _FORMULA.finditer(raw) if _MAY_BE_FORMULA.search(raw) else ():
            tex = next(match[g] for g in "abcdefg" if match[g] is not None)
            if match["g"] is not None and not self._is_formula(tex):
                continue
            if match["c"] is not None and _WORDY.search(tex) and "\\" not in tex:
                continue
            out.append(_escape(raw[at : match.start()]))
            at = match.end()
            tex = TOKENS.sub(lambda m: self._in_formula(found[ord(m[0]) - _TOKEN_FIRST]), tex)
            tex = re.sub("[\ue010-\ue013]", "", tex).strip()
            if not tex:
                continue
            display = (
                match["b"] is not None or match["c"] is not None or match["d"] is not None or match["f"] is not None
            )
            if display and not cell:
                out.append(token("block", f"$$\n{_lines(tex)}\n$$"))
            else:
                flat = re.sub(r"(?<!\\)%[^\n]*\n", " ", tex)
                out.append(token("tex", "$" + re.sub(r"(?<!\\)\$", r"\\$", " ".join(flat.split())) + "$"))
        out.append(_escape(raw[at:]))
        text = _emphasis(_space("".join(out)), cell)

        def write(match: re.Match[str]) -> str:
            kind, value, _ = found[ord(match[0]) - _TOKEN_FIRST]
            if kind == "block":
                blocks.append((match[0], value))
                return match[0]
            return value

        text = TOKENS.sub(write, text)
        return text.strip(), blocks

    def _is_formula(self, tex: str) -> bool:
        if _WORDY.search(tex) and "\\" not in tex:
            return False
        return bool(_LOOKS_TEX.search(tex)) if not self.dollars else not re.fullmatch(r"[\d.,]+\s+\w.*", tex, re.S)

    @staticmethod
    def _in_formula(token: tuple[str, str, str]) -> str:
        """What an inline element means inside of a formula that is written as text."""
        kind, value, _ = token
        return value.strip("`") if kind == "code" else "\n" if kind == "break" else ""

    def _flatten(self, node: str | Element, token, cell: bool) -> str:  # type: ignore[no-untyped-def]
        """Text with one private character for each thing that is not text."""
        if isinstance(node, str):
            return node
        tag = node.tag
        if not isinstance(tag, str):
            return ""
        if tag == "br":
            return " " if cell else "\ue00a"
        if tag == "img":
            return self._image(node, token, cell)
        if tag in ("code", "tt", "kbd", "samp") and not (tag == "code" and node.find(".//img") is not None):
            text = MARKS.sub("", "".join(node.itertext()))
            if not re.search(f"[{INLINE_OPEN}-{DISPLAY_CLOSE}]", text):
                return self._code(text, token, cell)
        inner = (node.text or "") + "".join(self._flatten(child, token, cell) + (child.tail or "") for child in node)
        if tag in _STYLES and inner.strip() and not cell:
            style = _STYLES[tag]
            return _OPENS[style] + inner + _CLOSES[style]
        if tag == "a":
            return self._link(node, inner, token, cell)
        if (
            tag in ("sup", "sub")
            and inner.strip()
            and "[^" not in inner
            and len(inner) < 12
            and not TOKENS.search(inner)
        ):
            return self._script(tag, inner)
        if tag == "q":
            return f"“{inner}”"
        return inner

    @staticmethod
    def _script(tag: str, inner: str) -> str:
        """x<sup>2</sup> without the mark-up must not become x2."""
        plain = MARKS.sub("", inner).strip()
        if (plain.isalpha() and len(plain) > 1) or not re.fullmatch(r"[\w+\-−()=,.*′]+", plain):
            return inner  # 1st, or a reference mark
        return ("^" if tag == "sup" else "_") + (plain if len(plain) == 1 or plain.isdigit() else f"({plain})")

    @staticmethod
    def _code(text: str, token, cell: bool) -> str:  # type: ignore[no-untyped-def]
        text = " ".join(text.replace("\u200b", "").split())
        if not text:
            return ""
        fence = "`" * (max((len(run) for run in re.findall(r"`+", text)), default=0) + 1)
        pad = " " if text[0] == "`" or text[-1] == "`" else ""
        return str(token("code", f"{fence}{pad}{text}{pad}{fence}"))

    def _image(self, image: Element, token, cell: bool) -> str:  # type: ignore[no-untyped-def]
        alt = " ".join((image.get("alt") or "").split())
        if is_ornament(image):
            return alt if len(alt) <= 4 else ""
        src = address(image, self.base)
        if src is None:
            return ""
        if cell:
            return alt
        return str(token("block", figure_markdown(alt, src, "")))

    def _link(self, link: Element, inner: str, token, cell: bool) -> str:  # type: ignore[no-untyped-def]
        href = link.get("href") or ""
        if href.startswith("#"):
            label = self.notes.get(href[1:])
            return str(token("note", f"[^{label}]")) if label and not cell else inner
        text = MARKS.sub("", inner)
        if (
            not text.strip()
            or cell
            or any(t in text for t in "\ue00a")
            or "block" in [k for k, _, _ in self._kinds(text, token)]
        ):
            return inner
        url = absolute(self.base, href)
        if url is None:
            return inner
        return str(token("open", "[")) + inner + str(token("close", f"]({_address(url)})"))

    @staticmethod
    def _kinds(text: str, token) -> list[tuple[str, str, str]]:  # type: ignore[no-untyped-def]
        found = token.__closure__[0].cell_contents if token.__closure__ else []
        return [found[ord(c) - _TOKEN_FIRST] for c in TOKENS.findall(text)]


def _address(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29").replace('"', "%22").replace("<", "%3C").replace(">", "%3E")


def figure_markdown(alt: str, src: str, caption: str) -> str:
    """A figure block; the alt text is left out where the caption says the same."""
    alt = re.sub(r"([\[\]\\`*])", r"\\\1", " ".join(MARKS.sub("", alt).split()))
    title = " ".join(caption.split()).replace("\\", "\\\\").replace('"', '\\"')
    return f'![{alt}]({_address(src)} "{title}")' if title else f"![{alt}]({_address(src)})"


def _lines(tex: str) -> str:
    """A display formula's lines; none may be empty or look like the formula's end."""
    return "\n".join(
        line.rstrip() for line in tex.replace("\ue00a", "\n").split("\n") if line.strip() and line.strip() != "$$"
    )


def _escape(text: str) -> str:
    if not _MAY_ESCAPE.search(text):
        return text
    return _ESCAPED.sub(lambda m: "\\" + m[0], text)


def _space(text: str) -> str:
    text = _SPACES.sub(" ", _NO_TEXT.sub("", text))
    return re.sub(" ?\ue00a ?", "\n", text) if "\ue00a" in text else text


def _emphasis(text: str, cell: bool) -> str:
    """Emphasis marks, with white space moved out of them and empty ones left out."""
    if "\ue010" not in text and "\ue012" not in text:
        return text
    for _ in range(2):
        text = re.sub("([\ue010\ue012])(\\s+)", r"\2\1", text)
        text = re.sub("(\\s+)([\ue011\ue013])", r"\2\1", text)
        text = re.sub("\ue010(\\s*)\ue011|\ue012(\\s*)\ue013", lambda m: m[1] or m[2] or "", text)
        text = re.sub("\ue011(\\s?)\ue010|\ue013(\\s?)\ue012", lambda m: m[1] or m[2] or "", text)
    # CommonMark opens and closes nothing between a letter and a mark of punctuation, as Chinese has none of the spaces
    # that it counts on: the punctuation goes out of the emphasis
    text = _ENDS_IN_PUNCTUATION.sub(r"\2\1", _BEGINS_WITH_PUNCTUATION.sub(r"\2\1", text))
    text = re.sub("\ue010\ue011|\ue012\ue013", "", text)
    # Emphasis that a line break or a block falls into would not close on its own line
    out: list[str] = []
    for line in re.split("(\n)", text):
        pairs = [("\ue010", "\ue011"), ("\ue012", "\ue013")]
        if any(line.count(a) != line.count(b) for a, b in pairs):
            line = re.sub("[\ue010-\ue013]", "", line)
        out.append(re.sub("[\ue010-\ue013]", lambda m: _STYLE_MARKS[m[0]], line))
    return "".join(out)


_LINE_START = re.compile(r"(?m)^(\s*)(#{1,6}(?=\s|$)|>|[-+](?=\s)|```|~~~|\||\d{1,9}(?=[.)]\s))")


def paragraph(text: str) -> str:
    """Text whose lines begin nothing that is not a paragraph."""
    return _LINE_START.sub(lambda m: m[1] + (m[2] + "\\" if m[2].isdigit() else "\\" + m[2]), text)
