"""The local pages: front, search, chart, topics, a topic, a post; each made of the store when it is asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from html import escape
from typing import TYPE_CHECKING

from kb.errors import KbError, NotFound
from kb.rendering.marks import blog_name, clean
from kb.rendering.pages import link
from kb.rendering.wording import Words, wording
from kb.types import Filters, StoredPost, Topic
from kb.web.frame import Answer, framed, hit, lang, pager, post_line, style
from kb.writing.layout import Language, load_layout

if TYPE_CHECKING:
    from kb.app import App
    from kb.search import Searcher

A_PAGE = 20  # hits
LONGEST_QUERY = 500  # characters
_IMAGE = re.compile(r'<img\b(?:[^>"]|"[^"]*")*?(?:alt="([^"]*)")?(?:[^>"]|"[^"]*")*>')


class Views:
    """The pages over one store. Not for two threads at once."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._searcher: Searcher | None = None

    def answer(self, path: str, query: Mapping[str, str], language: Language) -> Answer:
        """The page at a path; what the store does not hold is a page that says so, with status 404."""
        words = wording(language)
        if path == "/style.css":
            return style()
        try:
            if path == "/":
                return framed(words["home"], self._front(words, language), language, path)
            if path == "/search":
                return self._search(query, words, language)
            if path == "/chart":
                return framed(words["posts_chart"], self._chart(words, language), language, path)
            if path == "/topics":
                return framed(words["topics"], self._topics(words, language), language, path)
            if found := re.fullmatch(r"/(topic|post)/(\d{1,15})", path):
                return (self._topic if found[1] == "topic" else self._post)(int(found[2]), words, language)
        except NotFound as error:
            return framed(str(error), [f"<h1>{escape(clean(str(error)))}</h1>"], language, path, status=404)
        return framed(words["missing"], [f"<h1>{escape(words['missing'])}</h1>"], language, path, status=404)

    def _front(self, words: Words, language: Language) -> Iterator[str]:
        from kb.store.figures import figures

        counts = figures(self.app.store.reader, self.app.settings["model"])
        yield f"<h1>{escape(words['search'])}</h1>"
        yield from _form("", "", words, language)
        told = words["stored"].format(posts=f"{counts['posts']:,}", blogs=f"{counts['sources']:,}")
        yield f'<p class="facts">{escape(told)}</p>\n<h2>{escape(words["best"])}</h2>'
        lines = self.app.chart(10)
        if not lines:
            yield f"<p>{escape(load_layout().words[language]['none'])}</p>"
        yield f'<ol class="short">{"".join(post_line(one.post, one.entry.rank) for one in lines)}</ol>'

    def _search(self, query: Mapping[str, str], words: Words, language: Language) -> Answer:
        asked, tongue = query.get("q", "").strip()[:LONGEST_QUERY], query.get("language", "")
        tongue = tongue if tongue in ("en", "zh") else ""
        first = int(start) if (start := query.get("from", "0")).isdecimal() and len(start) < 6 else 0
        inner = [f"<h1>{escape(words['search'])}</h1>", *_form(asked, tongue, words, language)]
        if asked:
            inner += self._hits(asked, tongue, first, words)
        return framed(asked or words["search"], inner, language, "/search", asked)

    def _hits(self, asked: str, tongue: str, first: int, words: Words) -> Iterator[str]:
        self._searcher = self._searcher or self.app.searcher()
        try:
            found = self._searcher.search(asked, n=A_PAGE, offset=first, filters=Filters(language=tongue or None))
        except KbError as error:  # a field that cannot be, or a model that cannot be had
            yield f"<p>{escape(clean(str(error)))}</p>"
            return
        for note in found.notes:
            yield f'<p class="facts">{escape(clean(note))}</p>'
        if not found.hits:
            yield f"<p>{escape(words['nothing'])}</p>"
            return
        yield f'<ol class="hits" start="{first + 1}">{"".join(hit(one) for one in found.hits)}</ol>'
        yield pager("/search", {"q": asked, "language": tongue}, first, A_PAGE, found.total, words)

    def _chart(self, words: Words, language: Language) -> Iterator[str]:
        lines = self.app.chart(1000)
        yield f"<h1>{escape(words['posts_chart'])}</h1>"
        if not lines:
            yield f"<p>{escape(load_layout().words[language]['none'])}</p>"
        yield f'<ol class="short">{"".join(post_line(one.post, one.entry.rank) for one in lines)}</ol>'

    def _topics(self, words: Words, language: Language) -> Iterator[str]:
        from kb.store.topics import list_topics

        topics = list_topics(self.app.store.reader)
        fields = [topic for topic in topics if topic.parent is None]
        yield f"<h1>{escape(words['topics'])}</h1>"
        for field in fields:
            yield f'<h2>{_topic_link(field, language)} <span class="n">{field.size}</span></h2>\n<ul class="topics">'
            for topic in topics:
                if topic.parent == field.id:
                    yield f"<li>{_topic_link(topic, language)} {topic.size}</li>"
            yield "</ul>"

    def _topic(self, topic_id: int, words: Words, language: Language) -> Answer:
        from kb.store.topics import find_topic, posts_of_topic

        topic = find_topic(self.app.store.reader, str(topic_id))
        posts = posts_of_topic(self.app.store.reader, topic_id)
        label = _label(topic, language)
        rows = "".join(post_line(post) for post, _, _ in posts[:500])
        terms = escape(", ".join(map(clean, topic.terms)))
        inner = [f'<h1>{escape(label)}</h1>\n<p class="facts">{terms}</p>\n<ul class="short">{rows}</ul>']
        return framed(label, inner, language, "/topic")

    def _post(self, post_id: int, words: Words, language: Language) -> Answer:
        from kb.store.posts import body, get_post

        post = get_post(self.app.store.reader, post_id)
        if post is None:
            raise NotFound(words["missing"])
        inner = ['<article class="post">', *_head(post, words, language), *self._why(post_id, words, language)]
        inner += self._similar(post_id, words)
        inner += [f"<h2>{escape(words['text'])}</h2>\n<div{lang(post.language)}>",
                  rendered(body(self.app.store.reader, post_id)), "</div></article>"]  # fmt: skip
        return framed(post.title or post.url, inner, language, "/post")

    def _why(self, post_id: int, words: Words, language: Language) -> Iterator[str]:
        try:
            why = self.app.why(post_id)
        except NotFound:  # it was not scored yet
            return
        names = load_layout().signals[language]
        place = f" · {escape(words['place'])} {why.rank}" if why.rank else ""
        yield f'<h2>{escape(words["parts"])}</h2>\n<p class="facts">{escape(words["score"])} {why.score:.3f}{place}</p>'
        yield '<table class="parts"><tbody>'
        for part in why.parts:
            told = escape(clean(names.get(part.name, part.name)))
            value = escape(words["unknown"]) if part.value is None else f"{part.value:.2f} × {part.weight:.2f}"
            rests = f"<td>{escape(clean(part.evidence))}</td>"
            yield f'<tr><th scope="row">{told}</th><td class="num">{value}</td>{rests}</tr>'
        yield "</tbody></table>"

    def _similar(self, post_id: int, words: Words) -> Iterator[str]:
        try:
            near = self.app.similar(post_id, 5)
        except NotFound:  # it has no vectors
            return
        if near:
            rows = "".join(post_line(one.post) for one in near)
            yield f'<h2>{escape(words["same"])}</h2>\n<ul class="short">{rows}</ul>'


