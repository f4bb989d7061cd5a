"""The encoding that a page declares, found as browsers do: the WHATWG prescan of its first bytes."""

from __future__ import annotations

import codecs
import re

PRESCAN_BYTES = 4096  # browsers look at 1,024; pages with long comments before their meta element exist
_SPACE = b"\t\n\x0c\r "
_IN_CONTENT = re.compile(rb"charset[\t\n\x0c\r ]*=[\t\n\x0c\r ]*(?:\"([^\"]*)\"|'([^']*)'|([^\t\n\x0c\r ;\"']+))", re.I)
_XML = re.compile(rb"""^\s*<\?xml[^>]{0,200}encoding\s*=\s*["']([\w:.-]+)""")
# Labels mean what WHATWG says that they mean, not what their standards say
_LABELS = {
    "ascii": "cp1252", "us-ascii": "cp1252", "iso-8859-1": "cp1252", "iso8859-1": "cp1252", "iso88591": "cp1252",
    "latin1": "cp1252",
    "latin-1": "cp1252", "l1": "cp1252", "x-user-defined": "cp1252", "windows-1252": "cp1252", "x-cp1252": "cp1252",
    "gb2312": "gb18030", "gb_2312-80": "gb18030", "gbk": "gb18030", "x-gbk": "gb18030", "chinese": "gb18030",
    "euc-kr": "cp949",
    "korean": "cp949", "ks_c_5601-1987": "cp949", "windows-949": "cp949", "shift_jis": "cp932",
    "shift-jis": "cp932", "sjis": "cp932",
    "x-sjis": "cp932", "ms_kanji": "cp932", "windows-31j": "cp932", "big5": "big5hkscs", "big5-hkscs": "big5hkscs",
    "x-x-big5": "big5hkscs",
    "utf8": "utf-8", "unicode-1-1-utf-8": "utf-8", "x-euc-jp": "euc_jp", "iso-8859-9": "cp1254",
    "tis-620": "cp874", "iso-8859-11": "cp874",
    "dos-874": "cp874", "x-mac-cyrillic": "mac_cyrillic", "macintosh": "mac_roman", "x-mac-roman": "mac_roman",
}  # fmt: skip


def codec_of(label: str) -> str | None:
    """The Python codec of an encoding's label, or None for one that is not known."""
    name = label.strip("\t\n\x0c\r ").lower()
    try:
        found = codecs.lookup(_LABELS.get(name, name))
    except (LookupError, ValueError):
        return None
    return found.name if getattr(found, "_is_text_encoding", True) else None


def declared(data: bytes) -> str | None:
    """The codec that a meta element or an XML declaration names."""
    head = data[:PRESCAN_BYTES]
    if match := _XML.match(head):
        return codec_of(match[1].decode("ascii", "replace"))
    at = 0
    while (at := head.find(b"<", at)) >= 0:
        if head.startswith(b"<!--", at):
            end = head.find(b"-->", at + 2)
            if end < 0:
                return None
            at = end + 3
        elif re.match(rb"<meta[\t\n\x0c\r /]", head[at : at + 6], re.I):
            at, codec = _meta(head, at + 5)
            if codec:
                return codec
        elif re.match(rb"</?[a-zA-Z]", head[at : at + 3]):
            while at < len(head) and head[at : at + 1] not in (b"\t", b"\n", b"\x0c", b"\r", b" ", b">"):
                at += 1
            while True:
                at, name, _ = _attribute(head, at)
                if not name:
                    break
        elif head[at + 1 : at + 2] in (b"!", b"/", b"?"):
            end = head.find(b">", at)
            if end < 0:
                return None
            at = end + 1
        else:
            at += 1
    return None


def _meta(head: bytes, at: int) -> tuple[int, str | None]:
    """Where a meta element ends, and the codec that it declares."""
    seen: set[bytes] = set()
    pragma, needs_pragma, label = False, None, ""
    while True:
        at, name, value = _attribute(head, at)
        if not name:
            break
        if name in seen:
            continue
        seen.add(name)
        if name == b"http-equiv":
            pragma = value == b"content-type"
        elif name == b"content" and not label and (match := _IN_CONTENT.search(value)):
            label = next(g for g in match.groups() if g is not None).decode("ascii", "replace")
            needs_pragma = True
        elif name == b"charset":
            label, needs_pragma = value.decode("ascii", "replace"), False
    if needs_pragma is None or (needs_pragma and not pragma):
        return at, None
    codec = codec_of(label)
    return at, "utf-8" if codec and codec.startswith("utf-16") else codec


def _attribute(head: bytes, at: int) -> tuple[int, bytes, bytes]:
    """The next attribute in lower case: where it ends, its name, its value; no name at the end of the tag."""
    end = len(head)
    while at < end and head[at] in b"\t\n\x0c\r /":
        at += 1
    if at >= end or head[at] == 0x3E:
        return at, b"", b""
    start = at
    while at < end and (head[at] not in b"\t\n\x0c\r />=" or (head[at] == 0x3D and at == start)):
        at += 1
    name = head[start:at].lower()
    while at < end and head[at] in _SPACE:
        at += 1
    if at >= end or head[at] != 0x3D:
        return at, name, b""
    at += 1
    while at < end and head[at] in _SPACE:
        at += 1
    if at < end and head[at] in b"\"'":
        close = head.find(head[at : at + 1], at + 1)
        if close < 0:
            return end, b"", b""
        return close + 1, name, head[at + 1 : close].lower()
    start = at
    while at < end and head[at] not in b"\t\n\x0c\r >":
        at += 1
    return at, name, head[start:at].lower()
