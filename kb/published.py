"""An exported article read again: JSON into an Article, and what in the file the store does not bear out."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, get_args, get_type_hints

from kb.errors import KbError
from kb.types import About, Article, Chapter, ChartLine, Section, Sentence
from kb.writing.gate import Gate

Path = tuple[str | int, ...]  # of a JSON tree
MOST_BYTES = 64 << 20
_FORMS = get_args(get_type_hints(Sentence)["form"])
_HINT = "check what was written by: kb export --format json -o FILE"


def tree_of(data: bytes) -> dict[str, Any]:
    """The JSON of an article. Raises KbError for anything else."""
    try:
        tree = json.loads(data.decode("utf-8-sig")) if len(data) <= MOST_BYTES else None
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        tree = None
    keys = ("title", "edition", "made_at", "language", "chapters", "top")
    if not isinstance(tree, dict) or any(key not in tree for key in keys):
        raise KbError("it is no article that kb exported as JSON, Markdown or HTML", _HINT)
    if not isinstance(tree["edition"], int) or tree["language"] not in ("en", "zh"):
        raise KbError("it names no edition, or no language of an article", _HINT)
    return tree


def article_of(tree: Mapping[str, Any], chart: Sequence[ChartLine]) -> Article:
    """The article of a file; facts of posts and of the chart are the store's, for `differences` to hold against it.

    Raises KbError for what has not the shape of an article.
    """
    lines = {line.post.id: line for line in chart}
    try:
        top = tuple(_line(row, lines) for row in tree["top"] if row["post"]["id"] in lines)
        chapters = tuple(
            Chapter(
                str(c["number"]),
                str(c["title"]),
                tuple(
                    Section(str(s["number"]), str(s["title"]), tuple(map(_sentence, s["body"]))) for s in c["sections"]
                ),
            )
            for c in tree["chapters"]
        )
        posts = tuple(lines[row["id"]].post for row in tree.get("posts", ()) if row["id"] in lines)
        counts = {str(name): int(n) for name, n in tree.get("counts", {}).items()}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise KbError(f"it has not the shape of an article: {type(error).__name__} {error}", _HINT) from None
    return Article(
        str(tree["title"]), tree["language"], tree["edition"], str(tree["made_at"]), chapters, top, posts, counts,
        writer=str(tree.get("writer") or ""),
    )  # fmt: skip


def violations(
    tree: Mapping[str, Any], chart: Sequence[ChartLine], made_at: str, gate: Gate, about: About
) -> list[str]:
    """What in a file the store does not bear out, a line each.

    The gate holds the sentences against the store. Everything else in a file follows from the article and the chart
    (ranks, scores, titles, links, notes), so the file must be what the format makes of them, key by key. `about` is
    what the store says of the edition now; which program wrote a file, and where it stands, is its own affair.
    """
    from kb.exporters.json import render

    article = replace(article_of(tree, chart), about=about)
    stored = {line.post.id for line in chart}
    gone = [row["post"]["id"] for row in tree["top"] if row["post"]["id"] not in stored]
    found = [f"post {post_id} is no longer in the store, or was never in this edition's chart" for post_id in gone]
    if article.made_at != made_at:
        found.append(f"made_at: {article.made_at}, where the edition was made at {made_at}")
    found += gate.violations(article)
    again = json.loads(render(article).decode())
    told = [*found]
    left = _without(tree, stored) if gone else tree
    for where, said, is_ in differences(left, again):
        if (where[0] == "about" and _of_its_time(where, tree, again)) or (gone and where[0] in ("index", "about")):
            continue
        place = _place(where, left)
        if not any(line.startswith(place) for line in told):
            found.append(f"{place}: {_short(said)} where the store gives {_short(is_)}")
    return found


def differences(
    said: Any, is_: Any, path: tuple[str | int, ...] = ()
) -> Iterator[tuple[tuple[str | int, ...], Any, Any]]:
    """The places where two JSON trees differ: path, first value, second value."""
    if isinstance(said, dict) and isinstance(is_, dict):
        for key in sorted({*said, *is_}):
            if key not in said or key not in is_:
                yield (*path, key), said.get(key, "nothing"), is_.get(key, "nothing")
            else:
                yield from differences(said[key], is_[key], (*path, key))
    elif isinstance(said, list) and isinstance(is_, list):
        if len(said) != len(is_):
            yield (*path, "length"), len(said), len(is_)
        for i, (a, b) in enumerate(zip(said, is_, strict=False)):
            yield from differences(a, b, (*path, i))
    elif said != is_ or isinstance(said, bool) != isinstance(is_, bool):
        yield path, said, is_


def _without(tree: Mapping[str, Any], stored: set[int]) -> dict[str, Any]:
    """The file without the posts that the store has lost, which are told by themselves."""
    top = [row for row in tree["top"] if row["post"]["id"] in stored]
    return {**tree, "top": top, "posts": [row for row in tree.get("posts", ()) if row["id"] in stored]}


def _of_its_time(where: Path, tree: Mapping[str, Any], again: Mapping[str, Any]) -> bool:
    """Whether what a file says of itself cannot be made again: another program wrote it."""
    said = tree["about"] if isinstance(tree.get("about"), dict) else {}
    return where[1:2] == ("program",) or said.get("program") != again["about"]["program"]


def _sentence(row: Mapping[str, Any]) -> Sentence:
    form = row.get("form", "sentence")
    if form not in _FORMS:
        raise ValueError(f"form {form!r}")
    cited = tuple(int(c) for c in row["citations"])
    return Sentence(str(row["text"]), row["kind"], cited, form, row.get("language"), row.get("code_language"))


def _line(row: Mapping[str, Any], lines: Mapping[int, ChartLine]) -> ChartLine:
    return replace(
        lines[row["post"]["id"]],
        summary=tuple(map(_sentence, row.get("summary", ()))),
        reason=str(row.get("reason", "")),
        links=tuple((str(link["kind"]), str(link["url"])) for link in row.get("links", ())),
    )


def _place(path: Sequence[str | int], tree: Mapping[str, Any]) -> str:
    """A path in words: which post it is about, and which key."""
    if len(path) > 1 and path[0] in ("top", "posts") and isinstance(path[1], int) and path[1] < len(tree[path[0]]):
        row = tree[path[0]][path[1]]
        post = row.get("post", row) if isinstance(row, dict) else {}
        kind = "list" if path[0] == "top" else "posts"
        return f"{kind}: {_short(post.get('title', path[1]))}: {'.'.join(map(str, path[2:]))}"
    return ".".join(map(str, path))


def _short(value: Any) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else text[:59] + "…"
