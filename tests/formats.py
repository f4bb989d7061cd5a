"""What a rendered article must be whatever it was made of, file by file, told by their endings."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import PurePosixPath

from defusedxml import ElementTree
from lxml import etree
from lxml import html as lxml_html
from markdown_it import MarkdownIt

from crawler import plugins
from kb.types import Article

CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069\ufffe\uffff]")
_TAGS = frozenset(
    re.findall(
        r"\w+",
        "html head meta title style body a div header h1 h2 h3 h4 p nav details summary ol ul li main section script "
        "article footer span strong q figure figcaption pre code table thead tbody tr th td dl dt dd mark link "
        "label input select option form button svg rect text line circle time blockquote noscript "
        "math mrow mi mo mn mtext mspace msub msup msubsup mfrac msqrt mroot mover munder munderover mtable "
        "mtr mtd mstyle mpadded mphantom menclose mfenced mprescripts mmultiscripts none",
    )
)
_OWN_SCRIPTS = frozenset(("text/javascript", "application/json", ""))


def rendered(form: str, article: Article) -> dict[str, bytes]:
    """The files of a format by name; those inside a book are its files."""
    data = plugins.load("kb.exporters", form, "render")(article)
    files = {f"article{plugins.load('kb.exporters', form, 'SUFFIX')}": data} if isinstance(data, bytes) else dict(data)
    for name in [name for name in files if name.endswith(".epub")]:
        with zipfile.ZipFile(io.BytesIO(files.pop(name))) as book:
            files |= {f"book/{inner}": book.read(inner) for inner in book.namelist()}
    return files


def unharmed(form: str, article: Article) -> None:
    """No text of the article became anything but text, in any file of a format."""
    for name, data in rendered(form, article).items():
        assert not PurePosixPath(name).is_absolute() and ".." not in name
        assert re.fullmatch(r"[A-Za-z0-9_./-]+", name), "a file's name is never a text from outside"
        text = data.decode()
        assert not CONTROL.search(text), name
        _CHECKS.get(PurePosixPath(name).suffix, _any)(text, article)


def kept(form: str, article: Article) -> None:
    """The first post's title is there to be read, in one file at least."""
    title = CONTROL.sub("", " ".join(article.top[0].post.title.split()))
    title = " ".join(title.split())
    files = rendered(form, article).items()
    assert any(title in " ".join(_readable(name, data.decode()).split()) for name, data in files)


def _readable(name: str, text: str) -> str:
    """A file's text as its readers see it."""
    ending = PurePosixPath(name).suffix
    if ending in (".html", ".xhtml"):
        return page_text(text)
    if ending in (".xml", ".rss", ".atom", ".opml", ".opf"):
        found = [*ElementTree.fromstring(text.encode()).iter()]
        return " ".join(" ".join([*e.attrib.values(), *(e.itertext())]) for e in found)
    if ending == ".md":
        return page_text(MarkdownIt("commonmark").enable("table").render(text))
    if ending == ".bib":
        return " ".join(untex(entry["title"]) for entry in bib_entries(text))
    if ending == ".csv":
        return "\n".join(cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row)
    if ending == ".json":
        tree = json.loads(text)
        tops = tree if isinstance(tree, list) else [line["post"] for line in tree["top"]]
        return "\n".join(" ".join(CONTROL.sub("", item.get("title", "")).split()) for item in tops)
    return text


def untex(value: str) -> str:
    """What TeX would set of a value in double braces."""
    words = {"backslash": "\\", "braceleft": "{", "braceright": "}", "asciitilde": "~", "asciicircum": "^"}
    return re.sub(r"\\text([a-z]+)\{\}|\\([$&#%_])", lambda m: words.get(m[1], "") or m[2], value[2:-2])


def page_text(text: str) -> str:
    """What a reader sees of a page, white space folded."""
    read = lxml_html.HTMLParser(encoding="utf-8")  # a part of a page names no encoding
    return " ".join(lxml_html.document_fromstring(text.encode(), parser=read).text_content().split())


def _any(text: str, article: Article) -> None:
    assert text


def _html(text: str, article: Article) -> None:
    tree = lxml_html.document_fromstring(text.encode())
    for element in tree.iter():
        assert isinstance(element.tag, str), "a comment or an instruction"
        assert element.tag in _TAGS, element.tag
        assert not [name for name in element.attrib if name.lower().startswith("on")]
        href = element.get("href", "#")
        assert re.match(r"#|https?://|(?:\.\./)*[a-z0-9][a-z0-9/._-]*(?:$|#)|\.\./$", href), href
        assert "evil.example" not in href
        if element.tag == "script":
            assert "alert(1)</" not in (element.text or "") and element.get("type", "") in _OWN_SCRIPTS
    if "http-equiv=" in text:
        assert "default-src 'none'" in text and re.search(r"script-src '(?:sha256-|none')", text)


