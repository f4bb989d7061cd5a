"""The day that an author gave a post: from what machines are told, what readers are shown, and the URL."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import unquote, urlsplit

from crawler import dates
from crawler.read.dated import UPDATE_WORDS, dated
from crawler.read.head import Head
from crawler.read.tree import Element, words

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time",
    "datepublished", "citation_publication_date", "citation_date",
    "citation_online_date", "dc.date.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date",
    "dc:date", "date", "pubdate", "publish-date", "publish_date", "publishdate", "publication_date",
    "parsely-pub-date", "sailthru.date", "article.published", "created", "datecreated", "bt:pubdate",
    "cxenseparse:recs:publishtime", "article_date_original",
    "originalpublicationdate", "dcterms.issued", "published_time", "date.created", "article:create_at",
    "weibo:article:create_at", "vr:published_time", "shareaholic:article_published_time", "rnews:datepublished",
    "last-modified-original",
)  # fmt: skip
# Names that say a date and not which: what readers are shown goes before them
_WEAK = frozenset(("date", "dc.date", "dc:date", "dcterms.date", "created", "date.created"))
_UPDATED = (
    "article:modified_time",
    "og:updated_time",
    "og:article:modified_time",
    "datemodified",
    "dcterms.modified",
    "last-modified",
    "dc.date.modified",
    "article:modified",
)
_URL_DAY = re.compile(
    r"[/_-]((?:19|20)\d\d)(?:([/\-_.])(0?[1-9]|1[0-2])\2(0?[1-9]|[12]\d|3[01])|(0[1-9]|1[0-2])(0[1-9]|"
    r"[12]\d|3[01]))(?=[/\-_.]|$)"
)
_SHORT = re.compile(r"\d{1,2}/\d{1,2}/\d\d")
_MACHINE = re.compile(
    r"(?:19|20)\d\d-?\d\d-?\d\d|(?:mon|tue|wed|thu|fri|sat|sun)\w*,? |\d{1,2}/\d{1,2}/(?:19|20)\d\d", re.I
)
_LABEL = re.compile(
    r"\b(?:posted|published|written|created|pubblicato|veröffentlicht|publié)(?:\s+(?:on|at|il|am|"
    r"le))?\b\s*[:：]?\s*|(?:发表|发布|创建|撰写|写)(?:于|时间|日期)?\s*[:：]?\s*|日期\s*[:：]\s*|작성일?\s*[:：]?\s*|"
    r"^\W*date\s*[:：]\s*",
    re.I,
)
_SHOWN = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d\s?[-/.年년]\s?\d{1,2}\s?[-/.月월]\s?\d{1,2}(?!\d)[日일]?|"
    r"\d{1,2}[./]\s?\d{1,2}[./]\s?(?:19|20)\d\d|"
    r"(?:\d{1,2}(?:st|nd|rd|th|\.)?\s+(?:de\s+|of\s+)?)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|"
    r"nov|dec|januar|februar|märz|mai|juni|juli|oktober|dezember|gennaio|febbraio|marzo|aprile|maggio|"
    r"giugno|luglio|"
    r"agosto|settembre|ottobre|novembre|dicembre|janvier|février|mars|avril|juin|juillet|août|septembre|"
    r"octobre|décembre|enero|febrero|abril|mayo|junio|julio|septiembre|octubre|noviembre|"
    r"diciembre)[a-z]*\.?\s+"
    r"(?:\d{1,2}(?:st|nd|rd|th)?\s*,?\s+)?(?:de\s+)?(?:19|20)\d\d)",
    re.I,
)

_LABEL_TAGS = frozenset(
    ("p", "div", "span", "small", "h6", "h5", "h4", "li", "em", "i", "td", "footer", "strong")
)  # fmt: skip


def url_day(url: str) -> str | None:
    """The day in a URL's path, YYYY-MM-DD."""
    match = _URL_DAY.search(unquote(urlsplit(url).path) if url else "")
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[3] or match[5]), int(match[4] or match[6])).isoformat()
    except ValueError:
        return None


def _good(value: object, before: str | None) -> str | None:
    """A date that a post can have: read, and not after the day it was fetched."""
    if not isinstance(value, str) or not value.strip():
        return None
    found = dates.published(value)
    if found is None or found[:4] < "1990" or (before is not None and found[:10] > before):
        return None
    return found


