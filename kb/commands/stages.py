"""`kb embed`, `cluster`, `evidence`, `rank`: the stages alone, each doing only what is missing."""

from __future__ import annotations

import click

from kb.commands.common import pass_context
from kb.commands.jobs import stage
from kb.context import Context


@click.command()
@click.option("--model", help="Another model than the one of the settings.")
@click.option("--device", help="auto, cpu, cuda or mps.")
@pass_context
def embed(context: Context, model: str | None, device: str | None) -> None:
    """Cut new posts into passages and give each a vector."""
    stage(context, "kb embed", lambda app: app.embed(), model=model, device=device)


@click.command()
@pass_context
def cluster(context: Context) -> None:
    """Group duplicates, judge what is on the topic, and sort posts into topics."""
    stage(context, "kb cluster", lambda app: app.cluster())


@click.command()
@click.option("--time-limit", type=click.FloatRange(min=1), metavar="S", help="Ask no more after so many seconds.")
@pass_context
def evidence(context: Context, time_limit: float | None) -> int:
    """Ask Hacker News and Lobsters what the stored posts got there; each host once a week."""
    return stage(context, "kb evidence", lambda app: app.evidence(time_limit))


@click.command()
@pass_context
def rank(context: Context) -> None:
    """Score the posts and make the chart; a new edition only if something changed."""
    stage(context, "kb rank", lambda app: app.rank())
