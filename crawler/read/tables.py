"""Tables of data as pipe tables, and the other tables: those that only lay a page out."""

from __future__ import annotations

import re

from crawler.read.inline import Inline
from crawler.read.tree import Element

_MAX_SPAN = 50
_MAX_CELLS = 20_000


def rows_of(table: Element) -> list[Element]:
    """The rows of a table itself, not those of tables inside its cells."""
    found = []
    for child in table:
        if child.tag == "tr":
            found.append(child)
        elif child.tag in ("thead", "tbody", "tfoot"):
            found += [row for row in child if row.tag == "tr"]
    return found


def is_layout(table: Element) -> bool:
    """Whether a table arranges blocks instead of holding data."""
    if table.get("role") in ("presentation", "none"):
        return True
    rows = rows_of(table)
    cells = [cell for row in rows for cell in row if cell.tag in ("td", "th")]
    if len(cells) < 2 or max(sum(c.tag in ("td", "th") for c in row) for row in rows) < 2:
        return True
    if any(
        cell.find(f".//{tag}") is not None
        for cell in cells
        for tag in ("pre", "table", "h1", "h2", "h3", "figure", "blockquote")
    ):
        return True
    if table.find(".//th") is not None:
        return False
    texts = [len("".join(cell.itertext()).strip()) for cell in cells]
    pictures = sum(cell.find(".//img") is not None for cell in cells)
    if pictures and pictures >= 0.5 * len(cells):
        return True
    return (len(cells) <= 4 and max(texts) > 400) or sum(len(list(c.iter("p"))) > 2 for c in cells) > 0.3 * len(cells)


def table_markdown(table: Element, inline: Inline) -> str:
    """A pipe table; spanned columns are filled with empty cells, the first row is the head."""
    grid: list[list[str]] = []
    hanging: dict[int, int] = {}
    total = 0
    for row in rows_of(table):
        line: list[str] = []
        for cell in row:
            if cell.tag not in ("td", "th"):
                continue
            while hanging.get(len(line), 0):
                hanging[len(line)] -= 1
                line.append("")
            text = inline.markdown(_content(cell), cell=True)[0]
            across, down = _span(cell, "colspan"), _span(cell, "rowspan")
            for column in range(len(line), len(line) + across):
                if down > 1:
                    hanging[column] = down - 1
            line += [re.sub(r"\s*\n\s*", " ", text).replace("|", "\\|"), *[""] * (across - 1)]
            total += across
            if total > _MAX_CELLS:
                break
        while hanging.get(len(line), 0):
            hanging[len(line)] -= 1
            line.append("")
        if any(line):
            grid.append(line)
    if not grid:
        return ""
    width = min(max(map(len, grid)), 200)
    lines = ["| " + " | ".join([*line, *[""] * width][:width]) + " |" for line in grid]
    lines.insert(1, "|" + " --- |" * width)
    return "\n".join(lines)


def _span(cell: Element, name: str) -> int:
    value = (cell.get(name) or "1").strip()
    return min(int(value), _MAX_SPAN) if value.isdecimal() and int(value) else 1


def _content(cell: Element) -> list[str | Element]:
    """A cell's content as one run, a blank between its blocks."""
    run: list[str | Element] = [cell.text or ""]
    for child in cell:
        if not isinstance(child.tag, str):
            run.append(child.tail or "")
            continue
        if child.tag in ("p", "div", "ul", "ol", "li", "br", "pre"):
            run += [" ", *_content(child), " "]
        else:
            run.append(child)
        run.append(child.tail or "")
    return run