def published_of(root: Element, head: Head, url: str, fetched: str | None) -> str | None:
    """The day of publication as precisely as the author gave it, or None."""
    day_in_url = url_day(url)
    told_first = (
        head.front.get("published") or head.front.get("date"),
        *(head.article.get(name) for name in ("datePublished", "dateCreated", "uploadDate")),
    )
    found = [good for value in told_first if (good := _good(value, fetched))]
    named = {
        name: good for name in _PUBLISHED for value in head.meta.get(name, ())[:1] if (good := _good(value, fetched))
    }
    found += [good for name, good in named.items() if name not in _WEAK]
    shown_days: list[str] = []
    late: list[str] = []
    for rank, machine, shown in sorted(dated(root), key=lambda item: item[0])[:12]:
        match = _SHOWN.search(shown) or (_SHORT.fullmatch(shown.strip()) if rank <= 3 else None)
        said = _good(_local(match[0], head.language), fetched) if match and _has_day(match[0]) else None
        told = _good(machine, fetched) if _MACHINE.match(machine.strip()) or _SHOWN.fullmatch(machine.strip()) else None
        if said and rank <= 3 and not shown_days:
            shown_days.append(said[:10])
        if told or said:
            (found if rank <= 3 else late).append(told or said or "")
    found += [good for name, good in named.items() if name in _WEAK]
    found += late
    if not found:
        return day_in_url or _in_text(root, head.language, fetched)
    return _settled(found[0], [*shown_days, *([day_in_url] if day_in_url else [])])


def _settled(best: str, days: list[str]) -> str:
    """A machine's instant in UTC can be a day off what the author wrote: the day that readers are shown decides."""
    if not best.endswith(("+00:00", "Z")) or best[11:16] == "00:00":
        return best
    for day in days:
        if abs((date.fromisoformat(day) - date.fromisoformat(best[:10])).days) == 1:
            return day
    return best


def _local(text: str, language: str) -> str:
    """A date in numbers with its day in front, as all write it but those who write English of America."""
    text = re.sub(r"(?<=[./])\s", "", text)
    match = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)
    day_first = language and language.lower().replace("_", "-") not in ("en", "en-us", "zh", "ja", "ko")
    return f"{match[1]}.{match[2]}.{match[3]}" if match and day_first else text


def _has_day(text: str) -> bool:
    """Whether a shown date names a day and not just a month."""
    return len(re.findall(r"\d+", text)) >= (2 if re.search(r"[^\W\d_]{3}", text) else 3)


def _in_text(root: Element, language: str, fetched: str | None) -> str | None:
    """A date that a label announces, or one in the first lines after the title, where no element is named for it."""
    body = root.find("body")
    if body is None:
        return None
    near, started = "", False
    for element in body.iter():
        if not isinstance(element.tag, str) or element.tag in ("script", "style", "pre", "code", "noscript"):
            continue
        if element.tag in _LABEL_TAGS and _LABEL.search(element.text or ""):
            good = _labelled(words(element)[:160], language, fetched)
            if good:
                return good
        if element.tag in ("h1", "h2", "d-title") and words(element):
            started = True
        if started and len(near) < 600:
            near += f" {element.text or ''} "
        if started and len(near) < 600:
            near += f" {element.tail or ''} "
    return _near_title(" ".join(near.split()), language, fetched)


def _labelled(text: str, language: str, fetched: str | None) -> str | None:
    """The date that stands right behind a label such as "posted on"."""
    label = _LABEL.search(text)
    match = _SHOWN.search(text, label.end()) if label else None
    if not label or not match or match.start() - label.end() >= 20 or not _has_day(match[0]):
        return None
    return _good(_local(match[0], language), fetched)


def _near_title(text: str, language: str, fetched: str | None) -> str | None:
    """The first full date in the lines after the title, unless they say that it is one of a change."""
    for match in _SHOWN.finditer(text):
        if match.start() > 400:
            break
        updated = UPDATE_WORDS.search(text[max(0, match.start() - 25) : match.start()])
        if _has_day(match[0]) and not updated and (good := _good(_local(match[0], language), fetched)):
            return good
    return None


def guessed(root: Element, url: str, fetched: str | None) -> str | None:
    """What htmldate makes of a page where nothing says its day: the last resort, and only for a page that stands alone.

    A blog says the days of its posts, or does not mean them to have one: of 37 guesses on posts whose day is known,
    8 were right, the others days of neighbours, of pictures and of what the text tells. No day is better than those.

    A first of January is mostly the year of a copyright line, so it is no answer; nor is the first of another month
    that the page does not show: it was made of a month and a year, in a list of references more often than not.
    """
    import logging

    from htmldate import find_date

    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    try:
        found = find_date(root, extensive_search=True, original_date=True, url=url or None, max_date=fetched)
    except (ValueError, TypeError, OverflowError, AttributeError, RecursionError):
        return None
    if not found or found.endswith("-01-01") or found == fetched:
        return None
    return found if not found.endswith("-01") or _shows(root, found) else None


def _shows(root: Element, day: str) -> bool:
    """Whether a page shows a day in full."""
    body = root.find("body")
    text = " ".join(" ".join(body.itertext()).split()) if body is not None else ""
    return any(_has_day(match[0]) and (dates.published(match[0]) or "")[:10] == day for match in _SHOWN.finditer(text))


def updated_of(head: Head, published: str | None, fetched: str | None) -> str | None:
    """The day of the last change, where the page says one that is not before publication."""
    values = [
        head.front.get("updated"),
        head.article.get("dateModified"),
        *(v for name in _UPDATED for v in head.meta.get(name, ())[:1]),
    ]
    for value in values:
        good = _good(value, fetched)
        if good and (published is None or good[:10] >= published[:10]):
            return good if good != published else None
    return None
