"""What can be said of a text without a model: its words, its sentences, its plain form, the counts of its parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from crawler.blocks import Block, blocks, figure

if TYPE_CHECKING:
    from crawler.types import Quality

# Han, kana and their extensions; Hangul is written with spaces and counts by words
_CJK = "\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003134f"
_CJK_CHAR = re.compile(f"[{_CJK}]")
_WORD = re.compile(f"[{_CJK}]|[^\\W{_CJK}]++(?:['’.\\-][^\\W{_CJK}]++)*+")
# The same of a text that is nothing but ASCII, in half the time
_ASCII_WORD = re.compile(r"\w++(?:['.\-]\w++)*+", re.A)

# Words of prose read in a minute, characters in Chinese and Japanese (Brysbaert 2019; Trauzettel-Klosinski 2012)
_PER_MINUTE = {"zh": 300, "ja": 360, "ko": 200, "de": 180, "it": 190, "fr": 195}

_ABBREVIATIONS = frozenset(
    [
        "e.g",
        "i.e",
        "cf",
        "vs",
        "etc",
        "al",
        "fig",
        "figs",
        "eq",
        "eqs",
        "eqn",
        "sec",
        "ch",
        "chap",
        "vol",
        "no",
        "nos",
        "pp",
        "ed",
        "eds",
        "approx",
        "resp",
        "dept",
        "est",
        "inc",
        "ltd",
        "co",
        "corp",
        "st",
        "mr",
        "mrs",
        "ms",
        "dr",
        "prof",
        "sr",
        "jr",
        "rev",
        "hon",
        "gen",
        "a.k.a",
        "w.r.t",
        "i.i.d",
        "s.t",
        "ca",
        "viz",
        "ref",
        "refs",
        "tab",
        "thm",
        "def",
        "lem",
        "prop",
        "cor",
        "alg",
        "vgl",
        "bzw",
        "z.b",
        "d.h",
        "usw",
        "ecc",
    ]
)
_FILLED = re.compile(r"\S")
_END = re.compile(r"[.!?。！？…]+[\"'”’»」』）)\]]*|\n\s*\n")


def count_words(text: str) -> int:
    """Words of a text; each Chinese or Japanese character counts as one."""
    return len((_ASCII_WORD if text.isascii() else _WORD).findall(text))


def reading_minutes(words: int, language: str | None) -> int:
    """Whole minutes that so many words of prose take, at least one."""
    return max(1, round(words / _PER_MINUTE.get(language or "", 238)))


def sentences(text: str) -> list[tuple[int, int]]:
    """The spans of a text's sentences, without the white space between them; a blank line ends a sentence too."""
    spans: list[tuple[int, int]] = []
    start = 0
    for match in _END.finditer(text):
        if match.start() < start or not _ends(text, start, match):
            continue
        _add(text, start, match.end(), spans)
        start = match.end()
    _add(text, start, len(text), spans)
    return spans


def _add(text: str, start: int, end: int, spans: list[tuple[int, int]]) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if end > start:
        spans.append((start, end))


def _ends(text: str, start: int, match: re.Match[str]) -> bool:
    """Whether this mark ends the sentence that began at start."""
    mark, end = match[0], match.end()
    if mark[0] in "。！？\n":
        return True
    if end == len(text):
        return True
    if not text[end].isspace():
        # "3.5", "v1.0.2", "model.fit": but Chinese goes on without a space
        return bool(_CJK_CHAR.match(text, end)) and (mark[0] in "!?" or bool(_CJK_CHAR.match(text, match.start() - 1)))
    after = _FILLED.search(text, end)
    if after is None:
        return True
    rest = after[0]
    if mark[0] != ".":
        return not rest.islower()
    if mark.startswith("..."):
        return not rest.islower()
    before = text[max(start, match.start() - 12) : match.start()].rsplit(None, 1)[-1:]
    word = before[0].lstrip("([\"'“‘") if before else ""
    if word.lower() in _ABBREVIATIONS:
        # "et al." and "etc." may end a sentence; the others never do
        return word.lower() in {"etc", "usw", "ecc"} and rest.isupper()
    if len(word) == 1 and word.isupper() and word != "I":
        return False  # an initial: "G. Hinton"
    if re.fullmatch(r"(?:[A-Z]\.)+[A-Z]", word):
        return rest.isupper() and not text[after.end() : after.end() + 1].isupper()  # "the U.S. Then"
    if word.isdigit() and (first := _FILLED.search(text, start)) and text.startswith(word + ".", first.start()):
        return False  # "1. The first item"
    return not rest.islower()


