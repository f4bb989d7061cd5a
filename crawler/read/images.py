"""Images: the real address behind lazy loading, and what is a picture rather than an ornament."""

from __future__ import annotations

import re

from crawler.read.tree import Element, absolute, tokens

_LAZY = (
    "data-src",
    "data-original",
    "data-lazy-src",
    "data-actualsrc",
    "data-original-src",
    "data-echo",
    "data-url",
    "data-hi-res-src",
    "data-orig-file",
)
_BLANK = re.compile(
    r"^data:|blank\.(?:gif|png)|loading\.(?:gif|svg|png)|placeholder|spacer|1x1|pixel\.|"
    r"lazy(?:load)?\.(?:gif|png|svg)|grey\.gif|transparent",
    re.I,
)
_ORNAMENT = re.compile(r"emoji|avatar|gravatar|icon|logo|badge|spinner|smiley|twemoji|octicon")
_BADGE = re.compile(
    r"img\.shields\.io|badge\.svg|colab-badge|badge\.fury|badgen\.net|/badges?/|launch-binder|"
    r"feeds\.feedburner|pixel|stats\.wordpress|doubleclick"
)


def _largest(srcset: str) -> str | None:
    """The widest picture of a srcset."""
    best, width = None, -1.0
    for part in re.split(r",\s+", srcset.strip()):
        words = part.split()
        if words:
            size = re.match(r"([\d.]+)[wx]", words[1]) if len(words) > 1 else None
            value = float(size[1]) if size and size[1].count(".") < 2 and size[1] != "." else 0.0
            if value > width:
                best, width = words[0], value
    return best


def address(image: Element, base: str) -> str | None:
    """The absolute address of the picture that an <img> shows, or None for a blank or an inline one."""
    src = (image.get("src") or "").strip()
    if not src or _BLANK.search(src):
        for name in _LAZY:
            if image.get(name):
                src = image.get(name).strip()
                break
        else:
            given = image.get("data-srcset") or image.get("srcset")
            picture = next((a for a in image.iterancestors("picture")), None)
            if not given and picture is not None:
                given = next(
                    (
                        s.get("srcset") or s.get("data-srcset")
                        for s in picture.iter("source")
                        if s.get("srcset") or s.get("data-srcset")
                    ),
                    None,
                )
            src = (_largest(given) if given else None) or src
    if src.startswith("data:"):
        return None
    return absolute(base, src)


def is_ornament(image: Element) -> bool:
    """Whether an image is an emoji, an avatar, a badge or the like."""
    names = tokens(image)
    if _ORNAMENT.search(names) or _BADGE.search(image.get("src") or ""):
        return True
    sizes = [re.match(r"\d+", image.get(name) or "") for name in ("width", "height")]
    return any(size is not None and int(size[0]) <= 24 for size in sizes)
