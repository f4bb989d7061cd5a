"""`kb pin`, `ban`, `note`, `diff`: a person's corrections to the chart, and what changed between two editions."""

from __future__ import annotations

from typing import Any

import click

from kb.commands.common import format_option, pass_context, print_rows
from kb.context import Context

_undo = click.option("--undo", is_flag=True, help="Take it back.")


@click.command()
@click.argument("post")
@_undo
@pass_context
def pin(context: Context, post: str, undo: bool) -> None:
    """Want POST (an id or a URL) in the chart, whatever its score."""
    _mark(context, "pin", post, "", undo=undo)


@click.command()
@click.argument("post")
@click.argument("reason", required=False, default="")
@_undo
@pass_context
def ban(context: Context, post: str, reason: str, undo: bool) -> None:
    """Keep POST (an id or a URL) out of the chart; REASON is kept with it."""
    _mark(context, "ban", post, reason, undo=undo)


@click.command()
@click.argument("post")
@click.argument("text", required=False, default="")
@_undo
@pass_context
def note(context: Context, post: str, text: str, undo: bool) -> None:
    """Put TEXT beside POST (an id or a URL) in chart and article, as a person's word."""
    from kb.errors import UsageError

    if not undo and not text.strip():
        raise UsageError("a note needs some text", "take one back with: kb note POST --undo")
    _mark(context, "note", post, text, undo=undo)


def _mark(context: Context, kind: str, post: str, words: str, *, undo: bool) -> None:
    from kb.ranking.editing import mark_post

    done = mark_post(context.store(), context.clock, kind, post, words, undo=undo)
    said = {"pin": "pinned", "ban": "banned", "note": "noted"}[kind]
    if undo:
        context.say(
            f"post {done.post_id} is no longer {said}" if done.changed else f"post {done.post_id} was not {said}"
        )
    else:
        context.say(f"post {done.post_id} is {said}" + ("" if kind == "note" else "; the chart follows with: kb rank"))


@click.command()
@click.argument("first", metavar="A", type=click.IntRange(min=1))
@click.argument("second", metavar="B", type=click.IntRange(min=1))
@format_option
@pass_context
def diff(context: Context, first: int, second: int, form: str) -> None:
    """Say what changed from edition A to edition B, each change with the rows that caused it."""
    from kb.ranking.difference import difference

    told = difference(context.store().reader, first, second)
    if not told:
        context.say(f"editions {first} and {second} chart the same posts at the same ranks with the same scores")
    rows = (one.as_json() if form != "table" else _shown(one) for one in told)
    print_rows(rows, form, ("kind", "was", "rank", "title:44", "id", "why:160"))


def _shown(told: Any) -> dict[str, Any]:
    change, post = told.change, told.post
    return {
        "kind": change.kind, "was": change.previous, "rank": change.rank, "id": change.post_id,
        "title": post.title if post else None, "why": " | ".join(told.why),
    }  # fmt: skip