def rendered(markdown: str) -> str:
    """A post's text as HTML: rendered, sanitised, its headings below the page's, its pictures as their words."""
    from kb.rendering.reading import reading

    html = reading(markdown)
    html = _IMAGE.sub(lambda m: m[1] or "", html).replace("<pre>", '<pre tabindex="0">')  # wide code scrolls
    levels = [int(level) for level in re.findall(r"<h([1-6])[\s>]", html)]
    lower = 3 - min(levels, default=3)  # its highest heading becomes one of the third level
    return re.sub(r"(</?h)([1-6])(?=[\s>])", lambda m: f"{m[1]}{min(6, int(m[2]) + lower)}", html)


def _form(asked: str, tongue: str, words: Words, language: Language) -> Iterator[str]:
    names = load_layout().languages[language]
    options = "".join(
        f'<option value="{code}"{" selected" if code == tongue else ""}>{escape(name)}</option>'
        for code, name in (("", words["any_language"]), ("en", names["en"]), ("zh", names["zh"]))
    )
    yield f'<form action="/search" role="search"><label>{escape(words["search_field"])} '
    yield f'<input name="q" type="search" size="30" value="{escape(asked, quote=True)}"></label> '
    yield f'<label>{escape(words["language"])} <select name="language">{options}</select></label> '
    yield f"<button>{escape(words['search'])}</button></form>"


def _head(post: StoredPost, words: Words, language: Language) -> Iterator[str]:
    yield f"<h1{lang(post.language)}>{escape(clean(post.title) or clean(post.url))}</h1>"
    named = load_layout().languages[language].get(post.language or "", post.language or "")
    told = [", ".join(map(clean, post.authors)), blog_name(post), clean((post.published or "")[:10]), clean(named)]
    yield f'<p class="facts">{escape(" · ".join(filter(None, told)))}</p>'
    yield f'<p class="read">{link(words["read"].format(blog=blog_name(post)), post.url)}</p>'


def _label(topic: Topic, language: Language) -> str:
    return clean(topic.label_zh if language == "zh" else topic.label_en)


def _topic_link(topic: Topic, language: Language) -> str:
    return f'<a href="/topic/{topic.id}">{escape(_label(topic, language))}</a>'
