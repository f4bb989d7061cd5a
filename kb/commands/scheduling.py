"""`kb schedule`: the job that a timer runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from kb.commands.common import pass_context
from kb.context import Context, data_folder

if TYPE_CHECKING:
    from kb.jobs.schedule import Job
    from kb.jobs.scheduler import Scheduler

F = TypeVar("F", bound=Callable[..., Any])


def _system_option(command: F) -> F:
    """--system."""
    systems = click.Choice(["auto", "systemd", "crontab"])
    words = "Where the job is written; auto: what is there."
    return click.option("--system", type=systems, default="auto", help=words)(command)


def _options(command: F) -> F:
    """--every, --system."""
    words = "How often: 15m to 12h, 1d or 7d."
    return _system_option(click.option("--every", default="6h", show_default=True, metavar="T", help=words)(command))


@click.group(invoke_without_command=True)
@_options
@click.pass_context
def schedule(ctx: click.Context, every: str, system: str) -> None:
    """Run `kb run` every few hours: a systemd user timer where there is systemd, else a crontab line."""
    if ctx.invoked_subcommand is None:
        ctx.invoke(show, every=every, system=system)


@schedule.command()
@_options
@pass_context
def show(context: Context, every: str, system: str) -> None:
    """Print what would be written, and whether it is there; writes nothing."""
    place, job = _planned(context, every, system)
    _print(place, job)
    context.say("it is installed" if place.installed(job) else "it is not installed: kb schedule install")


@schedule.command()
@_options
@pass_context
def install(context: Context, every: str, system: str) -> None:
    """Write the job, in the place of an earlier one, and start it."""
    place, job = _planned(context, every, system)
    _print(place, job)
    context.say(f"kb run is scheduled every {job.every}\n{place.install(job)}")


@schedule.command()
@_system_option
@pass_context
def remove(context: Context, system: str) -> None:
    """Take the job away."""
    place, job = _planned(context, "6h", system)
    context.say("removed" if place.remove(job) else "there was no scheduled job of this store")


def _planned(context: Context, every: str, system: str) -> tuple[Scheduler, Job]:
    from kb.jobs.schedule import job
    from kb.jobs.scheduler import choose

    config = context.config or (Path(os.environ["KB_CONFIG"]) if os.environ.get("KB_CONFIG") else None)
    planned = job(_program(), context.path().absolute(), data_folder() / "kb.sqlite", config and config.absolute(),
                  every, os.environ)  # fmt: skip
    return choose(system, os.environ), planned


def _program() -> list[str]:
    """The command that runs this very installation."""
    kb = Path(sys.executable).with_name("kb")
    return [str(kb)] if kb.exists() else [sys.executable, "-m", "cli"]


def _print(place: Scheduler, job: Job) -> None:
    for where, what in place.text(job):
        click.echo(f"# -- {where}\n{what}")
