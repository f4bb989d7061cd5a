"""The elements of a page that show a date, and how sure it is that it is the day of publication."""

from __future__ import annotations

import re
from collections.abc import Iterator

from crawler.read.tree import Element, around, search, tokens, words

_DATED_TAGS = (
    "time", "span", "div", "p", "abbr", "small", "em", "li", "a", "dd", "h2", "h3", "h4", "h5", "h6", "i",
    "relative-time", "d-byline", "td", "footer", "address", "section", "header",
)  # fmt: skip
_MACHINE_ATTRIBUTES = ("datetime", "content", "data-datetime", "data-timestamp", "title")
_PUBLISHED_CLASS = re.compile(
    r" (?:published|dt-published|entry-date|post-date|pubdate|posted-on|article-date|"
    r"date-published|post__date|publish-date) "
)
_META_CLASS = re.compile(r" (?:date|post-meta|meta|dateline|timestamp|postmetadata) ")
_BESIDE = re.compile(r"comment|aside|nav|li")
_ABOUT_THE_POST = re.compile(r"meta|header|head|info|post|article|entry")
_DATE_CLASS = re.compile(
    r" (?:[a-z]+[-_]{1,2})*(?:date|time|published|pubdate|datetime|timestamp|posted-on|postdate|dateline|"
    r"day|entry-date|created|publish)(?:[-_]{1,2}\w+)* "
)
_is_date = search(_DATE_CLASS)
_NOT_THE_DAY = re.compile(
    r"updat|modif|edit|comment|reading|related|sidebar|footer|recent|popular|copyright|expire|event|"
    r"upcoming|countdown|prev|next"
)
UPDATE_WORDS = re.compile(r"\b(?:updat|modif|edit|revis|last change|aktualisiert)|更新|修改|修正|수정", re.I)


def dated(root: Element) -> Iterator[tuple[int, str, str]]:
    """<time> and elements named after dates: rank (less is surer), the machine's value, the shown text."""
    for element in root.iter(*_DATED_TAGS):
        names = tokens(element)
        prop = (element.get("itemprop") or "").lower()
        if element.tag != "time" and "date" not in prop and not _is_date(names):
            continue
        if _is_of_update(element, names, prop):
            continue
        shown = words(element)
        if len(shown) <= 160 and not UPDATE_WORDS.match(shown):
            machine = next((value for name in _MACHINE_ATTRIBUTES if (value := element.get(name))), "")
            yield _rank(element, names, prop), machine, shown


def _is_of_update(element: Element, names: str, prop: str) -> bool:
    """Whether an element's name, its title or the words in front of it say that its date is another one."""
    if "datemodified" in prop or "dateupdated" in prop or _NOT_THE_DAY.search(names):
        return True
    if UPDATE_WORDS.search(element.get("title") or ""):
        return True
    before, parent = element.getprevious(), element.getparent()
    lead = before.tail if before is not None else parent.text if parent is not None else None
    return UPDATE_WORDS.search((lead or "")[-30:]) is not None


def _rank(element: Element, names: str, prop: str) -> int:
    """How sure it is that an element's date is the day of publication; 0 is surest."""
    rank = 5
    if "datepublished" in prop or "datecreated" in prop or element.get("pubdate") is not None:
        rank = 0
    elif _PUBLISHED_CLASS.search(names):
        rank = 1
    elif element.tag == "time":
        rank = 2
    elif _META_CLASS.search(names):
        rank = 3
    context = names + "".join(
        tokens(a) + a.tag for a in around(element.getparent(), 4) if a.tag not in ("body", "html")
    )
    beside = _BESIDE.search(context) and not _ABOUT_THE_POST.search(context)
    return rank + 4 if _NOT_THE_DAY.search(context) or beside else rank
