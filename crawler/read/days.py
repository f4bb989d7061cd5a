"""The day that an author gave a post: from what machines are told, what readers are shown, and the URL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from urllib.parse import unquote, urlsplit

from crawler import dates
from crawler.read.head import Head
from crawler.read.tree import Element, tokens, words

_PUBLISHED = (
    "article:published_time", "og:article:published_time", "article:published", "og:published_time", "datepublished", "citation_publication_date", "citation_date",
    "citation_online_date", "dc.date.issued", "dcterms.created", "dc.date.created", "dc.date", "dcterms.date", "dc:date", "date", "pubdate", "publish-date", "publish_date", "publishdate", "publication_date",
    "parsely-pub-date", "sailthru.date", "article.published", "created", "datecreated", "bt:pubdate", "cxenseparse:recs:publishtime", "article_date_original",
    "originalpublicationdate", "dcterms.issued", "published_time", "date.created", "article:create_at", "weibo:article:create_at", "vr:published_time", "shareaholic:article_published_time", "rnews:datepublished", "last-modified-original",
)  # fmt: skip
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
_URL_DAY = re.compile(r"/((?:19|20)\d\d)[/\-_.]?(0?[1-9]|1[0-2])[/\-_.]?(0?[1-9]|[12]\d|3[01])(?=[/\-_.]|$)")
_DATE_CLASS = re.compile(
    r" (?:[a-z]+[-_]{1,2})*(?:date|time|published|pubdate|datetime|timestamp|posted-on|postdate|dateline|day|entry-date|created|publish)(?:[-_]{1,2}\w+)* "
)
_NOT_THE_DAY = re.compile(
    r"updat|modif|edit|comment|reading|related|sidebar|footer|recent|popular|copyright|expire|event|upcoming|countdown|prev|next"
)
_UPDATE_WORDS = re.compile(r"\b(?:updat|modif|edit|revis|last change|aktualisiert)|更新|修改|修正|수정", re.I)
_SHOWN = re.compile(
    r"(?<!\d)(?:(?:19|20)\d\d\s?[-/.年년]\s?\d{1,2}\s?[-/.月월]\s?\d{1,2}(?!\d)[日일]?|\d{1,2}[./]\d{1,2}[./](?:19|20)\d\d|"
    r"(?:\d{1,2}(?:st|nd|rd|th|\.)?\s+(?:de\s+|of\s+)?)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec|januar|februar|märz|mai|juni|juli|oktober|dezember|gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|"
    r"agosto|settembre|ottobre|novembre|dicembre|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|décembre|enero|febrero|abril|mayo|junio|julio|septiembre|octubre|noviembre|diciembre)[a-z]*\.?\s+"
    r"(?:\d{1,2}(?:st|nd|rd|th)?\s*,?\s+)?(?:de\s+)?(?:19|20)\d\d)",
    re.I,
)


def url_day(url: str) -> str | None:
    """The day in a URL's path, YYYY-MM-DD."""
    match = _URL_DAY.search(unquote(urlsplit(url).path) if url else "")
    if match is None:
        return None
    try:
        return date(int(match[1]), int(match[2]), int(match[3])).isoformat()
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


