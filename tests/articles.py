"""Charts to write articles of: the sample web's posts as they stand in the package, and small ones made by hand."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

from crawler.text import quality
from kb.article import load_judge
from kb.types import About, Article, Change, Chapter, ChartLine, Entry, Section, Sentence, Source, StoredPost, Topic
from kb.writing.units import Judge

Chart = tuple[tuple[ChartLine, ...], Mapping[int, str]]
TOPICS = (
    Topic(1, "Attention and language", "注意力与语言", ("attention",), 9),
    Topic(2, "Images", "图像", ("convolution",), 9),
    Topic(3, "Training", "训练", ("optimiser",), 9),
)
COUNTS = MappingProxyType({"posts": 120, "sources": 9})


@cache
def judge() -> Judge:
    """Read once for all tests; it is a value."""
    return load_judge()


def charted(post: StoredPost, rank: int, topic: Topic | None, previous: int | None = None) -> ChartLine:
    parts = {"depth": 0.75, "authority": round(1 - rank / 300, 3), "votes": None}
    return ChartLine(Entry(post.id, rank, round(1 - rank / 200, 3), parts, topic and topic.id, previous), post, topic)


@cache
def sample_chart(n: int) -> Chart:
    """A chart of n posts of the sample web, mixed over its blogs; from the 76th on the same texts come again."""
    folder = Path(str(resources.files("crawler") / "sample" / "content"))
    files = sorted(folder.glob("*/*.md"), key=lambda file: (file.stem, file.parent.name))
    hosts = sorted({file.parent.name for file in files})
    lines, texts = [], {}
    for rank in range(1, n + 1):
        file = files[(rank - 1) % len(files)]
        head, text = file.read_text(encoding="utf-8").split("+++\n", 2)[1:]
        site = tomllib.loads((file.parent / "site.toml").read_text(encoding="utf-8"))
        facts = tomllib.loads(head)
        counts = quality(text)
        post = StoredPost(
            id=rank + 100, url=f"{site['base']}{rank}/{file.stem}/", title=facts["title"], authors=(site["author"],),
            published=str(facts["date"]), language=site["language"][:2], source=site["base"],
            source_id=hosts.index(file.parent.name) + 1, source_title=site["title"], words=counts.words,
            quality=asdict(counts),
        )  # fmt: skip
        texts[post.id] = text.strip()
        lines.append(charted(post, rank, TOPICS[rank % 3], rank + 1 if rank % 2 else None))
    return tuple(lines), MappingProxyType(texts)


def hand_made(payload: str, url: str = "https://blog.example/1") -> Article:
    """An article that carries the same text from outside wherever such text may stand."""
    topic = Topic(1, payload, payload, (payload,), 1)
    post = StoredPost(
        id=7, url=url, title=payload, authors=(payload, "kb test desk"), published=payload, language="zh",
        source="https://blog.example/", source_id=1, source_title=payload, words=500,
    )  # fmt: skip
    quote = Sentence(payload, "quote", (7,), "sentence", "zh")
    body = (
        Sentence(f"{payload}:", "connect", form="lead"),
        quote,
        Sentence(payload, "quote", (7,), "code", None, payload),
        Sentence(payload, "quote", (7,), "math"),
        Sentence(f"${payload}$", "quote", (7,)),
        Sentence(f"{payload}\n{payload}", "quote", (7,), "steps"),
        Sentence(f"{payload}\t2\n{payload}\t3", "count", (7,), "table"),
        Sentence(payload, "count", (7,)),
    )
    line = ChartLine(
        Entry(7, 1, 0.5, {payload: 0.5}, 1), post, topic, (quote,), payload, (("paper", url), ("code", url))
    )
    chapters = (Chapter("1", "One", (Section("1.1", "One and one", body),)),)
    told = About(
        payload, payload, {"weights": {payload: 1.0}}, (Change(1, "2026-01-02T03:04:05+00:00", (line.entry,), ()),),
        {7: post}, (Source(1, url, payload, url, "blog", payload, payload, None, None, 0, payload, 1),),
        {7: (0.5, 0.5)},
    )  # fmt: skip
    return Article("Round-up", "en", 1, "2026-01-02T03:04:05+00:00", chapters, (line,), (post,), {"posts": 1}, told)


def about_chart(lines: Sequence[ChartLine], home: str = "") -> About:
    """What is told of an edition in which every second post is new and one left."""
    came = tuple(line.entry for line in lines if line.entry.previous is None)
    moved = tuple((line.entry, 1) for line in lines if line.entry.previous)
    gone = replace(lines[-1].post, id=999, title="The one that left", url="https://gone.example/post")
    changes = (
        Change(3, "2026-01-02T03:04:05+00:00", came, (replace(lines[-1].entry, post_id=999),), moved),
        Change(2, "2025-12-02T03:04:05+00:00", (), (), ()),
    )
    first = {line.post.source_id: line.post for line in lines}
    blogs = tuple(
        Source(i, p.source, p.source_title, f"{p.source}feed.xml" if i % 2 else None, "blog", "en", "active", None,
               None, 0, None, 1)
        for i, p in sorted(first.items())
    )  # fmt: skip
    n = len(lines)
    return About(
        program="kb 0.1.0", model="all-MiniLM-L6-v2", changes=changes, blogs=blogs, home=home,
        parameters={"weights": {"depth": 0.2, "links": 0.3}, "per_blog": 12, "share": 1 / 3, "least_words": 150},
        posts={999: gone, **{line.post.id: line.post for line in lines}},
        places={line.post.id: (i % 9 / 8, i / n) for i, line in enumerate(lines)},
    )  # fmt: skip
