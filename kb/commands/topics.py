"""`kb topics`: the topics, their history, and a person's corrections to them."""

from __future__ import annotations

from typing import Any

import click

from kb.commands.common import format_option, pass_context, print_rows
from kb.context import Context

COLUMNS = ("id", "parent", "size", "label_en:40", "label_zh:30", "terms:70")


@click.group(invoke_without_command=True)
@click.option("--history", "past", is_flag=True, help="What happened to the topics, newest first.")
@format_option
@click.pass_context
def topics(ctx: click.Context, form: str, past: bool) -> None:
    """List topics or their history; show, rename, merge or pin one."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(history if past else list_, form=form)


@topics.command("list")
@format_option
@pass_context
def list_(context: Context, form: str = "table") -> None:
    """List the topics by field, largest first."""
    from kb.store.topics import list_topics

    print_rows((topic.as_json() for topic in list_topics(context.store().reader)), form, COLUMNS)


@topics.command()
@click.argument("topic", required=False)
@format_option
@pass_context
def history(context: Context, topic: str | None = None, form: str = "table") -> None:
    """List births, deaths, splits, merges and new labels, of all topics or of TOPIC (id or label)."""
    from kb.store.topics import told_events

    print_rows(told_events(context.store().reader, topic), form, ("at", "kind", "topic_id", "label:40", "detail:80"))


@topics.command()
@click.argument("topic")
@format_option
@pass_context
def show(context: Context, topic: str, form: str) -> None:
    """List the posts of TOPIC (id or label), best first; those it shares with another topic too."""
    from kb.store.topics import find_topic, posts_of_topic

    reader = context.store().reader
    found = find_topic(reader, topic)
    context.say(f"{found.id}: {found.label_en} / {found.label_zh} ({', '.join(found.terms)})")
    rows: list[dict[str, Any]] = []
    for post, weight, own in posts_of_topic(reader, found.id):
        rows.append(post.as_json() | {"weight": weight, "also": not own})
    print_rows(rows, form, ("id", "score", "weight", "also", "language", "title:60", "url:70"))


@topics.command()
@click.argument("topic")
@click.argument("label")
@click.option("--language", type=click.Choice(["en", "zh"]), help="Of the label; found out by its script without it.")
@pass_context
def rename(context: Context, topic: str, label: str, language: str | None) -> None:
    """Give TOPIC a label that the machine never overwrites."""
    from kb.store.topics import find_topic, label_of, rename_topic

    store = context.store()
    found = find_topic(store.reader, topic)
    with store.writing() as session:
        rename_topic(session, found.id, label, language, context.clock.now())
    context.say(f"topic {found.id} is now called: {label_of(label)}")


@topics.command()
@click.argument("topic")
@click.argument("into")
@pass_context
def merge(context: Context, topic: str, into: str) -> None:
    """Let the posts of TOPIC go to INTO for good; TOPIC ends."""
    from kb.ranking.editing import merge_topics

    heir = merge_topics(context.store(), context.clock, topic, into)
    context.say(f"topic {heir.id}, {heir.label_en}, now holds {heir.size} posts")


@topics.command()
@click.argument("topic")
@click.option("--undo", is_flag=True, help="Let the machine sort its posts again.")
@pass_context
def pin(context: Context, topic: str, undo: bool) -> None:
    """Let TOPIC keep its id and its posts, whatever a new fit says."""
    from kb.ranking.editing import pin_topic

    found = pin_topic(context.store(), context.clock, topic, undo=undo)
    context.say(f"topic {found.id}, {found.label_en}, {'is no longer pinned' if undo else 'is pinned'}")
