"""A page's body as a flat row of pieces in document order, each of which can be kept or left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from crawler.read.inline import _TOKENS, MARK_FIRST, MARK_LAST, MARKS, Inline, figure_markdown, paragraph
from crawler.read.notes import NOTE
from crawler.read.tables import is_layout, table_markdown
from crawler.read.tree import BLOCK, HEADINGS, Element, blockish, words

_CAPTION = re.compile(r"caption|figcap|image-?title|img-?desc")


@dataclass(slots=True)
class Piece:
    """One block of a page, or one item of a list."""

    kind: str  # heading, paragraph, item, code, math, table, figure, footnote
    text: str  # Markdown, without list marks and quote signs
    element: Element = field(repr=False)
    marks: str = ""  # the marks of the runs that it was made of
    level: int = 0  # of a heading; depth of an item
    bullet: str = ""  # "- " or "3. "
    group: int = 0  # the list that an item belongs to, by number
    quote: int = 0  # the quotation that it stands in, by number
    links: float = 0.0  # share of its text in links


def place_marks(root: Element) -> int:
    """Put one private character in front of every run of text; the number of runs. A line break begins a new run."""
    held = blockish(root)
    n = 0
    for element in list(held) if root not in held else root.iter(*{e.tag for e in held}):
        if element not in held:
            continue
        fresh = True
        for spot, where in _spots(element, held):
            if spot is None:
                fresh = True
                continue
            value = spot.text if where == "text" else spot.tail
            if not fresh or not value or value.isspace():
                continue
            if MARK_FIRST + n > MARK_LAST:
                return n
            # behind the white space, so that trimming does not meet it
            lead = len(value) - len(value.lstrip())
            value = value[:lead] + chr(MARK_FIRST + n) + value[lead:]
            if where == "text":
                spot.text = value
            else:
                spot.tail = value
            n += 1
            fresh = False
    return n


def _spots(element: Element, held: set[Element]) -> Iterator[tuple[Element | None, str]]:
    """The places of an element's own text in order, with (None, "") where a run ends."""
    yield element, "text"
    for child in element:
        if child in held:
            yield None, ""
        else:
            yield from _inline_spots(child)
        yield child, "tail"


def _inline_spots(element: Element) -> Iterator[tuple[Element | None, str]]:
    if element.tag == "br":
        yield None, ""
    elif isinstance(element.tag, str):
        yield element, "text"
        for child in element:
            yield from _inline_spots(child)
            yield child, "tail"