# Each alternative begins with a plain character, so that the engine skips to the next of them: four times as fast
_INLINE = re.compile(
    r"\\([!-/:-@\[-`{-~])"  # 1 an escaped mark
    r"|`(?<!``)(`*)(?!`)(.+?)(?<!`)`\2(?!`)"  # 2, 3 code
    r"|\$()(?:\\.|[^$\\])++\$"  # 4 a formula, kept with its dollars
    r"|!\[((?:\\.|[^\[\]\\])*+)\]\((?:\\.|[^()\\]|\([^()]*\))*+\)"  # 5 an image
    r"|\[\^[^\]\s]+\]:?"  # a footnote's mark
    r"|\[((?:\\.|[^\[\]\\]|\[(?:\\.|[^\[\]\\])*+\](?:\([^()]*\))?)*+)\]\((?:\\.|[^()\\]|\([^()]*\))*+\)"  # 6 a link
    r"|\*\**",
    re.S,
)


def _words_of(match: re.Match[str]) -> str:
    if match[1] is not None:
        return match[1]
    if match[3] is not None:
        return match[3].strip() if match[3].strip() else match[3]
    if match[4] is not None:
        return match[0]
    if match[5] is not None:
        return _INLINE.sub(_words_of, match[5])
    return _INLINE.sub(_words_of, match[6]) if match[6] is not None else ""


def plain_inline(markdown: str) -> str:
    """The words of a stretch of inline Markdown; formulas keep their dollars, images give their alt text."""
    return _INLINE.sub(_words_of, markdown)


_ITEM = re.compile(r"^[ \t]*(?:[-*+]|\d{1,9}[.)])[ \t]+", re.M)
_RULE = re.compile(r"\|?(?:[ \t]*:?-+:?[ \t]*\|)*[ \t]*:?-+:?[ \t]*\|?[ \t]*")


def cells(row: str) -> list[str]:
    """The cells of one line of a pipe table, still Markdown."""
    parts = re.split(r"(?<!\\)\|", row.strip())
    return [part.strip() for part in (parts[1:] if row.strip().startswith("|") else parts)][
        : -1 if row.strip().endswith("|") else None
    ]


def plain(markdown: str) -> str:
    """The plain text of Markdown in the normal form, a block a line; code, formulas and tables keep their own lines."""
    out: list[str] = []
    for block in blocks(markdown):
        if block.kind in ("code", "math"):
            out.append(block.text)
        elif block.kind == "list":
            lines = (line.strip() for line in _ITEM.sub("", block.text).split("\n"))
            out.append(plain_inline("\n".join(line for line in lines if line)))
        elif block.kind == "quote":
            out.append(plain(block.text))
        elif block.kind == "table":
            rows = [line for line in block.text.split("\n") if not _RULE.fullmatch(line)]
            out.append("\n".join("\t".join(plain_inline(cell) for cell in cells(row)) for row in rows))
        elif block.kind == "figure":
            alt, _, caption = figure(block.text)
            out.append(caption or alt)
        else:
            out.append(plain_inline(block.text).strip())
    return "\n".join(text for text in out if text.strip())


def prose(markdown: str) -> str:
    """The plain text of headings, paragraphs, lists and quotes, without inline code, formulas and addresses."""
    return _prose(blocks(markdown))


def _prose(found: list[Block]) -> str:
    kept = [b.text for b in found if b.kind in ("heading", "paragraph", "list", "quote", "footnote")]
    text = re.sub(r"(?<![`\\])(`+)[^`]+\1|(?<!\\)\$(?:\\.|[^$\\])+\$", " ", "\n".join(kept))
    return re.sub(r"https?://\S+", " ", plain_inline(_ITEM.sub("", text)))


def quality(markdown: str, language_confidence: float = 0.0, words: int | None = None) -> Quality:
    """The counts of a post's parts, taken once; `words` of its prose where they are counted already."""
    from crawler.types import Quality

    found = blocks(markdown)
    code = [b for b in found if b.kind == "code"]
    inline = len(
        re.findall(
            r"(?<![\\$])\$(?:\\.|[^$\\\n])+\$", "\n".join(b.text for b in found if b.kind not in ("code", "math"))
        )
    )
    levels = [b.level for b in found if b.kind == "heading"]
    in_code = sum(len(b.text) for b in code)
    total = sum(len(b.text) for b in found)
    return Quality(
        words=count_words(_prose(found)) if words is None else words,
        code_lines=sum(1 for b in code for line in b.text.split("\n") if line.strip()),
        code_share=round(in_code / total, 4) if total else 0.0,
        formulas=inline + sum(b.kind == "math" for b in found),
        figures=sum(b.kind == "figure" for b in found),
        tables=sum(b.kind == "table" for b in found),
        headings=len(levels),
        heading_depth=len(set(levels)),
        language_confidence=round(language_confidence, 3),
    )
