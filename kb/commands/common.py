"""What several commands share: the --format option, the filters of search, and printing rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar

import click

from kb.context import Context

F = TypeVar("F", bound=Callable[..., Any])
pass_context = click.make_pass_decorator(Context)


def format_option(command: F) -> F:
    """--format table|json|jsonl|csv."""
    choice = click.Choice(["table", "json", "jsonl", "csv"])
    return click.option("--format", "form", type=choice, default="table", help="How rows are printed.")(command)


def count_option(default: int, words: str) -> Callable[[F], F]:
    """-n, at least 1."""
    return click.option(
        "-n", "--limit", "n", type=click.IntRange(min=1), default=default, show_default=True, help=words
    )


def offset_option(command: F) -> F:
    """--offset, for the pages after the first."""
    return click.option("--offset", type=click.IntRange(min=0), default=0, help="Leave out so many: the next page.")(
        command
    )


def filter_options(command: F) -> F:
    """--topic, --source, --since, --until, --language, --has."""
    for option in (
        click.option("--has", type=click.Choice(["code", "math"]), help="Only posts with code or formulas."),
        click.option("--language", help="Only posts in this language (ISO 639-1, such as en or zh)."),
        click.option("--until", help="Published on or before this day (YYYY-MM-DD, or 30d: days ago)."),
        click.option("--since", help="Published on or after this day (YYYY-MM-DD, or 30d: days ago)."),
        click.option("--source", help="Only posts of this blog (id, URL, host or title)."),
        click.option("--topic", help="Only posts of this topic (id or label)."),
    ):
        command = option(command)
    return command


def print_rows(rows: Iterable[Mapping[str, Any]], form: str, columns: Sequence[str]) -> None:
    """Rows on stdout."""
    from kb.present import render

    for line in render(rows, form, columns):
        click.echo(line)


def day(context: Context, text: str | None, option: str) -> str | None:
    """A day as YYYY-MM-DD from that form or from an age such as 7d, 2w, 3m, 1y. Raises UsageError."""
    import re
    from datetime import date, timedelta

    from kb.errors import UsageError

    if text is None:
        return None
    try:
        if age := re.fullmatch(r"(\d{1,5})([dwmy])", text):
            days = int(age[1]) * {"d": 1, "w": 7, "m": 30, "y": 365}[age[2]]
            return (context.clock.now().date() - timedelta(days=days)).isoformat()
        if re.fullmatch(r"\d{4}", text):
            text += "-01-01"
        elif re.fullmatch(r"\d{4}-\d{2}", text):
            text += "-01"
        return date.fromisoformat(text).isoformat()
    except (ValueError, OverflowError):
        raise UsageError(f"{option} cannot be {text!r}", "give a day as YYYY-MM-DD, or an age such as 7d") from None
