"""The shape of a URL: what the URLs of one kind of page on a blog have in common; and what words in it tell.

`https://a.org/posts/2015-08-lstm/` has the shape `a.org/posts/{d}*`, `https://a.org/2019/05/slug.html` the shape
`a.org/{y}/{n}/*.html`. Posts of a blog share one or a few shapes, its tag pages another one.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Literal
from urllib.parse import unquote, urlsplit

from crawler.urls import bare

Guess = Literal["post", "archive", "list", "aside", "never"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MIN_PATTERN = 2  # posts that make a shape a pattern
_TAXONOMY = _words(
    "tag tags category categories cat topic topics label labels author authors series keyword keywords column columns "
    "section sections taxonomy collections user users tagged subject subjects 标签 分类 categoria categorie tags-list "
    "by-tag by-category group groups"
)
_ARCHIVE = _words(
    "archive archives all-posts allposts all posts post blog blogs articles article writing writings essays notes "
    "publications index home page pages toc contents sitemap map 归档 目录 list history year years months"
)
_ASIDE = _words(
    "about about-me aboutme about-us me contact contact-us privacy privacy-policy terms tos legal imprint impressum "
    "disclaimer cv resume bio team people friends links link friend search subscribe newsletter donate support "
    "sponsor now uses faq license licence books reading projects project portfolio software talks teaching gallery "
    "photos shop store services hire jobs careers press media guestbook message comments rss feed feeds 404 offline "
    "guest message-board memories albums music movies bangumi 关于 友链 留言板 research tools demo demos"
)
_NEVER = re.compile(
    r"/(?:wp-(?:admin|login|json|includes|content)|xmlrpc\.php|cdn-cgi|cgi-bin|trackback|login|logout|signin|signup|"
    r"register|cart|checkout|search|print|oembed|embed|amp/comments|_next|_nuxt|graphql)(?:\.php)?(?:[/?]|$)"
    r"|/comment-page-\d|/page/1/?$|/attachment/|[?&](?:replytocom|share|add-to-cart|like_comment|print|action|lang_switch|s|q|"
    r"search|query|sort|order|orderby|filter|view|format|output|month_view|ical)=",
    re.I,
)
# Links that their authors broke: an address without its scheme read as a path, Markdown or a template left in it
_BROKEN = re.compile(
    r"^https?://[^/]+/.*?(?:https?:|https?%3a|%20www\.|\]\(|%5d\(|\{\{|%7b%7b|<%|%3c%)|"
    r"^https?://[^/]+/(?:[^?#]*/)?(?:www\.[^/]+|[a-z0-9]+(?:-[a-z0-9]+)?(?:\.[a-z0-9-]+)*\.(?:com|org|net|io|ai|edu|gov|cn|co|dev|uk|de))"
    r"(?:/|$)",
    re.I,
)
_FILES = _words(
    "7z apk avi bib bin bmp bz2 c cc cfg cpp css csv dat deb dmg doc docx dvi eot eps epub exe flac gif gz h h5 hdf5 "
    "ico ics ini ipynb iso jar java jpeg jpg js json key lock log m m4a m4v map md mat mid mkv mobi mov mp3 mp4 mpeg "
    "mpg msi npy npz odp ods odt ogg ogv onnx otf pdf pickle pkl png ppt pptx ps psd pt pth py qmd r rar rb rmd rpm "
    "rss rtf sass scss sh so sql srt svg swf tar tex tgz tif tiff toml torrent ts ttf txt vcf wasm wav webm "
    "webmanifest webp wma wmv woff woff2 xls xlsx xml xpi xz yaml yml zip atom rdf opml bst sty cls"
)
_DATE_LIKE = re.compile(r"(?:19|20)\d\d[-_.]?\d\d(?:[-_.]?\d\d)?(?=$|[-_.])")
_PAGE_NUMBER = re.compile(r"(?:page|p|seite|pagina)[-_]?\d+(?:\.html?)?$|index[-_]?\d+(?:\.html?)?$", re.I)


def shape(url: str) -> str:
    """The shape of a URL: its host, folders that name a section, placeholders for the rest, names of parameters."""
    parts = urlsplit(url)
    segments = [s for s in unquote(parts.path).lower().split("/") if s]
    if segments and _is_index(segments[-1]):
        segments.pop()
    last = segments.pop() if segments else ""
    out: list[str] = []
    taxonomy = False
    for position, segment in enumerate(segments):
        if segment.isdecimal():
            out.append("{y}" if _is_year(segment) else "{n}")
        elif _DATE_LIKE.match(segment):
            out.append("{d}*")
        elif segment == "page" or (not taxonomy and position < 2 and _is_section(segment)):
            out.append(segment)
        else:
            out.append("*")
        taxonomy = taxonomy or segment in _TAXONOMY
    if last:
        out.append(_leaf(last))
    names = ",".join(sorted({p.partition("=")[0] for p in parts.query.split("&") if p}))
    return bare(parts.netloc) + "/" + "/".join(out) + (f"?{names}" if names else "")


def guess(url: str) -> Guess:
    """What a URL's words say that it is; "post" is what remains, and no more than a possibility."""
    if _NEVER.search(url) or _BROKEN.search(url):
        return "never"
    segments = [s for s in unquote(urlsplit(url).path).lower().split("/") if s]
    if segments and _is_index(segments[-1]):
        segments.pop()
    if not segments:
        return "archive"
    stem, _, extension = segments[-1].rpartition(".")
    if stem and extension in _FILES:
        return "never"
    if extension in ("html", "htm", "php", "aspx", "xhtml"):
        segments[-1] = stem
    if any(s in _TAXONOMY for s in segments):
        return "list"
    last = segments[-1]
    if _PAGE_NUMBER.match(last) or (len(segments) > 1 and segments[-2] == "page" and last.isdecimal()):
        return "archive"
    if all(s.isdecimal() and len(s) <= 4 for s in segments) and _is_year(segments[0]):
        return "archive"
    if last in _ARCHIVE or (segments[0] in ("archives", "archive") and all(s.isdecimal() for s in segments[1:])):
        return "archive"
    if last in _ASIDE or (len(segments) > 1 and segments[0] in ("search", "login")):
        return "aside"
    return "post"


def learn(posts: Iterable[str]) -> tuple[str, ...]:
    """The shapes that at least two of these posts have, the commonest first; of a single post its shape."""
    urls = list(posts)
    counts = Counter(map(shape, urls))
    least = min(MIN_PATTERN, len(urls))
    return tuple(name for name, n in counts.most_common() if n >= least)


def matches(url: str, patterns: Iterable[str]) -> bool:
    """Whether a URL has one of the shapes that a blog's posts have (`Blog.patterns`)."""
    return shape(url) in patterns


def _leaf(last: str) -> str:
    stem, dot, extension = last.rpartition(".")
    ending = f".{extension}" if dot and stem and extension.isalnum() and len(extension) <= 5 else ""
    stem = stem if ending else last
    if stem.isdecimal():
        return ("{y}" if _is_year(stem) else "{n}") + ending
    if _DATE_LIKE.match(stem):
        return "{d}*" + ending
    return "*" + ending


def _is_year(segment: str) -> bool:
    return len(segment) == 4 and segment.startswith(("19", "20"))


def _is_index(segment: str) -> bool:
    return segment in ("index.html", "index.htm", "index.php")


def _is_section(segment: str) -> bool:
    """Whether a folder's name is a section's rather than a post's: short, few words."""
    return len(segment) <= 24 and segment.count("-") + segment.count("_") <= 2 and segment.isascii()
