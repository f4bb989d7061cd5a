"""The parts of the formats: names and dates for reference managers, the map, the charts, the feed, the index."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from kb.exporters import formats, renderer
from kb.rendering.charts import bars, columns, topic_map
from kb.rendering.citing import date_parts, keys, person
from kb.rendering.colophon import colophon
from kb.rendering.feed import MOST, instant, items
from kb.rendering.indexes import indexes
from kb.rendering.topicmap import places
from kb.types import Article, Edition, Entry, Vectors
from kb.writing.about import changes
from kb.writing.layout import load_layout
from tests.articles import about_chart, sample_chart
from tests.formats import bib_entries, untex


def listed(n: int = 12) -> Article:
    """An article without chapters."""
    lines, _ = sample_chart(n)
    return Article("T", "en", 3, "2026-01-02", (), lines, (), {}, about_chart(lines))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Lilian Weng", ("Lilian", "Weng")),
        ("Laurens van der Maaten", ("Laurens", "van der Maaten")),
        ("Michael A. Nielsen", ("Michael A.", "Nielsen")),
        ("周弈帆", None),
        ("Qwen Team", None),
        ("The Gradient", None),
        ("Posit AI Blog", None),
        ("karpathy", None),
        ("Smith, John", None),
    ],
)
def test_a_persons_name_is_told_from_a_groups(name: str, parts: tuple[str, str] | None) -> None:
    assert person(name) == parts


@pytest.mark.parametrize(
    ("published", "parts"),
    [("2021-06-26", (2021, 6, 26)), ("2021-06", (2021, 6)), ("2021", (2021,)),
     ("2021-06-26T23:00:00+08:00", (2021, 6, 26)),
     ("2021-13-40", (2021,)), ("2021-02-40", (2021, 2)), ("soon", ()), ("", ()), (None, ())],
)  # fmt: skip
def test_a_date_is_as_exact_as_it_was_given(published: str | None, parts: tuple[int, ...]) -> None:
    lines, _ = sample_chart(1)
    assert date_parts(replace(lines[0].post, published=published)) == parts


def test_no_two_posts_have_one_key() -> None:
    lines, _ = sample_chart(99)
    found = keys(lines)
    assert len(set(found.values())) == 99
    assert all(re.fullmatch(r"[a-z0-9-]+", key) for key in found.values())


def test_tex_in_a_title_comes_back() -> None:
    title = r"\input{/etc/passwd} 100% of $x_1^2$ & {a} #1 ~ \end{document}"
    lines, _ = sample_chart(1)
    article = replace(listed(1), top=(replace(lines[0], post=replace(lines[0].post, title=title)),))
    data = renderer("bibtex")(article)
    assert isinstance(data, bytes)
    assert untex(bib_entries(data.decode())[0]["title"]) == title


def test_alike_posts_stand_nearer_and_none_covers_another() -> None:
    rng = np.random.default_rng(3)
    centres = rng.normal(size=(4, 40))
    rows = np.array([centres[i % 4] + 0.4 * rng.normal(size=40) for i in range(60)])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    vectors = Vectors(np.arange(60), rows.astype(np.float32), "m")
    found = places(vectors, {i: i % 4 for i in range(60)})
    assert found == places(vectors, {i: i % 4 for i in range(60)})
    apart = {(a, b): float(np.hypot(*np.subtract(found[a], found[b]))) for a, b in combinations(found, 2)}
    inside = [d for (a, b), d in apart.items() if a % 4 == b % 4]
    across = [d for (a, b), d in apart.items() if a % 4 != b % 4]
    assert np.mean(inside) < 0.6 * np.mean(across)
    assert min(apart.values()) > 0.03
    assert all(0 <= x <= 1 and 0 <= y <= 1 for x, y in found.values())


@pytest.mark.parametrize("n", [0, 1, 2])
def test_a_map_of_a_few_posts_is_one(n: int) -> None:
    rows = np.eye(3, dtype=np.float32)[:n]
    assert len(places(Vectors(np.arange(n), rows, "m"), {})) == n


def test_equal_vectors_are_told_apart_on_the_map() -> None:
    rows = np.tile(np.eye(3, dtype=np.float32)[0], (5, 1))
    found = places(Vectors(np.arange(5), rows, "m"), {})
    assert len(set(found.values())) == 5


def test_every_post_of_the_map_is_a_link_with_its_title() -> None:
    article = listed()
    drawn = topic_map(article, load_layout(), lambda n: f"#p{n}")
    assert re.findall(r'href="(#p\d+)"', drawn) == [f"#p{n}" for n in ranks_in_topics(article)]
    assert topic_map(replace(article, about=replace(article.about, places={})), load_layout(), str) == ""


def ranks_in_topics(article: Article) -> list[int | None]:
    groups: dict[int, list[int | None]] = {}
    for line in article.top:
        groups.setdefault(line.topic.id if line.topic else 0, []).append(line.entry.rank)
    return [rank for group in groups.values() for rank in group]


def test_charts_say_their_figures_in_words() -> None:
    assert 'aria-label="T: a 3, b 1"' in bars("T", [("a", 3, ""), ("b", 1, "")])
    assert 'role="group"' in bars("T", [("a", 3, "#x")])
    assert columns("T", [(str(year), year % 3, "") for year in range(1990, 2027)]).count("<rect") == 25


def test_a_feed_tells_each_edition_and_what_came() -> None:
    found = items(listed(), load_layout())
    assert found[0].title == "Edition 3: 6 came, 1 left, 6 moved"
    assert "The one that left" in found[0].html
    assert sum(item.title.startswith("New at ") for item in found) == 6
    assert len({item.id for item in found}) == len(found) <= MOST
    assert [item.id for item in found] == [item.id for item in items(listed(), load_layout())]


def test_changes_are_told_newest_first_and_the_first_edition_is_all_new() -> None:
    def edition(number: int, *ids: int) -> Edition:
        entries = tuple(Entry(i, rank, 0.5, {}, None) for rank, i in enumerate(ids, 1))
        return Edition(number, f"2026-01-0{number}T00:00:00+00:00", {}, entries)

    told = changes([edition(2, 3, 1), edition(1, 1, 2)])
    assert [c.edition for c in told] == [2, 1]
    assert [e.post_id for e in told[0].came] == [3] and [e.post_id for e in told[0].left] == [2]
    assert [(e.post_id, places) for e, places in told[0].moved] == [(1, -1)]
    assert [e.post_id for e in told[1].came] == [1, 2]


def test_a_moment_that_is_none_is_no_error() -> None:
    assert instant("2026-01-02").isoformat() == "2026-01-02T00:00:00+00:00"
    assert instant("soon").year == 1970


def test_the_index_names_everybody_once_and_years_from_the_newest() -> None:
    article = listed(30)
    found = {name: entries for name, _, entries in indexes(article, load_layout())}
    assert {line.post.id for _, lines in found["authors"] for line in lines} == {line.post.id for line in article.top}
    years = [name for name, _ in found["years"]]
    assert years == sorted(years, reverse=True)
    assert all(len({name for name, _ in entries}) == len(entries) for entries in found.values())


def test_formats_are_found_by_their_files() -> None:
    assert set(formats()) >= {
        "md",
        "html",
        "json",
        "csv",
        "epub",
        "bibtex",
        "csl",
        "opml",
        "rss",
        "atom",
        "site",
        "all",
    }


def test_a_writer_model_is_named_in_the_colophon() -> None:
    plain, retold = (
        dict(colophon(listed(), load_layout())),
        dict(colophon(replace(listed(), writer="m"), load_layout())),
    )
    assert "Writer model" not in plain and retold["Writer model"] == "m"
