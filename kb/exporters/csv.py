"""The list as CSV, a line a post, for a spreadsheet: nothing in a cell is computed there."""

from __future__ import annotations

import csv
import io

from crawler.text import reading_minutes
from kb.present import spreadsheet_safe
from kb.rendering.marks import blog_name, clean
from kb.types import Article, ChartLine
from kb.writing.counting import label
from kb.writing.layout import load_layout

SUFFIX = ".csv"
COLUMNS = ("rank", "previous", "score", "title", "url", "authors", "blog", "published", "language", "minutes",
           "topic", "reason", "summary", "papers", "code", "id", "edition", "edition_date")  # fmt: skip


def render(article: Article) -> bytes:
    """UTF-8 with a byte order mark, without which Excel takes Chinese for something else."""
    layout = load_layout()
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for line in article.top:
        writer.writerow([_cell(value) for value in _row(line, clean(label(line, article.language, layout)), article)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _row(line: ChartLine, topic: str, article: Article) -> list[object]:
    post, entry = line.post, line.entry
    links = {kind: " ".join(url for k, url in line.links if k == kind) for kind in ("paper", "code")}
    return [
        entry.rank, entry.previous, round(entry.score, 4), post.title, post.url, "; ".join(post.authors),
        blog_name(post), (post.published or "")[:10], post.language,
        reading_minutes(post.words, post.language), topic, line.reason, " ".join(s.text for s in line.summary),
        links["paper"], links["code"], post.id, article.edition, article.made_at[:10],
    ]  # fmt: skip


def _cell(value: object) -> object:
    return spreadsheet_safe(clean(value)) if isinstance(value, str) else value
