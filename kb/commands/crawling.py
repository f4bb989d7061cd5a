"""`kb run`, `crawl`, `reread`, `add`: what fetches and reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kb.commands.common import pass_context
from kb.commands.jobs import alone, job, stage
from kb.context import Context

F = TypeVar("F", bound=Callable[..., Any])
SECONDS = click.FloatRange(min=1)


def _in_json(ctx: click.Context, _option: click.Parameter, wanted: bool) -> None:
    if wanted:
        ctx.obj.begin_logs(as_json=True)


def job_options(command: F) -> F:
    """--time-limit, --metrics, --log-json."""
    file = click.Path(path_type=Path)
    for option in (
        click.option("--log-json", is_flag=True, expose_value=False, callback=_in_json, help="As kb --log-json."),
        click.option("--metrics", type=file, metavar="FILE", help="Write a file for Prometheus' textfile collector."),
        click.option("--time-limit", type=SECONDS, metavar="S", help="End cleanly after about so many seconds."),
    ):
        command = option(command)
    return command


@click.command()
@job_options
@click.option("--sample", is_flag=True, help="The sample web that comes with kb, in a store of its own.")
@pass_context
def run(context: Context, time_limit: float | None, metrics: Path | None, sample: bool) -> int:
    """Do all that is due: crawl, embed, cluster, rank. What a scheduled job calls."""
    default = "sample.sqlite" if sample else "kb.sqlite"
    return job(context, "run", lambda app: app.run(time_limit, sample=sample), default=default, metrics=metrics)


@click.command()
@click.option("--source", "names", multiple=True, metavar="SOURCE", help="Only this blog; may be given more than once.")
@click.option("--all", "every", is_flag=True, help="Every blog, due or not.")
@click.option("--refresh", is_flag=True, help="Ask for every stored post again too, conditionally.")
@click.option("--limit", type=click.IntRange(min=1), help="Most pages of one blog.")
@job_options
@pass_context
def crawl(
    context: Context, names: tuple[str, ...], every: bool, refresh: bool, limit: int | None, time_limit: float | None,
    metrics: Path | None,
) -> int:  # fmt: skip
    """Visit the blogs that are due and store their posts."""
    return job(
        context, "crawl", lambda app: app.crawl(names, every=every, refresh=refresh, time_limit=time_limit),
        metrics=metrics, pages_per_visit=limit,
    )  # fmt: skip


@click.command()
@click.option("--source", "name", metavar="SOURCE", help="Only this blog.")
@pass_context
def reread(context: Context, name: str | None) -> None:
    """Read the kept pages again with today's reader, without the network."""
    stage(context, "kb reread", lambda app: app.reread(name).words())


@click.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@pass_context
def add(context: Context, urls: tuple[str, ...]) -> int:
    """Store single posts by hand."""
    with alone(context, "kb add", needed=True):
        summary = context.app().add(urls)
        context.say(summary.words())
    return summary.exit_code
