"""The article as a book: EPUB 3.3, a document a chapter, formulas as MathML, charts as SVG, nothing fetched."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import escape
from uuid import NAMESPACE_URL, uuid5

from kb.rendering.body import Page, attribute, chapter, page_of, the_colophon, the_indexes, the_list
from kb.rendering.charts import charts
from kb.rendering.feed import updated
from kb.rendering.marks import by_topic, clean
from kb.rendering.pages import data
from kb.rendering.xml import Node, document
from kb.types import Article

SUFFIX = ".epub"
_MOMENT = (1980, 1, 1, 0, 0, 0)  # of every file in the archive: the same store gives the same bytes
_ACCESS = (
    ("schema:accessMode", "textual"), ("schema:accessModeSufficient", "textual"),
    ("schema:accessibilityFeature", "tableOfContents"), ("schema:accessibilityFeature", "structuralNavigation"),
    ("schema:accessibilityFeature", "MathML"), ("schema:accessibilityFeature", "displayTransformability"),
    ("schema:accessibilityHazard", "none"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Document:
    """A file of the book: `inner` is what stands in its body; links are (href, title, links within)."""

    name: str
    title: str
    inner: str
    within: tuple[tuple[str, str], ...] = ()

    @property
    def properties(self) -> str:
        return " ".join(kind for kind, mark in (("mathml", "<math "), ("svg", "<svg ")) if mark in self.inner)


def render(article: Article) -> bytes:
    """A zip archive, its first file the media type, as the format wants it."""
    page = page_of(article, lambda number: f"list.xhtml#p{number}")
    documents = list(_documents(page))
    files = {d.name: _xhtml(d.title, d.inner, article.language) for d in documents}
    files["nav.xhtml"] = _xhtml(page.words["contents"], "\n".join(_nav(documents, page)), article.language)
    files["book.css"] = data("book.css").encode()
    files["book.opf"] = _package(page, documents, _name(article, files))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        _put(book, "mimetype", b"application/epub+zip", zipfile.ZIP_STORED)
        _put(book, "META-INF/container.xml", _container(), zipfile.ZIP_DEFLATED)
        for name in sorted(files):
            _put(book, f"OEBPS/{name}", files[name], zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _put(book: zipfile.ZipFile, name: str, content: bytes, how: int) -> None:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.compress_type, info.external_attr, info.create_system = how, 0o644 << 16, 3
    book.writestr(info, content, compresslevel=9)


def _name(article: Article, files: dict[str, bytes]) -> str:
    """The book's identifier: another text is another book."""
    digest = hashlib.sha256(b"".join(name.encode() + files[name] for name in sorted(files))).hexdigest()
    return uuid5(NAMESPACE_URL, f"kb article {article.language} {article.edition} {digest}").urn


def _documents(page: Page) -> Iterator[_Document]:
    """Title page, chapters, list, index, colophon, in the order of reading."""
    article, words, more = page.article, page.words, page.more
    edition = clean(words["edition"].format(number=article.edition, date=article.made_at[:10]))
    drawn = charts(article, page.layout, lambda _: "") if article.top else ()  # a picture may not hold links
    shown = "\n".join(f"<figure><figcaption>{escape(name)}</figcaption>\n{chart}</figure>" for name, chart in drawn)
    title = clean(article.title)
    head = f'<h1>{escape(title)}</h1>\n<p class="edition">{escape(edition)}</p>\n{shown}'
    yield _Document("title.xhtml", title, head)
    for one in article.chapters:
        number = attribute(one.number)
        within = tuple((f"s{attribute(s.number)}", f"{s.number} {clean(s.title)}") for s in one.sections)
        yield _Document(f"c{number}.xhtml", f"{number} {clean(one.title)}", "\n".join(chapter(one, page)), within)
    topics = tuple((f"t{n}", topic) for n, (topic, _) in enumerate(by_topic(article, page.layout), 1))
    listed = "\n".join((f"<h2>{escape(words['list'])}</h2>", *the_list(page)))
    yield _Document("list.xhtml", words["list"], listed, topics)
    if article.top:
        inner = "\n".join((f"<h2>{escape(more['index'])}</h2>", *the_indexes(page)))
        within = tuple((f"by-{name}", more[f"by_{name[:-1]}"]) for name in ("authors", "blogs", "years"))
        yield _Document("index.xhtml", more["index"], inner, within)
    yield _Document("about.xhtml", more["about"], "\n".join((f"<h2>{escape(more['about'])}</h2>", *the_colophon(page))))


