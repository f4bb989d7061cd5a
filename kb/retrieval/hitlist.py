"""Hits as a person reads them in a terminal: wrapped to its width, CJK characters counted as two columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from kb.present import cut, harmless, width
from kb.types import Hit

if TYPE_CHECKING:
    from collections.abc import Mapping

BEGIN, END = "\x02", "\x03"  # around what matched, in a snippet
INDENT = 5
WIDEST = 110  # columns of a line of text: longer ones are hard to read
# what may end a line: before a CJK character, after a space or a hyphen
_PIECE = re.compile(r"[^\s\u2e80-\uffdc\x02\x03]+\s*|[\u2e80-\uffdc]|\s+|[\x02\x03]")
_NO_START = "，。、；：？！）】》」』”’…"  # Chinese marks that begin no line


def hits_as_text(hits: Sequence[Hit], colour: bool, columns: int | None = None) -> str:
    """Hits for a terminal: title, facts, heading path, and the passage with its matches marked.

    columns: of the terminal; None to leave the passages in one line, as programs that read them like it.
    """
    return "".join(_hit(hit, _Style(colour), columns) for hit in hits)


class _Style:
    def __init__(self, colour: bool) -> None:
        self.bold, self.dim, self.link, self.plain = (
            ("\x1b[1m", "\x1b[2m", "\x1b[36m", "\x1b[0m") if colour else [""] * 4
        )
        self.begin, self.end = ("\x1b[1;33m", "\x1b[0m") if colour else ("", "")


def _hit(hit: Hit, style: _Style, columns: int | None) -> str:
    post, room = hit.post, None if columns is None else max(20, min(columns, WIDEST) - INDENT)
    facts = [
        post.source_title or re.sub(r"^https?://|/$", "", post.source),
        (post.published or "undated")[:10],
        post.language or "?",
        f"post {post.id}",
    ]
    title = " ".join(harmless(post.title).split())
    lines = [f"{style.bold}{line}{style.plain}" for line in wrapped(title, room)]
    lines.append(style.dim + _one_line(" · ".join(facts), room) + style.plain)
    if hit.heading:
        lines.append(style.dim + _one_line(hit.heading, room) + style.plain)
    lines += _marked(wrapped(_clean(hit.snippet), room), style)
    lines.append(style.link + harmless(post.url) + style.plain)
    if hit.why is not None:
        from kb.retrieval.explain import lines as reasons

        lines += [style.dim + harmless(line) + style.plain for line in reasons(hit.why)]
    first, *others = lines
    return f"{hit.rank:>3}. {first}\n" + "".join(f"{' ' * INDENT}{line}\n" for line in others) + "\n"


def _one_line(text: str, room: int | None) -> str:
    text = " ".join(harmless(text).split())
    return text if room is None else cut(text, room)


def _clean(snippet: str) -> str:
    """Harmless text in one line, its marks kept."""
    parts = re.split(f"([{BEGIN}{END}])", " ".join(snippet.split()))
    return "".join(part if part in (BEGIN, END) else harmless(part) for part in parts)


def _marked(lines: Sequence[str], style: _Style) -> Iterator[str]:
    """Lines with the marks as colours; one that goes over a line's end begins again on the next."""
    inside = False
    for line in lines:
        shown = (style.begin if inside else "") + line.replace(BEGIN, style.begin).replace(END, style.end)
        inside = line.rfind(BEGIN) > line.rfind(END) or (inside and END not in line and BEGIN not in line)
        yield shown + (style.end if inside else "")


def wrapped(text: str, room: int | None) -> list[str]:
    """Text in lines of at most so many columns; marks take none."""
    if room is None:
        return [text]
    lines, line, used = [], "", 0
    for piece in _PIECE.findall(text):
        size = 0 if piece in (BEGIN, END) else width(piece.rstrip())
        if line.strip() and used + size > room and piece not in _NO_START and piece != END:
            lines.append(line.rstrip())
            line, used = "", 0
            piece = piece.lstrip()
        while width(piece.rstrip()) > room:  # a word longer than a line
            lines.append(cut_at(piece, room))
            piece = piece[len(lines[-1]) :]
        line += piece
        used += 0 if piece in (BEGIN, END) else width(piece)
    return [*lines, line.rstrip()] if line.strip() or not lines else lines


def cut_at(text: str, room: int) -> str:
    """As many characters as fit."""
    used = 0
    for i, c in enumerate(text):
        used += width(c)
        if used > room:
            return text[: max(1, i)]
    return text


def footer(shown: int, offset: int, total: int, n: int) -> str | None:
    """A line on what is shown of what there is, and how to see more."""
    if not shown or (offset == 0 and shown >= total):
        return None
    more = f"; more: --offset {offset + n}" if offset + shown < total else ""
    return f"{offset + 1} to {offset + shown} of {total} posts{more}"


def reading(facts: Mapping[str, object]) -> list[str]:
    """How a query was understood, a line each."""
    from kb.retrieval.explain import reading_lines

    return [harmless(line) for line in reading_lines(facts)]