def _xhtml(text: str, article: Article) -> None:
    ElementTree.fromstring(text.encode())
    root = etree.fromstring(text.encode())
    for element in root.iter():
        assert isinstance(element.tag, str)
        assert etree.QName(element).localname in _TAGS, element.tag
        assert not [name for name in element.attrib if name.lower().startswith("on")]
        assert re.match(r"#|https?://|[a-z0-9][a-z0-9/._-]*(?:$|#)", element.get("href", "#"))


def _xml(text: str, article: Article) -> None:
    """Well formed, without entities of its own; addresses lead to the web or within."""
    root = ElementTree.fromstring(text.encode())
    for element in root.iter():
        for name in ("href", "url", "xmlUrl", "htmlUrl"):
            value = element.get(name)
            assert value is None or re.match(r"https?://|[a-z0-9][a-z0-9/._-]*(?:$|#)|$", value), value
        if element.tag.rpartition("}")[2] in ("link", "loc") and element.text and element.text.strip():
            assert element.text.startswith(("http://", "https://"))
        if element.tag.rpartition("}")[2] in ("description", "content") and element.text and "<" in element.text:
            _fragment(element.text)


def _fragment(html: str) -> None:
    tree = lxml_html.fragment_fromstring(html, create_parent="div")
    for element in tree.iter():
        assert element.tag in {"div", "p", "h3", "ul", "li", "a", "blockquote"}
        assert element.get("href", "http://").startswith(("http://", "https://"))


def _md(text: str, article: Article) -> None:
    tokens = MarkdownIt("commonmark").enable("table").enable("strikethrough").parse(text)
    inline = [child for token in tokens for child in token.children or ()]
    assert not [t for t in (*tokens, *inline) if t.type in ("html_block", "html_inline", "image", "s_open")]
    for token in inline:
        if token.type == "link_open":
            href = str(token.attrs["href"])
            assert href.startswith(("https://", "http://"))
            assert "evil.example" not in href
    sections = sum(1 + len(c.sections) for c in article.chapters)
    heads = sum(s.form == "head" for c in article.chapters for section in c.sections for s in section.body)
    topics = len({line.topic.id if line.topic else 0 for line in article.top})
    own = 3 + 4 * bool(article.top)  # title, list and colophon; the index with its three parts
    assert sum(t.type == "heading_open" for t in tokens) == own + sections + heads + topics


def _json(text: str, article: Article) -> None:
    tree = json.loads(text)
    if isinstance(tree, list):
        assert len(tree) == len(article.top) and all(set(item) >= {"id", "type"} for item in tree)
        assert all(item.get("URL", "https://").startswith(("https://", "http://")) for item in tree)
        return
    assert set(tree) >= {"edition", "language", "chapters", "top", "posts"}
    assert "<" not in text
    sentence = tree["chapters"][0]["sections"][0]["body"][0]
    assert set(sentence) >= {"text", "kind", "citations"}
    assert [line["rank"] for line in tree["top"]] == [line.entry.rank for line in article.top]


def _csv(text: str, article: Article) -> None:
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert len(rows) == 1 + len(article.top)
    assert {len(row) for row in rows} == {len(rows[0])}
    for row in rows:
        for cell in row:
            assert not cell.startswith(("=", "+", "@", "\t", "\r"))
            assert not cell.startswith("-") or re.fullmatch(r"-\d+(\.\d+)?", cell)


def bib_entries(text: str) -> list[dict[str, str]]:
    """The entries as BibTeX reads them: braces counted, nothing else special. Raises ValueError on a broken file."""
    found, at = [], 0
    while (start := text.find("@", at)) >= 0:
        head = re.compile(r"@misc\{([a-z0-9-]+),\n").match(text, start)
        if not head:
            raise ValueError(text[start : start + 60])
        fields, at = {"key": head[1]}, head.end()
        while not text.startswith("}", at):
            name = re.compile(r"  (\w+) = ").match(text, at)
            if not name:
                raise ValueError(text[at : at + 60])
            at = name.end()
            end = _value_end(text, at)
            fields[name[1]], at = text[at:end], end + 2
        found.append(fields)
    return found


def _value_end(text: str, at: int) -> int:
    if not text.startswith("{", at):
        return text.index(",\n", at)
    depth = 0
    for n in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[n], 0)
        if depth == 0:
            assert text.startswith(",\n", n + 1)
            return n + 1
    raise ValueError("braces that do not close")


def _bib(text: str, article: Article) -> None:
    entries = bib_entries(text)
    assert len(entries) == len(article.top)
    for entry in entries:
        bare = re.sub(r"\\text\w+\{\}|\\[$&#%_]", "", entry["title"])
        assert not re.search(r"[\\$&#%_~^]", bare), "a character that TeX would obey"


_CHECKS: dict[str, Callable[[str, Article], None]] = {
    ".html": _html, ".xhtml": _xhtml, ".md": _md, ".json": _json, ".csv": _csv, ".bib": _bib, ".xml": _xml,
    ".rss": _xml, ".atom": _xml, ".opml": _xml, ".opf": _xml,
}  # fmt: skip