def _timed(root: Element) -> Iterator[tuple[int, str, str]]:
    """<time> and elements named after dates: rank (less is surer), the machine's value, the shown text."""
    for element in root.iter(
        "time",
        "span",
        "div",
        "p",
        "abbr",
        "small",
        "em",
        "li",
        "a",
        "dd",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "i",
        "relative-time",
        "d-byline",
        "td",
        "footer",
        "address",
        "section",
        "header",
    ):
        names = tokens(element)
        prop = (element.get("itemprop") or "").lower()
        if element.tag != "time" and "date" not in prop and not _DATE_CLASS.search(names):
            continue
        context = names + "".join(
            tokens(a) + a.tag for a in [*element.iterancestors()][:4] if a.tag not in ("body", "html")
        )
        if (
            "datemodified" in prop
            or "dateupdated" in prop
            or _NOT_THE_DAY.search(names)
            or _UPDATE_WORDS.search(element.get("title") or "")
        ):
            continue
        shown = words(element)
        if len(shown) > 160:
            continue
        before = element.getprevious()
        lead = (
            (before.tail or "")
            if before is not None
            else ((element.getparent().text or "") if element.getparent() is not None else "")
        )
        if _UPDATE_WORDS.search(lead[-30:]) or _UPDATE_WORDS.match(shown):
            continue
        rank = 5
        if "datepublished" in prop or "datecreated" in prop or element.get("pubdate") is not None:
            rank = 0
        elif re.search(
            r" (?:published|dt-published|entry-date|post-date|pubdate|posted-on|article-date|date-published|post__date|publish-date) ",
            names,
        ):
            rank = 1
        elif element.tag == "time":
            rank = 2
        elif re.search(r" (?:date|post-meta|meta|dateline|timestamp|postmetadata) ", names):
            rank = 3
        if (
            _NOT_THE_DAY.search(context)
            or re.search(r"comment|aside|nav|li", context)
            and not re.search(r"meta|header|head|info|post|article|entry", context)
        ):
            rank += 4
        machine = (
            element.get("datetime")
            or element.get("content")
            or element.get("data-datetime")
            or element.get("data-timestamp")
            or element.get("title")
            or ""
        )
        yield rank, machine, shown


def published_of(root: Element, head: Head, url: str, fetched: str | None) -> str | None:
    """The day of publication as precisely as the author gave it, or None."""
    day_in_url = url_day(url)
    found: list[str] = []
    front = head.front.get("published") or head.front.get("date")
    for value in (
        front,
        head.article.get("datePublished"),
        head.article.get("dateCreated"),
        head.article.get("uploadDate"),
    ):
        if good := _good(value, fetched):
            found.append(good)
    found += [good for name in _PUBLISHED for value in head.meta.get(name, ())[:1] if (good := _good(value, fetched))]
    shown_days: list[str] = []
    for _, machine, shown in sorted(_timed(root), key=lambda item: item[0])[:12]:
        said = _good(shown, fetched) if _SHOWN.search(shown) else None
        told = _good(machine, fetched)
        if said:
            shown_days.append(said[:10])
        if told or said:
            found.append(told or said or "")
    if not found:
        return day_in_url or _in_text(root, fetched)
    best = found[0]
    return _settled(best, [*shown_days, *([day_in_url] if day_in_url else [])])


def _settled(best: str, days: list[str]) -> str:
    """A machine's instant in UTC can be a day off what the author wrote: the day that readers are shown decides."""
    for day in days:
        if (
            day != best[:10]
            and abs((date.fromisoformat(day) - date.fromisoformat(best[:10])).days) == 1
            and best[10:].endswith(("+00:00", "Z", ""))
        ):
            return day
    return best


def _in_text(root: Element, fetched: str | None) -> str | None:
    """A date in the first lines of the page, near its title, where nothing names it."""
    body = root.find("body")
    if body is None:
        return None
    heading = next((h for h in body.iter("h1", "h2", "d-title") if words(h)), None)
    if heading is None:
        return None
    text, started = "", False
    for element in body.iter():
        if element is heading:
            started = True
        if started and isinstance(element.tag, str) and element.tag not in ("script", "style", "pre", "nav", "aside"):
            text += " " + (element.text or "") + " " + (element.tail or "")
        if len(text) > 600:
            break
    text = " ".join(text.split())
    for match in _SHOWN.finditer(text):
        if match.start() > 400 or not re.search(r"\d{1,2}\D+\d{4}|\d{4}\D+\d{1,2}\D+\d", match[0]):
            continue
        lead = text[max(0, match.start() - 25) : match.start()]
        if not _UPDATE_WORDS.search(lead) and (good := _good(match[0], fetched)):
            return good
    return None


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
