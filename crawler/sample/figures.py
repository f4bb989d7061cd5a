"""Small drawings that stand for the figures of the sample posts: a chain of boxes, a curve, or a grid."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from html import escape
from zlib import crc32

from crawler.sample.library import SamplePost
from crawler.sample.markup import parser

_WIDTH, _HEIGHT = 640, 300
_HUES = ("#3b6ea8", "#b5562f", "#4d8a57", "#7a5aa6")


def figures(post: SamplePost) -> Iterator[tuple[str, str]]:
    """(file name, caption) of each figure in a post."""
    for token in parser().parse(post.markdown) if "![" in post.markdown else ():
        for child in token.children or ():
            if child.type == "image":
                yield str(child.attrs["src"]), child.content


def draw(name: str, caption: str) -> str:
    """An SVG, the same for the same words: its kind is told by the file's name, its caption stands below."""
    seeded = random.Random(crc32(name.encode()))
    hue = seeded.choice(_HUES)
    if re.search(r"curve|loss|schedule|rate|noise|sigmoid|relu|scal|frontier", name):
        drawing = _curve(seeded, hue)
    elif re.search(r"map|matrix|grid|mask|kernel|patch|receptive|conv", name):
        drawing = _grid(seeded, hue)
    else:
        drawing = _boxes(hue)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img" font-family="sans-serif" font-size="15">\n<title>{escape(caption)}</title>\n'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" rx="8" fill="#fafaf7" stroke="#d8d5cc"/>\n'
        f"{drawing}{_words(caption)}</svg>\n"
    )


def _boxes(hue: str) -> str:
    """Four stages in a row, and a branch that goes round the two in the middle."""
    parts = []
    for i in range(4):
        x = 50 + i * 145
        parts.append(
            f'<rect x="{x}" y="90" width="105" height="60" rx="6" fill="{hue}" opacity="{0.35 + i * 0.15:.2f}"/>'
        )
        if i < 3:
            parts.append(f'<path d="M{x + 109} 120h27m-7-5 7 5-7 5" fill="none" stroke="#444" stroke-width="2"/>')
    parts.append('<path d="M172 120V55H480v57m-5-7 5 7 5-7" fill="none" stroke="#444" stroke-width="2"/>')
    return "\n".join(parts) + "\n"


def _curve(seeded: random.Random, hue: str) -> str:
    """Two falling curves over axes."""
    parts = ['<path d="M70 30v180h520" fill="none" stroke="#444" stroke-width="2"/>']
    for opacity, floor in ((1.0, seeded.uniform(0.08, 0.2)), (0.45, seeded.uniform(0.3, 0.45))):
        heights = (floor + (1 - floor) * 0.93**step for step in range(53))
        points = " ".join(f"{75 + 9.7 * step:.1f},{205 - 165 * height:.1f}" for step, height in enumerate(heights))
        parts.append(f'<polyline points="{points}" fill="none" stroke="{hue}" opacity="{opacity}" stroke-width="3"/>')
    return "\n".join(parts) + "\n"


def _grid(seeded: random.Random, hue: str) -> str:
    """Eight by five cells of varied strength."""
    cells = [
        f'<rect x="{180 + column * 35}" y="{30 + row * 35}" width="32" height="32" fill="{hue}" '
        f'opacity="{seeded.uniform(0.1, 1):.2f}"/>'
        for row in range(5)
        for column in range(8)
    ]
    return "\n".join(cells) + "\n"


def _words(caption: str) -> str:
    """The caption in lines of about sixty columns; a Chinese character takes two."""
    rows, width = [""], 0
    for word in re.findall(r"[\u3000-\uffef]\s*|[^\s\u3000-\uffef]+\s*", caption):
        columns = len(word) + (word > "\u2fff")
        if width + columns > 66:
            rows.append("")
            width = 0
        rows[-1] += word
        width += columns
    return "".join(
        f'<text x="{_WIDTH // 2}" y="{246 + 21 * i}" text-anchor="middle" fill="#333">{escape(row.strip())}</text>\n'
        for i, row in enumerate(rows)
    )
