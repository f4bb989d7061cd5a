"""Undoes content encodings under a bound: a few hundred bytes that unpack to gigabytes stop at the limit."""

from __future__ import annotations

import zlib

MAX_LAYERS = 3


class TooLarge(Exception):
    """The decoded body passes the bound."""


class Broken(Exception):
    """The body is not in the encoding that it claims."""


class Decoder:
    """Takes the bytes of one content encoding as they come; `feed` gives the decoded ones, never past the limit."""

    def __init__(self, limit: int) -> None:
        self.left = limit
        self._z = zlib.decompressobj(47)  # gzip or zlib, by the header
        self._first = True

    def feed(self, data: bytes) -> bytes:
        """The decoded form of `data`; raises TooLarge or Broken."""
        out = []
        while data:
            try:
                piece = self._z.decompress(data, self.left + 1)
            except zlib.error as error:
                if not self._first:
                    raise Broken(str(error)) from error
                # "deflate" without the zlib header, as old servers send it
                self._z, self._first = zlib.decompressobj(-15), False
                continue
            self._first = False
            self.left -= len(piece)
            if self.left < 0:
                raise TooLarge
            out.append(piece)
            if not self._z.eof:
                break
            data = self._z.unused_data.lstrip(b"\0")
            if data:
                if not data.startswith(b"\x1f\x8b"):
                    break  # trailing rubbish, which browsers leave out too
                self._z = zlib.decompressobj(47)
        return b"".join(out)

    @property
    def done(self) -> bool:
        """Whether the stream came to its end."""
        return self._z.eof


def decoders(content_encoding: str, limit: int) -> list[Decoder]:
    """The decoders for a Content-Encoding header, in the order to apply; raises Broken for one that is not known."""
    names = [name.strip().lower() for name in content_encoding.split(",") if name.strip()]
    names = [name for name in names if name != "identity"]
    if len(names) > MAX_LAYERS:
        raise Broken(f"{len(names)} layers of encoding")
    for name in names:
        if name not in ("gzip", "x-gzip", "deflate"):
            raise Broken(f"encoding {name[:40]} was not asked for")
    return [Decoder(limit) for _ in names]


def gunzip(data: bytes, limit: int) -> bytes:
    """A gzip file unpacked under a bound; what a broken one gave before it broke."""
    decoder = Decoder(limit)
    out = []
    for at in range(0, len(data), 65_536):
        try:
            out.append(decoder.feed(data[at : at + 65_536]))
        except (Broken, TooLarge):
            break
    return b"".join(out)
