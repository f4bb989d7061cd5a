"""`kb top`, `why`, `export`: the chart, its reasons, and the article."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from kb.commands.common import format_option, pass_context, print_rows
from kb.context import Context

if TYPE_CHECKING:
    from kb.app import App


@click.command()
@click.argument("n", type=click.IntRange(min=1), default=100)
@click.option("--topic", help="Only this topic (id or label).")
@click.option("--trending", is_flag=True, help="Newer posts first, as of the edition's date.")
@click.option("--half-life", type=click.FloatRange(min=0.5), metavar="DAYS", help="Age that halves a score (trending).")
@click.option("--edition", type=click.IntRange(min=1), help="An earlier edition.")
@format_option
@pass_context
def top(
    context: Context, n: int, topic: str | None, trending: bool, half_life: float | None, edition: int | None, form: str
) -> None:
    """Show the chart: the best N posts by topic, with movement against the last edition."""
    app = context.app(create=False, half_life_days=half_life)
    lines = app.chart(n, topic=topic, trending=trending, edition=edition)
    if not lines:
        context.say("the chart is empty; make it with: kb run")
    rows = (line.as_json() if form != "table" else _shown(line) for line in lines)
    columns = ("rank", "moved", "score", "title:56", "blog:24", "published:.10", "topic:28", "id")
    said = ("editor:40",) if any(line.note or line.pinned for line in lines) else ()
    print_rows(rows, form, (*columns, *said))


def _shown(line: Any) -> dict[str, Any]:
    rank, previous = line.entry.rank, line.entry.previous
    moved = "new" if previous is None else "=" if previous == rank else f"{previous - rank:+d}"
    return {
        "rank": rank,
        "moved": moved,
        "score": line.entry.score,
        "title": line.post.title,
        "blog": line.post.source_title or line.post.source,
        "published": line.post.published,
        "topic": line.topic.label_en if line.topic else None,
        "id": line.post.id,
        "editor": "; ".join(filter(None, ("pinned" if line.pinned else "", line.note))),
    }


@click.command()
@click.argument("post")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@pass_context
def why(context: Context, post: str, form: str) -> None:
    """Explain the score of POST (an id or a URL): each part, its weight, and the evidence."""
    from kb.show import why_as

    app = context.app(create=False)
    click.echo(why_as(app.why(app.post_id(post)), form, context.colour()))


@click.command()
@click.option("--format", "form", metavar="F", default="md", show_default=True, help="One of those below.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file, or a folder for site; stdout without.")
@click.option("--check", "checked", type=click.Path(path_type=Path), help="Hold an exported FILE against the store.")
@pass_context
def export(
    context: Context, form: str, language: Literal["en", "zh"], output: Path | None, checked: Path | None
) -> None:
    """Publish the chart as one article, every assertion cited; or check one that was published.

    Formats: md, html, json, csv, epub, bibtex, csl, opml, rss, atom, and site, which is a folder.
    """
    from kb.publish import require_place, write

    if checked is not None:
        _check(context, context.app(create=False), checked)
        return
    require_place(form, output)
    app = context.app(create=False)
    data = app.export(form, language)
    for note in app.notes:
        context.say(note)
    if output is None:
        assert isinstance(data, bytes)  # a folder was refused above
        click.echo(data, nl=False)
        return
    for line in write(data, output):
        context.say(line)


def _check(context: Context, app: App, file: Path) -> None:
    """Says that the store bears an article out, or raises GateError with a line for each place."""
    from kb.errors import KbError, NotFound
    from kb.writing.gate import CheckFailed

    try:
        data = file.read_bytes()
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {(error.strerror or '').lower()}", "name a file of kb export") from None
    try:
        found = app.check(data)
    except KbError as error:
        raise KbError(f"{file} cannot be checked: {error}", error.hint) from None
    if found:
        raise CheckFailed(str(file), found)
    context.say(f"{file}: the store bears it out")
