"""The encoding of a page's bytes, and its text."""

from __future__ import annotations

import re

_META = re.compile(rb"""<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w:.-]+)""", re.I)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([\w:.-]+)""")
_HEADER = re.compile(r"charset\s*=\s*[\"']?([\w:.-]+)", re.I)
_ALIASES = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "latin1": "cp1252", "latin-1": "cp1252", "iso8859-1": "cp1252", "l1": "cp1252",
    "gb2312": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "euc-kr": "cp949", "ks_c_5601-1987": "cp949", "shift_jis": "cp932", "sjis": "cp932", "x-sjis": "cp932",
    "big5": "big5hkscs", "utf8": "utf-8", "utf-16": "utf-8", "utf-16le": "utf-8", "utf-16be": "utf-8", "windows-1252": "cp1252",
}  # fmt: skip
_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


def _codec(name: str) -> str | None:
    import codecs

    name = name.strip().lower()
    name = _ALIASES.get(name, name)
    try:
        return codecs.lookup(name).name
    except LookupError:
        return None


def detect(data: bytes, content_type: str | None = None) -> str:
    """The codec of a page: byte order mark, header, meta element, UTF-8 where it is valid, else the likeliest."""
    for bom, codec in _BOMS:
        if data.startswith(bom):
            return codec
    header = _HEADER.search(content_type or "")
    known = _codec(header[1]) if header else None
    if known and (known != "utf-8" or _is_utf8(data)):
        return known
    said = _XML.match(data[:400]) or _META.search(data[:4096])
    if _is_utf8(data):
        return "utf-8"
    known = _codec(said[1].decode("ascii", "replace")) if said else None
    if known and known != "utf-8":
        return known
    return _guess(data)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        # a page cut off in the middle of a character is still UTF-8
        return error.start >= len(data) - 3
    return True


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:200_000]).best()
    return _codec(best.encoding) or "cp1252" if best else "cp1252"


def decode(data: bytes, content_type: str | None = None) -> str:
    """The text of a page; what cannot be decoded is replaced, and nothing raises."""
    return data.decode(detect(data, content_type), "replace")
