"""The walk over a page's body, block by block, that makes pieces of it."""

from __future__ import annotations

import re
from itertools import chain

from crawler.read.images import address
from crawler.read.inline import MARKS, TOKENS, Inline, figure_markdown, paragraph
from crawler.read.notes import NOTE
from crawler.read.pieces import Piece, fence
from crawler.read.tables import is_layout, table_markdown
from crawler.read.tree import BLOCK, HEADINGS, Element, blockish, words

_CAPTION = re.compile(r"caption|figcap|image-?title|img-?desc")
_FOLD = re.compile(
    r"\W*(?:(?:(?:show|hide|view|see|expand|click to \w+)\b|点击(?:展开|查看)?|展开|查看)\W*)?(?:the |all )?"
    r"(?:source )?(?:code|details|more|代码|详情|全文)?\W*",
    re.I,
)  # what a fold says of itself, and not of what is in it
_BLOCKS = tuple(sorted(BLOCK - {"li", "td", "th", "tr"}))
Lists = tuple[tuple[int, str], ...]  # the open lists, outermost first: number and bullet of each


class Walker:
    """Walks a body once and collects its pieces."""

    def __init__(self, root: Element, inline: Inline) -> None:
        self.held = blockish(root)
        self.inline = inline
        self.pieces: list[Piece] = []
        self.groups = 0
        self.quotes = 0
        self._walk(root, quote=0, lists=())

    def _walk(self, element: Element, quote: int, lists: Lists) -> None:
        """Add the pieces of a block element."""
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

    def _block(self, element: Element, quote: int, lists: Lists) -> None:
        tag = element.tag
        if (label := element.get(NOTE)) is not None:
            text, _ = self.inline.markdown(_flat(element))
            text = " ".join(TOKENS.sub(" ", text).split())
            if text:
                self._add("footnote", f"[^{label}]: {text}", element, 0)
        elif tag in HEADINGS:
            text, blocks = self.inline.markdown(_run(element))
            text = " ".join(TOKENS.sub(" ", text).split())
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
            if not _FOLD.fullmatch(words(element)):
                self._definition(element, quote)
        else:
            self._walk(element, quote, lists)

    def _flush(self, run: list[str | Element], element: Element, quote: int, lists: Lists) -> None:
        """Make a run of inline content a paragraph or an item, split where a formula or a picture stands alone."""
        if not run or all(isinstance(part, str) and part.isspace() for part in run):
            return
        text, blocks = self.inline.markdown(run)
        if not text:
            return
        marks, links = _measure(run)
        parts = TOKENS.split(text)
        for i, part in enumerate(parts):
            part = part.strip()
            if part:
                self._text(part, element, quote, lists, marks, links)
            if i < len(blocks):
                self._own([blocks[i]], element, quote, marks)

    def _text(self, text: str, element: Element, quote: int, lists: Lists, marks: str, links: float) -> None:
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

    def _list(self, element: Element, quote: int, lists: Lists) -> None:
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
                if "*" not in text and "\n" not in text and not TOKENS.search(text)
                else paragraph(TOKENS.sub(" ", text))
            )
            self._add("paragraph", bold, element, quote)
        self._own(blocks, element, quote)

    def _table(self, element: Element, quote: int, lists: Lists) -> None:
        if is_layout(element):
            self._walk(element, quote, lists)
            return
        caption = element.find("caption")
        text = table_markdown(element, self.inline)
        if caption is not None and (said := self.inline.markdown(_run(caption))[0]):
            self._add("paragraph", paragraph(TOKENS.sub(" ", said)), caption, quote)
        if text:
            self._add("table", text, element, quote, links=_measure([element])[1])

    def _figure(self, element: Element, quote: int, lists: Lists) -> None:
        named = (e for e in element.iter("p", "span", "div") if _CAPTION.search(e.get("class") or ""))
        caption = next(chain(element.iter("figcaption"), named), None)
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
