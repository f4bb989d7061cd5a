"""`kb top`, `why`, `topics`, `export`: the chart, its reasons, and the article."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

import click

from kb.commands.common import format_option, pass_context, print_rows
from kb.context import Context

TOPIC_COLUMNS = ("id", "parent", "size", "label_en:40", "label_zh:30", "terms:70")


@click.command()
@click.argument("n", type=click.IntRange(min=1), default=100)
@click.option("--topic", help="Only this topic (id or label).")
@click.option("--trending", is_flag=True, help="Newer posts first, as of the edition's date.")
@click.option("--edition", type=click.IntRange(min=1), help="An earlier edition.")
@format_option
@pass_context
def top(context: Context, n: int, topic: str | None, trending: bool, edition: int | None, form: str) -> None:
    """Show the chart: the best N posts by topic, with movement against the last edition."""
    lines = context.app(create=False).chart(n, topic=topic, trending=trending, edition=edition)
    if not lines:
        context.say("the chart is empty; make it with: kb run")
    rows = (line.as_json() if form != "table" else _shown(line) for line in lines)
    print_rows(rows, form, ("rank", "moved", "score", "title:56", "blog:24", "published:.10", "topic:28", "id"))


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
    }


@click.command()
@click.argument("post")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@pass_context
def why(context: Context, post: str, form: str) -> None:
    """Explain the score of POST (an id or a URL): each part, its weight, and the evidence."""
    from kb.show import why_as

    app = context.app(create=False)
    click.echo(why_as(app.why(app.post_id(post)), form))


@click.group(invoke_without_command=True)
@format_option
@click.pass_context
def topics(ctx: click.Context, form: str) -> None:
    """List topics, show one, or rename one."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(list_, form=form)


@topics.command("list")
@format_option
@pass_context
def list_(context: Context, form: str = "table") -> None:
    """List the topics by field, largest first."""
    from kb.store.topics import list_topics

    print_rows((topic.as_json() for topic in list_topics(context.store().reader)), form, TOPIC_COLUMNS)


@topics.command()
@click.argument("topic")
@format_option
@pass_context
def show(context: Context, topic: str, form: str) -> None:
    """List the posts of TOPIC (id or label), best first."""
    from kb.store.topics import find_topic, posts_of_topic

    reader = context.store().reader
    found = find_topic(reader, topic)
    context.say(f"{found.id}: {found.label_en} / {found.label_zh} ({', '.join(found.terms)})")
    rows = (post.as_json() for post in posts_of_topic(reader, found.id))
    print_rows(rows, form, ("id", "score", "language", "title:60", "url:70"))


@topics.command()
@click.argument("topic")
@click.argument("label")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Of the label; found out by its script without it.")
@pass_context
def rename(context: Context, topic: str, label: str, language: str | None) -> None:
    """Give TOPIC a label that the machine never overwrites."""
    from kb.store.topics import find_topic, rename_topic

    store = context.store()
    found = find_topic(store.reader, topic)
    with store.writing() as session:
        rename_topic(session, found.id, label, language, context.clock.now())
    context.say(f"topic {found.id} is now called: {label}")


@click.command()
@click.option("--format", "form", metavar="F", default="md", show_default=True, help="md, html, json or csv.")
@click.option("--language", type=click.Choice(["en", "zh"]), default="en", show_default=True)
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file; stdout without it.")
@pass_context
def export(context: Context, form: str, language: Literal["en", "zh"], output: Path | None) -> None:
    """Publish the chart as one article, every assertion cited."""
    data = context.app(create=False).export(form, language)
    if output is None:
        click.echo(data, nl=False)
        return
    from kb.show import write_beside

    write_beside(output, data)
    context.say(f"wrote {output} ({len(data):,} bytes)")
