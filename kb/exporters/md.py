"""The article as CommonMark with pipe tables; formulas as GitHub writes them. No text from outside becomes markup."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.rendering.colophon import colophon
from kb.rendering.indexes import indexes
from kb.rendering.marks import (
    by_topic,
    clean,
    clean_block,
    facts,
    introduced,
    math_runs,
    paragraphs,
    ranges,
    ranks,
    safe_url,
)
from kb.rendering.wording import wording
from kb.types import Article, ChartLine, Section, Sentence
from kb.writing.layout import Layout, load_layout

SUFFIX = ".md"
_MARKS = re.compile(r"[\\`*_\[\]<>&|~$]|(?<=http):|(?<=https):|(?<=\bwww)\.")
_START = re.compile(r"^(\d{1,9})([.)])(?=\s|$)|^([#+=-])")
FEW = 4  # citations that are linked one by one


def render(article: Article) -> bytes:
    """The article in UTF-8, ending in a newline."""
    layout = load_layout()
    words = layout.words[article.language]
    numbers = ranks(article)
    urls = {post.id: safe_url(post.url) for post in article.posts}
    blocks = [
        f"# {escape(article.title)}",
        escape(words["edition"].format(number=article.edition, date=article.made_at[:10])),
    ]
    for chapter in article.chapters:
        blocks.append(f"## {chapter.number} {escape(chapter.title)}")
        for section in chapter.sections:
            blocks.append(f"### {section.number} {escape(section.title)}")
            blocks += _section(section, article, layout, numbers, urls)
    blocks.append(f"## {escape(words['list'])}")
    blocks += _list(article, layout)
    blocks += _indexes(article, layout)
    blocks += _colophon(article, layout)
    return ("\n\n".join(blocks) + "\n").encode()


def escape(text: str) -> str:
    """A line of text in which nothing is markup: no emphasis, link, HTML, entity, list, heading or table."""
    text = _MARKS.sub(lambda m: "\\" + m[0], clean(text))
    return _START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else "\\" + m[3], text)


def link(text: str, url: str | None) -> str:
    """A link, or the text alone where the URL is none that one may follow."""
    return f"[{escape(text)}](<{url}>)" if url else escape(text)


def fence(code: str, language: str) -> str:
    """A fenced block, its fence longer than any run of backticks within."""
    longest = max((len(run) for run in re.findall(r"`+", code)), default=0)
    marks = "`" * max(3, longest + 1)
    return f"{marks}{re.sub(r'[^A-Za-z0-9+#-]', '', language) or 'text'}\n{clean_block(code)}\n{marks}"


def _section(
    section: Section, article: Article, layout: Layout, numbers: dict[int, int], urls: dict[int, str | None]
) -> Iterator[str]:
    before: list[Sentence] = []
    for paragraph in paragraphs(section):
        first = paragraph[0]
        cited = "" if introduced(first, before) else _cites(first, numbers, urls)
        before = paragraph
        if first.form == "head":
            yield f"#### {escape(first.text)}"
        elif first.form == "code":
            yield fence(first.text, first.code_language or "")
        elif first.form == "math":
            yield fence(first.text, "math")
        elif first.form == "steps":
            yield "\n".join(f"{n}. {_inline(item)}" for n, item in enumerate(first.text.split("\n"), 1))
        elif first.form == "table":
            yield _table(first.text)
        else:
            yield " ".join(_running(s, article, layout, numbers, urls) for s in paragraph)
            continue
        if cited and first.form != "head":
            yield cited


def _running(
    sentence: Sentence, article: Article, layout: Layout, numbers: dict[int, int], urls: dict[int, str | None]
) -> str:
    if sentence.form == "lead":
        return f"**{escape(sentence.text)}**"
    if sentence.kind != "quote":
        cited = _cites(sentence, numbers, urls)
        return escape(sentence.text) + (f" {cited}" if cited else "")
    tongue = ""
    if sentence.language:
        name = layout.languages[article.language].get(sentence.language, sentence.language)
        tongue = f" *{escape(layout.words[article.language]['in_language'].format(language=name))}*"
    return f"“{_inline(sentence.text)}”{tongue} {_cites(sentence, numbers, urls)}"


def _inline(text: str) -> str:
    """A sentence with its formulas in code spans between dollars, where no mark of theirs is markup."""
    runs = []
    for is_tex, run in math_runs(clean(text)):
        if not is_tex:
            runs.append(_MARKS.sub(lambda m: "\\" + m[0], run))
        elif "`" in run:
            runs.append(escape(f"${run}$"))
        else:
            runs.append(f"$`{run}`$")
    return _START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[1] else "\\" + m[3], "".join(runs))


def _cites(sentence: Sentence, numbers: dict[int, int], urls: dict[int, str | None]) -> str:
    if not sentence.citations:
        return ""
    if len(sentence.citations) > FEW:
        return f"({ranges(numbers.get(c, c) for c in sentence.citations)})"
    return "(" + ", ".join(link(str(numbers.get(c, c)), urls.get(c)) for c in sentence.citations) + ")"


def _table(text: str) -> str:
    rows = [[escape(cell) for cell in row.split("\t")] for row in text.split("\n")]
    rule = [
        "---" if i == 0 else "---:" if rows[-1][i].replace(",", "").isdecimal() else "---" for i in range(len(rows[0]))
    ]
    return "\n".join("|" + "".join(f" {c} |" if c else " |" for c in row) for row in (rows[0], rule, *rows[1:]))


def _list(article: Article, layout: Layout) -> Iterator[str]:
    words = layout.words[article.language]
    if not article.top:
        yield escape(words["none"])
    first = all(line.entry.previous is None for line in article.top)
    for topic, lines in by_topic(article, layout):
        yield f"### {escape(topic)}"
        for line in lines:
            yield _entry(line, article, layout, first)


def _entry(line: ChartLine, article: Article, layout: Layout, first: bool) -> str:
    words = layout.words[article.language]
    colon = words["colon"]
    told = " · ".join(escape(fact) for fact in facts(line, article, layout, first))
    parts = [f"- **{line.entry.rank or '–'}** {link(line.post.title, safe_url(line.post.url))} · {told}"]
    if line.summary:
        parts.append(" ".join(f"“{_inline(s.text)}”" for s in line.summary))
    more = [f"{escape(words['why'])}{colon}{escape(line.reason)}"] if line.reason else []
    for kind, name in (("paper", "papers"), ("code", "code")):
        urls = [url for k, url in line.links if k == kind]
        if urls:
            linked = ", ".join(link(url.partition("://")[2], safe_url(url)) for url in urls)
            more.append(f"{escape(words[name])}{colon}{linked}")
    if more:
        parts.append(" · ".join(more))
    return "\n\n  ".join(parts)


def _indexes(article: Article, layout: Layout) -> Iterator[str]:
    """By author, blog and year: for each name the ranks, each a link to its post."""
    if article.top:
        yield f"## {escape(wording(article.language)['index'])}"
    for name, title, index in indexes(article, layout) if article.top else ():
        yield f"### {escape(title)}"
        colon = layout.words[article.language]["colon"]
        rows = []
        for key, lines in index:
            told = ", ".join(link(str(line.entry.rank or "–"), safe_url(line.post.url)) for line in lines)
            more = f" ({len(lines)})" if name != "authors" and len(lines) > 1 else ""
            rows.append(f"- {escape(key)}{more}{colon}{told}")
        yield "\n".join(rows)


def _colophon(article: Article, layout: Layout) -> Iterator[str]:
    yield f"## {escape(wording(article.language)['about'])}"
    colon = layout.words[article.language]["colon"]
    yield "\n".join(f"- {escape(label)}{colon}{escape(text)}" for label, text in colophon(article, layout))
