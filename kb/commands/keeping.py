"""`kb stats`, `doctor`, `backup`, `restore`, `prune`, `config`, `completion`: keeping house."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from kb.commands.common import day, format_option, pass_context, print_rows
from kb.commands.jobs import alone
from kb.context import Context


@click.command()
@format_option
@pass_context
def stats(context: Context, form: str) -> None:
    """Count what the store holds."""
    from kb.store.figures import figures

    facts = figures(context.store().reader, context.settings()["model"])
    if form == "table":
        print_rows([{"what": name, "number": value} for name, value in facts.items()], form, ("what", "number"))
    elif form == "json":
        click.echo(json.dumps(facts, ensure_ascii=False, indent=1))
    else:
        print_rows([facts], form, ())


@click.command()
@format_option
@pass_context
def doctor(context: Context, form: str) -> int:
    """Say what is wrong, and how to mend it."""
    from kb.jobs.doctor import examine

    findings = examine(context.path(), context.settings(), context.clock.now())
    print_rows([f.as_json() for f in findings], form, ("level", "what:90", "cure:80"))
    return 1 if any(f.level == "error" for f in findings) else 0


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@pass_context
def backup(context: Context, file: Path) -> None:
    """Write a consistent copy of the store to FILE, also while it is in use."""
    from kb.store.copies import back_up

    size = back_up(context.store(), file)
    context.say(f"wrote {file} ({size / 1e6:.1f} MB)")


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@pass_context
def restore(context: Context, file: Path) -> None:
    """Put the copy FILE in the place of the store; the store of before is kept beside it."""
    from kb.store.copies import put_back

    with alone(context, "kb restore", needed=True):
        kept = put_back(file, context.path())
    context.say(f"restored {context.path()}" + (f"; the one of before is {kept}" if kept else ""))


@click.command()
@click.option("--pages-mb", type=click.IntRange(min=0), help="Keep raw pages up to so many megabytes, newest first.")
@click.option("--versions", type=click.IntRange(min=0), default=5, show_default=True, help="Earlier texts a post.")
@click.option("--older-than", metavar="AGE", help="Drop raw pages and earlier texts from before this day or age (1y).")
@click.option("--max-mb", type=click.IntRange(min=0), help="Drop both, oldest first, until the store is no larger.")
@pass_context
def prune(context: Context, pages_mb: int | None, versions: int, older_than: str | None, max_mb: int | None) -> int:
    """Drop old raw pages and earlier texts, and give the space back; posts stay."""
    from datetime import UTC, datetime

    from kb.store.copies import drop_old

    megabytes = pages_mb if pages_mb is not None else context.settings()["keep_pages_mb"]
    first = day(context, older_than, "--older-than")
    before = datetime.fromisoformat(first).replace(tzinfo=UTC) if first else None
    most = None if max_mb is None else max_mb * 1_000_000
    store = context.store()
    with alone(context, "kb prune", needed=True):
        done = drop_old(store, megabytes * 1_000_000, versions, before=before, most_bytes=most)
    smaller = f"the store is {done.freed / 1e6:.1f} MB smaller"
    context.say(f"dropped {done.pages} raw pages and {done.texts} earlier texts; {smaller}")
    if most is not None and done.size > most:
        context.say(f"its posts and their vectors take {done.size / 1e6:.1f} MB: --max-mb {max_mb} cannot be reached")
        return 3
    return 0


@click.command()
@format_option
@pass_context
def config(context: Context, form: str) -> None:
    """Show every setting, its value, and where that came from."""
    rows = []
    for name, value in context.settings().values.items():
        shown = str(context.path()) if name == "db" else value.value
        rows.append({"name": name, "value": shown, "origin": value.origin, "meaning": value.option.meaning})
    print_rows(rows, form, ("name", "value:60", "origin", "meaning:80"))


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the completion script of a shell: eval "$(kb completion bash)"."""
    from click.shell_completion import get_completion_class

    from cli import kb

    made = get_completion_class(shell)
    assert made is not None
    os.environ.pop("_KB_COMPLETE", None)
    click.echo(made(kb, {}, "kb", "_KB_COMPLETE").source())
