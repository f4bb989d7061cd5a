"""Authors as people: one name each, without "by", addresses, dates and the blog's own name."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from typing import Any

from crawler.read.head import Head
from crawler.read.title import fold
from crawler.read.tree import Element, is_longer, search, tokens, words

_BY = re.compile(
    r"^\W*(?:(?:written|posted|published|words|story|text|reported|created|reviewed)\s+)?(?:by|von|par|"
    r"por|di|door|av|af|作者|文|撰文|author)(?:\s*[:：]|\b(?=\s)|(?<=[者文]))\s*[:：]?\s*",
    re.I,
)
_TAIL = re.compile(
    r"\s*(?:[|•·–—]|(?:\bon\b|\bat\b|\bin\b|\bfor\b|\bfrom\b|\bupdated\b|\bposted\b|\bpublished\b)\s|"
    r"\s-\s|\(|<|\b(?:19|20)\d\d\b|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d).*$",
    re.I | re.S,
)
_BY_LINE = re.compile(
    r"(?:written |posted )?by\s+([^.|·•\d]{2,80}?)(?:\.\s|\.$|\s*[|·•]|\s+on\s|"
    r",?\s+(?:\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s+\d)|$)",
    re.I,
)
_SPLIT = re.compile(r"\s*(?:,|;|、|，|/|\||\s&\s|\s+and\s+|\s+und\s+|\s+et\s+|\s+y\s+|\s+with\s+)\s*", re.I)
_ROLE = re.compile(
    r"(?i)^(?:staff|admin|administrator|editor|editors|editorial(?: team)?|author|authors|anonymous|"
    r"unknown|guest|team|contributor|correspondent|reporter|view all posts|"
    r"more posts|follow|about|share|read more|posted by|me|none|null|name|www|n/?a|phd|md|jr|sr|ph\.d\.?|m\.d\.?|"
    r"home|contact|profile|website|twitter|facebook|linkedin|email)$"
)
_ROLE_TAIL = re.compile(
    r",?\s+(?:staff writer|senior \w+|\w+ (?:editor|correspondent|reporter)|editor|reporter|correspondent|"
    r"ph\.?d\.?|m\.?d\.?)$|\s*(?:기자|특파원|記者|记者)$",
    re.I,
)
_CLASS = re.compile(
    r" (?:[a-z]+[-_]{1,2})*(?:author|byline|authors)(?:[-_]{1,2}(?:name|names|link|title|text|list|info|"
    r"vcard))? | p-author | fn | byline | author vcard | post-author | vcard "
)
_is_byline = search(_CLASS)
_COPYRIGHT = re.compile(
    r"(?:©|\(c\)|copyright|版权所有)\s*(?:©|\(c\)|copyright)?\s*(?:(?:19|20)\d\d\s*(?:[-–—~]\s*(?:(?:19|"
    r"20)\d\d|present|now|至今)?)?)?\s*,?\s*(?:by\s+)?([^\W\d].{1,60})",
    re.I,
)
_POSSESSIVE = re.compile(
    r"(?:['’]s)?\s*(?:的)?\s*(?:personal\s+)?(?:blog|home ?page|website|notes|site|博客|主页|小站|블로그)$", re.I
)
_BYLINE_TAGS = (
    "a", "span", "div", "p", "address", "li", "h3", "h4", "h5", "strong", "em", "section", "cite", "d-byline",
    "time", "footer", "header",
)  # fmt: skip
_NOT_HERE = re.compile(
    r" (?:[a-z]+[-_])*(?:comments?|related|sidebar|widget|citation|quote|recommend(?:ed)?|popular|"
    r"site-footer|testimonial)(?:[-_](?:list|area|item|body|inner|content|posts?|author|wrap\w*))? "
)

_FULL_NAME = re.compile(r"[A-ZÀ-Þ][\w.'’-]*(?: [\w.'’-]+){0,2} [A-ZÀ-Þ][\w'’-]+")
_BETWEEN_NAMES = re.compile(r"(?:\s|,|&|\band\b)*")


def names_in(value: Any, known: dict[str, str] | None = None, depth: int = 0) -> list[str]:
    """The names of people in a JSON-LD author, a front matter's list, or a plain string."""
    if depth > 4 or value is None:
        return []
    if isinstance(value, str):
        return split_names(value)
    if isinstance(value, list):
        return [name for item in value[:60] for name in names_in(item, known, depth + 1)]
    if isinstance(value, dict):
        if value.get("@type") in ("Organization", "NewsMediaOrganization") and depth == 0 and not value.get("name"):
            return []
        for field in ("name", "author"):
            if value.get(field):
                inner = value[field]
                return (
                    [clean]
                    if isinstance(inner, str) and (clean := tidy(inner)) and not _SPLIT.search(clean)
                    else names_in(inner, known, depth + 1)
                )
        if value.get("givenName") or value.get("familyName"):
            return [tidy(f"{value.get('givenName') or ''} {value.get('familyName') or ''}")]
        if value.get("@id") and known and str(value["@id"]) in known:
            return split_names(known[str(value["@id"])])
        if len(value) == 1:  # front matter: {"Chris Olah": "https://..."}
            return [tidy(str(next(iter(value))))]
    return []


def tidy(name: str) -> str:
    """One name without what surrounds it."""
    name = " ".join(unescape(re.sub(r"<[^>]*>", " ", name)).replace("\u200b", "").split())
    name = _BY.sub("", name)
    name = re.sub(r"https?://\S+|\S+@\S+\.\w+|@\w+", "", name)
    name = _ROLE_TAIL.sub("", _TAIL.sub("", name)).strip(' \t,.;:|–—-•·"“”()[]#*')
    return name if not re.fullmatch(r"[\d\W]*", name) else ""


