"""The encoding of a page's bytes, and its text."""

from __future__ import annotations

import re

from crawler.read.prescan import codec_of, declared

_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w:.-]+)", re.I)
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\0\0", "utf-32"),
    (b"\0\0\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
GUESSED_BYTES = 120_000


def detect(data: bytes, content_type: str | None = None) -> str:
    """The codec of a page: byte order mark, header, valid UTF-8, the page's own word, else the likeliest."""
    for bom, codec in _BOMS:
        if data.startswith(bom):
            return codec
    header = _HEADER.search(content_type or "")
    said = codec_of(header[1]) if header else None
    if said and said != "utf-8":
        return said
    if data.isascii():
        if b"\x1b$" in data:
            return "iso2022_kr" if b"\x1b$)C" in data else "iso2022_jp"
        return _wide(data) or said or declared(data) or "cp1252"
    if _is_utf8(data):
        return "utf-8"
    said = declared(data)
    if said and said != "utf-8":
        return said
    return _wide(data) or _guess(data, said or (codec_of(header[1]) if header else None))


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        # a page cut off in the middle of a character is still UTF-8
        return error.start >= len(data) - 3
    return True


def _wide(data: bytes) -> str | None:
    """UTF-16 or UTF-32 without a mark, by where its zeros stand."""
    head = data[:400]
    if head.count(0) < len(head) // 4 or len(head) < 8:
        return None
    zeros = [head[i::4].count(0) for i in range(4)]
    quarter = len(head) // 4
    if zeros[0] > 0.8 * quarter and zeros[1] > 0.8 * quarter:
        return "utf-32-be" if zeros[2] > 0.5 * quarter else "utf-16-be"
    if zeros[2] > 0.8 * quarter and zeros[3] > 0.8 * quarter:
        return "utf-32-le"
    return "utf-16-be" if zeros[0] + zeros[2] > zeros[1] + zeros[3] else "utf-16-le"


def _guess(data: bytes, said: str | None) -> str:
    """What the bytes look most like; a page that says UTF-8 and is so but for a few bytes is."""
    if said == "utf-8" and data.decode("utf-8", "replace").count("\ufffd") < 0.002 * len(data) + 2:
        return "utf-8"
    from charset_normalizer import from_bytes

    best = from_bytes(data[:GUESSED_BYTES]).best()
    return (codec_of(best.encoding) if best else None) or "cp1252"


def decode(data: bytes, content_type: str | None = None) -> str:
    """The text of a page; what cannot be decoded is replaced, and nothing raises."""
    return data.decode(detect(data, content_type), "replace").removeprefix("\ufeff")
