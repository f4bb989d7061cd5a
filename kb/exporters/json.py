"""The article as JSON, with the keys of docs/cli.md."""

from __future__ import annotations

import json

from kb.present import harmless
from kb.rendering.colophon import cited, colophon
from kb.rendering.indexes import indexes
from kb.types import Article, ChartLine, Sentence
from kb.writing.layout import Layout, load_layout

SUFFIX = ".json"


def render(article: Article) -> bytes:
    """UTF-8 JSON. `<`, `>` and `&` are written as escapes, so that it may stand inside a page."""
    layout = load_layout()
    tree = {
        "title": article.title,
        "edition": article.edition,
        "made_at": article.made_at,
        "language": article.language,
        "counts": dict(article.counts),
        "note": layout.words[article.language]["note"],
        "about": _about(article, layout),
        "chapters": [
            {
                "number": c.number,
                "title": c.title,
                "sections": [
                    {"number": s.number, "title": s.title, "body": [_sentence(b) for b in s.body]} for s in c.sections
                ],
            }
            for c in article.chapters
        ],
        "top": [_line(line) for line in article.top],
        "posts": [post.as_json() for post in article.posts],
        "index": {
            name: {key: [line.post.id for line in lines] for key, lines in index}
            for name, _, index in indexes(article, layout)
        },
    }
    if article.writer:
        tree["writer"] = article.writer
    text = json.dumps(tree, ensure_ascii=False, indent=1)
    for mark in "<>&\u2028\u2029":
        text = text.replace(mark, f"\\u{ord(mark):04x}")
    return (_no_direction_marks(text) + "\n").encode()


def _about(article: Article, layout: Layout) -> dict[str, object]:
    """The colophon in words, and what of it a program may want."""
    about = article.about
    return {
        "program": about.program,
        "model": about.model,
        "parameters": dict(about.parameters),
        "words": [{"label": label, "text": text} for label, text in colophon(article, layout)],
        "quoted_posts": sorted(cited(article)),
        "changes": [
            {
                "edition": change.edition,
                "made_at": change.made_at,
                "came": [e.post_id for e in change.came],
                "left": [e.post_id for e in change.left],
                "moved": [{"id": e.post_id, "places": places} for e, places in change.moved],
            }
            for change in about.changes
        ],
    }


def _no_direction_marks(text: str) -> str:
    return "\n".join(harmless(line) for line in text.split("\n"))


def _sentence(sentence: Sentence) -> dict[str, object]:
    """A sentence with what differs from the usual beside the fixed keys."""
    tree: dict[str, object] = {"text": sentence.text, "kind": sentence.kind, "citations": list(sentence.citations)}
    if sentence.form != "sentence":
        tree["form"] = sentence.form
    if sentence.language:
        tree["language"] = sentence.language
    if sentence.code_language:
        tree["code_language"] = sentence.code_language
    return tree


def _line(line: ChartLine) -> dict[str, object]:
    more = {
        "reason": line.reason,
        "summary": [_sentence(s) for s in line.summary],
        "links": [{"kind": kind, "url": url} for kind, url in line.links],
    }
    return line.as_json() | more