def split_names(text: str) -> list[str]:
    """The names in a line such as "By A, B and C"."""
    text = " ".join(unescape(text).split())
    if len(text) > 400 or re.match(r"https?://", text):
        return []
    text = _BY.sub("", text)
    out = []
    for part in _SPLIT.split(text):
        name = tidy(part)
        if is_name(name):
            out.append(name)
    return out


def is_name(name: str) -> bool:
    """Whether this can be somebody's name."""
    return (
        bool(name)
        and 2 <= len(name) <= 60
        and len(name.split()) <= 6
        and not _ROLE.match(name)
        and any(c.isalpha() for c in name)
        and not any(c in "{}<>=;" for c in name)  # code: the (c) of function(c) { … } is no copyright
        and "." not in name[-5:].rstrip(".")
    )


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for name in names:
        if is_name(name):
            found.setdefault(fold(name), name)
    return tuple(found.values())


def authors_of(
    root: Element, head: Head, site_names: Iterable[str], hinted: tuple[str, ...], blog: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """The authors, from what names them best: front matter, JSON-LD, meta elements, the by-line, the feed, the blog."""
    sites = {fold(name) for name in [*site_names, head.site] if name}

    def people(names: Iterable[str]) -> tuple[str, ...]:
        found = _unique(names)
        apart = tuple(name for name in found if fold(name) not in sites)
        return apart or found

    front = people(names_in(head.front.get("authors") or head.front.get("author")))
    if front:
        return front
    structured = people(
        names_in(head.article.get("author"), head.people) or names_in(head.article.get("creator"), head.people)
    )
    citation = people(n for v in head.meta.get("citation_author", ()) for n in [_turned(v)])
    if citation:
        return citation
    meta = people(
        n
        for key in (
            "author",
            "article:author",
            "dc.creator",
            "dc.creator.name",
            "parsely-author",
            "sailthru.author",
            "byl",
            "dcterms.creator",
            "twitter:creator:name",
            "og:article:author",
            "book:author",
            "cxenseparse:author",
        )
        for v in head.meta.get(key, ())
        for n in split_names(v)
    )
    byline = people(_byline(root))
    apart = [set(map(fold, found)) - sites for found in (structured, meta, byline)]
    for found, folds in zip((structured, meta, byline), apart, strict=True):
        if folds:
            return found
    return people(hinted) or structured or meta or byline or people(blog) or people(_said(root)) or people(_owner(root))


def _said(root: Element) -> list[str]:
    """Who a line names right under the title that begins with "By", or is of linked names alone."""
    title = next(root.iter("h1"), None)
    line = title.getnext() if title is not None else None
    for _ in range(2):
        if line is None:
            return []
        text = "" if is_longer(line, 199) else words(line)
        if match := _BY_LINE.match(text):
            return split_names(match[1])
        linked = [words(link) for link in line.iter("a")]
        if linked and all(_FULL_NAME.fullmatch(name) for name in linked):
            between = text
            for name in linked:
                between = between.replace(name, "", 1)
            if _BETWEEN_NAMES.fullmatch(between):
                return linked
        line = line.getnext()
    return []


def _owner(root: Element) -> list[str]:
    """Who the copyright line at the foot of the page names: the author of a blog that names none."""
    for element in reversed(list(root.iter("footer", "div", "p", "span", "section", "small"))):
        text = "" if is_longer(element, 399) else words(element)
        if match := _COPYRIGHT.search(text):
            name = tidy(
                re.split(
                    r"[.|,·•–—/]|\s-\s|\ball rights\b|\bpowered\b|\bbuilt\b|\bmade\b|\busing\b|\btheme\b|\bcc\b",
                    match[1],
                    flags=re.I,
                )[0]
            )
            name = _POSSESSIVE.sub("", name)
            return [name] if is_name(name) and len(name.split()) <= 4 and not re.search(r"\d", name) else []
    return []


def _turned(name: str) -> str:
    """ "Olah, Chris" -> "Chris Olah"."""
    last, comma, first = name.partition(",")
    return tidy(f"{first} {last}") if comma and "," not in first else tidy(name)


def _byline(root: Element) -> list[str]:
    """The names in the page's own by-line: by a link's relation, else by microdata, else by a class."""
    found: dict[str, list[str]] = {"rel": [], "itemprop": [], "class": []}
    for element in root.iter(*_BYLINE_TAGS):
        by_rel = element.tag == "a" and "author" in (element.get("rel") or "").split()
        by_prop = element.get("itemprop") in ("author", "creator", "name author", "author name")
        by_class = element.tag not in ("time", "footer", "header", "section") and _is_byline(tokens(element))
        if not (by_rel or by_prop or by_class) or any(
            _NOT_HERE.search(tokens(a)) for a in [element, *element.iterancestors()] if a.tag not in ("body", "html")
        ):
            continue
        text = element.get("content") or words(element)
        names = split_names(text) if len(text) <= 120 else []
        if by_rel:
            found["rel"] += names
        if by_prop:
            name = next((e for e in element.iter() if e.get("itemprop") == "name"), None)
            found["itemprop"] += names if name is None else split_names(name.get("content") or words(name))
        if by_class:
            found["class"] += names
    return next((names for names in found.values() if names), [])
