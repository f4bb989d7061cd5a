"""A published page or Markdown file held against the store: its article is made again, and compared line by line."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile, zip_longest
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from kb.writing.layout import Language

AROUND = 60  # characters shown before and after the place where two lines part
MOST = 200  # differences that are told; what has more is another article
_EDITION = re.compile(r"(?:Edition|第) ?(\d{1,9})(?: ?期)?[,，]")
_PROGRAM = re.compile(r"\bkb \d+(?:\.\w+)+")
_LANGUAGE = re.compile(r'<html lang="(en|zh)')


@dataclass(frozen=True, slots=True)
class Print:
    """What a file says that it is."""

    form: Literal["html", "md"]
    language: Language
    edition: int
    text: str


def print_of(data: bytes) -> Print | None:
    """The article as HTML or Markdown that this file holds; None for anything else."""
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return None
    edition = _EDITION.search(text if text.startswith("<!doctype html>") else text[:400])
    if edition is None:
        return None
    if text.startswith("<!doctype html>"):
        language = _LANGUAGE.search(text)
        return Print("html", language[1], int(edition[1]), text) if language else None  # type: ignore[arg-type]
    if not text.startswith("# "):
        return None
    return Print("md", "zh" if edition[0].startswith("第") else "en", int(edition[1]), text)


def differences(published: str, again: str) -> list[str]:
    """Where a file is not what the store gives, a line each, at most MOST."""
    mine, stored = published.splitlines(), again.splitlines()
    found = []
    for kind, start, end, other, last in SequenceMatcher(None, mine, stored, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        for n, (has, gives) in enumerate(zip_longest(mine[start:end], stored[other:last]), start + 1):
            if has is not None and gives is not None and _PROGRAM.sub("kb", has) == _PROGRAM.sub("kb", gives):
                continue  # which program printed it is its own affair
            if has is None:
                found.append(f"after line {end}: missing: {_cut(gives, 0)}")
            elif gives is None:
                found.append(f"line {n}: not the store's: {_cut(has, 0)}")
            else:
                at = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(has, gives, strict=False)))
                found.append(f"line {n}: {_cut(has, at)}, where the store gives {_cut(gives, at)}")
    return found[:MOST]


def _cut(line: str, at: int) -> str:
    """The stretch of a line around a place, quoted."""
    start, end = max(0, at - AROUND), at + AROUND
    return repr(f"{'…' * (start > 0)}{line[start:end]}{'…' * (end < len(line))}")