class Walker:
    """Walks a body once and collects its pieces."""

    def __init__(self, root: Element, inline: Inline) -> None:
        self.held = blockish(root)
        self.inline = inline
        self.pieces: list[Piece] = []
        self.groups = 0
        self.quotes = 0
        self._walk(root, quote=0, lists=())

    def _walk(self, element: Element, quote: int, lists: tuple[tuple[int, str], ...]) -> None:
        """Add the pieces of a block element; `lists` is the open list's number and bullet, outermost first."""
        run: list[str | Element] = [element.text] if element.text else []
        for child in element:
            if child in self.held:
                self._flush(run, element, quote, lists)
                run = []
                self._block(child, quote, lists)
            elif child.tag == "br" and self._ends_paragraph(child, run):
                self._flush(run, element, quote, lists)
                run = []
            elif isinstance(child.tag, str):
                run.append(child)
            if child.tail:
                run.append(child.tail)
        self._flush(run, element, quote, lists)

    @staticmethod
    def _ends_paragraph(child: Element, run: list[str | Element]) -> bool:
        """Two line breaks in a row part paragraphs."""
        last = next((part for part in reversed(run) if not (isinstance(part, str) and part.isspace())), None)
        return last is not None and not isinstance(last, str) and last.tag == "br"

    def _block(self, element: Element, quote: int, lists: tuple[tuple[int, str], ...]) -> None:
        tag = element.tag
        if (label := element.get(NOTE)) is not None:
            text, _ = self.inline.markdown(_flat(element))
            text = " ".join(_TOKENS.sub(" ", text).split())
            if text:
                self._add("footnote", f"[^{label}]: {text}", element, 0)
        elif tag in HEADINGS:
            text, blocks = self.inline.markdown(_run(element))
            text = " ".join(_TOKENS.sub(" ", text).split())
            if text:
                self._add("heading", text, element, quote, level=min(6, max(2, int(tag[1]))))
            self._own(blocks, element, quote)
        elif tag == "pre":
            text = MARKS.sub("", element.text or "")
            if text.strip():
                self._add("code", fence(text, element.get("data-lang") or ""), element, quote)
        elif tag in ("ul", "ol", "menu", "dir"):
            self._list(element, quote, lists)
        elif tag == "dl":
            self._walk(element, quote, lists)
        elif tag == "dt":
            self._definition(element, quote)
        elif tag == "table":
            self._table(element, quote, lists)
        elif tag == "figure" or tag == "d-figure":
            self._figure(element, quote, lists)
        elif tag == "blockquote":
            self.quotes += 1
            self._walk(element, quote or self.quotes, ())
        elif tag == "summary":
            self._definition(element, quote)
        else:
            self._walk(element, quote, lists)

    def _flush(
        self, run: list[str | Element], element: Element, quote: int, lists: tuple[tuple[int, str], ...]
    ) -> None:
        """Make a run of inline content a paragraph or an item, split where a formula or a picture stands alone."""
        if not run or all(isinstance(part, str) and part.isspace() for part in run):
            return
        text, blocks = self.inline.markdown(run)
        if not text:
            return
        marks, links = _measure(run)
        parts = _TOKENS.split(text)
        for i, part in enumerate(parts):
            part = part.strip()
            if part:
                self._text(part, element, quote, lists, marks, links)
            if i < len(blocks):
                self._own([blocks[i]], element, quote, marks)

    def _text(
        self, text: str, element: Element, quote: int, lists: tuple[tuple[int, str], ...], marks: str, links: float
    ) -> None:
        if not lists:
            self._add("paragraph", paragraph(text), element, quote, marks, links=links)
            return
        group, bullet = lists[-1]
        self._add(
            "item", paragraph(text), element, quote, marks, level=len(lists), bullet=bullet, group=group, links=links
        )

    def _own(self, blocks: list[tuple[str, str]], element: Element, quote: int, marks: str = "") -> None:
        for _, text in blocks:
            self._add("math" if text.startswith("$$") else "figure", text, element, quote, marks)

    def _add(
        self,
        kind: str,
        text: str,
        element: Element,
        quote: int,
        marks: str | None = None,
        level: int = 0,
        bullet: str = "",
        group: int = 0,
        links: float = 0.0,
    ) -> None:
        if marks is None:
            marks = "".join(MARKS.findall("".join(element.itertext())))
        self.pieces.append(Piece(kind, text, element, marks, level, bullet, group, quote, links))

    def _list(self, element: Element, quote: int, lists: tuple[tuple[int, str], ...]) -> None:
        if lists:
            group = lists[0][0]
        else:
            self.groups += 1
            group = self.groups
        start = element.get("start") or "1"
        n = int(start) if start.isdecimal() and len(start) < 8 else 1
        for child in element:
            if not isinstance(child.tag, str):
                continue
            bullet = f"{n}. " if element.tag == "ol" else "- "
            before = len(self.pieces)
            inner = (*lists, (group, bullet))[-6:]
            if child.tag == "li":
                if child.get(NOTE) is not None:
                    self._block(child, quote, ())
                elif child in self.held and not any(True for _ in child.iter(*_BLOCKS)):
                    self._flush(_run(child), child, quote, inner)
                else:
                    self._walk(child, quote, inner)
            elif child in self.held:
                self._block(child, quote, inner)
            else:
                self._flush([child], element, quote, inner)
            # only the first run of an item carries its bullet
            first = True
            for piece in self.pieces[before:]:
                if piece.kind == "item" and piece.level == len(inner) and piece.bullet == bullet:
                    if not first:
                        piece.bullet = ""
                    first = False
            n += child.tag == "li"

    def _definition(self, element: Element, quote: int) -> None:
        text, blocks = self.inline.markdown(_run(element))
        if text:
            bold = (
                f"**{text}**"
                if "*" not in text and "\n" not in text and not _TOKENS.search(text)
                else paragraph(_TOKENS.sub(" ", text))
            )
            self._add("paragraph", bold, element, quote)
        self._own(blocks, element, quote)

    def _table(self, element: Element, quote: int, lists: tuple[tuple[int, str], ...]) -> None:
        if is_layout(element):
            self._walk(element, quote, lists)
            return
        caption = element.find("caption")
        text = table_markdown(element, self.inline)
        if caption is not None and (said := self.inline.markdown(_run(caption))[0]):
            self._add("paragraph", paragraph(_TOKENS.sub(" ", said)), caption, quote)
        if text:
            self._add("table", text, element, quote, links=_measure([element])[1])

    def _figure(self, element: Element, quote: int, lists: tuple[tuple[int, str], ...]) -> None:
        caption = next(
            iter(
                [
                    *element.iter("figcaption"),
                    *(e for e in element.iter("p", "span", "div") if _CAPTION.search(e.get("class") or "")),
                ]
            ),
            None,
        )
        images = list(element.iter("img"))
        if images and element.find(".//table") is None and element.find(".//pre") is None:
            words_of = words(caption) if caption is not None else ""
            outside = len(words(element)) - len(words_of)
            if outside < 40:
                said = self.inline.markdown(_run(caption), cell=True)[0] if caption is not None else ""
                marks = "".join(MARKS.findall("".join(element.itertext())))
                self._pictures(images, said, element, quote, marks)
                return
        self._walk(element, quote, lists)

    def _pictures(self, images: list[Element], caption: str, element: Element, quote: int, marks: str) -> None:
        from crawler.read.images import address

        shown = [
            (src, " ".join((image.get("alt") or "").split()))
            for image in images
            if (src := address(image, self.inline.base))
        ]
        for i, (src, alt) in enumerate(dict(shown).items()):
            self._add(
                "figure", figure_markdown(alt, src, caption if i == len(dict(shown)) - 1 else ""), element, quote, marks
            )
        if not shown and caption:
            self._add("paragraph", paragraph(caption), element, quote, marks)


