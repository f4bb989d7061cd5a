"""What every local page stands in: head, navigation, the search field. No script, no request beyond the style sheet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Literal
from urllib.parse import quote, urlencode

from kb.rendering.marks import blog_name, clean
from kb.rendering.pages import data, link
from kb.rendering.wording import Words, wording
from kb.types import Hit, StoredPost
from kb.writing.layout import Language

BEGIN, END = "\x02", "\x03"  # around what matched, in a snippet
TABS = (("/", "home"), ("/chart", "posts_chart"), ("/topics", "topics"))


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request is answered with."""

    body: bytes
    status: int = 200
    kind: Literal["text/html", "text/css"] = "text/html"


def style() -> Answer:
    """The style sheet of every page."""
    return Answer((data("article.css") + data("site.css")).encode(), kind="text/css")


def framed(
    title: str, inner: Iterable[str], language: Language, path: str, query: str = "", status: int = 200
) -> Answer:
    """A whole page."""
    words = wording(language)
    tabs = "".join(
        f'<li><a href="{to}"{" aria-current=page" if to == path else ""}>{escape(words[name])}</a></li>'
        for to, name in TABS
    )
    told = f'value="{escape(query, quote=True)}" aria-label="{escape(words["search_field"], quote=True)}"'
    field = f'<input name="q" type="search" {told}>'
    search = f'<form action="/search" role="search">{field}<button>{escape(words["search"])}</button></form>'
    search = "" if path in ("/", "/search") else search  # these have a larger one of their own
    page = [
        f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f'<title>{escape(clean(title))} · kb</title>\n<link rel="stylesheet" href="/style.css">\n</head>',
        f'<body class="site">\n<header class="bar"><nav aria-label="kb"><ul>{tabs}</ul></nav>\n{search}</header>',
        '<main id="text">',
        *inner,
        "</main>\n</body>\n</html>\n",
    ]
    return Answer("\n".join(page).encode(), status)


def post_line(post: StoredPost, rank: int | None = None) -> str:
    """A post in a list: rank, title that leads to its page, blog, day."""
    told = " · ".join(filter(None, [blog_name(post), clean((post.published or "")[:10])]))
    number = f'<span class="rank">{rank}</span> ' if rank else ""
    return f'<li>{number}{to_post(post)} <span class="facts">{escape(told)}</span></li>'


def to_post(post: StoredPost) -> str:
    """A link to a post's local page."""
    title = escape(clean(post.title) or clean(post.url))
    return f'<a href="/post/{post.id}"{lang(post.language)}>{title}</a>'


def lang(code: str | None) -> str:
    """A lang attribute, or nothing."""
    return f' lang="{code}"' if code and code.isascii() and code.replace("-", "").isalpha() else ""


def hit(found: Hit) -> str:
    """A hit of search, what matched in <mark>."""
    post = found.post
    told = [
        ", ".join(map(clean, post.authors)),
        blog_name(post),
        clean((post.published or "")[:10]),
        clean(found.heading),
    ]
    facts = escape(" · ".join(filter(None, told)))
    there = link(clean(post.url), post.url)
    text = f'<p class="said"{lang(post.language)}>{marked(found.snippet)}</p>'
    return f'<li>{to_post(post)}<p class="facts">{facts}</p>{text}<p class="facts">{there}</p></li>'


def marked(snippet: str) -> str:
    """A snippet as HTML; a mark that was not closed is closed at the end."""
    out, open_ = [], False
    for part in snippet.replace(BEGIN, f"\0{BEGIN}").replace(END, f"\0{END}").split("\0"):
        if part.startswith(BEGIN):
            out.append("</mark><mark>" if open_ else "<mark>")
            open_ = True
        elif part.startswith(END) and open_:
            out.append("</mark>")
            open_ = False
        out.append(escape(_spaced(part)))
    return "".join(out) + ("</mark>" if open_ else "")


def _spaced(part: str) -> str:
    """Cleaned, with the single spaces at its ends that keep words apart."""
    before, after = " " * part[:1].isspace(), " " * part[-1:].isspace()
    inner = clean(part)
    return f"{before}{inner}{after}" if inner else before


def pager(path: str, query: Mapping[str, str], first: int, n: int, total: int, words: Words) -> str:
    """Where one is in a long list, and the ways on and back."""
    if total <= n:
        return ""
    told = words["page_of"].format(first=first + 1, last=min(first + n, total), total=total)
    ways = []
    for word, start, there in (("previous", first - n, first > 0), ("next", first + n, first + n < total)):
        if there:
            address = f"{quote(path)}?{urlencode({**query, 'from': max(0, start)})}"
            ways.append(f'<a href="{escape(address, quote=True)}">{escape(words[word])}</a>')
    return f'<p class="facts">{escape(told)} {" ".join(ways)}</p>'
