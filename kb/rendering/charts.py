"""Small charts as SVG: bars, columns, the map of topics. Texts are escaped; colours are the style sheet's."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from html import escape

from kb.present import cut, width
from kb.rendering.indexes import blog, year
from kb.rendering.marks import by_topic, clean
from kb.rendering.wording import wording
from kb.types import Article
from kb.writing.layout import Layout

WIDE = 360  # units; about the pixels of a phone, so that letters keep their size
TALL = 390  # of the map
MOST = 12  # bars
MARGIN = 14
DOT = 9.0  # radius on the map
LONGEST = 30  # columns of a name on the map
NAMED = 4  # posts of a topic that is named on the map
Row = tuple[str, int, str]  # label, number, href or ""
Point = tuple[float, float]
Box = tuple[float, float, float, float]  # left, top, right, bottom


def charts(article: Article, layout: Layout, topic_place: Callable[[int], str]) -> Iterator[tuple[str, str]]:
    """(title, SVG) of posts by topic, by year and by blog. topic_place: number of a topic, from 1 -> href."""
    words = wording(article.language)
    groups = by_topic(article, layout)
    rows = [(name, len(lines), topic_place(n)) for n, (name, lines) in enumerate(groups, 1)]
    yield words["topics_chart"], bars(words["topics_chart"], _largest(rows, words["others"]))
    blogs = Counter(blog(line) for line in article.top)
    listed = [(name, n, "") for name, n in sorted(blogs.items(), key=lambda row: (-row[1], row[0]))]
    yield words["blogs_chart"], bars(words["blogs_chart"], _largest(listed, words["others"]))
    years = Counter(int(y) for line in article.top if (y := year(line)))
    if years:
        span = range(min(years), max(years) + 1)
        yield words["years_chart"], columns(words["years_chart"], [(str(y), years[y], "") for y in span])


def _largest(rows: Sequence[Row], others: str) -> list[Row]:
    """The largest rows and the sum of the rest, whose label holds its number."""
    ordered = sorted(rows, key=lambda row: -row[1])
    if len(ordered) <= MOST:
        return ordered
    rest = ordered[MOST - 1 :]
    return [*ordered[: MOST - 1], (f"{others.format(n=len(rest))}: {sum(n for _, n, _ in rest)}", 0, "")]


def bars(title: str, rows: Sequence[Row]) -> str:
    """Horizontal bars, each under its label."""
    most = max((n for _, n, _ in rows), default=1)
    out = []
    for i, (label, n, href) in enumerate(rows):
        y = 30 * i
        text = f'<text x="0" y="{y + 12}">{escape(cut(clean(label), 46))}</text>'
        told = f"<title>{escape(clean(label))}</title>"
        out.append(f'<a href="{escape(href, quote=True)}">{told}{text}</a>' if href else text)
        if not n:
            continue  # the rest together would dwarf the others
        long = max(2, round((WIDE - 34) * n / most))
        out.append(f'<rect class="bar" x="0" y="{y + 17}" width="{long}" height="7" rx="1.5"/>')
        out.append(f'<text class="number" x="{long + 6}" y="{y + 25}">{n}</text>')
    return _svg(title, rows, 30 * len(rows) + 2, out)


def columns(title: str, rows: Sequence[Row]) -> str:
    """Vertical bars, a label under every one, or under every second or fifth where they are many."""
    most = max((n for _, n, _ in rows), default=1)
    step, tall = WIDE / max(1, len(rows)), 130
    every = next(k for k in (1, 2, 5, 10, 50, 10000) if step * k >= 34)
    out = []
    for i, (label, n, _) in enumerate(rows):
        high = round((tall - 20) * n / most)
        x = round(i * step + step * 0.14, 1)
        if n:
            wide = round(step * 0.72, 1)
            out.append(f'<rect class="bar" x="{x}" y="{tall - high}" width="{wide}" height="{high}" rx="1.5"/>')
            middle = round(i * step + step / 2, 1)
            out.append(f'<text class="number middle" x="{middle}" y="{tall - high - 4}">{n}</text>')
        if (len(rows) - 1 - i) % every == 0:
            out.append(f'<text class="middle" x="{round((i + 0.5) * step, 1)}" y="{tall + 16}">{escape(label)}</text>')
    out.append(f'<line class="axis" x1="0" x2="{WIDE}" y1="{tall}" y2="{tall}"/>')
    return _svg(title, rows, tall + 22, out)


def _svg(title: str, rows: Sequence[Row], tall: int, out: Sequence[str]) -> str:
    """A chart that says its figures to who cannot see it; one with links in it is a group and no picture."""
    said = escape(f"{title}: " + ", ".join(f"{clean(label)} {n or ''}".strip() for label, n, _ in rows), quote=True)
    role = "group" if any(href for _, _, href in rows) else "img"
    inner = "\n".join(out)
    return f'<svg class="chart" viewBox="0 0 {WIDE} {tall}" role="{role}" aria-label="{said}">\n{inner}\n</svg>'


def topic_map(article: Article, layout: Layout, place: Callable[[int], str]) -> str:
    """The map: a dot a post with its rank, a link to its place; empty where no places are known.

    Each dot carries what a script may show of it: data-t (its topic's number) and its title as aria-label.
    """
    places = article.about.places
    dots: list[str] = []
    groups: list[tuple[int, str, list[Point]]] = []
    every: list[Point] = []
    for t, (topic, lines) in enumerate(by_topic(article, layout), 1):
        known = [line for line in lines if line.post.id in places]
        points = [_at(*places[line.post.id]) for line in known]
        every += points
        for line, (x, y) in zip(known, points, strict=True):
            number = line.entry.rank or 0
            said = escape(f"{number}. {clean(line.post.title)} ({blog(line)})", quote=True)
            dots.append(
                f'<a href="{escape(place(number), quote=True)}" data-t="{t}" aria-label="{said}"><title>{said}</title>'
                f'<circle cx="{x}" cy="{y}" r="{DOT}"/><text x="{x}" y="{round(y + 3.2, 1)}">{number or "–"}</text></a>'
            )
        if known and known[0].topic:
            groups.append((t, topic, points))
    if not dots:
        return ""
    title = escape(wording(article.language)["map"], quote=True)
    inner = "\n".join([*dots, *_names(groups, every)])
    return f'<svg class="map" id="map" viewBox="0 0 {WIDE} {TALL}" role="group" aria-label="{title}">\n{inner}\n</svg>'


def _at(x: float, y: float) -> Point:
    return round(MARGIN + x * (WIDE - 2 * MARGIN), 1), round(MARGIN + y * (TALL - 2 * MARGIN), 1)


# Where a name may stand about the middle of its posts, the nearest place first
_OFFSETS = sorted(
    ((dx, dy) for dx in range(-80, 81, 10) for dy in range(-80, 81, 4)), key=lambda at: abs(at[0]) + abs(at[1])
)


def _names(groups: Sequence[tuple[int, str, list[Point]]], every: Sequence[Point]) -> Iterator[str]:
    """Names of the largest topics, each near its posts where it covers no post; none where there is no such place."""
    dots = [(x - DOT, y - DOT, x + DOT, y + DOT) for x, y in every]
    taken: list[Box] = []
    named = [group for group in groups if len(group[2]) >= NAMED]
    for t, topic, points in sorted(named, key=lambda group: (-len(group[2]), group[0])):
        text = _short(topic)
        half = width(text) * 3.05
        middle = [sum(p[axis] for p in points) / len(points) for axis in (0, 1)]
        for dx, dy in _OFFSETS:
            x = min(max(middle[0] + dx, half), WIDE - half)
            y = min(max(middle[1] + dy, 7), TALL - 7)
            box = (x - half, y - 6, x + half, y + 6)
            if not any(_meet(box, other) for other in (*taken, *dots)):
                break
        else:
            continue
        taken.append(box)
        at = f'x="{round(x, 1)}" y="{round(y + 3.3, 1)}"'
        yield f'<text class="name" paint-order="stroke" data-t="{t}" {at}>{escape(text)}</text>'


def _short(label: str) -> str:
    """A topic's name on the map: the first of its two things where both are too long."""
    return label if width(label) <= LONGEST else cut(re.split(r" and |与", label)[0], LONGEST)


def _meet(a: Box, b: Box) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
