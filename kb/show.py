"""A post, a hit, a score as a person reads them: terminal text, HTML, JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from kb.errors import NotFound
from kb.present import harmless, width
from kb.types import StoredPost

if TYPE_CHECKING:
    from kb.store.connect import Reader
    from kb.types import Why


def post_as(reader: Reader, name: str, form: str, version: int | None) -> str:
    """One post as text, md, html or json. Raises NotFound for a post or version that is not there."""
    from kb.store.posts import body, get_post, post_id_of, references_of, version_of, versions

    post_id = post_id_of(reader, name)
    post = get_post(reader, post_id) if post_id is not None else None
    if post is None:
        raise NotFound(f'no such post: "{name}"', "give an id or a URL from: kb posts")
    title, markdown = post.title, body(reader, post.id)
    if version is not None:
        found = version_of(reader, post.id, version)
        if found is None:
            numbers = ", ".join(map(str, versions(reader, post.id)))
            raise NotFound(f"post {post.id} has no version {version}", f"it has: {numbers}")
        title, markdown = found
    if form == "json":
        references = [{"kind": k, "url": u, "text": t} for k, u, t in references_of(reader, post.id)]
        return json.dumps(_as_json(post, title, markdown, references), ensure_ascii=False, indent=1)
    if form == "html":
        return as_html(post, title, markdown)
    if form == "md":
        return f"# {harmless(title)}\n\n{harmless_lines(markdown)}"
    facts = " · ".join(
        filter(None, [", ".join(post.authors), post.source_title, (post.published or "")[:10], post.url])
    )
    return f"{harmless(title)}\n{harmless(facts)}\n\n{harmless_lines(as_text(markdown))}"


def as_text(markdown: str) -> str:
    """A post's text for a terminal: headings underlined, code indented, tables and lists as they are, no links."""
    from crawler.blocks import blocks
    from crawler.text import plain

    parts = []
    for block in blocks(markdown):
        if block.kind == "heading":
            words = plain(block.text)
            parts.append(f"{words}\n{('=' if block.level <= 2 else '-') * width(words)}")
        elif block.kind == "code":
            parts.append("\n".join(f"    {line}" for line in block.text.split("\n")))
        elif block.kind in ("table", "list", "footnote"):
            parts.append(block.text)
        else:
            parts.append(plain(markdown[block.start : block.end]))
    return "\n\n".join(parts)


def harmless_lines(text: str) -> str:
    """Text without what a terminal would obey, its lines kept."""
    return "\n".join(harmless(line) for line in text.split("\n"))


def _as_json(post: StoredPost, title: str, markdown: str, references: list[dict[str, str]]) -> dict[str, Any]:
    from crawler.blocks import blocks

    tree = [
        {"kind": b.kind, "text": b.text}
        | ({"level": b.level} if b.level else {})
        | ({"language": b.language} if b.language else {})
        for b in blocks(markdown)
    ]
    more = {
        "title": title,
        "markdown": markdown,
        "blocks": tree,
        "references": references,
        "quality": dict(post.quality),
    }
    return post.as_json() | more


def as_html(post: StoredPost, title: str, markdown: str) -> str:
    """A page of one post, safe to open: the text is rendered and then sanitised, the facts are escaped."""
    from html import escape

    from kb.rendering.reading import reading

    inner = reading(markdown)
    facts = " · ".join(
        escape(f) for f in (", ".join(post.authors), post.source_title or "", (post.published or "")[:10]) if f
    )
    language = escape(post.language or "en", quote=True)
    link = escape(post.url, quote=True)
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8"><title>{escape(title)}</title></head>\n'
        f'<body><article><h1>{escape(title)}</h1>\n<p>{facts} · <a href="{link}">{escape(post.url)}</a></p>\n'
        f"{inner}</article></body></html>\n"
    )


BAR = 24  # columns


def why_as(why: Why, form: str, colour: bool = False) -> str:
    """The reasons of a score: JSON, or a bar a part with its weight, what it gives, and the evidence."""
    if form == "json":
        return json.dumps(why.as_json(), ensure_ascii=False, indent=1)
    bold, dim, green, plain = ("\x1b[1m", "\x1b[2m", "\x1b[32m", "\x1b[0m") if colour else ("",) * 4
    place = f"rank {why.rank}" if why.rank else "not charted"
    facts = f"{place}, score {why.score:.3f}, edition {why.edition}"
    lines = [f"{bold}{harmless(why.post.title)}{plain}  ({facts})", ""]
    wide = max((len(part.name) for part in why.parts), default=0)
    lines.append(f"  {dim}{'part':<{wide}}  {'':{BAR}}    value  weight   gives  rests on{plain}")
    for part in why.parts:
        if part.value is None:
            lines.append(f"  {part.name:<{wide}}  {dim}{'·' * BAR}  unknown  {'':14}  {harmless(part.evidence)}{plain}")
            continue
        full = round(part.value * BAR)
        bar = f"{green}{'█' * full}{plain}{dim}{'░' * (BAR - full)}{plain}"
        gives = f"{part.value:7.2f}  x {part.weight:.2f}  ={part.value * part.weight:6.3f}"
        lines.append(f"  {part.name:<{wide}}  {bar}  {gives}  {harmless(part.evidence)}")
    for title, said in (("what would have changed it", why.otherwise), ("who and what stands around it", why.notes)):
        if said:
            lines += ["", f"  {bold}{title}{plain}", *(f"  {harmless(line)}" for line in said)]
    return "\n".join(line.rstrip() for line in lines)
