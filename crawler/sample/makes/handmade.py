"""Pages written by hand: no generator, no feed, no sitemap, no robots.txt, dates in words, tables for layout.

The home page links the newest three posts and the archive; archive.html alone links them all. The page of links has a
dead link (talks.html is gone).
"""

from __future__ import annotations

from html import escape

from crawler.sample.library import SamplePost, Site
from crawler.sample.markup import Dress, to_html
from crawler.sample.resource import MONTHS, Resource, changed, e, note_of_copy, page, years
from crawler.sample.styles import HANDMADE
from crawler.sample.tokens import Line


class _ByHand(Dress):
    table_open = '<table class="data" border="1">\n'

    def code(self, lines: list[Line], language: str, number: int) -> str:
        text = "\n".join("".join(piece for _, piece in line) for line in lines)
        return f"<pre>{escape(text, quote=False)}</pre>\n"

    def heading(self, level: int, inner: str, anchor: str) -> str:
        return f'<h{level}><a name="{anchor}"></a>{inner}</h{level}>\n'

    def display_math(self, tex: str) -> str:
        return f"<p>\n$${escape(tex, quote=False)}$$\n</p>\n"

    def figure(self, src: str, caption: str) -> str:
        return f'<p align="center"><img src="{src}" alt="{caption}"><br><small>{caption}</small></p>\n'


def build(site: Site) -> dict[str, Resource]:
    when = site.modified
    return {
        "/": page(_frame(site, site.title, _home(site)), when),
        "/archive.html": page(_frame(site, "Everything so far", _archive(site)), when),
        "/about.html": page(_frame(site, "About these pages", _about(site)), when),
        "/links.html": page(_frame(site, "Links", _links()), when),
        "/404.html": page(
            "<html><head><title>Not here</title></head><body>No such page.</body></html>", when, status=404
        ),
        "/style.css": page(HANDMADE, when, "text/css"),
    } | {post.path: page(_post(site, post), changed(site, post)) for post in site.posts}


def _frame(site: Site, title: str, main: str) -> str:
    name = title if title == site.title else f"{title} - {site.title}"
    return f"""<!DOCTYPE html>
<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<title>{e(name)}</title>
<link rel="stylesheet" href="/style.css">
<script src="https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-mml-chtml.js" async></script>
</head>
<body>
<table><tr>
<td class="side">
<p><b><a href="/">{e(site.title)}</a></b></p>
<p><a href="/">home</a><br><a href="/archive.html">everything so far</a><br><a href="/links.html">links</a><br>
<a href="/about.html">about</a></p>
<p>{e(site.description)}</p>
</td>
<td class="text">
{main}
<hr>
<p><small>Written by hand by {e(site.author)}, {years(site)}. Do with the text what you like, but say where it is from.
</small></p>
</td></tr></table>
</body>
</html>
"""


def _date(post: SamplePost) -> str:
    return f"{post.published.day} {MONTHS[post.published.month - 1]} {post.published.year}"


def _home(site: Site) -> str:
    rows = "".join(f'<li><a href="{post.path}">{e(post.title)}</a> ({_date(post)})</li>\n' for post in site.posts[:3])
    return f"""<h1>{e(site.title)}</h1>
<p>Welcome. {e(site.description)}</p>
<h3>New</h3>
<ul>{rows}</ul>
<p>The older ones are under <a href="/archive.html">everything so far</a>.</p>"""


def _archive(site: Site) -> str:
    rows = "".join(f'<dt>{_date(post)}</dt><dd><a href="{post.path}">{e(post.title)}</a></dd>\n' for post in site.posts)
    return f"<h1>Everything so far</h1>\n<dl>\n{rows}</dl>"


def _about(site: Site) -> str:
    return f"""<h1>About these pages</h1>
<p>{e(site.author)} keeps these notes in a plain editor. They are part of the sample web of kb.</p>"""


def _links() -> str:
    return """<h1>Links</h1>
<ul>
<li><a href="http://attention.example/">Attention, explained</a>, on language models</li>
<li><a href="http://gradients.example/">Gradient notes</a>, on training</li>
<li><a href="http://pixels.example/">Pixels</a>, on vision</li>
<li><a href="/talks.html">Slides of old talks</a></li>
</ul>"""


def _post(site: Site, post: SamplePost) -> str:
    older, newer = site.neighbours(post)
    around = " | ".join(
        f'{words}: <a href="{other.path}">{e(other.title)}</a>'
        for words, other in (("Earlier", older), ("Later", newer))
        if other
    )
    again = f" Revised {changed(site, post).day} {MONTHS[changed(site, post).month - 1]} {changed(site, post).year}."
    main = f"""<h1>{e(post.title)}</h1>
<p class="when">By {e(site.author)}. {_date(post)}.{again if post.updated else ""}</p>
{note_of_copy(post, "Also to be found at")}{to_html(post, _ByHand())}
<p><small>Filed under: {e(", ".join(post.tags))}</small></p>
<p>{around}</p>"""
    return _frame(site, post.title, main)
