"""`kb run`, `crawl`, `reread`, `add`: what fetches and reads."""

from __future__ import annotations

import click

from kb.commands.common import pass_context
from kb.context import Context

SECONDS = click.FloatRange(min=1)


@click.command()
@click.option("--time-limit", type=SECONDS, metavar="S", help="End cleanly after about so many seconds.")
@click.option("--sample", is_flag=True, help="The sample web that comes with kb, in a store of its own.")
@pass_context
def run(context: Context, time_limit: float | None, sample: bool) -> int:
    """Do all that is due: crawl, embed, cluster, rank. What a scheduled job calls."""
    app = context.app(default="sample.sqlite" if sample else "kb.sqlite")
    summary = app.run(time_limit, sample=sample)
    context.say(summary.words())
    return summary.exit_code


@click.command()
@click.option("--source", "names", multiple=True, metavar="SOURCE", help="Only this blog; may be given more than once.")
@click.option("--all", "every", is_flag=True, help="Every blog, due or not.")
@click.option("--refresh", is_flag=True, help="Ask for every stored post again too, conditionally.")
@click.option("--limit", type=click.IntRange(min=1), help="Most pages of one blog.")
@click.option("--time-limit", type=SECONDS, metavar="S", help="End cleanly after about so many seconds.")
@pass_context
def crawl(
    context: Context, names: tuple[str, ...], every: bool, refresh: bool, limit: int | None, time_limit: float | None
) -> int:
    """Visit the blogs that are due and store their posts."""
    app = context.app(pages_per_visit=limit)
    summary = app.crawl(names, every=every, refresh=refresh, time_limit=time_limit)
    context.say(summary.words())
    return summary.exit_code


@click.command()
@click.option("--source", "name", metavar="SOURCE", help="Only this blog.")
@pass_context
def reread(context: Context, name: str | None) -> int:
    """Read the kept pages again with today's reader, without the network."""
    summary = context.app(create=False).reread(name)
    context.say(summary.words())
    return summary.exit_code


@click.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@pass_context
def add(context: Context, urls: tuple[str, ...]) -> int:
    """Store single posts by hand."""
    summary = context.app().add(urls)
    context.say(summary.words())
    return summary.exit_code
