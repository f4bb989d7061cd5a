"""Rows as a person or a program wants them: a table, JSON, JSON lines, or CSV. Text from outside is made harmless."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

FORMATS = ("table", "json", "jsonl", "csv")
# What a terminal would obey, the marks that turn the direction of text around, and what no XML and no UTF-8 may hold
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufffe\uffff\ud800-\udfff]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def harmless(text: str) -> str:
    """Text that a terminal shows and does not obey: control characters and direction marks taken out."""
    return _CONTROL.sub("", text)


def width(text: str) -> int:
    """Columns that a text takes in a terminal; CJK characters take two."""
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def cut(text: str, columns: int) -> str:
    """A text of at most so many columns, with an ellipsis where some is left out."""
    if width(text) <= columns:
        return text
    taken = ""
    for c in text:
        if width(taken + c) > columns - 1:
            break
        taken += c
    return taken + "…"


def render(rows: Iterable[Mapping[str, Any]], form: str, columns: Sequence[str] = ()) -> Iterator[str]:
    """Lines of output. A table shows `columns`: keys, "key:30" for at most 30 columns, "key:.10" for the first 10."""
    if form == "jsonl":
        return (json.dumps(row, ensure_ascii=False) for row in rows)
    everything = list(rows)
    if form == "json":
        return iter([json.dumps(everything, ensure_ascii=False, indent=1)])
    if form == "csv":
        return iter(_csv(everything).splitlines())
    return _table(everything, columns)


def _table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Iterator[str]:
    if not rows:
        return
    names = [c.partition(":")[0] for c in columns]
    limits = [c.partition(":")[2] or "60" for c in columns]
    cells = [[_short(_cell(row.get(n)), most) for n, most in zip(names, limits, strict=True)] for row in rows]
    wide = [max(width(n), *(width(row[i]) for row in cells)) for i, n in enumerate(names)]
    yield _line([n.upper() for n in names], wide)
    for row in cells:
        yield _line(row, wide)


def _short(text: str, limit: str) -> str:
    return text[: int(limit[1:])] if limit.startswith(".") else cut(text, int(limit))


def _line(cells: Sequence[str], wide: Sequence[int]) -> str:
    return "  ".join(c + " " * (w - width(c)) for c, w in zip(cells, wide, strict=True)).rstrip()


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.3f}"
    if isinstance(value, list | tuple):
        return ", ".join(harmless(str(v)) for v in value)
    return " ".join(harmless(str(value)).split())


def _csv(rows: Sequence[Mapping[str, Any]]) -> str:
    out = io.StringIO()
    if rows:
        writer = csv.writer(out, lineterminator="\n")
        flat = [_flat(row) for row in rows]
        names = list(dict.fromkeys(name for row in flat for name in row))
        writer.writerow(names)
        writer.writerows([[spreadsheet_safe(row.get(n)) for n in names] for row in flat])
    return out.getvalue()


def _flat(row: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """Nested maps as dotted columns, lists joined by a semicolon."""
    flat: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, Mapping):
            flat |= _flat(value, f"{before}{name}.")
        elif isinstance(value, list | tuple):
            flat[before + name] = "; ".join(str(v) for v in value)
        else:
            flat[before + name] = value
    return flat


def spreadsheet_safe(value: Any) -> Any:
    """A cell that a spreadsheet shows and does not compute: text that begins like a formula gets an apostrophe."""
    if isinstance(value, str) and value.startswith(_FORMULA):
        return "'" + value
    return value
