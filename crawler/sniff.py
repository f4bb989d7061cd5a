"""What a body is by its first bytes, whatever its label says: servers send pages as images, and rubbish as pages."""

from __future__ import annotations

import re

PEEK = 1024  # bytes that are looked at
_MARKUP = re.compile(
    rb"(?:<!--.*?-->\s*)*<(?:\?xml\b|!doctype\s+(?:html|rss)|(?!svg\b)[a-z][\w:-]*[\s>/])", re.I | re.S
)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_FILES = (b"%PDF", b"PK", b"\x1f\x8b", b"\x89PNG", b"GIF8", b"\xff\xd8", b"RIFF", b"OggS", b"\0\0\0")
_WIDE = (b"\xff\xfe", b"\xfe\xff")
BINARY_SHARE = 0.05  # of control characters, which no encoding of text but UTF-16 and UTF-32 has


def looks_like_markup(body: bytes | bytearray) -> bool:
    """Whether a body begins as HTML, XML or a feed does."""
    head = bytes(body[:PEEK]).removeprefix(b"\xef\xbb\xbf").lstrip()
    return b"<svg" not in head and _MARKUP.match(head) is not None


def is_binary(body: bytes) -> bool:
    """Whether a body cannot be text of any kind."""
    head = body[: 4 * PEEK]
    if head.startswith(_WIDE) or b"<\0" in head[:64] or b"\0<" in head[:64]:
        return False
    return len(_CONTROL.findall(head)) > BINARY_SHARE * len(head)


def is_rubbish(body: bytes, content_type: str | None) -> bool:
    """Whether a body is nothing at all, or bytes without sense under the name of a text: a server's bad moment."""
    kind = (content_type or "text/html").lower()
    return not body.strip() or (("text" in kind or "xml" in kind) and not body.startswith(_FILES) and is_binary(body))