def _xhtml(title: str, inner: str, language: str) -> bytes:
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        f'<html xmlns="http://www.w3.org/1999/xhtml" xmlns:epub="http://www.idpf.org/2007/ops" lang="{language}" '
        f'xml:lang="{language}">\n<head><meta charset="utf-8"/><title>{escape(clean(title))}</title>'
        '<link rel="stylesheet" href="book.css"/></head>\n'
    )
    body = inner.replace("<math aria-label=", "<math alttext=")  # the book's schema of MathML knows no aria
    body = body.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ')
    return f"{head}<body>\n{body}\n</body>\n</html>\n".encode()


def _nav(documents: Iterable[_Document], page: Page) -> Iterator[str]:
    yield f'<nav epub:type="toc" id="toc"><h1>{escape(page.words["contents"])}</h1>\n<ol>'
    for one in documents:
        yield f'<li><a href="{one.name}">{escape(clean(one.title))}</a>'
        if one.within:
            inner = "".join(
                f'<li><a href="{one.name}#{place}">{escape(clean(title))}</a></li>' for place, title in one.within
            )
            yield f"<ol>{inner}</ol>"
        yield "</li>"
    yield "</ol></nav>"


def _package(page: Page, documents: Iterable[_Document], name: str) -> bytes:
    article, more = page.article, page.more
    documents = list(documents)
    metadata = [
        Node("dc:identifier", name, {"id": "id"}),
        Node("dc:title", article.title),
        Node("dc:language", article.language),
        Node("dc:creator", article.about.program or "kb"),
        Node("dc:date", article.made_at[:10]),
        Node("dc:description", f"{more['article_of']} {more['edition']}: {article.edition}"),
        Node("dc:rights", page.words["note"]),
        Node("dc:subject", "Deep learning"),
        Node("meta", updated(article).strftime("%Y-%m-%dT%H:%M:%SZ"), {"property": "dcterms:modified"}),
        *(Node("meta", value, {"property": key}) for key, value in _ACCESS),
    ]
    items = [
        Node(
            "item", "", {"id": "nav", "href": "nav.xhtml", "media-type": "application/xhtml+xml", "properties": "nav"}
        ),
        Node("item", "", {"id": "css", "href": "book.css", "media-type": "text/css"}),
    ]
    for n, one in enumerate(documents):
        told = {"id": f"d{n}", "href": one.name, "media-type": "application/xhtml+xml"}
        items.append(Node("item", "", told | ({"properties": one.properties} if one.properties else {})))
    spine = [Node("itemref", "", {"idref": "d0"}), Node("itemref", "", {"idref": "nav"})]
    spine += [Node("itemref", "", {"idref": f"d{n}"}) for n in range(1, len(documents))]
    space = {"xmlns": "http://www.idpf.org/2007/opf", "version": "3.0", "unique-identifier": "id",
             "xml:lang": article.language, "prefix": "schema: http://schema.org/"}  # fmt: skip
    dc = {"xmlns:dc": "http://purl.org/dc/elements/1.1/"}
    parts = [Node("metadata", "", dc, metadata), Node("manifest", children=items), Node("spine", children=spine)]
    return document(Node("package", "", space, parts))


def _container() -> bytes:
    file = Node("rootfile", "", {"full-path": "OEBPS/book.opf", "media-type": "application/oebps-package+xml"})
    space = {"version": "1.0", "xmlns": "urn:oasis:names:tc:opendocument:xmlns:container"}
    return document(Node("container", "", space, [Node("rootfiles", children=[file])]))
