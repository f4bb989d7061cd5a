"""A post's own title, without the blog's name that the page's title carries."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from urllib.parse import urlsplit

from crawler.read.head import Head
from crawler.read.tree import Element, around, tokens, words

_SEPARATOR = re.compile(r"\s+[|·•–—\-:»«/~⋆]\s+|\s*[|｜丨»«·•]\s*|\s+[-–—]+\s*|\s*[-–—]+\s+|\s*::\s*|[:：]\s+|\s+@\s*")
_TITLE_CLASS = re.compile(
    r" (?:[a-z]+[-_]{1,2})*(?:post|entry|article|headline|content|page|story|blog|chapter|"
    r"d)[-_]{0,2}(?:title|headline|heading|name)(?:[-_]\w+)* | headline | p-name | title | h1-headline "
)
_FEED_WORDS = re.compile(
    r"\s*(?:-|–|»|\||:)?\s*(?:\b(?:full\s+)?(?:rss|atom|json)?\s*feed\b|\brss\b|\batom\b).*$", re.I
)
_FRONT = frozenset(("/", "./", "../", "../../", "index.html", "/index.html", "../index.html", "../../index.html"))
_BARE_HOST = re.compile(r"https?://([^/]+)/?")
_BRAND = re.compile(
    r" (?:[a-z]+[-_])*(?:brand|site-title|site-name|logo|blog-title|site_title|navbar-brand|"
    r"brand-title)(?:[-_]\w+)* "
)
_TWICE = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|amp|quot|apos);", re.I)  # escaped twice by a generator
_NUMBER = re.compile(
    r"(?:chapter|part|lecture|lesson|section|week|day)\s*(?:\d+|[ivx]+)\W*|第.{1,3}[章讲课节篇]\W*", re.I
)
_NOISE = re.compile(r"[#¶§🔗⚓]+$|^\s*permalink\s*$", re.I)


def fold(text: str) -> str:
    """Letters and digits alone, for comparing."""
    return re.sub(r"\W+", " ", text).lower().strip()


def _tidy(text: str) -> str:
    if _TWICE.search(text):
        text = unescape(text)
    return _NOISE.sub("", " ".join(text.replace("\u200b", "").replace("\u00ad", "").split())).strip()


def heading_candidates(root: Element) -> list[tuple[str, bool]]:
    """Headings that may be the title, in document order, each with whether its class says so."""
    found: list[tuple[str, bool]] = []
    for element in root.iter("h1", "h2", "h3", "d-title", "dt-title"):
        if element.tag != "h1" and not (element.get("itemprop") == "headline" or _TITLE_CLASS.search(tokens(element))):
            continue
        if any(
            a.tag in ("nav", "footer", "aside")
            or re.search(r" (?:site-header|navbar|masthead|sidebar|related\S*|footer|comments?) ", tokens(a))
            for a in element.iterancestors()
        ):
            continue
        text = _tidy(words(element))
        if element.tag in ("d-title", "dt-title"):
            inner = next(iter(element.iter("h1")), None)
            text = _tidy(words(inner)) if inner is not None else ""
        if text and len(text) <= 300:
            found.append(
                (
                    text,
                    element.get("itemprop") in ("headline", "name headline")
                    or _TITLE_CLASS.search(tokens(element)) is not None,
                )
            )
    return found


def without_site(title: str, names: Iterable[str], headings: Iterable[str]) -> str:
    """A page's title without the part that names the blog."""
    title = _tidy(title)
    folded = {fold(name) for name in names if name and fold(name)}
    shown = {fold(h): h for h in headings if fold(h)}
    if fold(title) in shown:
        return title
    cuts = list(_SEPARATOR.finditer(title))
    # a heading that is the title up to a separator, or after one
    for cut in cuts:
        for part in (title[: cut.start()], title[cut.end() :]):
            if fold(part) in shown and fold(part) not in folded:
                return part.strip()
    for cut in reversed(cuts):
        left, right = title[: cut.start()], title[cut.end() :]
        if fold(right) in folded and fold(left):
            return without_site(left, names, headings) if cuts[0] is not cut else left.strip()
    for cut in cuts:
        left, right = title[: cut.start()], title[cut.end() :]
        if fold(left) in folded and fold(right):
            return right.strip()
    return title


def _site_names(root: Element, url: str) -> list[str]:
    """What the page calls the blog: the titles of its feeds, the words that lead to its front page."""
    own = urlsplit(url).netloc.lower().removeprefix("www.")
    names = [
        _FEED_WORDS.sub("", link.get("title"))
        for link in root.iter("link")
        if "alternate" in (link.get("rel") or "") and link.get("title")
    ]
    for link in root.iter("a"):
        href = (link.get("href") or "").strip()
        host = match[1].lower().removeprefix("www.") if (match := _BARE_HOST.fullmatch(href)) else None
        leads_home = href in _FRONT or (host and own and f".{own}".endswith(f".{host}"))
        if leads_home or _BRAND.search("".join(map(tokens, around(link, 3)))):
            text = words(link)
            if 2 <= len(text) <= 60 and fold(text) not in ("home", "blog", "首页", "主页", "posts"):
                names.append(text)
        if len(names) > 12:
            break
    return names


def title_of(root: Element, head: Head, url: str, site_names: Iterable[str], hinted: str | None) -> str:
    """The title; where machines and readers are told different ones, the one that two places agree on."""
    headings = heading_candidates(root)
    names = [*site_names, head.site, *_site_names(root, url)]
    shown = [text for text, _ in headings]
    said = head.first("og:title", "twitter:title", "citation_title", "dc.title", "title")
    structured = head.article.get("headline") or head.article.get("name")
    front = head.front.get("title")
    if isinstance(front, str) and front.strip():
        return _tidy(front)
    site_folds = {fold(name) for name in names if name}
    candidates = [
        ("page", without_site(head.title, names, shown)) if head.title else None,
        ("og", without_site(said, names, shown)) if said else None,
        ("json", without_site(_tidy(unescape(structured)), names, shown))
        if isinstance(structured, str) and structured.strip()
        else None,
        ("hint", _tidy(hinted)) if hinted else None,
        *((("class" if labelled else "h1"), text) for text, labelled in headings[:6]),
    ]
    given = [(kind, text) for kind, text in (c for c in candidates if c) if fold(text) or text]
    useful = [
        (kind, text)
        for kind, text in given
        if fold(text) not in site_folds and not re.fullmatch(r"(?:untitled|home|blog|index)", fold(text))
    ]
    # "Chapter 6" alone names no post where a heading beside it does
    useful = [(kind, text) for kind, text in useful if not _NUMBER.fullmatch(text)] or useful
    if not useful:
        return given[0][1] if given else ""
    # What a page tells those who share it is what its author calls it (of 121 pages by other people 103, by its h1 82)
    weights = {"class": 2.2, "h1": 1.2, "og": 6.0, "page": 1.9, "json": 1.0, "hint": 4.0}
    score: dict[str, float] = {}
    best: dict[str, str] = {}
    seen: set[tuple[str, str]] = set()
    for kind, text in useful:
        key = fold(text) or text
        if (kind, key) in seen:
            continue
        seen.add((kind, key))
        score[key] = score.get(key, 0.0) + weights[kind]
        # the reading of a heading keeps the author's own capitals and marks
        best.setdefault(key, text)
    top = max(score, key=lambda key: score[key])
    return best[top]