_BLOCKS = tuple(sorted(BLOCK - {"li", "td", "th", "tr"}))


def _run(element: Element) -> list[str | Element]:
    """An element's content as a run."""
    run: list[str | Element] = [element.text] if element.text else []
    for child in element:
        if isinstance(child.tag, str):
            run.append(child)
        if child.tail:
            run.append(child.tail)
    return run


def _flat(element: Element) -> list[str | Element]:
    """An element's content as one run, a blank between its blocks."""
    run: list[str | Element] = [element.text or ""]
    for child in element:
        if isinstance(child.tag, str):
            run += [" ", *_flat(child), " "] if child.tag in ("p", "div", "ol", "ul", "li") else [child]
        run.append(child.tail or "")
    return run


def _measure(run: list[str | Element]) -> tuple[str, float]:
    """The marks in a run, and the share of its text in links."""
    marks: list[str] = []
    total = linked = 0
    for part in run:
        if isinstance(part, str):
            text = part
        elif isinstance(part.tag, str):
            text = "".join(part.itertext())
            size = len(text.strip())
            linked += size if part.tag == "a" else sum(len("".join(a.itertext()).strip()) for a in part.iter("a"))
        else:
            continue
        marks += MARKS.findall(text)
        total += len(text.strip())
    return "".join(marks), linked / total if total else 0.0


def fence(code: str, language: str) -> str:
    """A fenced block, its fence longer than any in the code."""
    longest = max((len(run) for run in re.findall(r"(?m)^\s*(`{3,})", code)), default=2)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{language}\n{code}\n{marks}"


def assemble(pieces: list[Piece]) -> str:
    """The Markdown of pieces in their order."""
    out: list[str] = []
    previous: Piece | None = None
    for piece in pieces:
        text = piece.text
        if piece.kind == "item":
            indent = "  " * (piece.level - 1)
            hang = indent + " " * (len(piece.bullet) or 2)
            text = (indent + piece.bullet if piece.bullet else hang) + text.replace("\n", "\n" + hang)
        elif piece.kind == "heading":
            text = "#" * piece.level + " " + text
        if piece.quote:
            text = "\n".join("> " + line if line else ">" for line in text.split("\n"))
        if previous is not None:
            together = piece.quote == previous.quote
            if together and piece.kind == previous.kind == "item" and piece.group == previous.group:
                gap = "\n" if piece.bullet else "\n\n" if not piece.quote else "\n>\n"
            elif together and piece.quote:
                gap = "\n>\n"
            else:
                gap = "\n\n"
            out.append(gap)
        out.append(text)
        previous = piece
    return "".join(out)
